"""Tiers that run through the year, and bills of two months, in the billing run."""

from datetime import date, datetime
from decimal import Decimal

import numpy as np
import pytest
from tests.factories.months import (
    ANNUAL_HOME,
    JIANGSU,
    bill_month,
    exempt_everything,
    issue_month,
    list_bills_of,
    load_sheet,
)
from tests.factories.utility import GUANGZHOU, LATER, Utility, add_point, build_utility, freeze_january

from dianke.application import meter_to_cash
from dianke.domain.billing.models import Bill
from dianke.domain.billing.queries import bills as bill_queries
from dianke.domain.billing.queries.inputs import load_used_before
from dianke.domain.billing.queries.replay import replay_run
from dianke.domain.customers.types import UsageClass
from dianke.domain.metering.models import UsagePoint
from dianke.domain.readings import operations as readings
from dianke.domain.readings.types import NewReading, ReadingSource
from dianke.kernel.clock import SHANGHAI

pytestmark = pytest.mark.django_db

JANUARY, FEBRUARY, MARCH = date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)
HOME = {"structure": "SINGLE", "time_of_use": False}


@pytest.fixture
def utility() -> Utility:
    """A small utility with a residential sheet whose tiers run through the year: 2760 and 4800 kWh."""
    built = build_utility()
    load_sheet(built, JIANGSU)
    return built


def add_home(utility: Utility, *, start: str, end: str, plan: str = ANNUAL_HOME, persons: int = 0) -> UsagePoint:
    """Return a home with one register."""
    return add_point(
        utility,
        start={"total": start},
        end={"total": end},
        terms=HOME,
        plan=plan,
        usage_class=UsageClass.RESIDENTIAL,
        household_size=persons,
    )


def list_amounts(utility: Utility, bill: Bill) -> dict[str, tuple[Decimal, Decimal]]:
    """Return quantity and amount of the lines of a bill that are added up."""
    lines = bill_queries.list_lines(actor=utility.actor, bill_id=bill.pk)
    return {line.code: (line.quantity, line.amount) for line in lines if not line.included}


class TestAnnualTiers:
    """What was billed since January decides the tier."""

    def test_the_second_month_goes_on_where_the_first_one_stopped(self, utility: Utility) -> None:
        home = add_home(utility, start="0", end="2000")
        freeze_january(utility)
        issue_month(utility, JANUARY, LATER)

        bill_month(utility, FEBRUARY, {home: {"total": "3000"}})

        first, second = list_bills_of(utility, home)
        assert list_amounts(utility, first) == {"energy.single": (Decimal(2000), Decimal("1056.60"))} | {
            "energy.tier1": (Decimal(2000), Decimal(0))
        }
        assert list_amounts(utility, second) == {
            "energy.single": (Decimal(1000), Decimal("528.30")),
            "energy.tier1": (Decimal(760), Decimal(0)),
            "energy.tier2": (Decimal(240), Decimal("12.00")),
        }
        assert second.amount_fen == 54_030

    def test_the_limit_itself_still_belongs_to_the_lower_tier(self, utility: Utility) -> None:
        home = add_home(utility, start="0", end="2760")
        freeze_january(utility)

        issue_month(utility, JANUARY, LATER)

        (bill,) = list_bills_of(utility, home)
        assert list_amounts(utility, bill)["energy.tier1"] == (Decimal(2760), Decimal(0))
        assert "energy.tier2" not in list_amounts(utility, bill)

    def test_the_months_compute_again_from_what_they_froze(self, utility: Utility) -> None:
        home = add_home(utility, start="0", end="2700")
        freeze_january(utility)
        first = issue_month(utility, JANUARY, LATER)
        second = bill_month(utility, FEBRUARY, {home: {"total": "7600"}})

        reports = [replay_run(actor=utility.actor, run=run) for run in (first, second)]

        assert [(report.bills, report.differing_bills) for report in reports] == [(1, 0), (1, 0)]


