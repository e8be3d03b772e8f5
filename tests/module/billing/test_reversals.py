"""A bill is taken back and nothing is billed in its place: tiers, books, statistics, replay and papers follow."""

from datetime import date

import pytest
from tests.factories import months
from tests.factories import utility as factory
from tests.factories.billed import add_foundry, add_home
from tests.factories.once import built_once, fresh
from tests.factories.utility import JANUARY, Utility
from tests.module.billing.test_corrections import (
    APPROVED,
    ASKED,
    HOME,
    ISSUED,
    Staff,
    draft,
    issue_january,
    list_lines,
    only_bill,
    sums,
)
from tests.module.billing.test_corrections import carry_out as correct

from dianke.application import bill_corrections, meter_to_cash
from dianke.domain.billing.models import Bill, BillCorrection, CorrectedBill
from dianke.domain.billing.operations import totals
from dianke.domain.billing.operations.corrections import CauseDoesNotFit, EvidenceNeeded, ReasonNeeded
from dianke.domain.billing.queries.bills import list_lines as list_bill_lines
from dianke.domain.billing.queries.correcting import UnableToCorrect
from dianke.domain.billing.queries.documents import list_relations
from dianke.domain.billing.types import CorrectionCause
from dianke.domain.customers.types import UsageClass
from dianke.domain.metering.types import MeteringSide
from dianke.domain.receivables.models import Posting
from dianke.platform.identity.types import Actor

pytestmark = pytest.mark.django_db

_built = built_once(factory.build_utility)


@pytest.fixture
def utility(_built: Utility) -> Utility:
    return fresh(_built)


@pytest.fixture
def staff(utility: Utility) -> Staff:
    return Staff(utility)


def draft_reversal(
    staff: Staff, bill: Bill, cause: CorrectionCause = CorrectionCause.BILLED_TWICE, reason: str = "同月重复出账"
) -> BillCorrection:
    return bill_corrections.draft_reversal(actor=staff.clerk, bill_id=bill.pk, cause=cause, reason=reason, at=ASKED)


def attach(staff: Staff, order: BillCorrection) -> None:
    bill_corrections.add_evidence(
        actor=staff.clerk,
        key=order.pk,
        file_name="proof.txt",
        content="两张账单的对照".encode(),
        title="对照表",
        at=ASKED,
    )


def carry_out(staff: Staff, bill: Bill, approver: Actor | None = None) -> list[Bill]:
    order = draft_reversal(staff, bill)
    attach(staff, order)
    bill_corrections.ask_correction(actor=staff.clerk, key=order.pk, at=ASKED)
    bill_corrections.approve_correction(actor=approver or staff.head, key=order.pk, at=APPROVED)
    return bill_corrections.issue_correction(actor=staff.chief, key=order.pk, at=ISSUED)


