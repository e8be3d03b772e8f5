"""What the bill of a foundry fills into a back-billing before anybody types."""

import pytest
from tests.factories import months
from tests.factories import utility as factory
from tests.factories.billed import add_foundry
from tests.factories.utility import JANUARY, LATER

from dianke.domain.billing.queries import back_billing as queries

pytestmark = pytest.mark.django_db


def test_multiplier_capacity_and_basic_price_are_taken_from_the_bill() -> None:
    utility = factory.build_utility()
    add_foundry(utility)
    factory.freeze_january(utility)
    months.issue_month(utility, JANUARY, LATER)
    bills = months.list_bills_of(utility, utility.points[0])

    wrong = queries.prefill_case(actor=utility.actor, kind="wrong_multiplier", bills=bills, day=JANUARY)
    breach = queries.prefill_case(actor=utility.actor, kind="breach", bills=bills, day=JANUARY)

    assert wrong["used"] == "3000"
    assert (breach["kva"], breach["basic_price"]) == ("2050", "26.3")
