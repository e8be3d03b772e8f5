"""Totals are written with the bills, by what stood on them; corrections count when issued; scope fails closed."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest
from django.db import connections
from tests.factories import months
from tests.factories import utility as factory
from tests.factories.billed import add_foundry, add_home
from tests.factories.once import built_once, fresh
from tests.factories.utility import JANUARY, LATER, Utility
from tests.module.billing.test_corrections import Staff, carry_out, only_bill

from dianke.application import statistics as use_cases
from dianke.application.statistics import MonthsOutOfRange, Periods, UnitOutOfReach
from dianke.domain.billing.models import Bill, BillTotal
from dianke.domain.billing.queries.statistics import StatisticsFilter
from dianke.domain.billing.rules.statistics import Statistics
from dianke.domain.billing.types import Dimension, MonthView
from dianke.domain.customers.models import Customer
from dianke.domain.metering.models import UsagePoint
from dianke.platform.audit.use_case import PermissionRefused
from dianke.platform.identity.types import Actor
from dianke.platform.org import operations as org
from dianke.platform.org.models import Unit
from dianke.platform.org.types import UnitKind

pytestmark = pytest.mark.django_db

ALL = StatisticsFilter()
APRIL = date(2026, 4, 1)


_built = built_once(factory.build_utility)


@pytest.fixture
def utility(_built: Utility) -> Utility:
    return fresh(_built)


def issue_january(utility: Utility) -> None:
    factory.freeze_january(utility)
    months.issue_month(utility, JANUARY, LATER)


def ask(
    actor: Actor,
    by: Dimension = Dimension.USAGE_CLASS,
    *,
    first: date = JANUARY,
    last: date = JANUARY,
    view: MonthView = MonthView.BOOKED,
    narrowed: StatisticsFilter = ALL,
) -> Statistics:
    return use_cases.get_average_prices(actor=actor, by=by, first=first, last=last, view=view, narrowed=narrowed)


def list_sums(found: Statistics) -> list[tuple[str, int, int, int]]:
    return [(row.key, row.sums.bill_count, row.sums.energy_kwh_e2, row.sums.amount_fen) for row in found.rows]


def add_total(unit: Unit, month: date, amount_fen: int, **values: object) -> None:
    columns = {
        "is_correction": False,
        "usage_class": "RESIDENTIAL",
        "industry_division": "",
        "voltage": "220V",
        "bill_count": 1,
        "energy_kwh_e2": 10_000,
        "basic_fen": 0,
        "energy_fen": amount_fen,
        "shares_fen": 0,
        "power_factor_fen": 0,
        "funds_fen": 0,
        **values,
    }
    BillTotal(unit=unit, month=month, booked_month=month, amount_fen=amount_fen, **columns).save(force_insert=True)


class TestTotals:
    def test_are_written_with_the_bills(self, utility: Utility) -> None:
        add_home(utility, "1450")
        add_home(utility, "1350")
        issue_january(utility)

        found = ask(utility.actor)

        # 450 kWh for 289.99 and 350 kWh for 213.60.
        assert list_sums(found) == [("RESIDENTIAL", 2, 80_000, 50_359)]
        assert found.total.sums.price == Fraction(50_359, 80_000)

    def test_hold_every_part_of_a_two_part_bill(self, utility: Utility) -> None:
        add_foundry(utility)
        issue_january(utility)
        bill = only_bill(utility)

        (row,) = ask(utility.actor).rows

        parts = ("basic_fen", "energy_fen", "shares_fen", "power_factor_fen", "funds_fen", "amount_fen")
        assert [getattr(row.sums, name) for name in parts] == [getattr(bill, name) for name in parts]
        assert row.sums.basic_fen > 0
        assert row.sums.other_fen == 0

    def test_keep_trade_and_voltage_as_they_were_at_issue(self, utility: Utility) -> None:
        add_foundry(utility)
        Customer.objects.for_actor(utility.actor).update(industry_code="C3391")
        issue_january(utility)

        Customer.objects.for_actor(utility.actor).update(industry_code="6110")
        voltage = UsagePoint.objects.for_actor(utility.actor).get().voltage
        UsagePoint.objects.for_actor(utility.actor).update(voltage="35kV")

        assert [row.key for row in ask(utility.actor, Dimension.DIVISION).rows] == ["33"]
        assert [row.key for row in ask(utility.actor, Dimension.INDUSTRY).rows] == ["C"]
        assert [row.key for row in ask(utility.actor, Dimension.VOLTAGE).rows] == [voltage]

    def test_are_proved_to_be_the_sums_of_the_bills(self, utility: Utility) -> None:
        add_home(utility, "1450")
        add_foundry(utility)
        issue_january(utility)

        (check,) = use_cases.check_totals(actor=utility.runner)

        assert (check.month, check.bills, check.differing_groups) == (JANUARY, 2, 0)

    def test_are_mended_by_adding_what_is_missing(self, utility: Utility) -> None:
        add_home(utility, "1450")
        add_foundry(utility)
        issue_january(utility)
        before = list_sums(ask(utility.actor))
        spoil_totals()
        clerk = factory.add_clerk(utility.root, "setter", ["billing.review", "billing.set_review"])

        (wrong,) = use_cases.check_totals(actor=clerk)
        use_cases.check_totals(actor=clerk, is_repaired=True)
        (right,) = use_cases.check_totals(actor=clerk)

        assert wrong.differing_groups == 2
        assert right.differing_groups == 0
        assert list_sums(ask(utility.actor)) == before

    def test_are_not_mended_by_who_only_reviews(self, utility: Utility) -> None:
        add_home(utility, "1450")
        issue_january(utility)
        spoil_totals()

        with pytest.raises(PermissionRefused):
            use_cases.check_totals(actor=utility.runner, is_repaired=True)

        assert use_cases.check_totals(actor=utility.runner)[0].differing_groups == 1


def spoil_totals() -> None:
    """Let every group of the totals hold a kWh and half a yuan that no bill holds."""
    with connections["default"].cursor() as cursor:
        cursor.execute(
            "insert into billing_billtotal (unit_id, month, booked_month, is_correction, usage_class,"
            " industry_division, voltage, bill_count, energy_kwh_e2, basic_fen, energy_fen, shares_fen,"
            " power_factor_fen, funds_fen, amount_fen)"
            " select unit_id, month, booked_month, is_correction, usage_class, industry_division, voltage,"
            " 0, 100, 0, 50, 0, 0, 0, 50 from billing_billtotal"
        )


class TestCorrections:
    def test_count_in_the_month_of_their_issue(self, utility: Utility) -> None:
        add_home(utility, "1450")
        issue_january(utility)

        carry_out(Staff(utility), only_bill(utility), {"segment.1.total_end": "1350"})

        assert list_sums(ask(utility.actor)) == [("RESIDENTIAL", 1, 45_000, 28_999)]
        april = ask(utility.actor, first=APRIL, last=APRIL)
        assert list_sums(april) == [("RESIDENTIAL", 0, -10_000, -7_639)]
        assert april.rows[0].corrections.amount_fen == -7_639
        assert april.rows[0].sums.price is None

    def test_count_in_the_month_that_they_bill_when_asked_so(self, utility: Utility) -> None:
        add_home(utility, "1450")
        issue_january(utility)

        carry_out(Staff(utility), only_bill(utility), {"segment.1.total_end": "1350"})

        found = ask(utility.actor, view=MonthView.BILLED)
        assert list_sums(found) == [("RESIDENTIAL", 1, 35_000, 21_360)]
        assert found.total.corrections.amount_fen == -7_639
        assert ask(utility.actor, first=APRIL, last=APRIL, view=MonthView.BILLED).rows == []

    def test_leave_the_totals_equal_to_the_bills(self, utility: Utility) -> None:
        add_home(utility, "1450")
        issue_january(utility)

        carry_out(Staff(utility), only_bill(utility), {"segment.1.total_end": "1350"})

        assert [check.differing_groups for check in use_cases.check_totals(actor=utility.runner)] == [0]

    def test_are_among_the_accounts_that_changed_in_the_month_of_their_issue(self, utility: Utility) -> None:
        add_home(utility, "1450")
        add_home(utility, "1350")
        issue_january(utility)
        carry_out(Staff(utility), only_bill(utility), {"segment.1.total_end": "1350"})

        found = use_cases.compare_accounts(
            actor=utility.actor,
            periods=Periods(before=(JANUARY, JANUARY), after=(APRIL, APRIL)),
            view=MonthView.BOOKED,
            narrowed=ALL,
        )

        # 289.99 and then −76.39; 213.60 and then nothing.
        assert [(one.before.amount_fen, one.after.amount_fen) for one in found] == [(28_999, -7_639), (21_360, 0)]


class TestAccounts:
    def test_that_changed_most_come_first_within_the_filter(self, utility: Utility) -> None:
        add_home(utility, "1450")
        add_foundry(utility)
        issue_january(utility)
        periods = Periods(before=(date(2025, 12, 1),) * 2, after=(JANUARY, JANUARY))

        homes = StatisticsFilter(usage_class="RESIDENTIAL", industry="-")
        found = use_cases.compare_accounts(actor=utility.actor, periods=periods, view=MonthView.BILLED, narrowed=homes)

        bill = Bill.objects.for_actor(utility.actor).get(usage_class="RESIDENTIAL")
        assert [(one.account_number, one.change_fen) for one in found] == [(bill.account_number, 28_999)]

    def test_are_read_for_three_months_at_most(self, utility: Utility) -> None:
        periods = Periods(before=(JANUARY, APRIL), after=(JANUARY, JANUARY))

        with pytest.raises(MonthsOutOfRange):
            use_cases.compare_accounts(actor=utility.actor, periods=periods, view=MonthView.BOOKED, narrowed=ALL)


class TestUnits:
    def test_are_folded_to_the_step_below_the_one_asked_for(self, utility: Utility) -> None:
        east = org.add_unit(code="E", name="东", kind=UnitKind.BRANCH, parent=utility.root)
        station = org.add_unit(code="E1", name="东一所", kind=UnitKind.STATION, parent=east)
        add_total(utility.root, JANUARY, 100)
        add_total(east, JANUARY, 200)
        add_total(station, JANUARY, 400)

        whole = ask(utility.actor, Dimension.UNIT)
        below = ask(utility.actor, Dimension.UNIT, narrowed=replace(ALL, unit_path=east.path))

        assert list_sums(whole) == [("E", 2, 20_000, 600), ("0", 1, 10_000, 100)]
        assert list_sums(below) == [("E1", 1, 10_000, 400), ("E", 1, 10_000, 200)]

    def test_out_of_reach_count_nowhere(self, utility: Utility) -> None:
        east = org.add_unit(code="E", name="东", kind=UnitKind.BRANCH, parent=utility.root)
        west = org.add_unit(code="W", name="西", kind=UnitKind.BRANCH, parent=utility.root)
        add_total(east, JANUARY, 200)
        add_total(west, JANUARY, 400)
        clerk = factory.add_clerk(east, "east", ["billing.view"])

        assert list_sums(ask(clerk)) == [("RESIDENTIAL", 1, 10_000, 200)]
        assert list_sums(ask(clerk, Dimension.UNIT)) == [("E", 1, 10_000, 200)]
        assert ask(clerk, narrowed=replace(ALL, unit_path=west.path)).rows == []
        with pytest.raises(UnitOutOfReach):
            use_cases.within_reach(actor=clerk, unit_code="W", narrowed=ALL)

    def test_where_another_right_is_held_count_nowhere(self, utility: Utility) -> None:
        east = org.add_unit(code="E", name="东", kind=UnitKind.BRANCH, parent=utility.root)
        add_total(east, JANUARY, 200)
        clerk = factory.add_clerk(east, "east", ["archive.view"])

        assert ask(clerk).rows == []


class TestFilters:
    def test_narrow_to_a_section_a_division_or_no_trade(self, utility: Utility) -> None:
        for division, amount_fen in (("33", 1), ("34", 2), ("61", 4), ("", 8)):
            add_total(utility.root, JANUARY, amount_fen, industry_division=division)

        found = {
            industry: ask(utility.actor, narrowed=StatisticsFilter(industry=industry)).total.sums.amount_fen
            for industry in ("C", "34", "H", "-", "")
        }

        assert found == {"C": 3, "34": 2, "H": 4, "-": 8, "": 15}

    def test_refuse_months_that_do_not_follow_each_other(self, utility: Utility) -> None:
        with pytest.raises(MonthsOutOfRange):
            ask(utility.actor, first=APRIL, last=JANUARY)


class TestYearOnYear:
    def test_compares_the_same_months_a_year_before(self, utility: Utility) -> None:
        add_total(utility.root, date(2025, 1, 1), 5_000)
        add_total(utility.root, JANUARY, 6_000)

        total = ask(utility.actor).total

        assert total.on_year is not None
        assert (total.on_year.energy, total.on_year.price) == (0, Fraction("0.2"))

    def test_is_not_shown_where_a_month_is_missing(self, utility: Utility) -> None:
        add_total(utility.root, date(2025, 2, 1), 5_000)
        add_total(utility.root, JANUARY, 6_000)

        found = ask(utility.actor)

        assert found.total.on_year is None
        assert found.missing_year_before == [date(2025, 1, 1)]