class TestUsedBefore:
    """The energy that earlier bills of the year charged."""

    def test_it_is_the_sum_of_the_months_before(self, utility: Utility) -> None:
        home = add_home(utility, start="0", end="2000")
        freeze_january(utility)
        issue_month(utility, JANUARY, LATER)
        bill_month(utility, FEBRUARY, {home: {"total": "3000"}})

        found = load_used_before(month=MARCH, start=MARCH, point_ids=np.array([home.pk]))

        assert found.to_pylist() == [{"point_id": home.pk, "energy_e2": 300_000}]

    def test_it_leaves_out_the_month_itself(self, utility: Utility) -> None:
        home = add_home(utility, start="0", end="2000")
        freeze_january(utility)
        issue_month(utility, JANUARY, LATER)

        found = load_used_before(month=JANUARY, start=JANUARY, point_ids=np.array([home.pk]))

        assert found.to_pylist() == []

    def test_it_begins_anew_in_january(self, utility: Utility) -> None:
        home = add_home(utility, start="0", end="2000")
        freeze_january(utility)
        issue_month(utility, JANUARY, LATER)
        next_year = date(2027, 2, 1)

        found = load_used_before(month=next_year, start=next_year, point_ids=np.array([home.pk]))

        assert found.to_pylist() == []

    def test_it_holds_nothing_of_other_points(self, utility: Utility) -> None:
        home, other = (add_home(utility, start="0", end=end) for end in ("2000", "500"))
        freeze_january(utility)
        issue_month(utility, JANUARY, LATER)

        found = load_used_before(month=FEBRUARY, start=FEBRUARY, point_ids=np.array([other.pk]))

        assert found.to_pylist() == [{"point_id": other.pk, "energy_e2": 50_000}]
        assert home.pk != other.pk


class TestTwoMonths:
    """A cycle that is read and billed every second month."""

    def test_two_months_have_the_limits_of_both(self, utility: Utility) -> None:
        home, number = bill_two_months(utility, plan=GUANGZHOU, end="1000")

        (bill,) = list_bills_of(utility, home)

        assert (bill.month, bill.period_start, bill.period_end) == (FEBRUARY, JANUARY, MARCH)
        assert list_amounts(utility, bill) == {
            "energy.single": (Decimal(1000), Decimal("588.87")),
            "energy.tier1": (Decimal(400), Decimal(0)),
            "energy.tier2": (Decimal(400), Decimal("20.00")),
            "energy.tier3": (Decimal(200), Decimal("60.00")),
        }
        assert bill.amount_fen == 66_887
        assert number.endswith("-01")

    def test_a_large_household_has_its_allowance_for_each_month(self, utility: Utility) -> None:
        home, _number = bill_two_months(utility, plan=GUANGZHOU, end="1000", persons=5)

        (bill,) = list_bills_of(utility, home)

        assert list_amounts(utility, bill)["energy.tier2"] == (Decimal(400), Decimal("20.00"))
        assert "energy.tier3" not in list_amounts(utility, bill)

    def test_the_year_s_tiers_are_not_doubled(self, utility: Utility) -> None:
        home, _number = bill_two_months(utility, plan=ANNUAL_HOME, end="3000")

        (bill,) = list_bills_of(utility, home)

        assert list_amounts(utility, bill)["energy.tier2"] == (Decimal(240), Decimal("12.00"))


def bill_two_months(utility: Utility, *, plan: str, end: str, persons: int = 0) -> tuple[UsagePoint, str]:
    """Return a home whose January and February are on one issued bill, and the number of the run."""
    actor = utility.actor
    cycle = readings.add_cycle(actor=actor, unit=utility.root, code="C2", name="双月", months_per_period=2)
    route = readings.add_route(actor=actor, cycle=cycle, code="R2", name="双月段")
    home = add_home(utility, start="0", end="0", plan=plan, persons=persons)
    opening = utility.pending[0]
    closing = datetime(2026, 3, 1, tzinfo=SHANGHAI)
    later = datetime(2026, 3, 1, 8, tzinfo=SHANGHAI)
    last = NewReading(installation_id=opening.installation_id, read_at=closing, values={"total": Decimal(end)})
    readings.record_readings(
        actor=actor, readings=[opening, last], source=ReadingSource.FILE, batch="two months", at=later
    )
    readings.put_points_on_route(actor=actor, route=route, usage_point_ids=[home.pk])
    month = readings.open_month(actor=actor, cycle=cycle, month=FEBRUARY)
    readings.freeze_month(actor=actor, cycle_month=month, at=later)
    run = meter_to_cash.start_run(actor=utility.runner, cycle_code="C2", month=FEBRUARY, at=later)
    meter_to_cash.calculate_run(actor=utility.runner, number=run.number)
    exempt_everything(actor=utility.runner, run=run)
    meter_to_cash.issue_run(actor=utility.issuer, number=run.number, at=later)
    return home, run.number
