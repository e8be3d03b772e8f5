"""What stands on the account of a collective payer pays the bills of its members when they are issued."""

from datetime import date

import pytest
from django.db import transaction
from tests.factories import months
from tests.factories import utility as factory
from tests.factories.billed import add_home, run_january
from tests.factories.once import built_once, fresh
from tests.factories.paid import at_ten, list_accounts, list_faults, look_at, make_payment, pay
from tests.factories.payers import add_member, add_payer, end_member
from tests.factories.utility import LATER, Utility

from dianke.application import meter_to_cash
from dianke.domain.receivables.models import Payer, Voucher
from dianke.domain.receivables.operations.payments import UnableToChangePayment, receive_payment, reverse_payment
from dianke.domain.receivables.queries.payments import get_payment
from dianke.domain.receivables.types import Received, SpreadRule

pytestmark = pytest.mark.django_db

BILL_FEN = 289_99
BEFORE, AFTER = date(2026, 1, 20), date(2026, 2, 6)


def build_waiting() -> Utility:
    """Three homes whose January is read and not yet billed."""
    utility = factory.build_utility()
    for _home in range(3):
        add_home(utility, "1450")
    return utility


_waiting = built_once(build_waiting)


@pytest.fixture
def utility(_waiting: Utility) -> Utility:
    return fresh(_waiting)


def enter(utility: Utility) -> Payer:
    """Return a payer of three homes, the first of them its own."""
    own, first, second = list_accounts(utility)
    payer = add_payer(
        actor=utility.actor, number="G1", name="集团", account_number=own.number, spread=SpreadRule.OLDEST_FIRST
    )
    for account in (first, second):
        add_member(actor=utility.actor, number="G1", account_number=account.number, since_date=BEFORE)
    return payer


def issue(utility: Utility) -> None:
    run = run_january(utility)
    months.exempt_everything(actor=utility.runner, run=run)
    meter_to_cash.issue_run(actor=utility.issuer, number=run.number, at=LATER)


def owed(utility: Utility) -> list[int]:
    return [look_at(utility, one).owed_fen for one in list_accounts(utility)]


def pay_ahead(utility: Utility, payer: Payer, fen: int) -> Received:
    payment = make_payment(utility, None, fen, payer_id=payer.pk, day=BEFORE)
    return receive_payment(actor=utility.actor, payment=payment, at=at_ten(BEFORE))


def test_own_bill_first_then_those_of_the_members(utility: Utility) -> None:
    pay_ahead(utility, enter(utility), 2 * BILL_FEN)
    issue(utility)
    assert (owed(utility), list_faults()) == ([0, 0, BILL_FEN], [])
    vouchers = Voucher.objects.for_actor(utility.actor).filter(kind="PREPAYMENT_USE")
    assert [one.amount_fen for one in vouchers.order_by("id")] == [BILL_FEN, BILL_FEN]


def test_what_is_left_after_all_stays_prepaid(utility: Utility) -> None:
    pay_ahead(utility, enter(utility), 3 * BILL_FEN + 700)
    issue(utility)
    own = list_accounts(utility)[0]
    assert (owed(utility), look_at(utility, own).prepaid_fen, list_faults()) == ([0, 0, 0], 700, [])


def test_money_of_a_member_itself_is_used_before_the_payers(utility: Utility) -> None:
    payer = enter(utility)
    pay(utility, list_accounts(utility)[1], 300_00, "own", day=BEFORE)
    pay_ahead(utility, payer, 3 * BILL_FEN)
    issue(utility)
    own = list_accounts(utility)[0]
    assert (owed(utility), look_at(utility, own).prepaid_fen, list_faults()) == ([0, 0, 0], BILL_FEN, [])


def test_who_left_the_payer_pays_alone(utility: Utility) -> None:
    payer = enter(utility)
    second = list_accounts(utility)[2]
    end_member(actor=utility.actor, number="G1", account_number=second.number, until_date=date(2026, 1, 31))
    pay_ahead(utility, payer, 3 * BILL_FEN)
    issue(utility)
    assert (owed(utility), list_faults()) == ([0, 0, BILL_FEN], [])


def test_money_that_members_used_is_not_taken_back_at_once(utility: Utility) -> None:
    received = pay_ahead(utility, enter(utility), 3 * BILL_FEN)
    issue(utility)
    payment = get_payment(actor=utility.actor, number=received.number)
    with pytest.raises(UnableToChangePayment), transaction.atomic():
        reverse_payment(actor=utility.actor, payment=payment, reason="错收", login="chief", at=at_ten(AFTER))
    assert (owed(utility), list_faults()) == ([0, 0, 0], [])
