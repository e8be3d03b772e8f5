"""Every pass keeps the scores of its month, for each unit with what lies below it."""

from datetime import date, datetime

import pytest
from tests.factories import archive as factory
from tests.factories.archive import Archive

from dianke.application.archive_quality.run import run_rules
from dianke.domain.audits.models import QualityScore
from dianke.domain.audits.queries import scores
from dianke.domain.customers.models import Customer
from dianke.kernel.clock import SHANGHAI
from dianke.platform.identity.types import Actor, Grant

pytestmark = pytest.mark.django_db

JANUARY = datetime(2026, 1, 30, 1, tzinfo=SHANGHAI)
FEBRUARY = datetime(2026, 2, 3, 1, tzinfo=SHANGHAI)
NOBODY = Actor.system("looking at what a test left")
RULE = "customer_without_identity"


@pytest.fixture
def archive() -> Archive:
    """Return two customers in the east, one in the west, none with an identity number."""
    archive = factory.build_archive()
    for name, unit in (("张三", archive.east), ("李明", archive.east), ("王五", archive.west)):
        factory.add_account(archive, name=name, unit=unit)
    return archive


def search(at: datetime, unit: str = "") -> None:
    run_rules(actor=NOBODY, unit_code=unit, codes=[RULE], at=at)


def kept() -> dict[tuple[str, str], tuple[int, int, int]]:
    rows = QualityScore.objects.for_actor(NOBODY).select_related("unit")
    return {(one.unit.code, f"{one.month:%m}"): (one.records, one.medium, one.score_e2) for one in rows}


def test_a_unit_holds_what_lies_below_it(archive: Archive) -> None:
    search(JANUARY)

    found = kept()
    root, east, west = (found[unit.code, "01"] for unit in (archive.root, archive.east, archive.west))
    assert (east[1], west[1], root[1]) == (2, 1, 3)
    assert root[0] >= east[0] + west[0]
    # Each medium fault takes half a record.
    assert east[2] == 100_00 - round(100_00 * 2 * 0.5 / east[0])


def test_the_last_pass_of_a_month_stays(archive: Archive) -> None:
    search(datetime(2026, 1, 2, 1, tzinfo=SHANGHAI))
    Customer.objects.for_actor(NOBODY).filter(unit=archive.east).update(identity_hash=b"1" * 16)
    search(JANUARY)
    january = kept()[archive.east.code, "01"]
    Customer.objects.for_actor(NOBODY).filter(unit=archive.east).update(identity_hash=None)
    search(FEBRUARY)

    assert january[1:] == (0, 100_00)
    assert kept()[archive.east.code, "01"] == january
    assert kept()[archive.east.code, "02"][1] == 2


def test_a_pass_over_a_part_changes_the_units_above_and_no_other(archive: Archive) -> None:
    search(JANUARY)
    before = kept()
    Customer.objects.for_actor(NOBODY).update(identity_hash=b"1" * 16)
    search(JANUARY, unit=archive.east.code)

    after = kept()
    assert after[archive.east.code, "01"][1] == 0
    assert after[archive.root.code, "01"][1] == 1
    assert after[archive.west.code, "01"] == before[archive.west.code, "01"]


def test_a_station_sees_its_own_course(archive: Archive) -> None:
    search(JANUARY)
    search(FEBRUARY)
    reader = Actor(
        login="li", name="li", grants=frozenset({Grant("quality.view", archive.east.path)}), unit_path=archive.east.path
    )

    newest = scores.find_highest(actor=reader)
    assert newest is not None
    assert (newest.unit_id, newest.month) == (archive.east.pk, date(2026, 2, 1))
    course = scores.list_course(actor=reader, unit_id=archive.east.pk)
    assert [one.month for one in course] == [date(2026, 1, 1), date(2026, 2, 1)]
    assert scores.find_highest(actor=reader, unit_code=archive.west.code) is None
    assert scores.list_course(actor=reader, unit_id=archive.west.pk) == []
