"""What becomes of a payment later leaves the books as if it had come right at first, and puts other money right."""

from datetime import date, timedelta

import pytest
from django.db import transaction
from tests.factories.billed import issue_homes
from tests.factories.once import built_once, fresh
from tests.factories.paid import (
    at_ten,
    get_bill,
    get_sums,
    list_accounts,
    list_faults,
    look_at,
    pay,
)
from tests.factories.utility import Utility
from tests.module.billing.test_corrections import Staff, draft

from dianke.application import bill_corrections
from dianke.domain.billing.models import Bill
from dianke.domain.customers.models import CustomerAccount
from dianke.domain.receivables.models import Payment, PaymentEvent, Posting, Voucher
from dianke.domain.receivables.operations import payments, periods
from dianke.domain.receivables.operations.payments import UnableToChangePayment
from dianke.domain.receivables.queries.payments import get_payment
from dianke.domain.receivables.types import Received

pytestmark = pytest.mark.django_db

BILL_FEN = 289_99
LATER = date(2026, 2, 9)


_built = built_once(lambda: issue_homes("1450", "1450"))


@pytest.fixture
def utility(_built: Utility) -> Utility:
    return fresh(_built)


def find(utility: Utility, received: Received) -> Payment:
    return get_payment(actor=utility.actor, number=received.number)


def reverse(utility: Utility, received: Received, day: date = LATER) -> Voucher:
    with transaction.atomic():
        return payments.reverse_payment(
            actor=utility.actor, payment=find(utility, received), reason="空头支票", login="chief", at=at_ten(day)
        )


def move(utility: Utility, received: Received, account: CustomerAccount, day: date = LATER) -> Voucher:
    with transaction.atomic():
        return payments.move_payment(
            actor=utility.actor, payment=find(utility, received), customer_account_id=account.pk, reason="错收",
            login="chief", at=at_ten(day),
        )  # fmt: skip


def assign(utility: Utility, received: Received, account: CustomerAccount, day: date = LATER) -> Voucher:
    with transaction.atomic():
        return payments.assign_payment(
            actor=utility.actor, payment=find(utility, received), customer_account_id=account.pk, login="chief",
            at=at_ten(day),
        )  # fmt: skip


def take_bill_back(utility: Utility, account: CustomerAccount, end: str) -> Bill:
    """Correct the first bill of an account and return what takes its place."""
    staff = Staff(utility)
    order = draft(staff, get_bill(utility, account), {"segment.1.total_end": end})
    at = at_ten(date(2026, 2, 7))
    bill_corrections.ask_correction(actor=staff.clerk, key=order.pk, at=at)
    bill_corrections.approve_correction(actor=staff.chief, key=order.pk, at=at)
    (replacement,) = bill_corrections.issue_correction(actor=staff.chief, key=order.pk, at=at)
    return replacement


class TestReverse:
    def test_brings_the_debt_back_and_takes_the_prepayment_away(self, utility: Utility) -> None:
        home, _other = list_accounts(utility)
        before = get_sums()
        received = pay(utility, home, 300_00)

        voucher = reverse(utility, received)

        assert get_sums() == before
        assert (voucher.kind, voucher.booked_on, voucher.amount_fen) == ("PAYMENT_REVERSAL", LATER, -300_00)
        position = look_at(utility, home)
        assert (position.owed_fen, position.prepaid_fen) == (BILL_FEN, 0)
        assert find(utility, received).is_reversed
        assert list_faults() == []

    def test_is_written_in_red_and_leaves_the_first_voucher(self, utility: Utility) -> None:
        home, _other = list_accounts(utility)
        received = pay(utility, home, 300_00)

        voucher = reverse(utility, received)

        rows = Posting.objects.for_actor(utility.actor).filter(voucher_id=voucher.pk).order_by("id")
        assert [(one.debit_fen, one.credit_fen) for one in rows] == [(-300_00, 0), (0, -BILL_FEN), (0, -10_01)]
        assert Posting.objects.for_actor(utility.actor).filter(voucher_id=received.voucher_id).count() == 3

    def test_takes_back_the_late_fee_that_was_booked_with_it(self, utility: Utility) -> None:
        home, _other = list_accounts(utility)
        late = get_bill(utility, home).due_date + timedelta(days=10)
        received = pay(utility, home, 100_00, day=late)

        reverse(utility, received, late + timedelta(days=5))

        assert "6301.01" not in get_sums()
        (debt,) = look_at(utility, home, late + timedelta(days=10)).debts
        # Twenty days of 28,999 fen, as if nothing had ever come.
        assert (debt.principal_fen, debt.late_fee_fen) == (BILL_FEN, 5_80)
        assert list_faults() == []

    def test_twice_or_without_a_reason_is_refused(self, utility: Utility) -> None:
        home, _other = list_accounts(utility)
        received = pay(utility, home, 300_00)
        reverse(utility, received)
        before = Posting.objects.for_actor(utility.actor).count()

        with pytest.raises(UnableToChangePayment, match="reversed_already"):
            reverse(utility, received)
        with pytest.raises(UnableToChangePayment, match="reason_missing"), transaction.atomic():
            payments.reverse_payment(
                actor=utility.actor, payment=find(utility, received), reason=" ", login="chief", at=at_ten(LATER)
            )

        assert Posting.objects.for_actor(utility.actor).count() == before

    def test_of_a_closed_day_is_booked_on_an_open_one(self, utility: Utility) -> None:
        home, _other = list_accounts(utility)
        received = pay(utility, home, 300_00)
        periods.close_day(actor=utility.actor, day=LATER, login="keeper", at=at_ten(LATER), today=LATER)

        voucher = reverse(utility, received)

        assert (voucher.booked_on, voucher.occurred_on) == (LATER + timedelta(days=1), LATER)
        assert list_faults() == []

    def test_of_money_in_suspense_takes_it_out(self, utility: Utility) -> None:
        before = get_sums()
        received = pay(utility, None, 88_00)

        reverse(utility, received)

        assert get_sums() == before
        assert list_faults() == []

    def test_after_the_bill_was_taken_back_takes_what_was_freed(self, utility: Utility) -> None:
        home, _other = list_accounts(utility)
        received = pay(utility, home, BILL_FEN)
        replacement = take_bill_back(utility, home, "1350")
        settled = look_at(utility, home, LATER)

        reverse(utility, received)

        assert (settled.owed_fen, settled.prepaid_fen) == (0, BILL_FEN - replacement.amount_fen)
        position = look_at(utility, home, LATER)
        assert (position.prepaid_fen, [debt.item_id for debt in position.debts]) == (0, [replacement.pk])
        assert position.owed_fen == replacement.amount_fen
        assert list_faults() == []


