"""A price table that was frozen is the one that priced the bill, part for part."""

import pytest
from tests.factories import utility as factory

from dianke.domain.billing.rules import frozen
from dianke.domain.tariffs import queries

pytestmark = pytest.mark.django_db

TABLES = [
    ("HB-CI", "TWO_PART", "1-10(20)kV"),
    ("HB-CI", "SINGLE", "<1kV"),
    ("GD-GZ-RES", "SINGLE", ""),
]


@pytest.mark.parametrize(("plan", "structure", "voltage"), TABLES)
def test_is_read_as_it_was_written(plan: str, structure: str, voltage: str) -> None:
    utility = factory.build_utility()
    table = queries.get_price_table(
        actor=utility.actor, plan=plan, on=factory.JANUARY, structure=structure, voltage=voltage
    )

    content, fingerprint = frozen.dump_prices(table)

    assert frozen.load_prices(content) == table
    assert frozen.dump_prices(frozen.load_prices(content)) == (content, fingerprint)
