"""Issued bills are put right by new bills: reversed, billed again, followed where they count; approved by another."""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from tests.factories import months
from tests.factories import utility as factory
from tests.factories.billed import FOUNDRY_END, add_foundry, add_home
from tests.factories.once import built_once, fresh
from tests.factories.pages import rolled_back
from tests.factories.utility import JANUARY, LATER, Utility

from dianke.application import bill_corrections, meter_to_cash
from dianke.domain.billing.models import Bill, BillCorrection, BillLine, CorrectedBill
from dianke.domain.billing.operations.corrections import (
    BillUnderCorrection,
    CorrectionOutOfState,
    ReasonNeeded,
)
from dianke.domain.billing.operations.terms import Share
from dianke.domain.billing.queries import bills as bill_queries
from dianke.domain.billing.queries.correcting import UnableToCorrect
from dianke.domain.billing.queries.frozen import get_basis
from dianke.domain.billing.rules import explain
from dianke.domain.billing.rules.correction_columns import FactUnknown, FactUnreadable
from dianke.domain.billing.types import CorrectionCause
from dianke.domain.metering.models import UsagePoint
from dianke.kernel.clock import SHANGHAI
from dianke.platform.audit.models import UseCaseRecord
from dianke.platform.audit.use_case import PermissionRefused
from dianke.platform.identity.separation import SamePerson
from dianke.platform.identity.types import Actor

pytestmark = pytest.mark.django_db

ASKED = datetime(2026, 4, 20, 9, tzinfo=SHANGHAI)
APPROVED = datetime(2026, 4, 20, 15, tzinfo=SHANGHAI)
ISSUED = datetime(2026, 4, 21, 9, tzinfo=SHANGHAI)
HOME = {"structure": "SINGLE", "time_of_use": False}
SHOP = {"structure": "SINGLE", "price_voltage": "1-10(20)kV", "time_of_use": False}


class Staff:
    """Who asks, who approves up to the limit of a section, who approves anything; the last two issue."""

    def __init__(self, utility: Utility) -> None:
        self.clerk = factory.add_clerk(utility.root, "clerk", ["billing.view", "billing.correct"])
        self.chief = factory.add_clerk(
            utility.root, "chief", ["billing.view", "billing.approve_corrections", "billing.issue"]
        )
        self.head = factory.add_clerk(
            utility.root, "head", ["billing.approve_corrections", "billing.approve_large_corrections"]
        )


_built = built_once(factory.build_utility)


@pytest.fixture
def utility(_built: Utility) -> Utility:
    return fresh(_built)


@pytest.fixture
def staff(utility: Utility) -> Staff:
    return Staff(utility)


def issue_january(utility: Utility) -> None:
    factory.freeze_january(utility)
    months.issue_month(utility, JANUARY, LATER)


def only_bill(utility: Utility, point: UsagePoint | None = None) -> Bill:
    return months.list_bills_of(utility, point or utility.points[0])[0]


def draft(staff: Staff, bill: Bill, changes: dict[str, str], **options: object) -> BillCorrection:
    values = {"cause": CorrectionCause.WRONG_READING, "reason": "抄表串户", "at": ASKED, **options}
    return bill_corrections.draft_correction(actor=staff.clerk, bill_id=bill.pk, changes=changes, **values)


def carry_out(staff: Staff, bill: Bill, changes: dict[str, str], approver: Actor | None = None) -> list[Bill]:
    order = draft(staff, bill, changes)
    bill_corrections.ask_correction(actor=staff.clerk, key=order.pk, at=ASKED)
    bill_corrections.approve_correction(actor=approver or staff.head, key=order.pk, at=APPROVED)
    return bill_corrections.issue_correction(actor=staff.chief, key=order.pk, at=ISSUED)


def list_lines(utility: Utility, bill: Bill) -> dict[str, Decimal]:
    return {line.code: line.amount for line in bill_queries.list_lines(actor=utility.actor, bill_id=bill.pk)}


def sums(bills: list[Bill]) -> list[tuple[int, int]]:
    return [(bill.energy_kwh_e2, bill.amount_fen) for bill in bills]


