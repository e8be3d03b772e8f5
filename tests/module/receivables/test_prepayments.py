"""Prepayment pays what is issued later; a payer's one payment pays for many; nothing of it falls below zero."""

from datetime import date, timedelta

import psycopg
import pytest
from django.db import IntegrityError, transaction
from tests.factories import months
from tests.factories import payers as payments
from tests.factories import utility as factory
from tests.factories.billed import add_home, issue_homes, run_january
from tests.factories.once import built_once, fresh
from tests.factories.paid import (
    at_ten,
    get_bill,
    get_sums,
    list_accounts,
    list_faults,
    look_at,
    make_payment,
    pay,
)
from tests.factories.utility import LATER, Utility

from dianke.application import ledger, meter_to_cash
from dianke.domain.receivables.models import HeldMoney, PaymentEvent, Posting, Voucher
from dianke.domain.receivables.operations import vouchers
from dianke.domain.receivables.operations.chart import AccountMap
from dianke.domain.receivables.operations.payers import UnableToKeepPayer
from dianke.domain.receivables.operations.payments import UnableToChangePayment, receive_payment, reverse_payment
from dianke.domain.receivables.queries.payments import find_payer, get_payment
from dianke.domain.receivables.types import NewPosting, NewVoucher, Received, SpreadRule, VoucherKind

pytestmark = pytest.mark.django_db

BILL_FEN = 289_99
BEFORE = date(2026, 1, 20)
AFTER = date(2026, 2, 6)


def build_waiting() -> Utility:
    """Two homes whose January is read and not yet billed."""
    utility = factory.build_utility()
    for _home in range(2):
        add_home(utility, "1450")
    return utility


_waiting = built_once(build_waiting, scope="class")
_three_homes = built_once(lambda: issue_homes("1450", "1450", "1450"), scope="class")


@pytest.fixture
def waiting(_waiting: Utility) -> Utility:
    return fresh(_waiting)


def issue(utility: Utility) -> None:
    run = run_january(utility)
    months.exempt_everything(actor=utility.runner, run=run)
    meter_to_cash.issue_run(actor=utility.issuer, number=run.number, at=LATER)


def reverse(utility: Utility, received: Received) -> Voucher:
    payment = get_payment(actor=utility.actor, number=received.number)
    with transaction.atomic():
        return reverse_payment(actor=utility.actor, payment=payment, reason="错收", login="chief", at=at_ten(AFTER))


class TestAtIssue:
    def test_pays_the_bill_in_the_transaction_that_issues_it(self, waiting: Utility) -> None:
        home, other = list_accounts(waiting)
        pay(waiting, home, 300_00, day=BEFORE)

        issue(waiting)

        position = look_at(waiting, home)
        assert (position.owed_fen, position.prepaid_fen) == (0, 10_01)
        assert look_at(waiting, other).owed_fen == BILL_FEN
        used = Voucher.objects.for_actor(waiting.actor).get(kind="PREPAYMENT_USE")
        assert (used.amount_fen, used.occurred_on, used.made_by) == (BILL_FEN, LATER.date(), "system")
        assert list_faults() == []

    def test_that_is_too_little_leaves_the_rest_to_pay(self, waiting: Utility) -> None:
        home, _other = list_accounts(waiting)
        pay(waiting, home, 100_00, day=BEFORE)

        issue(waiting)

        position = look_at(waiting, home)
        assert (position.owed_fen, position.prepaid_fen) == (189_99, 0)
        assert list_faults() == []

    def test_leaves_nothing_where_nobody_prepaid(self, waiting: Utility) -> None:
        issue(waiting)

        assert Voucher.objects.for_actor(waiting.actor).exclude(kind="BILL_ISSUE").count() == 0
        assert HeldMoney.objects.for_actor(waiting.actor).count() == 0


