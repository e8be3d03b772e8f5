"""A collective payer pays by transfer: by its number in the text, by its name, or given to it by hand."""

from datetime import date

import pytest
from tests.factories import banks
from tests.factories.bank_files import write_camt, write_entry
from tests.factories.banks import ANSWERED_AT, PAID_ON, Office
from tests.factories.payers import add_pair, make_payer

from dianke.application import bank_channels
from dianke.domain.channels.models import StatementEntry
from dianke.domain.channels.operations.statements import EntryOutOfState
from dianke.domain.receivables.models import Payer, Payment
from dianke.domain.receivables.queries.debts import get_position
from dianke.domain.receivables.queries.payments import filter_suspense
from dianke.domain.receivables.queries.proof import prove_books
from dianke.platform.identity.types import Actor

pytestmark = pytest.mark.django_db
DAY = f"{PAID_ON:%Y-%m-%d}"
EVERYBODY = Actor.system("looking at what a test left")


@pytest.fixture
def office() -> Office:
    return banks.build_office(mandates=2)


def found(office: Office, number: str, name: str = "云泽集团") -> Payer:
    """Return a payer of the first two accounts."""
    accounts = [one.number for one in office.accounts[:2]]
    return make_payer(add_pair(office.utility.root), number, accounts, since=date(2026, 1, 1), name=name)


def owed(office: Office) -> list[int]:
    return [
        get_position(actor=EVERYBODY, customer_account_id=one.pk, on=PAID_ON).owed_fen for one in office.accounts[:2]
    ]


def bring(office: Office, fen: int, *, text: str, name: str = "某公司") -> StatementEntry:
    """Return the booking of a credit."""
    yuan = f"{fen // 100}.{fen % 100:02d}"
    content = write_camt(
        [write_entry("E1", yuan, text=text, name=name, day=DAY)], opening="0.00", closing=yuan
    )  # fmt: skip
    return banks.load(office, content)[0]


def list_wrong() -> list[str]:
    return [one.first_fault for one in prove_books() if one.faults]


def test_one_transfer_that_names_the_payer_pays_both_accounts(office: Office) -> None:
    payer = found(office, "G1001")
    entry = bring(office, sum(owed(office)), text="G1001 二月电费")

    assert (entry.state, entry.target, entry.match_reason) == ("BOOKED", "G1001", "PAYER_NUMBER")
    payment = Payment.objects.for_actor(EVERYBODY).get()
    assert (payment.payer_id, payment.customer_account_id) == (payer.pk, None)
    assert (owed(office), list_wrong()) == ([0, 0], [])


def test_a_short_number_is_sure_by_the_name_alone(office: Office) -> None:
    found(office, "G1", name="云泽集团有限公司")
    fen = sum(owed(office))

    assert bring(office, fen, text="G1 电费", name="云泽集团有限公司").match_reason == "PAYER_AND_NAME"
    assert (owed(office), list_wrong()) == ([0, 0], [])


def test_a_short_number_of_somebody_else_waits_and_is_given_by_hand_once(office: Office) -> None:
    found(office, "G1")
    fen = sum(owed(office))
    entry = bring(office, fen, text="G1 货款")
    assert (entry.state, entry.proposals[0]["target"]) == ("SUSPENSE", "G1")

    at = ANSWERED_AT
    given = bank_channels.assign_entry(actor=office.maker, key=entry.pk, account_number="G1", at=at)
    assert (given.state, given.target, given.match_reason) == ("BOOKED", "G1", "BY_HAND")
    assert (owed(office), filter_suspense(actor=EVERYBODY).count(), list_wrong()) == ([0, 0], 0, [])
    with pytest.raises(EntryOutOfState):
        bank_channels.assign_entry(actor=office.maker, key=entry.pk, account_number="G1", at=at)


def test_a_year_in_the_text_is_no_payer(office: Office) -> None:
    found(office, "2026")
    assert bring(office, 1000, text="2026 年货款").state == "SUSPENSE"


def test_the_same_statement_again_books_nothing_twice(office: Office) -> None:
    found(office, "G1001")
    fen = sum(owed(office))
    bring(office, fen, text="G1001")
    bring(office, fen, text="G1001")
    assert (Payment.objects.for_actor(EVERYBODY).count(), list_wrong()) == (1, [])


def test_what_is_left_over_stays_with_the_payers_own_account(office: Office) -> None:
    found(office, "G1001")
    bring(office, sum(owed(office)) + 500, text="G1001")
    own = get_position(actor=EVERYBODY, customer_account_id=office.accounts[0].pk, on=PAID_ON)
    assert (own.prepaid_fen, list_wrong()) == (500, [])


def test_a_payer_that_ended_is_nobodys(office: Office) -> None:
    payer = found(office, "G1001")
    Payer.objects.for_actor(EVERYBODY).filter(pk=payer.pk).update(until_date=PAID_ON)
    assert bring(office, 1000, text="G1001").state == "SUSPENSE"