class TestHome:
    @pytest.fixture
    def bill(self, utility: Utility) -> Bill:
        add_home(utility, "1450")
        issue_january(utility)
        return only_bill(utility)

    def test_leaves_the_bill_and_its_reversal_alone(self, utility: Utility, staff: Staff, bill: Bill) -> None:
        (reversal,) = carry_out(staff, bill)

        assert sums(months.list_bills_of(utility, utility.points[0])) == [(45000, 28999), (-45000, -28999)]
        assert (reversal.corrects_id, reversal.month) == (bill.pk, JANUARY)
        assert {key: -amount for key, amount in list_lines(utility, reversal).items()} == list_lines(utility, bill)
        item = CorrectedBill.objects.for_actor(utility.actor).get()
        assert (item.reversal_id, item.replacement_id) == (reversal.pk, None)
        assert (item.new_amount_fen, item.correction.difference_fen) == (0, -28999)

    def test_replays_equally_and_keeps_totals_the_sum_of_bills(
        self, utility: Utility, staff: Staff, bill: Bill
    ) -> None:
        carry_out(staff, bill)
        order = BillCorrection.objects.for_actor(utility.actor).get()

        month = meter_to_cash.replay_month(actor=utility.runner, month=JANUARY)

        assert [(number, report.is_equal, report.bills) for number, report in month.items()] == [
            ("JS-202601-C1-01", True, 1),
            (order.number, True, 1),
        ]
        check = totals.check_month(month=JANUARY)
        assert (check.differing_groups, check.bills, check.amount_fen) == (0, 2, 0)

    def test_is_booked_as_a_red_entry_of_the_bill(self, utility: Utility, staff: Staff, bill: Bill) -> None:
        carry_out(staff, bill)

        owed = Posting.objects.for_actor(utility.actor).filter(item_id=bill.pk)
        assert sum(posting.debit_fen - posting.credit_fen for posting in owed) == 0
        assert len(owed) == 2

    def test_is_never_taken_back_again(self, staff: Staff, bill: Bill) -> None:
        (reversal,) = carry_out(staff, bill)

        with pytest.raises(UnableToCorrect, match="nothing was billed in its place"):
            draft_reversal(staff, bill)
        with pytest.raises(UnableToCorrect, match="reverses another bill"):
            draft(staff, reversal, {"segment.1.total_end": "1350"})

    def test_is_billed_again_by_an_order_of_its_own_without_a_second_reversal(
        self, utility: Utility, staff: Staff, bill: Bill
    ) -> None:
        carry_out(staff, bill)

        (again,) = correct(staff, bill, {"segment.1.total_end": "1350"})

        bills = months.list_bills_of(utility, utility.points[0])
        assert sums(bills) == [(45000, 28999), (-45000, -28999), (35000, 21360)]
        assert (again.pk, again.corrects_id) == (bills[-1].pk, bill.pk)
        assert all(meter_to_cash.replay_bill(actor=utility.runner, number=one.number).is_equal for one in bills)
        check = totals.check_month(month=JANUARY)
        assert (check.differing_groups, check.amount_fen) == (0, 21360)
        order = BillCorrection.objects.for_actor(utility.actor).order_by("id").last()
        assert (order.difference_fen, order.deciding_fen) == (21360, 21360)
        owed = Posting.objects.for_actor(utility.actor).filter(customer_account_id=bill.account_id)
        assert sum(posting.debit_fen - posting.credit_fen for posting in owed) == 21360
        kinds = {key: kind.value for key, (kind, _own) in list_relations(actor=utility.actor, bills=bills).items()}
        assert list(kinds.values()) == ["ORDINARY", "REVERSAL", "REPLACEMENT"]
        with pytest.raises(UnableToCorrect):
            draft(staff, bill, {"segment.1.total_end": "1340"})
        (third,) = correct(staff, again, {"segment.1.total_end": "1450"})
        assert sums([third]) == [(45000, 28999)]

    def test_is_billed_again_as_it_was_where_it_was_right(self, utility: Utility, staff: Staff, bill: Bill) -> None:
        carry_out(staff, bill)

        (again,) = correct(staff, bill, {})

        assert sums([again]) == [(45000, 28999)]

    def test_is_asked_for_with_a_paper_alone(self, staff: Staff, bill: Bill) -> None:
        order = draft_reversal(staff, bill)

        with pytest.raises(EvidenceNeeded, match=order.number):
            bill_corrections.ask_correction(actor=staff.clerk, key=order.pk, at=ASKED)

        order.refresh_from_db()
        assert order.state == "DRAFT"
        attach(staff, order)
        assert bill_corrections.ask_correction(actor=staff.clerk, key=order.pk, at=ASKED).state == "PENDING"

    @pytest.mark.parametrize(
        ("cause", "reason", "fault"),
        [
            (CorrectionCause.WRONG_READING, "抄错", CauseDoesNotFit),
            (CorrectionCause.BILLED_TWICE, " ", ReasonNeeded),
        ],
    )
    def test_wants_a_cause_of_its_own_and_a_reason(
        self, utility: Utility, staff: Staff, bill: Bill, cause: CorrectionCause, reason: str, fault: type[Exception]
    ) -> None:
        with pytest.raises(fault):
            draft_reversal(staff, bill, cause, reason)

        assert BillCorrection.objects.for_actor(utility.actor).count() == 0

    def test_rebill_has_no_cause_of_a_reversal(self, staff: Staff, bill: Bill) -> None:
        with pytest.raises(CauseDoesNotFit):
            draft(staff, bill, {"segment.1.total_end": "1350"}, cause=CorrectionCause.BILLED_TWICE)

    def test_next_bill_opens_as_it_did(self, utility: Utility, staff: Staff, bill: Bill) -> None:
        (home,) = utility.points
        months.bill_month(utility, date(2026, 2, 1), {home: {"total": "1600"}})

        carry_out(staff, bill)

        # Tiers of this plan are those of the month: February stays 150 kWh × 0.58886875 = 88.33.
        living = months.list_bills_of(utility, home)[-1]
        assert sums([living]) == [(15000, 8833)]
        assert len(months.list_bills_of(utility, home)) == 3

    def test_is_approved_by_its_amount(self, utility: Utility, staff: Staff, bill: Bill) -> None:
        order = draft_reversal(staff, bill)

        assert (order.deciding_fen, order.level, order.kind) == (28999, "SECTION", "REVERSAL")


def test_later_bills_of_the_year_lose_its_energy_from_the_tiers(utility: Utility, staff: Staff) -> None:
    months.load_sheet(utility, months.JIANGSU)
    home = factory.add_point(
        utility, start={"total": "1000"}, end={"total": "3000"}, terms=HOME, plan=months.ANNUAL_HOME,
        usage_class=UsageClass.RESIDENTIAL, side=MeteringSide.LOW_LOW,
    )  # fmt: skip
    issue_january(utility)
    months.bill_month(utility, date(2026, 2, 1), {home: {"total": "3700"}})
    months.bill_month(utility, date(2026, 3, 1), {home: {"total": "4200"}})
    january = months.list_bills_of(utility, home)[0]

    carry_out(staff, january)

    # March was 500 × 0.5283 + 440 above 2760 × 0.05; without January's 2000 kWh it stays in the first block.
    bills = months.list_bills_of(utility, home)
    assert sums(bills) == [
        (200000, 105660), (-200000, -105660), (70000, 36981), (50000, 28615), (-50000, -28615), (50000, 26415),
    ]  # fmt: skip
    assert all(meter_to_cash.replay_bill(actor=utility.runner, number=bill.number).is_equal for bill in bills)


def test_funds_and_power_factor_go_back_with_the_lines(utility: Utility, staff: Staff) -> None:
    add_foundry(utility)
    issue_january(utility)
    bill = only_bill(utility)

    (reversal,) = carry_out(staff, bill)

    own = {line.code: line.amount for line in list_bill_lines(actor=utility.actor, bill_id=bill.pk)}
    red = {line.code: line.amount for line in list_bill_lines(actor=utility.actor, bill_id=reversal.pk)}
    assert red == {code: -amount for code, amount in own.items()}
    assert (reversal.funds_fen, reversal.power_factor_fen) == (-bill.funds_fen, -bill.power_factor_fen)
    order = BillCorrection.objects.for_actor(utility.actor).get()
    assert (order.level, order.difference_fen) == ("UTILITY", -bill.amount_fen)
