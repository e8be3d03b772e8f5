"""Shifts of cashiers: nothing is taken twice, the drawer is counted, every fen of it stands in the books."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import pytest
from django.db import connection, transaction
from tests.factories import utility as factory
from tests.factories.billed import issue_homes, list_bills
from tests.factories.utility import Utility

from dianke.application import counter
from dianke.application.counter.desk import preview_payment
from dianke.application.counter.receipts import get_receipt
from dianke.domain.billing.models import Bill
from dianke.domain.channels.models import CashCount, CashDeposit, PaymentChange, Shift, ShiftEntry
from dianke.domain.channels.operations.payment_changes import UnableToChangePayment
from dianke.domain.channels.operations.shifts import (
    SerialTaken,
    Taken,
    UnableToCloseShift,
    UnableToHandOver,
    UnableToOpenShift,
    UnableToTakeMoney,
)
from dianke.domain.channels.queries import shifts as queries
from dianke.domain.receivables.models import Payment, Posting
from dianke.domain.receivables.queries.debts import get_position
from dianke.domain.receivables.queries.payments import filter_suspense, get_payment
from dianke.domain.receivables.queries.proof import prove_books
from dianke.domain.receivables.types import Tender
from dianke.kernel.clock import SHANGHAI
from dianke.platform.audit.use_case import PermissionRefused
from dianke.platform.identity.separation import SamePerson
from dianke.platform.identity.types import Actor

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 2, 10, 12, tzinfo=SHANGHAI)
TODAY = date(2026, 2, 10)
NEXT_DAY = datetime(2026, 2, 11, 9, tzinfo=SHANGHAI)
FLOAT = 20_000
AT_COUNTER = ["payments.view", "payments.receive", "payments.reverse", "payments.ask", "payments.assign"]


class Hall:
    """A utility with two issued bills, two cashiers and somebody who approves."""

    def __init__(self) -> None:
        self.utility: Utility = issue_homes("1120", "1450")
        root = self.utility.root
        self.cashier = factory.add_clerk(root, "cashier", AT_COUNTER)
        self.other = factory.add_clerk(root, "other", AT_COUNTER)
        self.chief = factory.add_clerk(root, "chief", ["payments.view", "payments.approve"])
        self.first, self.second = list_bills(self.utility)

    def open(self, cashier: Actor | None = None, at: datetime = NOON) -> Shift:
        return counter.open_shift(actor=cashier or self.cashier, unit_code="0", float_fen=FLOAT, at=at)

    def take(self, shift: Shift, bill: Bill | None, fen: int, serial: int = 1, **options: Any) -> Taken:
        return counter.take_payment(
            actor=options.pop("actor", self.cashier),
            shift_number=shift.number,
            serial=serial,
            account_number=bill.account_number if bill else "",
            amount_fen=fen,
            tender=options.pop("tender", Tender.CASH),
            at=options.pop("at", NOON),
            **options,
        )

    def count(self, shift: Shift, fen: int, explanation: str = "", at: datetime = NOON) -> Shift:
        # In the largest and the smallest face, so that every amount can be counted.
        pieces = {10_000: fen // 10_000, 1: fen % 10_000}
        return counter.count_cash(
            actor=self.cashier, shift_number=shift.number, pieces=pieces, explanation=explanation, at=at
        )

    def owed(self, bill: Bill) -> int:
        return get_position(actor=self.utility.actor, customer_account_id=bill.account_id, on=TODAY).owed_fen

    def balance(self, code: str) -> int:
        rows = Posting.objects.for_actor(self.utility.actor).filter(ledger_account__code=code)
        return sum(row.debit_fen - row.credit_fen for row in rows)


@pytest.fixture(scope="module")
def built(django_db_setup: None, django_db_blocker: Any) -> Iterator[Hall]:
    with django_db_blocker.unblock(), transaction.atomic():
        yield Hall()
        transaction.set_rollback(True)


@pytest.fixture
def hall(built: Hall, db: None) -> Hall:
    return built


class TestOpening:
    def test_gives_a_number_of_day_and_unit(self, hall: Hall) -> None:
        assert hall.open().number == "BC-20260210-0-01"
        assert hall.open(hall.other).number == "BC-20260210-0-02"

    def test_a_second_one_of_the_same_cashier_is_refused(self, hall: Hall) -> None:
        hall.open()

        with pytest.raises(UnableToOpenShift, match="open_already"):
            hall.open()

        assert Shift.objects.for_actor(hall.chief).count() == 1

    def test_takes_the_right(self, hall: Hall) -> None:
        with pytest.raises(PermissionRefused):
            hall.open(hall.chief)


class TestTaking:
    def test_settles_the_bill_and_tells_the_change(self, hall: Hall) -> None:
        shift = hall.open()

        taken = hall.take(shift, hall.first, hall.first.amount_fen, tendered_fen=hall.first.amount_fen + 763)

        assert taken.change_fen == 763
        assert taken.received.paid_fen == {hall.first.pk: hall.first.amount_fen}
        assert hall.owed(hall.first) == 0
        assert hall.balance("1001.01") == hall.first.amount_fen

    def test_the_second_press_is_the_same_payment(self, hall: Hall) -> None:
        shift = hall.open()
        first = hall.take(shift, hall.first, 1_000)

        again = hall.take(shift, hall.first, 1_000)

        assert (again.received.number, again.received.is_new) == (first.received.number, False)
        assert ShiftEntry.objects.for_actor(hall.chief).count() == Payment.objects.for_actor(hall.chief).count() == 1

    def test_another_amount_under_the_same_serial_is_refused(self, hall: Hall) -> None:
        shift = hall.open()
        hall.take(shift, hall.first, 1_000)

        with pytest.raises(SerialTaken):
            hall.take(shift, hall.first, 1_001)

        assert Payment.objects.for_actor(hall.chief).count() == 1

    def test_a_serial_is_not_skipped(self, hall: Hall) -> None:
        with pytest.raises(SerialTaken):
            hall.take(hall.open(), hall.first, 1_000, serial=2)

    def test_what_is_too_much_becomes_a_prepayment(self, hall: Hall) -> None:
        taken = hall.take(
            hall.open(), hall.first, hall.first.amount_fen + 5_000, tender=Tender.CARD, slip_number="POS-1"
        )

        assert taken.received.prepaid_fen == 5_000
        assert hall.balance("1001.01") == 0

    def test_does_what_the_preview_said(self, hall: Hall) -> None:
        shift = hall.open()
        before = preview_payment(
            actor=hall.cashier,
            customer_account_id=hall.first.account_id,
            amount_fen=4_321,
            item_ids=(),
            on=TODAY,
        )

        taken = hall.take(shift, hall.first, 4_321)

        assert {line.debt.item_id: line.paid_fen for line in before.lines} == taken.received.paid_fen
        assert before.left_fen == hall.owed(hall.first)

    def test_without_an_account_waits_in_suspense_until_it_is_assigned(self, hall: Hall) -> None:
        taken = hall.take(hall.open(), None, 3_000, summary="自称张姓，转账单不清")
        assert [one.number for one in filter_suspense(actor=hall.chief)] == [taken.received.number]

        counter.assign_payment(
            actor=hall.cashier, number=taken.received.number, account_number=hall.second.account_number, at=NEXT_DAY
        )

        assert list(filter_suspense(actor=hall.chief)) == []
        assert hall.owed(hall.second) == hall.second.amount_fen - 3_000

    @pytest.mark.parametrize(
        ("options", "reason"),
        [
            ({"tendered_fen": 999}, "too_little_cash"),
            ({"tender": Tender.CARD}, "slip_missing"),
            ({"tender": Tender.CHEQUE, "slip_number": "4471"}, "bank_missing"),
            ({"tender": Tender.ACCOUNT}, "tender_unknown"),
            ({"at": NEXT_DAY}, "shift_of_another_day"),
        ],
    )
    def test_refuses_what_does_not_hang_together(self, hall: Hall, options: dict[str, Any], reason: str) -> None:
        with pytest.raises(UnableToTakeMoney, match=reason):
            hall.take(hall.open(), hall.first, 1_000, **options)

        assert not Payment.objects.for_actor(hall.chief).exists()

    def test_another_cashier_may_not_reach_into_the_drawer(self, hall: Hall) -> None:
        with pytest.raises(UnableToTakeMoney, match="not_yours"):
            hall.take(hall.open(), hall.first, 1_000, actor=hall.other)


class TestGivingBack:
    def test_opens_the_bill_again_and_takes_the_cash_out(self, hall: Hall) -> None:
        shift = hall.open()
        number = hall.take(shift, hall.first, 1_000).received.number

        entry = counter.return_payment(actor=hall.cashier, number=number, reason="户号输错", at=NOON)

        assert (entry.serial, entry.amount_fen) == (2, -1_000)
        assert hall.owed(hall.first) == hall.first.amount_fen
        assert queries.compute_drawer(actor=hall.chief, shift=shift).expected_fen == FLOAT
        assert hall.balance("1001.01") == 0

    def test_happens_once(self, hall: Hall) -> None:
        number = hall.take(hall.open(), hall.first, 1_000).received.number
        counter.return_payment(actor=hall.cashier, number=number, reason="户号输错", at=NOON)

        with pytest.raises(UnableToTakeMoney, match="returned_already"):
            counter.return_payment(actor=hall.cashier, number=number, reason="户号输错", at=NOON)

    def test_of_another_cashier_is_refused(self, hall: Hall) -> None:
        number = hall.take(hall.open(), hall.first, 1_000).received.number
        hall.open(hall.other)

        with pytest.raises(UnableToTakeMoney, match="not_of_this_shift"):
            counter.return_payment(actor=hall.other, number=number, reason="户号输错", at=NOON)

    def test_marks_the_receipt(self, hall: Hall) -> None:
        number = hall.take(hall.open(), hall.first, 1_000).received.number
        counter.return_payment(actor=hall.cashier, number=number, reason="户号输错", at=NOON)

        receipt = get_receipt(actor=hall.cashier, number=number)

        assert (receipt.is_reversed, receipt.spelled) == (True, "壹拾元整")


class TestCounting:
    def test_that_agrees_closes_the_shift_and_books_nothing(self, hall: Hall) -> None:
        shift = hall.open()
        hall.take(shift, hall.first, 1_234)

        closed = hall.count(shift, FLOAT + 1_234)

        assert (closed.state, closed.difference_fen, closed.voucher_id) == ("CLOSED", 0, None)
        assert CashCount.objects.for_actor(hall.chief).get().pieces == {"10000": 2, "1": 1234}

    def test_with_a_difference_asks_for_an_explanation(self, hall: Hall) -> None:
        shift = hall.open()

        with pytest.raises(UnableToCloseShift, match="difference_unexplained") as refusal:
            hall.count(shift, FLOAT - 50)

        assert refusal.value.facts["difference_fen"] == -50
        shift.refresh_from_db(from_queryset=Shift.objects.for_actor(hall.chief))
        assert shift.state == "OPEN"
        assert not CashCount.objects.for_actor(hall.chief).exists()

    def test_a_small_difference_is_booked_at_once(self, hall: Hall) -> None:
        shift = hall.open()
        hall.take(shift, hall.first, 1_234)

        closed = hall.count(shift, FLOAT + 1_234 - 50, "找零多付五角")

        assert (closed.state, closed.difference_fen) == ("CLOSED", -50)
        assert (hall.balance("1001.01"), hall.balance("1901.01")) == (1_184, 50)

    def test_a_large_one_waits_for_another_person(self, hall: Hall) -> None:
        waiting = hall.count(hall.open(), FLOAT + 5_000, "客户多付未取走")
        assert (waiting.state, hall.balance("1001.01")) == ("COUNTED", 0)

        closed = counter.approve_difference(actor=hall.chief, shift_number=waiting.number, at=NEXT_DAY)

        assert (closed.state, closed.decided_by) == ("CLOSED", "chief")
        assert (hall.balance("1001.01"), hall.balance("1901.01")) == (5_000, -5_000)

    def test_is_not_approved_by_the_cashier(self, hall: Hall) -> None:
        both = factory.add_clerk(hall.utility.root, "both", [*AT_COUNTER, "payments.approve"])
        shift = hall.open(both)
        counter.count_cash(actor=both, shift_number=shift.number, pieces={10_000: 9}, explanation="多出", at=NOON)

        with pytest.raises(SamePerson):
            counter.approve_difference(actor=both, shift_number=shift.number, at=NOON)

        assert hall.balance("1001.01") == 0

    def test_is_sent_back_and_counted_again(self, hall: Hall) -> None:
        shift = hall.count(hall.open(), FLOAT + 5_000, "不明")

        counter.send_back_to_count(actor=hall.chief, shift_number=shift.number, reason="请复点", at=NOON)
        closed = hall.count(shift, FLOAT)

        assert (closed.state, closed.difference_fen) == ("CLOSED", 0)
        assert CashCount.objects.for_actor(hall.chief).count() == 2

    def test_a_closed_shift_takes_nothing_more(self, hall: Hall) -> None:
        shift = hall.open()
        number = hall.take(shift, hall.first, 1_000).received.number
        hall.count(shift, FLOAT + 1_000)

        with pytest.raises(UnableToTakeMoney, match="shift_closed"):
            hall.take(shift, hall.first, 1_000, serial=2)
        with pytest.raises(UnableToTakeMoney, match="no_open_shift"):
            counter.return_payment(actor=hall.cashier, number=number, reason="户号输错", at=NOON)
        with pytest.raises(UnableToCloseShift, match="counted_already"):
            hall.count(shift, FLOAT)

        assert Payment.objects.for_actor(hall.chief).count() == 1


class TestHandingOver:
    def hand_over(self, hall: Hall, shift: Shift, fen: int, slip: str = "JC-1") -> CashDeposit:
        return counter.hand_over_cash(
            actor=hall.cashier,
            shift_number=shift.number,
            amount_fen=fen,
            slip_number=slip,
            deposited_on=TODAY,
            at=NOON,
        )

    def test_moves_cash_beyond_the_float_to_the_bank(self, hall: Hall) -> None:
        shift = hall.open()
        hall.take(shift, hall.first, 9_000)
        hall.count(shift, FLOAT + 8_990, "少一角")

        self.hand_over(hall, shift, 8_990)

        assert (hall.balance("1001.01"), hall.balance("1002.01")) == (0, 8_990)
        assert queries.compute_undeposited(actor=hall.chief, shift=Shift.objects.for_actor(hall.chief).get()) == 0

    def test_of_an_open_shift_leaves_less_to_be_counted(self, hall: Hall) -> None:
        shift = hall.open()
        hall.take(shift, hall.first, 9_000)

        self.hand_over(hall, shift, 5_000)

        assert hall.count(shift, FLOAT + 4_000).state == "CLOSED"

    @pytest.mark.parametrize(
        ("fen", "slip", "reason"),
        [(9_001, "JC-2", "more_than_there_is"), (0, "JC-2", "amount_unreadable"), (1, "JC-1", "slip_known")],
    )
    def test_refuses_what_is_not_there_or_known(self, hall: Hall, fen: int, slip: str, reason: str) -> None:
        shift = hall.open()
        hall.take(shift, hall.first, 10_000)
        self.hand_over(hall, shift, 1_000)

        with pytest.raises(UnableToHandOver, match=reason):
            self.hand_over(hall, shift, fen, slip)

        assert hall.balance("1002.01") == 1_000


class TestChangesAfterTheDay:
    def close_with(self, hall: Hall, **options: Any) -> str:
        shift = hall.open()
        number = hall.take(shift, hall.first, 1_000, **options).received.number
        cash = queries.compute_drawer(actor=hall.chief, shift=shift).expected_fen
        hall.count(shift, cash)
        return number

    def test_a_cheque_that_came_back_is_reversed_by_two(self, hall: Hall) -> None:
        number = self.close_with(hall, tender=Tender.CHEQUE, slip_number="4471", bank_name="工商银行")
        wish = counter.ask_bounce(
            actor=hall.cashier, number=number, notice_number="TP-9", reason="存款不足", at=NEXT_DAY
        )

        counter.approve_change(actor=hall.chief, key=wish.pk, at=NEXT_DAY)

        assert get_payment(actor=hall.chief, number=number).is_reversed  # type: ignore[attr-defined]
        assert (hall.owed(hall.first), hall.balance("1012.01")) == (hall.first.amount_fen, 0)

    def test_cash_leaves_the_open_drawer_of_who_asked(self, hall: Hall) -> None:
        number = self.close_with(hall)
        wish = counter.ask_reversal(actor=hall.cashier, number=number, reason="重复缴费", at=NEXT_DAY)
        with pytest.raises(UnableToChangePayment, match="no_open_drawer"):
            counter.approve_change(actor=hall.chief, key=wish.pk, at=NEXT_DAY)
        today = hall.open(at=NEXT_DAY)

        counter.approve_change(actor=hall.chief, key=wish.pk, at=NEXT_DAY)

        assert queries.compute_drawer(actor=hall.chief, shift=today).expected_fen == FLOAT - 1_000
        assert hall.owed(hall.first) == hall.first.amount_fen

    def test_a_payment_is_moved_to_the_right_account(self, hall: Hall) -> None:
        number = self.close_with(hall)
        wish = counter.ask_move(
            actor=hall.cashier, number=number, account_number=hall.second.account_number, reason="户号输错", at=NEXT_DAY
        )

        counter.approve_change(actor=hall.chief, key=wish.pk, at=NEXT_DAY)

        assert hall.owed(hall.first) == hall.first.amount_fen
        assert hall.owed(hall.second) == hall.second.amount_fen - 1_000

    def test_who_asked_never_approves(self, hall: Hall) -> None:
        number = self.close_with(hall)
        both = factory.add_clerk(hall.utility.root, "both", ["payments.ask", "payments.approve"])
        wish = counter.ask_reversal(actor=both, number=number, reason="重复缴费", at=NEXT_DAY)

        with pytest.raises(SamePerson):
            counter.approve_change(actor=both, key=wish.pk, at=NEXT_DAY)

        assert PaymentChange.objects.for_actor(both).get().state == "ASKED"

    def test_is_asked_for_once_and_can_be_taken_back(self, hall: Hall) -> None:
        number = self.close_with(hall)
        wish = counter.ask_reversal(actor=hall.cashier, number=number, reason="重复缴费", at=NEXT_DAY)
        with pytest.raises(UnableToChangePayment, match="asked_already"):
            counter.ask_reversal(actor=hall.other, number=number, reason="重复缴费", at=NEXT_DAY)

        counter.withdraw_change(actor=hall.cashier, key=wish.pk, at=NEXT_DAY)

        assert counter.ask_reversal(actor=hall.other, number=number, reason="重复缴费", at=NEXT_DAY).state == "ASKED"


def test_a_day_of_everything_leaves_books_that_prove(hall: Hall) -> None:
    shift = hall.open()
    hall.take(shift, hall.first, hall.first.amount_fen, tendered_fen=100_000)
    hall.take(shift, hall.second, hall.second.amount_fen + 700, 2, tender=Tender.CARD, slip_number="POS-1")
    wrong = hall.take(shift, hall.second, 2_500, 3).received.number
    counter.return_payment(actor=hall.cashier, number=wrong, reason="户号输错", at=NOON)
    hall.count(shift, FLOAT + hall.first.amount_fen + 3, "多三分")

    assert [one for one in prove_books() if one.faults] == []
    assert hall.balance("1001.01") == hall.first.amount_fen + 3


def test_entries_counts_and_deposits_are_never_changed_by_the_service(hall: Hall) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "select table_name from information_schema.role_table_grants"
            " where grantee = 'dianke_app' and privilege_type in ('UPDATE', 'DELETE', 'TRUNCATE')"
            " and table_name in ('channels_shiftentry', 'channels_cashcount', 'channels_cashdeposit')"
        )
        assert cursor.fetchall() == []