class TestMove:
    def test_settles_the_right_account_as_of_the_day_it_was_paid(self, utility: Utility) -> None:
        wrong, right = list_accounts(utility)
        due_date = get_bill(utility, right).due_date
        received = pay(utility, wrong, 300_00, day=due_date)

        voucher = move(utility, received, right, due_date + timedelta(days=20))

        assert voucher.kind == "PAYMENT_MOVE"
        assert look_at(utility, right, due_date + timedelta(days=20)).owed_fen == 0
        # The wrong account never paid: its fee runs from its due day.
        (debt,) = look_at(utility, wrong, due_date + timedelta(days=20)).debts
        assert (debt.principal_fen, debt.late_fee_fen) == (BILL_FEN, 5_80)
        assert (find(utility, received).current_account_id, get_sums()["1001.01"]) == (right.pk, 300_00)
        assert list_faults() == []

    def test_and_reversed_takes_everything_back(self, utility: Utility) -> None:
        wrong, right = list_accounts(utility)
        before = get_sums()
        received = pay(utility, wrong, 300_00)
        move(utility, received, right)

        reverse(utility, received)

        assert get_sums() == before
        assert [event.kind for event in PaymentEvent.objects.for_actor(utility.actor).order_by("id")] == [
            "MOVED", "REVERSED",
        ]  # fmt: skip
        assert list_faults() == []

    def test_to_where_it_stands_or_out_of_suspense_is_refused(self, utility: Utility) -> None:
        home, _other = list_accounts(utility)
        received, unknown = pay(utility, home, 300_00), pay(utility, None, 88_00, "2")

        with pytest.raises(UnableToChangePayment, match="same_account"):
            move(utility, received, home)
        with pytest.raises(UnableToChangePayment, match="in_suspense"):
            move(utility, unknown, home)

        assert PaymentEvent.objects.for_actor(utility.actor).count() == 0


class TestAssign:
    def test_pays_the_account_as_of_the_day_it_came(self, utility: Utility) -> None:
        home, _other = list_accounts(utility)
        due_date = get_bill(utility, home).due_date
        received = pay(utility, None, 300_00, day=due_date)

        assign(utility, received, home, due_date + timedelta(days=20))

        position = look_at(utility, home, due_date + timedelta(days=20))
        assert (position.owed_fen, position.prepaid_fen) == (0, 10_01)
        assert "2241.03" not in get_sums()
        assert list_faults() == []

    def test_twice_is_refused(self, utility: Utility) -> None:
        home, other = list_accounts(utility)
        received = pay(utility, None, 300_00)
        assign(utility, received, home)

        with pytest.raises(UnableToChangePayment, match="not_in_suspense"):
            assign(utility, received, other)

        assert get_sums()["1001.01"] == 300_00
        assert PaymentEvent.objects.for_actor(utility.actor).count() == 1

    def test_and_moved_and_reversed_leaves_nothing(self, utility: Utility) -> None:
        home, other = list_accounts(utility)
        before = get_sums()
        received = pay(utility, None, 300_00)
        assign(utility, received, home)
        move(utility, received, other)

        reverse(utility, received)

        assert get_sums() == before
        assert Payment.objects.for_actor(utility.actor).count() == 1
        assert list_faults() == []