class TestReversedAfterUse:
    def test_takes_the_use_back(self, waiting: Utility) -> None:
        home, _other = list_accounts(waiting)
        received = pay(waiting, home, 300_00, day=BEFORE)
        issue(waiting)

        reverse(waiting, received)

        position = look_at(waiting, home)
        assert (position.owed_fen, position.prepaid_fen) == (BILL_FEN, 0)
        events = PaymentEvent.objects.for_actor(waiting.actor).order_by("id")
        assert [(event.kind, event.effective_on) for event in events] == [
            ("REVERSED", BEFORE), ("REARRANGED", LATER.date()),
        ]  # fmt: skip
        assert list_faults() == []

    def test_takes_back_only_what_is_missing(self, waiting: Utility) -> None:
        home, _other = list_accounts(waiting)
        first = pay(waiting, home, 200_00, day=BEFORE)
        pay(waiting, home, 200_00, "2", day=BEFORE)
        issue(waiting)

        reverse(waiting, first)

        position = look_at(waiting, home)
        assert (position.owed_fen, position.prepaid_fen) == (BILL_FEN - 200_00, 0)
        assert list_faults() == []

    def test_is_refused_where_it_was_paid_out(self, waiting: Utility) -> None:
        home, _other = list_accounts(waiting)
        received = pay(waiting, home, 300_00, day=BEFORE)
        take_out(waiting, home.pk, 300_00)
        before = Posting.objects.for_actor(waiting.actor).count()

        with pytest.raises(UnableToChangePayment, match="prepayment_spent"):
            reverse(waiting, received)

        assert Posting.objects.for_actor(waiting.actor).count() == before
        assert look_at(waiting, home).prepaid_fen == 0


def take_out(utility: Utility, account_id: int, fen: int) -> None:
    """Pay a prepayment out of the bank."""
    accounts = AccountMap(actor=utility.actor, on=AFTER)
    unit = utility.root
    voucher = NewVoucher(unit.pk, VoucherKind.PAYMENT, "test:out", "退款", AFTER, "cashier", at_ten(AFTER))
    prepaid, bank = (accounts.find(code, unit_path=unit.path) for code in ("2203.01", "1002.01"))
    postings = [
        NewPosting(prepaid, unit.pk, debit_fen=fen, customer_account_id=account_id),
        NewPosting(bank, unit.pk, credit_fen=fen),
    ]
    with transaction.atomic():
        vouchers.post_voucher(actor=utility.actor, voucher=voucher, postings=postings)


class TestOpening:
    def test_turns_what_stood_below_zero_before_into_prepayment(self, waiting: Utility) -> None:
        issue(waiting)
        home, other = list_accounts(waiting)
        (line,) = Posting.objects.for_actor(waiting.actor).filter(customer_account_id=home.pk)
        bank = AccountMap(actor=waiting.actor, on=AFTER).find("1002.01", unit_path=waiting.root.path)
        unit_id, fen = waiting.root.pk, BILL_FEN + 50_00
        postings = [
            NewPosting(bank, unit_id, debit_fen=fen),
            NewPosting(
                line.ledger_account_id, unit_id, credit_fen=fen, usage_class=line.usage_class, for_year=line.for_year,
                customer_account_id=home.pk, item_id=line.item_id,
            ),
        ]  # fmt: skip
        voucher = NewVoucher(unit_id, VoucherKind.PAYMENT, "test:old", "旧账", AFTER, "cashier", at_ten(AFTER))
        vouchers.post_voucher(actor=waiting.actor, voucher=voucher, postings=postings)
        before = list_faults()

        ledger.book_issued_bills(actor=waiting.actor)

        assert before == [f"bill {line.item_id}: billed {BILL_FEN}, settled {fen}"]
        assert (look_at(waiting, home).prepaid_fen, look_at(waiting, other).owed_fen) == (50_00, BILL_FEN)
        assert list_faults() == []