class TestHomeWithTiers:
    def test_is_reversed_and_billed_again_from_its_own_month_whatever_came_after(
        self, utility: Utility, staff: Staff
    ) -> None:
        add_home(utility, "1450")
        issue_january(utility)
        original = only_bill(utility)

        (replacement,) = carry_out(staff, original, {"segment.1.total_end": "1350"})

        # 450 kWh: 264.99 + 10 + 15 = 289.99; 350 kWh: 206.10 (206.1041) + 150 × 0.05 = 213.60.
        first, reversal, again = months.list_bills_of(utility, utility.points[0])
        assert sums([first, reversal, again]) == [(45000, 28999), (-45000, -28999), (35000, 21360)]
        assert again.pk == replacement.pk
        assert [bill.corrects_id for bill in (first, reversal, again)] == [None, original.pk, original.pk]
        assert {bill.month for bill in (first, reversal, again)} == {JANUARY}
        assert {key: -amount for key, amount in list_lines(utility, reversal).items()} == list_lines(utility, first)
        assert (again.calculated_by, again.issued_by, again.issued_at) == ("clerk", "chief", ISSUED)

    def test_replays_equally_in_all_its_forms(self, utility: Utility, staff: Staff) -> None:
        add_home(utility, "1450")
        issue_january(utility)
        carry_out(staff, only_bill(utility), {"segment.1.total_end": "1350"})
        order = BillCorrection.objects.for_actor(utility.actor).get()

        each = [
            meter_to_cash.replay_bill(actor=utility.runner, number=bill.number)
            for bill in months.list_bills_of(utility, utility.points[0])
        ]
        month = meter_to_cash.replay_month(actor=utility.runner, month=JANUARY)

        assert [(report.is_equal, report.amount_fen) for report in each] == [
            (True, 28999),
            (True, 28999),
            (True, 21360),
        ]
        assert [(number, report.is_equal, report.bills) for number, report in month.items()] == [
            ("JS-202601-C1-01", True, 1),
            (order.number, True, 2),
        ]

    def test_names_a_line_of_a_replacement_that_was_changed(self, utility: Utility, staff: Staff) -> None:
        add_home(utility, "1450")
        issue_january(utility)
        (replacement,) = carry_out(staff, only_bill(utility), {"segment.1.total_end": "1350"})
        BillLine.objects.for_actor(utility.actor).filter(id=replacement.pk * 100 + 1).update(amount_e6=1)

        report = meter_to_cash.replay_bill(actor=utility.runner, number=replacement.number)

        assert [difference.code for difference in report.differences] == ["energy.single"]

    def test_page_of_a_replacement_explains_the_right_readings(self, utility: Utility, staff: Staff) -> None:
        add_home(utility, "1450")
        issue_january(utility)
        (replacement,) = carry_out(staff, only_bill(utility), {"segment.1.total_end": "1350"})

        lines = bill_queries.list_lines(actor=utility.actor, bill_id=replacement.pk)
        explanation = explain.explain_bill(basis=get_basis(replacement), lines=explain.lines_of(lines))

        assert (explanation.is_equal, explanation.recomputed_total) == (True, "213.60")
        assert (explanation.lines[0].start, explanation.lines[0].end) == ("1000", "1350")

    def test_corrected_twice_corrects_the_replacement_not_the_original(self, utility: Utility, staff: Staff) -> None:
        add_home(utility, "1450")
        issue_january(utility)
        original = only_bill(utility)
        (second,) = carry_out(staff, original, {"segment.1.total_end": "1350"})

        with pytest.raises(UnableToCorrect, match="replaced"):
            draft(staff, original, {"segment.1.total_end": "1340"})
        (third,) = carry_out(staff, second, {"segment.1.total_end": "1450"})

        assert sums([third]) == [(45000, 28999)]
        bills = months.list_bills_of(utility, utility.points[0])
        assert sum(bill.amount_fen for bill in bills) == 28999
        assert all(meter_to_cash.replay_bill(actor=utility.runner, number=bill.number).is_equal for bill in bills)

    def test_household_that_grew_gets_its_allowance(self, utility: Utility, staff: Staff) -> None:
        add_home(utility, "1450")
        issue_january(utility)

        (replacement,) = carry_out(staff, only_bill(utility), {"terms.household_size": "5"})

        # Of five persons 300/500: 264.99 + 150 × 0.05.
        assert replacement.amount_fen == 26499 + 750

    def test_closing_reading_is_the_opening_one_of_the_next_bill(self, utility: Utility, staff: Staff) -> None:
        add_home(utility, "1450")
        issue_january(utility)
        (home,) = utility.points
        months.bill_month(utility, date(2026, 2, 1), {home: {"total": "1600"}})

        replacements = carry_out(staff, only_bill(utility), {"segment.1.total_end": "1350"})

        # February: 150 kWh become 250 kWh: 147.22 (147.2171875) + 50 × 0.05.
        assert sums(replacements) == [(35000, 21360), (25000, 14722 + 250)]
        bills = months.list_bills_of(utility, home)
        assert sum(bill.energy_kwh_e2 for bill in bills) == 60000


