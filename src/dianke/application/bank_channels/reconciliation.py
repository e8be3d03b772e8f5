"""Reconciliation of a channel and day with the bank."""

from datetime import date, datetime

from dianke.domain.channels.models import ReconciliationDay, ReconciliationDifference
from dianke.domain.channels.operations import reconciliation
from dianke.domain.channels.operations.reconciliation import DifferenceOutOfState
from dianke.domain.channels.queries import reconciliation as queries
from dianke.domain.channels.queries import withholding as banks
from dianke.domain.receivables.types import Channel
from dianke.platform.audit.use_case import use_case
from dianke.platform.identity.types import Actor

_RECONCILE = "payments.reconcile"


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


def _get(actor: Actor, key: int) -> ReconciliationDifference:
    rows = ReconciliationDifference.objects.for_actor(actor).select_for_update(of=("self",)).filter(pk=key)
    difference: ReconciliationDifference | None = rows.first()
    if difference is None:
        raise DifferenceOutOfState(field="key", reference=str(key), reason="there is none")
    return difference
