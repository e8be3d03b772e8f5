"""A collective payer at the counter: one sum for all accounts, one receipt with every part, all of it goes back."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from tests.factories import payers as payments
from tests.factories import utility as factory
from tests.factories.billed import issue_homes
from tests.factories.once import built_once, fresh
from tests.factories.paid import get_sums, list_accounts, list_faults, look_at
from tests.factories.utility import Utility

from dianke.application import counter
from dianke.application.counter.desk import preview_payer_payment
from dianke.application.counter.receipts import get_receipt
from dianke.domain.channels.operations.shifts import Taken
from dianke.domain.receivables.models import Payment
from dianke.domain.receivables.operations.receiving import PaymentDiffers, UnableToReceive
from dianke.domain.receivables.queries.payments import PayerUnknown, find_payer
from dianke.domain.receivables.types import SpreadRule, Tender
from dianke.kernel.clock import SHANGHAI
from dianke.platform.identity.types import Actor

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 2, 5, 12, tzinfo=SHANGHAI)
TODAY = NOON.date()
SINCE = date(2026, 1, 1)
BILL_FEN = 289_99
AT_COUNTER = ["payments.view", "payments.receive", "payments.reverse", "payments.ask"]

_three_homes = built_once(lambda: issue_homes("1450", "1450", "1450"))


@pytest.fixture
def utility(_three_homes: Utility) -> Utility:
    utility = fresh(_three_homes)
    own, *others = list_accounts(utility)
    keeper = factory.add_clerk(utility.root, "keeper", ["ledger.keep"])
    payments.add_payer(
        actor=keeper, number="G1", name="集团", account_number=own.number, spread=SpreadRule.OLDEST_FIRST
    )
    for account in others:
        payments.add_member(actor=keeper, number="G1", account_number=account.number, since_date=SINCE)
    return utility


@pytest.fixture
def cashier(utility: Utility) -> Actor:
    return factory.add_clerk(utility.root, "cashier", AT_COUNTER)


@pytest.fixture
def take(cashier: Actor) -> Callable[..., Taken]:
    shift = counter.open_shift(actor=cashier, unit_code="0", float_fen=0, at=NOON)

    def take_for_payer(fen: int, **options: Any) -> Taken:
        given: dict[str, Any] = {
            "serial": 1, "account_number": "", "payer_number": "G1", "tender": Tender.CASH, "at": NOON,
        }  # fmt: skip
        return counter.take_payment(actor=cashier, shift_number=shift.number, amount_fen=fen, **{**given, **options})

    return take_for_payer


def list_owed(utility: Utility) -> list[int]:
    return [look_at(utility, account, TODAY).owed_fen for account in list_accounts(utility)]


@pytest.mark.parametrize(
    ("tender", "more"),
    [
        (Tender.CASH, {}),
        (Tender.CARD, {"slip_number": "0042"}),
        (Tender.CHEQUE, {"slip_number": "00310042", "bank_name": "工商银行"}),
    ],
)
def test_one_sum_pays_all_accounts_and_the_receipt_names_each(
    utility: Utility, take: Callable[..., Taken], tender: Tender, more: dict[str, str]
) -> None:
    taken = take(3 * BILL_FEN + 5_00, tender=tender, **more)

    receipt = get_receipt(actor=factory.add_clerk(utility.root, "reader", AT_COUNTER), number=taken.received.number)
    parts = [(line.what, line.account_number, line.amount_fen) for line in receipt.lines]
    assert parts == [
        *(("PRINCIPAL", account.number, BILL_FEN) for account in list_accounts(utility)), ("PREPAYMENT", "", 5_00),
    ]  # fmt: skip
    assert (receipt.payer_name, receipt.account) == ("集团", None)
    assert list_owed(utility) == [0, 0, 0]
    assert list_faults() == []


def test_the_same_serial_is_the_same_payment(utility: Utility, take: Callable[..., Taken]) -> None:
    first = take(BILL_FEN)

    again = take(BILL_FEN)

    assert (again.received.number, again.received.is_new) == (first.received.number, False)
    with pytest.raises(PaymentDiffers):
        take(BILL_FEN, payer_number="", account_number=list_accounts(utility)[0].number)
    assert Payment.objects.for_actor(utility.actor).count() == 1
    assert list_faults() == []


def test_reversed_the_same_day_gives_all_parts_back(
    utility: Utility, cashier: Actor, take: Callable[..., Taken]
) -> None:
    before = get_sums()
    taken = take(3 * BILL_FEN + 5_00)

    counter.return_payment(actor=cashier, number=taken.received.number, reason="错收", at=NOON)

    assert get_sums() == before
    assert list_owed(utility) == [BILL_FEN] * 3
    assert list_faults() == []


def test_reversed_later_by_two_persons_gives_all_parts_back(utility: Utility, take: Callable[..., Taken]) -> None:
    before = get_sums()
    taken = take(3 * BILL_FEN + 5_00, tender=Tender.CARD, slip_number="0042")
    asker = factory.add_clerk(utility.root, "asker", ["payments.view", "payments.ask"])
    chief = factory.add_clerk(utility.root, "chief", ["payments.view", "payments.approve"])
    later = NOON + timedelta(days=1)

    wish = counter.ask_reversal(actor=asker, number=taken.received.number, reason="错收", at=later)
    counter.approve_change(actor=chief, key=wish.pk, at=later)

    assert get_sums() == before
    assert list_owed(utility) == [BILL_FEN] * 3
    assert list_faults() == []


def test_the_preview_says_what_the_money_then_does(
    utility: Utility, cashier: Actor, take: Callable[..., Taken]
) -> None:
    preview = preview_payer_payment(
        actor=cashier,
        payer_id=find_payer(actor=cashier, number="G1").pk,
        amount_fen=2 * BILL_FEN + 1,
        item_ids=(),
        on=TODAY,
    )

    taken = take(2 * BILL_FEN + 1)

    assert {line.debt.item_id: line.paid_fen for line in preview.lines if line.paid_fen} == taken.received.paid_fen
    assert [line.account_number for line in preview.lines] == [one.number for one in list_accounts(utility)]
    assert (preview.owed_fen, preview.surplus_fen, preview.left_fen) == (3 * BILL_FEN, 0, BILL_FEN - 1)


def test_an_account_that_left_is_not_paid_for(utility: Utility, take: Callable[..., Taken]) -> None:
    keeper = factory.add_clerk(utility.root, "other", ["ledger.keep"])
    _own, left, _stays = list_accounts(utility)
    payments.end_member(actor=keeper, number="G1", account_number=left.number, until_date=TODAY)

    take(3 * BILL_FEN)

    assert list_owed(utility) == [0, BILL_FEN, 0]
    assert list_faults() == []


def test_an_unknown_payer_or_payer_and_account_is_refused(utility: Utility, take: Callable[..., Taken]) -> None:
    with pytest.raises(PayerUnknown):
        take(BILL_FEN, payer_number="G9")
    with pytest.raises(UnableToReceive, match="account_and_payer"):
        take(BILL_FEN, account_number=list_accounts(utility)[0].number)

    assert Payment.objects.for_actor(utility.actor).count() == 0