class TestFoundry:
    def test_of_three_months_ago_keeps_the_prices_of_its_month(self, utility: Utility, staff: Staff) -> None:
        add_foundry(utility)
        issue_january(utility)
        (foundry,) = utility.points
        months.load_sheet(utility, months.HUBEI_FEBRUARY)
        months.bill_month(utility, date(2026, 2, 1), {foundry: {**FOUNDRY_END, "flat": "4950"}})

        january, february = carry_out(staff, only_bill(utility), {"segment.1.flat_end": "4932.41"})

        lines = list_lines(utility, january)
        # 62.36 × 3000 = 187,080 kWh at 0.651886 of January; ten kWh on the meter less are 30,000 kWh less.
        assert lines["energy.flat"] == Decimal("121954.83")
        assert lines["energy.peak"] == Decimal("121868.35")
        assert lines["basic.capacity"] == Decimal("53915.00")
        # Of February alone the opening reading changes, at the prices of February: 17.59 × 3000 × 0.78.
        assert list_lines(utility, february)["energy.flat"] == Decimal("41160.60")
        assert list_lines(utility, february)["basic.capacity"] == Decimal("59306.50")

    def test_power_factor_follows_the_energy(self, utility: Utility, staff: Staff) -> None:
        add_foundry(utility)
        issue_january(utility)

        (replacement,) = carry_out(staff, only_bill(utility), {"segment.1.reactive_import_end": "1201.2"})

        # 625,620 kWh against (201.2 + 0.35) × 3000 = 604,650 kvarh: 0.72, that is 9 % above 0.90.
        # The base is 53,915.00 + 402,943.73 - 0.0452 x 625,620 of funds.
        assert list_lines(utility, replacement)["power_factor"] == Decimal("38572.26")
        assert replacement.amount_fen - only_bill(utility).amount_fen == 38_572_26 + 1_928_61

    def test_multiplier_changes_every_energy(self, utility: Utility, staff: Staff) -> None:
        add_foundry(utility)
        issue_january(utility)

        (replacement,) = carry_out(staff, only_bill(utility), {"segment.1.multiplier": "2000"})

        assert replacement.energy_kwh_e2 == 41708000
        assert list_lines(utility, replacement)["energy.peak"] == Decimal("81245.57")
        explanation = explain.explain_bill(
            basis=get_basis(replacement),
            lines=explain.lines_of(bill_queries.list_lines(actor=utility.actor, bill_id=replacement.pk)),
        )
        assert explanation.is_equal

    def test_suspension_that_was_forgotten_lowers_the_capacity_charge(self, utility: Utility, staff: Staff) -> None:
        add_foundry(utility)
        issue_january(utility)

        (replacement,) = carry_out(staff, only_bill(utility), {"capacity.1.to_date": "2026-01-16"})

        # Fifteen days of thirty: 2050 × 26.3 × 15 / 30.
        assert list_lines(utility, replacement)["basic.capacity"] == Decimal("26957.50")

    def test_wrong_structure_takes_the_sheet_of_the_billed_month(self, utility: Utility, staff: Staff) -> None:
        add_foundry(utility)
        issue_january(utility)
        months.load_sheet(utility, months.HUBEI_FEBRUARY)

        (replacement,) = carry_out(staff, only_bill(utility), {"terms.structure": "SINGLE", "terms.basic_mode": "NONE"})

        lines = list_lines(utility, replacement)
        # 143,550 kWh at 0.910961, the single-part peak price of January.
        assert lines["energy.peak"] == Decimal("130768.45")
        assert "basic.capacity" not in lines


class TestSubMeter:
    def test_takes_the_bill_of_the_main_meter_with_it(self, utility: Utility, staff: Staff) -> None:
        main = factory.add_point(utility, start={"total": "0"}, end={"total": "1000"}, terms=SHOP)
        kiosk = factory.add_point(utility, start={"total": "0"}, end={"total": "300"}, terms=SHOP, parent=main)
        issue_january(utility)
        before = [only_bill(utility, point) for point in (kiosk, main)]

        replacements = carry_out(staff, before[0], {"segment.1.total_end": "200"})

        # At 0.715686: 300 and 700 kWh, then 200 and 800.
        assert sums(before) == [(30000, 21471), (70000, 50098)]
        assert sums(replacements) == [(20000, 14314), (80000, 57255)]
        assert all(
            meter_to_cash.replay_bill(actor=utility.runner, number=bill.number).is_equal for bill in replacements
        )


