"""Corrections from the finding to the money: after every step the books prove and every fen has a place."""

from datetime import date

import pytest
from tests.factories import months
from tests.factories import utility as factory
from tests.factories.billed import issue_homes
from tests.factories.once import built_once, fresh
from tests.factories.paid import at_ten, get_bill, get_sums, list_accounts, list_faults, look_at, pay
from tests.factories.utility import Utility
from tests.module.billing.test_corrections import Staff, draft

from dianke.application import bill_corrections, claims, counter
from dianke.domain.billing.models import Bill
from dianke.domain.billing.types import CorrectionCause
from dianke.domain.receivables.models import Voucher
from dianke.domain.receivables.operations.claims import NewClaim
from dianke.domain.receivables.operations.write_offs import sum_given_up, write_off_debts
from dianke.domain.receivables.types import ClaimKind, Received
from dianke.kernel.errors import DomainError

pytestmark = pytest.mark.django_db

BILL_FEN = 289_99
PAID, ASKED, APPROVED, DONE = date(2026, 2, 5), date(2026, 2, 6), date(2026, 2, 9), date(2026, 2, 10)
# 1.5 kW for 90 days of six hours at 0.5583 yuan, and three times as much for the theft.
THEFT = {"kind": "theft", "user": "lighting", "capacity_kw": "1.5", "days": "90", "price": "0.5583"}
STOLEN_FEN, PENALTY_FEN = 452_22, 3 * 452_22


class Journey:
    """A utility with two homes billed, and everybody that a correction passes through."""

    def __init__(self) -> None:
        self.utility: Utility = issue_homes("1450", "1180")
        self.home, self.other = list_accounts(self.utility)
        self.billing = Staff(self.utility)
        rights = ["payments.view", "payments.ask"]
        self.asker = factory.add_clerk(self.utility.root, "asker", rights)
        self.boss = factory.add_clerk(self.utility.root, "boss", ["payments.view", "payments.approve"])

    def look(self, day: date = DONE) -> tuple[int, int]:
        """Return what the home owes and holds, once the books proved."""
        assert list_faults() == []
        position = look_at(self.utility, self.home, day)
        return position.owed_fen, position.prepaid_fen

    def issue(self, order_key: int, asked: date = ASKED) -> list[Bill]:
        """Ask for a correction, approve and issue it by others, proving the books after each step."""
        before = self.look(asked)
        bill_corrections.ask_correction(actor=self.billing.clerk, key=order_key, at=at_ten(asked))
        assert self.look(asked) == before
        bill_corrections.approve_correction(actor=self.billing.head, key=order_key, at=at_ten(APPROVED))
        assert self.look(asked) == before
        return bill_corrections.issue_correction(actor=self.billing.chief, key=order_key, at=at_ten(DONE))

    def claim_refund(self, fen: int) -> int:
        asked = claims.ask_claim(
            actor=self.asker, account_number=self.home.number, new=NewClaim(ClaimKind.REFUND, fen), reason="退费",
            at=at_ten(DONE),
        )  # fmt: skip
        return int(asked.pk)

    def pay_out(self, claim_id: int) -> None:
        claims.approve_claim(actor=self.boss, claim_id=claim_id, at=at_ten(DONE))
        assert list_faults() == []
        claims.pay_out_claim(actor=self.asker, claim_id=claim_id, reference="B-1", paid_on=DONE, at=at_ten(DONE))
        assert list_faults() == []


built = built_once(Journey)


@pytest.fixture
def journey(built: Journey) -> Journey:
    return fresh(built)


def test_theft_goes_from_the_finding_to_a_bill_that_is_paid(journey: Journey) -> None:
    bill = get_bill(journey.utility, journey.home)
    pay(journey.utility, journey.home, BILL_FEN, "bill")
    assert journey.look() == (0, 0)
    order = bill_corrections.draft_back_billing(
        actor=journey.billing.clerk,
        bill_id=bill.pk,
        case=THEFT,
        from_month=bill.month,
        reason="窃电查处",
        at=at_ten(ASKED),
    )

    (issued,) = journey.issue(order.pk)

    [debt] = look_at(journey.utility, journey.home, DONE).debts
    assert (debt.item_id, debt.principal_fen, debt.penalty_fen) == (issued.pk, STOLEN_FEN, PENALTY_FEN)
    pay(journey.utility, journey.home, 400_00, "part", day=DONE)
    # The penalty comes before the charges.
    [debt] = look_at(journey.utility, journey.home, DONE).debts
    assert (debt.principal_fen, debt.penalty_fen) == (STOLEN_FEN, PENALTY_FEN - 400_00)
    pay(journey.utility, journey.home, STOLEN_FEN + PENALTY_FEN - 400_00, "rest", day=DONE)
    assert journey.look() == (0, 0)
    assert get_sums()["1001.01"] == BILL_FEN + STOLEN_FEN + PENALTY_FEN


