"""A cashier's shift, from the float to the counted drawer; who counted a difference never approves it."""

from collections.abc import Mapping
from datetime import date, datetime

from dianke.domain.channels.models import CashDeposit, Shift, ShiftEntry
from dianke.domain.channels.operations import shifts
from dianke.domain.channels.operations.shifts import Taken, Till
from dianke.domain.channels.queries import shifts as queries
from dianke.domain.customers import queries as customers
from dianke.domain.receivables.queries import payments as payment_queries
from dianke.domain.receivables.types import Tender
from dianke.kernel.errors import DomainError
from dianke.platform.audit.use_case import PermissionRefused, use_case
from dianke.platform.identity.separation import require_another_person
from dianke.platform.identity.types import Actor
from dianke.platform.org import queries as org
from dianke.platform.org.models import Unit

_RECEIVE, _REVERSE, _APPROVE = "payments.receive", "payments.reverse", "payments.approve"


class AccountUnknown(DomainError):
    """There is no account of the number within the cashier's units."""

    code = "counter.account_unknown"
    message = "there is no account {number}"


@use_case(right=_RECEIVE)
def open_shift(*, actor: Actor, unit_code: str, float_fen: int, at: datetime) -> Shift:
    """
    Open the actor's shift at a unit with a float.

    :raises PermissionRefused: if the actor takes no money at the unit
    """
    unit = org.get_unit(actor=actor, code=unit_code)
    _require_reach(actor, _RECEIVE, unit)
    return shifts.open_shift(actor=actor, unit=unit, login=actor.login, float_fen=float_fen, at=at)


@use_case(right=_RECEIVE)
def take_payment(
    *,
    actor: Actor,
    shift_number: str,
    serial: int,
    account_number: str,
    amount_fen: int,
    tender: Tender,
    at: datetime,
    tendered_fen: int | None = None,
    slip_number: str = "",
    bank_name: str = "",
    drawer: str = "",
    terminal: str = "",
    summary: str = "",
    item_ids: tuple[int, ...] = (),
    payer_number: str = "",
) -> Taken:
    """
    Take money for an account, or for all accounts of a collective payer, into the actor's shift.

    With neither it waits in suspense.

    The same serial again is the same payment: nothing is taken twice.

    :raises AccountUnknown: if there is no such account
    :raises PayerUnknown: if there is no such payer within the cashier's units
    :raises UnableToReceive: if both are given
    """
    account_id = _find_account_id(actor, account_number)
    payer = payment_queries.find_payer(actor=actor, number=payer_number) if payer_number else None
    shift = queries.get_shift(actor=actor, number=shift_number, lock=True)
    till = Till(
        serial=serial,
        customer_account_id=account_id,
        payer_id=payer.pk if payer else None,
        amount_fen=amount_fen,
        tender=tender,
        tendered_fen=tendered_fen,
        slip_number=slip_number,
        bank_name=bank_name,
        drawer=drawer,
        terminal=terminal,
        summary=summary,
        item_ids=item_ids,
    )
    return shifts.take_payment(actor=actor, shift=shift, till=till, login=actor.login, at=at)


@use_case(right=_REVERSE)
def return_payment(*, actor: Actor, number: str, reason: str, at: datetime) -> ShiftEntry:
    """Reverse a payment of the actor's own open shift of today, and give the money back."""
    payment = payment_queries.get_payment(actor=actor, number=number)
    shift = queries.find_open_shift(actor=actor, cashier=actor.login, lock=True)
    if shift is None:
        raise shifts.UnableToTakeMoney(field="shift", shift="–", reason="no_open_shift")
    return shifts.return_payment(
        actor=actor, shift=shift, payment_id=payment.pk, reason=reason, login=actor.login, at=at
    )


@use_case(right=_RECEIVE)
def count_cash(*, actor: Actor, shift_number: str, pieces: Mapping[int, int], explanation: str, at: datetime) -> Shift:
    """Count the drawer of the actor's shift by faces, and close it unless another person has to decide."""
    shift = queries.get_shift(actor=actor, number=shift_number, lock=True)
    return shifts.count_cash(actor=actor, shift=shift, pieces=pieces, explanation=explanation, login=actor.login, at=at)


@use_case(right=_APPROVE)
def approve_difference(*, actor: Actor, shift_number: str, at: datetime, reason: str = "") -> Shift:
    """
    Let a difference of a count be booked, and the shift be closed.

    :raises SamePerson: if the actor is the cashier, or stands in for them
    """
    return _decide(actor, shift_number, is_approved=True, reason=reason, at=at)


@use_case(right=_APPROVE)
def send_back_to_count(*, actor: Actor, shift_number: str, reason: str, at: datetime) -> Shift:
    """
    Have the drawer counted again.

    :raises SamePerson: if the actor is the cashier, or stands in for them
    """
    return _decide(actor, shift_number, is_approved=False, reason=reason, at=at)


@use_case(right=_RECEIVE)
def hand_over_cash(
    *, actor: Actor, shift_number: str, amount_fen: int, slip_number: str, deposited_on: date, at: datetime
) -> CashDeposit:
    """
    Enter cash of a shift that was brought to the bank.

    :raises PermissionRefused: if the actor takes no money at the shift's unit
    """
    shift = queries.get_shift(actor=actor, number=shift_number, lock=True)
    _require_reach(actor, _RECEIVE, shift.unit)
    return shifts.hand_over(
        actor=actor,
        shift=shift,
        amount_fen=amount_fen,
        slip_number=slip_number,
        deposited_on=deposited_on,
        login=actor.login,
        at=at,
    )


def _decide(actor: Actor, number: str, *, is_approved: bool, reason: str, at: datetime) -> Shift:
    shift = queries.get_shift(actor=actor, number=number, lock=True)
    require_another_person(actor=actor, operator_login=shift.cashier, operated_on=shift.opened_on)
    return shifts.decide_difference(
        actor=actor, shift=shift, is_approved=is_approved, reason=reason, login=actor.login, at=at
    )


def _find_account_id(actor: Actor, number: str) -> int | None:
    if not number:
        return None
    account = customers.get_account(actor=actor, number=number)
    if account is None:
        raise AccountUnknown(field="account", number=number)
    return int(account.pk)


def _require_reach(actor: Actor, right: str, unit: Unit) -> None:
    if not actor.may(right, unit.path):
        raise PermissionRefused(field="actor", login=actor.login, right=right)