def test_share_that_was_wrong_moves_energy_between_prices(utility: Utility, staff: Staff) -> None:
    lighting = Share(name="非居民照明", price=Decimal("0.8"), ratio=Decimal("0.08"))
    factory.add_point(utility, start={"total": "0"}, end={"total": "1000"}, terms={**SHOP, "shares": [lighting]})
    issue_january(utility)

    (replacement,) = carry_out(staff, only_bill(utility), {"share.1.ratio": "0.1"})

    # 100 kWh at 0.8 and 900 at 0.715686.
    assert replacement.amount_fen == 8000 + 64412


def test_order_above_the_limit_needs_the_higher_level(utility: Utility, staff: Staff) -> None:
    add_foundry(utility)
    issue_january(utility)
    order = draft(staff, only_bill(utility), {"segment.1.multiplier": "2000"})
    bill_corrections.ask_correction(actor=staff.clerk, key=order.pk, at=ASKED)

    with pytest.raises(PermissionRefused, match="approve_large"):
        bill_corrections.approve_correction(actor=staff.chief, key=order.pk, at=APPROVED)
    bill_corrections.approve_correction(actor=staff.head, key=order.pk, at=APPROVED)

    order.refresh_from_db()
    assert (order.level, order.state, order.decided_by) == ("UTILITY", "APPROVED", "head")


@pytest.fixture(scope="class")
def _two_homes(_built: Utility, django_db_blocker: Any) -> Iterator[Utility]:
    """Issue the January of two homes."""
    with django_db_blocker.unblock(), rolled_back():
        utility = fresh(_built)
        add_home(utility, "1450")
        add_home(utility, "1500")
        issue_january(utility)
        yield utility