def test_what_was_paid_on_a_bill_that_is_taken_back_is_kept_and_paid_out(journey: Journey) -> None:
    bill = get_bill(journey.utility, journey.home)
    pay(journey.utility, journey.home, BILL_FEN, "bill")
    order = bill_corrections.draft_reversal(
        actor=journey.billing.clerk, bill_id=bill.pk, cause=CorrectionCause.BILLED_TWICE, reason="重复出账",
        at=at_ten(ASKED),
    )  # fmt: skip
    bill_corrections.add_evidence(
        actor=journey.billing.clerk, key=order.pk, file_name="a.txt", content="对照".encode(), title="对照表",
        at=at_ten(ASKED),
    )  # fmt: skip

    journey.issue(order.pk)

    assert journey.look() == (0, BILL_FEN)
    journey.pay_out(journey.claim_refund(BILL_FEN))
    assert journey.look() == (0, 0)


def test_what_was_paid_twice_goes_back_through_the_bank(journey: Journey) -> None:
    pay(journey.utility, journey.home, BILL_FEN, "first")
    pay(journey.utility, journey.home, BILL_FEN, "second")
    assert journey.look() == (0, BILL_FEN)

    journey.pay_out(journey.claim_refund(BILL_FEN))

    assert journey.look() == (0, 0)
    assert (get_sums()["1001.01"], get_sums()["1002.01"]) == (2 * BILL_FEN, -BILL_FEN)


def test_a_payment_for_the_wrong_account_is_moved_by_two_persons(journey: Journey) -> None:
    owed = look_at(journey.utility, journey.other).owed_fen
    received: Received = pay(journey.utility, journey.home, owed, "wrong")
    assert journey.look(PAID) == (BILL_FEN - owed, 0)

    wish = counter.ask_move(
        actor=journey.asker, number=received.number, account_number=journey.other.number, reason="串户",
        at=at_ten(ASKED),
    )  # fmt: skip
    assert journey.look(PAID) == (BILL_FEN - owed, 0)
    counter.approve_change(actor=journey.boss, key=wish.pk, at=at_ten(APPROVED))

    assert journey.look(PAID) == (BILL_FEN, 0)
    assert look_at(journey.utility, journey.other).owed_fen == 0


def test_a_bill_taken_back_after_it_was_paid_leaves_the_rest_as_prepayment(journey: Journey) -> None:
    bill = get_bill(journey.utility, journey.home)
    pay(journey.utility, journey.home, BILL_FEN, "bill")
    order = draft(journey.billing, bill, {"segment.1.total_end": "1350"}, at=at_ten(ASKED))

    issued = journey.issue(order.pk)

    new_fen = sum(one.amount_fen for one in issued if one.amount_fen > 0)
    assert 0 < new_fen < BILL_FEN
    assert journey.look() == (0, BILL_FEN - new_fen)
    # Red bill and new bill in one voucher, then one that says where the money went.
    kinds = Voucher.objects.for_actor(journey.utility.actor).order_by("id").values_list("kind", flat=True)
    assert list(kinds)[-2:] == ["BILL_CORRECTION", "PREPAYMENT_USE"]
    journey.pay_out(journey.claim_refund(BILL_FEN - new_fen))
    assert journey.look() == (0, 0)


def test_a_payment_is_still_reversed_after_its_bill_was_corrected(journey: Journey) -> None:
    bill = get_bill(journey.utility, journey.home)
    received = pay(journey.utility, journey.home, BILL_FEN, "bill")
    issued = journey.issue(draft(journey.billing, bill, {"segment.1.total_end": "1350"}, at=at_ten(ASKED)).pk)
    new_fen = sum(one.amount_fen for one in issued if one.amount_fen > 0)

    wish = counter.ask_reversal(actor=journey.asker, number=received.number, reason="错收", at=at_ten(DONE))
    counter.approve_change(actor=journey.boss, key=wish.pk, at=at_ten(DONE))

    assert journey.look() == (new_fen, 0)


def test_debt_that_was_given_up_and_then_corrected_gives_nobody_money(journey: Journey) -> None:
    bill = get_bill(journey.utility, journey.home)
    voucher_id = write_off_debts(
        actor=journey.utility.actor, source="gone:1", summary="", customer_account_id=journey.home.pk,
        amounts={bill.pk: BILL_FEN}, login="chief", at=at_ten(PAID),
    )  # fmt: skip
    assert journey.look(PAID) == (0, 0)

    issued = journey.issue(draft(journey.billing, bill, {"segment.1.total_end": "1350"}, at=at_ten(ASKED)).pk)

    new_fen = sum(one.amount_fen for one in issued if one.amount_fen > 0)
    # The loss is taken back with the bill that it was on; the new bill is owed.
    assert journey.look() == (new_fen, 0)
    assert sum_given_up(voucher_ids=(voucher_id,)) == 0
    assert "6702.01" not in get_sums()


def test_nothing_is_moved_by_who_asked(journey: Journey) -> None:
    received = pay(journey.utility, journey.home, 100, "one")
    both = factory.add_clerk(journey.utility.root, "both", ["payments.ask", "payments.approve"])
    wish = counter.ask_reversal(actor=both, number=received.number, reason="错收", at=at_ten(ASKED))

    with pytest.raises(DomainError):
        counter.approve_change(actor=both, key=wish.pk, at=at_ten(APPROVED))
    assert journey.look(PAID) == (BILL_FEN - 100, 0)
    assert len(months.list_bills_of(journey.utility, journey.utility.points[0])) == 1