class TestHeldMoney:
    def test_is_kept_from_falling_below_zero_whatever_books_it(self, waiting: Utility) -> None:
        home, _other = list_accounts(waiting)
        pay(waiting, home, 300_00, day=BEFORE)

        with pytest.raises((IntegrityError, psycopg.IntegrityError), match="held_money_never_below_zero"):
            take_out(waiting, home.pk, 300_01)

        assert look_at(waiting, home).prepaid_fen == 300_00
        assert list_faults() == []


class TestCollectivePayer:
    @pytest.fixture
    def utility(self, _three_homes: Utility) -> Utility:
        return fresh(_three_homes)

    def enter(self, utility: Utility, spread: SpreadRule) -> int:
        own, first, second = list_accounts(utility)
        keeper = factory.add_clerk(utility.root, "keeper", ["ledger.keep"])
        payer = payments.add_payer(actor=keeper, number="G1", name="集团", account_number=own.number, spread=spread)
        for account in (second, first):
            payments.add_member(actor=keeper, number="G1", account_number=account.number, since_date=BEFORE)
        return int(payer.pk)

    def pay_as(self, utility: Utility, payer_id: int, fen: int) -> Received:
        payment = make_payment(utility, None, fen, payer_id=payer_id)
        return receive_payment(actor=utility.actor, payment=payment, at=at_ten(payment.paid_on))

    def test_pays_all_members_and_keeps_the_rest(self, utility: Utility) -> None:
        own, first, second = list_accounts(utility)
        payer_id = self.enter(utility, SpreadRule.OLDEST_FIRST)

        received = self.pay_as(utility, payer_id, 3 * BILL_FEN + 5_00)

        assert received.paid_fen == {get_bill(utility, one).pk: BILL_FEN for one in (own, first, second)}
        assert (look_at(utility, own).prepaid_fen, received.prepaid_fen) == (5_00, 5_00)
        assert list_faults() == []

    def test_pays_in_the_order_of_the_payer_where_it_is_agreed(self, utility: Utility) -> None:
        own, first, second = list_accounts(utility)
        payer_id = self.enter(utility, SpreadRule.BY_MEMBER)

        self.pay_as(utility, payer_id, 2 * BILL_FEN)

        owed = [look_at(utility, one).owed_fen for one in (own, second, first)]
        assert owed == [0, 0, BILL_FEN]

    def test_reversed_gives_all_members_their_debts_back(self, utility: Utility) -> None:
        before = get_sums()
        received = self.pay_as(utility, self.enter(utility, SpreadRule.OLDEST_FIRST), 3 * BILL_FEN + 5_00)

        reverse(utility, received)

        assert get_sums() == before
        assert list_faults() == []

    def test_no_longer_pays_for_who_left(self, utility: Utility) -> None:
        _own, first, _second = list_accounts(utility)
        payer_id = self.enter(utility, SpreadRule.OLDEST_FIRST)
        keeper = factory.add_clerk(utility.root, "other", ["ledger.keep"])
        payments.end_member(
            actor=keeper, number="G1", account_number=first.number, until_date=BEFORE + timedelta(days=1)
        )

        self.pay_as(utility, payer_id, 3 * BILL_FEN)

        assert look_at(utility, first).owed_fen == BILL_FEN

    def test_is_entered_once_with_each_member_once(self, utility: Utility) -> None:
        own, first, _second = list_accounts(utility)
        self.enter(utility, SpreadRule.OLDEST_FIRST)
        keeper = factory.add_clerk(utility.root, "other", ["ledger.keep"])

        with pytest.raises(UnableToKeepPayer, match="number_taken"):
            payments.add_payer(
                actor=keeper, number="G1", name="集团", account_number=own.number, spread=SpreadRule.BY_MEMBER
            )
        with pytest.raises(UnableToKeepPayer, match="member_already"):
            payments.add_member(actor=keeper, number="G1", account_number=first.number, since_date=AFTER)

        assert find_payer(actor=utility.actor, number="G1").members.for_actor(utility.actor).count() == 2
