"""Corrections of a home whose tiers run through the year: later bills follow, and energy counts once."""

from datetime import date

import pytest
from tests.factories import months
from tests.factories import utility as factory
from tests.factories.once import built_once, fresh
from tests.factories.utility import Utility
from tests.module.billing.test_corrections import APPROVED, ASKED, HOME, Staff, carry_out, draft, issue_january, sums

from dianke.application import bill_corrections, meter_to_cash
from dianke.domain.billing.operations.corrections import CorrectionIsStale
from dianke.domain.customers.types import UsageClass
from dianke.domain.metering.models import UsagePoint
from dianke.domain.metering.types import MeteringSide

pytestmark = pytest.mark.django_db


def bill_three_months() -> Utility:
    """Return a home that was billed for January, February and March."""
    utility = factory.build_utility()
    months.load_sheet(utility, months.JIANGSU)
    home = factory.add_point(
        utility, start={"total": "1000"}, end={"total": "3000"}, terms=HOME, plan=months.ANNUAL_HOME,
        usage_class=UsageClass.RESIDENTIAL, side=MeteringSide.LOW_LOW,
    )  # fmt: skip
    issue_january(utility)
    months.bill_month(utility, date(2026, 2, 1), {home: {"total": "3700"}})
    months.bill_month(utility, date(2026, 3, 1), {home: {"total": "4200"}})
    return utility


_built = built_once(bill_three_months)


@pytest.fixture
def utility(_built: Utility) -> Utility:
    return fresh(_built)


@pytest.fixture
def staff(utility: Utility) -> Staff:
    return Staff(utility)


@pytest.fixture
def home(utility: Utility) -> UsagePoint:
    return utility.points[0]


def test_later_bills_that_change_are_billed_again_in_their_order(
    utility: Utility, staff: Staff, home: UsagePoint
) -> None:
    before = months.list_bills_of(utility, home)

    replacements = carry_out(staff, before[0], {"segment.1.total_start": "1500"})

    # 2000 kWh × 0.5283; 700 × 0.5283; 500 × 0.5283 + 440 above 2760 × 0.05.
    assert sums(before) == [(200000, 105660), (70000, 36981), (50000, 28615)]
    # 1500 kWh; February stays within the first block; March no longer leaves it.
    assert [(bill.month.month, *sums([bill])[0]) for bill in replacements] == [
        (1, 150000, 79245),
        (3, 50000, 26415),
    ]
    assert all(
        meter_to_cash.replay_bill(actor=utility.runner, number=bill.number).is_equal
        for bill in months.list_bills_of(utility, home)
    )


def test_energy_that_was_reversed_counts_once_in_the_next_month(
    utility: Utility, staff: Staff, home: UsagePoint
) -> None:
    carry_out(staff, months.list_bills_of(utility, home)[0], {"segment.1.total_start": "1500"})

    months.bill_month(utility, date(2026, 4, 1), {home: {"total": "4400"}})

    # 2700 kWh before: 200 × 0.5283 + 140 above 2760 × 0.05.
    assert sums(months.list_bills_of(utility, home)[-1:]) == [(20000, 10566 + 700)]


def test_bill_under_way_stops_the_correction_it_would_change(utility: Utility, staff: Staff, home: UsagePoint) -> None:
    order = draft(staff, months.list_bills_of(utility, home)[0], {"segment.1.total_start": "1500"})
    bill_corrections.ask_correction(actor=staff.clerk, key=order.pk, at=ASKED)
    months.bill_month(utility, date(2026, 4, 1), {home: {"total": "4900"}})

    with pytest.raises(CorrectionIsStale):
        bill_corrections.approve_correction(actor=staff.head, key=order.pk, at=APPROVED)

    order.refresh_from_db()
    assert order.state == "PENDING"
