"""Statements of our bank accounts, and bookings that somebody looks at."""

import hashlib
from datetime import date, datetime

from dianke.application.bank_channels.banks import get_account
from dianke.domain.channels.models import BankStatement, StatementEntry
from dianke.domain.channels.operations import left, statements
from dianke.domain.channels.operations.clearing import SettledDays
from dianke.domain.channels.operations.entries import EntryOutOfState
from dianke.domain.channels.operations.statements import Source
from dianke.domain.channels.queries import statements as queries
from dianke.domain.channels.queries import withholding as banks
from dianke.domain.channels.rules.bank_files.faults import find_layout
from dianke.domain.channels.rules.bank_files.types import Layout
from dianke.domain.channels.rules.statements.camt053 import read_camt053
from dianke.domain.channels.rules.statements.csv_layout import read_csv
from dianke.domain.channels.rules.statements.types import Statement
from dianke.domain.receivables.queries.payers import filter_payers
from dianke.platform.audit.use_case import use_case
from dianke.platform.identity.types import Actor

_RECONCILE = "payments.reconcile"


def read_statement(*, content: bytes, account: str = "") -> Statement:
    """Return a statement, CAMT.053 or CSV by what it begins with; of CSV without an account it is the one given."""
    return read_camt053(content) if find_layout(content) is Layout.XML else read_csv(content, account=account)


@use_case(right=_RECONCILE)
def load_statement(*, actor: Actor, bank_code: str, file_name: str, content: bytes, at: datetime) -> BankStatement:
    """
    Load a statement of our account at a bank: bookings that were loaded before are passed over.

    :raises BankUnknown: if there is no such bank
    :raises UnableToLoadStatement: if it has faults, or is of another account
    """
    bank = banks.get_bank(actor=actor, code=bank_code)
    read = read_statement(content=content, account=bank.account_number)
    source = Source(file_name, hashlib.sha256(content).hexdigest())
    return statements.load_statement(actor=actor, bank=bank, read=read, source=source, login=actor.login, at=at)


@use_case(right=_RECONCILE)
def assign_entry(*, actor: Actor, key: int, account_number: str, at: datetime) -> StatementEntry:
    """
    Give money in suspense to the account that it is for, or to the collective payer of that number.

    :raises AccountNotFound: if there is neither within the actor's units
    :raises EntryOutOfState: if it does not wait
    """
    payer = filter_payers(actor=actor).filter(number=account_number.strip()).first()
    if payer is not None:
        return statements.give_to_payer(actor=actor, entry=_get(actor, key), payer=payer, login=actor.login, at=at)
    account = get_account(actor=actor, number=account_number)
    return statements.assign_entry(actor=actor, entry=_get(actor, key), account=account, login=actor.login, at=at)


@use_case(right=_RECONCILE)
def settle_entry(*, actor: Actor, key: int, batch_number: str, at: datetime) -> StatementEntry:
    """
    Say that a booking is the money of a batch of withholding.

    :raises BatchUnknown: if there is no such batch
    :raises EntryOutOfState: if it does not wait
    """
    return statements.settle_entry(
        actor=actor, entry=_get(actor, key), batch_number=batch_number.strip(), login=actor.login, at=at
    )


@use_case(right=_RECONCILE)
def match_deposit(*, actor: Actor, key: int, slip_number: str, at: datetime) -> StatementEntry:
    """
    Say that a booking is cash of a shift that was brought to the bank.

    :raises EntryOutOfState: if it does not wait, or no such slip of its amount waits for the bank
    """
    return statements.match_deposit(
        actor=actor, entry=_get(actor, key), slip_number=slip_number.strip(), login=actor.login, at=at
    )


@use_case(right=_RECONCILE)
def match_cheque(*, actor: Actor, key: int, number: str, at: datetime) -> StatementEntry:
    """
    Say that a booking is a cheque that a counter took: the bank honoured it.

    :raises EntryOutOfState: if it does not wait, or no cheque of its amount is under way by the number
    """
    return statements.match_cheque(actor=actor, entry=_get(actor, key), number=number.strip(), login=actor.login, at=at)


@use_case(right=_RECONCILE)
def clear_entry(
    *, actor: Actor, key: int, acquirer_code: str, first_day: date, last_day: date, fee_fen: int, at: datetime
) -> StatementEntry:
    """
    Say that a booking is what a gateway or agent settles of days, less its commission.

    :raises AcquirerUnknown: if there is no such gateway or agent
    :raises EntryOutOfState: if it does not wait
    :raises UnableToSettle: if the days or the commission cannot be
    """
    days = SettledDays(first_day, last_day, fee_fen)
    return statements.clear_entry(
        actor=actor, entry=_get(actor, key), code=acquirer_code, days=days, login=actor.login, at=at
    )


@use_case(right=_RECONCILE)
def claim_entry(*, actor: Actor, key: int, number: str, at: datetime) -> StatementEntry:
    """
    Say that a booking is money of a claim: a deposit that came, what was paid out, or what came back of it.

    :raises EntryOutOfState: if it does not wait, or no claim of its amount waits for it
    :raises ClaimOutOfState: if the claim was approved after the money left
    """
    entry = _get(actor, key)
    act = statements.claim_entry if entry.amount_fen > 0 else left.pay_claim
    return act(actor=actor, entry=entry, number=number.strip(), login=actor.login, at=at)


@use_case(right=_RECONCILE)
def give_transfer_back(*, actor: Actor, key: int, reference: str, at: datetime) -> StatementEntry:
    """
    Say that a booking gives a transfer back, by the bank's number of the booking that it came by.

    :raises EntryOutOfState: if it does not wait, or no such booking of its amount has its money in the books
    :raises UnableToChangePayment: if what it paid can no longer be taken back
    """
    return left.give_back(actor=actor, entry=_get(actor, key), reference=reference.strip(), login=actor.login, at=at)


@use_case(right=_RECONCILE)
def bounce_cheque(*, actor: Actor, key: int, number: str, at: datetime) -> StatementEntry:
    """
    Say that the bank takes back a cheque that it had credited.

    :raises EntryOutOfState: if it does not wait, or no cheque of its amount was credited by the number
    """
    return left.bounce_cheque(actor=actor, entry=_get(actor, key), number=number.strip(), login=actor.login, at=at)


@use_case(right=_RECONCILE)
def charge_fee(*, actor: Actor, key: int, at: datetime) -> StatementEntry:
    """
    Say that a booking is a fee of the bank.

    :raises EntryOutOfState: if it does not wait
    """
    return left.charge_fee(actor=actor, entry=_get(actor, key), login=actor.login, at=at)


@use_case(right=_RECONCILE)
def set_entry_aside(*, actor: Actor, key: int, note: str, at: datetime) -> StatementEntry:
    """
    Say that money that left is no matter of customers.

    :raises EntryOutOfState: if it does not wait for this
    """
    return left.set_aside(actor=actor, entry=_get(actor, key), note=note, login=actor.login, at=at)


def _get(actor: Actor, key: int) -> StatementEntry:
    entry = queries.get_entry(actor=actor, key=key, lock=True)
    if entry is None:
        raise EntryOutOfState(field="key", reference=str(key), reason="there is none")
    return entry