class TestOrder:
    @pytest.fixture
    def utility(self, _two_homes: Utility) -> Utility:
        return fresh(_two_homes)

    @pytest.fixture
    def bill(self, utility: Utility) -> Bill:
        return only_bill(utility)

    def test_shows_what_it_comes_to_before_anybody_is_asked(self, staff: Staff, bill: Bill) -> None:
        order = draft(staff, bill, {"segment.1.total_end": "1350"})

        assert (order.state, order.difference_fen, order.deciding_fen, order.level) == (
            "DRAFT", 21360 - 28999, 28999 - 21360, "SECTION",
        )  # fmt: skip
        assert order.changes == {"segment.1.total_end": "1350"}

    def test_is_written_anew_while_it_is_a_draft(self, utility: Utility, staff: Staff, bill: Bill) -> None:
        order = draft(staff, bill, {"segment.1.total_end": "1350"})

        bill_corrections.change_correction(
            actor=staff.clerk,
            key=order.pk,
            cause=CorrectionCause.OTHER,
            reason="复核",
            changes={"segment.1.total_end": "1,400"},
        )

        order.refresh_from_db()
        item = CorrectedBill.objects.for_actor(utility.actor).get(correction=order)
        assert (order.cause, order.changes) == ("OTHER", {"segment.1.total_end": "1400"})
        assert item.new_energy_kwh_e2 == 40000

    def test_is_refused_to_whoever_asked_for_it(self, utility: Utility, staff: Staff, bill: Bill) -> None:
        both = factory.add_clerk(utility.root, "both", ["billing.correct", "billing.approve_corrections"])
        order = bill_corrections.draft_correction(
            actor=both, bill_id=bill.pk, cause=CorrectionCause.OTHER, reason="错", at=ASKED,
            changes={"segment.1.total_end": "1350"},
        )  # fmt: skip
        bill_corrections.ask_correction(actor=both, key=order.pk, at=ASKED)

        with pytest.raises(SamePerson):
            bill_corrections.approve_correction(actor=both, key=order.pk, at=APPROVED)

        order.refresh_from_db()
        assert order.state == "PENDING"

    def test_holds_its_bill_until_it_is_taken_back(self, staff: Staff, bill: Bill) -> None:
        order = draft(staff, bill, {"segment.1.total_end": "1350"})

        with pytest.raises(BillUnderCorrection, match=order.number):
            draft(staff, bill, {"segment.1.total_end": "1340"})
        bill_corrections.withdraw_correction(actor=staff.clerk, key=order.pk, reason="重填")

        assert draft(staff, bill, {"segment.1.total_end": "1340"}).state == "DRAFT"

    def test_is_refused_with_a_reason_that_frees_the_bill(self, staff: Staff, bill: Bill) -> None:
        order = draft(staff, bill, {"segment.1.total_end": "1350"})
        bill_corrections.ask_correction(actor=staff.clerk, key=order.pk, at=ASKED)

        with pytest.raises(ReasonNeeded):
            bill_corrections.reject_correction(actor=staff.chief, key=order.pk, at=APPROVED, reason=" ")
        bill_corrections.reject_correction(actor=staff.chief, key=order.pk, at=APPROVED, reason="无现场照片")

        order.refresh_from_db()
        assert (order.state, order.decision_reason) == ("REJECTED", "无现场照片")
        assert draft(staff, bill, {"segment.1.total_end": "1350"}).state == "DRAFT"

    @pytest.mark.parametrize("act", ["issue", "approve"])
    def test_is_not_issued_or_approved_before_its_turn(
        self, utility: Utility, staff: Staff, bill: Bill, act: str
    ) -> None:
        order = draft(staff, bill, {"segment.1.total_end": "1350"})
        carry_out_act = {
            "issue": lambda: bill_corrections.issue_correction(actor=staff.chief, key=order.pk, at=ISSUED),
            "approve": lambda: bill_corrections.approve_correction(actor=staff.chief, key=order.pk, at=ISSUED),
        }[act]

        with pytest.raises(CorrectionOutOfState):
            carry_out_act()

        assert Bill.objects.for_actor(utility.actor).count() == 2

    def test_is_issued_once(self, utility: Utility, staff: Staff, bill: Bill) -> None:
        carry_out(staff, bill, {"segment.1.total_end": "1350"}, approver=staff.chief)
        order = BillCorrection.objects.for_actor(utility.actor).get()

        with pytest.raises(CorrectionOutOfState):
            bill_corrections.issue_correction(actor=staff.chief, key=order.pk, at=ISSUED)

        assert Bill.objects.for_actor(utility.actor).count() == 4

    def test_reversal_itself_is_never_corrected(self, utility: Utility, staff: Staff, bill: Bill) -> None:
        carry_out(staff, bill, {"segment.1.total_end": "1350"})
        reversal = months.list_bills_of(utility, utility.points[0])[1]

        with pytest.raises(UnableToCorrect, match="reverses"):
            draft(staff, reversal, {"segment.1.total_end": "1340"})

    @pytest.mark.parametrize(
        ("changes", "fault"),
        [
            ({"segment.1.total_end": "1450.0"}, UnableToCorrect),
            ({}, UnableToCorrect),
            ({"segment.1.total_end": "900"}, UnableToCorrect),
            ({"segment.1.total_end": "much"}, FactUnreadable),
            ({"segment.1.total_end": "-3"}, FactUnreadable),
            ({"segment.1.total_end": ""}, FactUnreadable),
            ({"segment.1.total_end": "1.23456"}, FactUnreadable),
            ({"segment.1.multiplier": "0"}, FactUnreadable),
            ({"segment.9.total_end": "1"}, FactUnknown),
            ({"terms.password": "1"}, FactUnknown),
            ({"terms.structure": "THREE_PART"}, FactUnreadable),
        ],
    )
    def test_refuses_facts_that_cannot_be(
        self, utility: Utility, staff: Staff, bill: Bill, changes: dict[str, str], fault: type[Exception]
    ) -> None:
        with pytest.raises(fault):
            draft(staff, bill, changes)

        assert BillCorrection.objects.for_actor(utility.actor).count() == 0

    def test_leaves_one_record_an_act(self, utility: Utility, staff: Staff, bill: Bill) -> None:
        carry_out(staff, bill, {"segment.1.total_end": "1350"})

        names = UseCaseRecord.objects.for_actor(utility.actor).filter(use_case__startswith="bill_corrections")
        assert list(names.order_by("id").values_list("use_case", "actor_login")) == [
            ("bill_corrections.orders.draft_correction", "clerk"),
            ("bill_corrections.orders.ask_correction", "clerk"),
            ("bill_corrections.orders.approve_correction", "head"),
            ("bill_corrections.orders.issue_correction", "chief"),
        ]

    def test_list_of_a_run_stays_what_the_run_issued(self, utility: Utility, staff: Staff, bill: Bill) -> None:
        carry_out(staff, bill, {"segment.1.total_end": "1350"})

        found = bill_queries.filter_run(actor=utility.runner, run_id=bill.run_id, is_issued=True)

        assert sorted(row.pk for row in found) == sorted(only_bill(utility, point).pk for point in utility.points)
