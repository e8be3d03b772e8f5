"""Reconciliation of a channel and day with the bank, with gateways and agents; remedies by two persons."""

from datetime import date, datetime

from dianke.domain.channels.models import ReconciliationDay, ReconciliationDifference
from dianke.domain.channels.operations import reconciliation, remedies
from dianke.domain.channels.operations.reconciliation import DifferenceOutOfState
from dianke.domain.channels.queries import reconciliation as queries
from dianke.domain.channels.queries import withholding as banks
from dianke.domain.channels.queries.acquirers import get_acquirer
from dianke.domain.receivables.types import Channel
from dianke.kernel.clock import to_shanghai
from dianke.platform.audit.use_case import use_case
from dianke.platform.identity.separation import require_another_person
from dianke.platform.identity.types import Actor

_RECONCILE, _APPROVE = "payments.reconcile", "payments.approve"


@use_case(right=_RECONCILE)
def compare_day(*, actor: Actor, bank_code: str, channel: str, day: date, at: datetime) -> ReconciliationDay:
    """
    Compare what we booked of a channel on a day with what the bank booked.

    :raises DayOutOfState: if the day is closed
    """
    bank = banks.get_bank(actor=actor, code=bank_code, lock=True)
    return reconciliation.compare_day(
        actor=actor, bank=bank, channel=Channel(channel), day=day, login=actor.login, at=at
    )


@use_case(right=_RECONCILE)
def compare_acquirer_day(*, actor: Actor, code: str, day: date, at: datetime) -> ReconciliationDay:
    """
    Compare what we booked of a gateway or agent on a day with what its file says.

    :raises AcquirerUnknown: if there is none
    :raises DayOutOfState: if the day is closed
    """
    acquirer = get_acquirer(actor=actor, code=code, lock=True)
    return reconciliation.compare_acquirer_day(actor=actor, acquirer=acquirer, day=day, login=actor.login, at=at)


@use_case(right=_RECONCILE)
def compare_balance(*, actor: Actor, bank_code: str, day: date, at: datetime) -> ReconciliationDay:
    """
    Hold the balance of a bank account at the end of a day against our books.

    :raises BankUnknown: if there is no such bank
    :raises DayOutOfState: if the day is closed, or no statement says a balance
    """
    bank = banks.get_bank(actor=actor, code=bank_code, lock=True)
    return reconciliation.compare_balance(actor=actor, bank=bank, day=day, login=actor.login, at=at)


@use_case(right=_RECONCILE)
def ask_remedy(*, actor: Actor, key: int, note: str, at: datetime) -> ReconciliationDifference:
    """
    Ask that the books be put right about a difference; another person agrees.

    :raises DifferenceOutOfState: if it is done with, or no reason is given
    """
    return remedies.ask_remedy(difference=_get(actor, key), note=note, login=actor.login, at=at)


@use_case(right=_APPROVE)
def approve_remedy(*, actor: Actor, key: int, at: datetime) -> ReconciliationDifference:
    """
    Put the books right as another person asked for.

    :raises SamePerson: if the actor asked for it, or stands in for who did
    :raises DifferenceOutOfState: if nothing was asked for, or the books do not allow it
    """
    return _decide(actor, key, is_approved=True, at=at)


@use_case(right=_APPROVE)
def refuse_remedy(*, actor: Actor, key: int, at: datetime) -> ReconciliationDifference:
    """
    Leave a difference open that another person wanted to remedy.

    :raises SamePerson: if the actor asked for it, or stands in for who did
    :raises DifferenceOutOfState: if nothing was asked for
    """
    return _decide(actor, key, is_approved=False, at=at)


@use_case(right=_RECONCILE)
def take_difference(*, actor: Actor, key: int) -> ReconciliationDifference:
    """
    Take a difference as one's own work.

    :raises DifferenceOutOfState: if it is done with
    """
    return reconciliation.take_difference(difference=_get(actor, key), login=actor.login)


@use_case(right=_RECONCILE)
def solve_difference(*, actor: Actor, key: int, note: str, at: datetime) -> ReconciliationDifference:
    """
    Say what came of a difference.

    :raises DifferenceOutOfState: if it is done with, or no note says how
    """
    return reconciliation.solve_difference(difference=_get(actor, key), note=note, login=actor.login, at=at)


@use_case(right=_RECONCILE)
def close_day(*, actor: Actor, key: int, at: datetime) -> ReconciliationDay:
    """
    Close a day on which nothing is open.

    :raises DayOutOfState: if it is closed, or has open differences
    """
    day = queries.get_day(actor=actor, key=key, lock=True)
    return reconciliation.close_day(actor=actor, day=day, login=actor.login, at=at)


def _decide(actor: Actor, key: int, *, is_approved: bool, at: datetime) -> ReconciliationDifference:
    difference = _get(actor, key)
    asked_on = to_shanghai(difference.asked_at).date() if difference.asked_at else None
    require_another_person(actor=actor, operator_login=difference.asked_by, operated_on=asked_on)
    return remedies.decide_remedy(actor=actor, difference=difference, is_approved=is_approved, login=actor.login, at=at)


def _get(actor: Actor, key: int) -> ReconciliationDifference:
    rows = ReconciliationDifference.objects.for_actor(actor).select_related("day__acquirer__unit")
    rows = rows.select_for_update(of=("self",)).filter(pk=key)
    difference: ReconciliationDifference | None = rows.first()
    if difference is None:
        raise DifferenceOutOfState(field="key", reference=str(key), reason="there is none")
    return difference
