"""Matches of bookings that were wrong: one person asks to undo them, another decides."""

from datetime import datetime

from dianke.domain.channels.models import MatchUndo
from dianke.domain.channels.operations import undo
from dianke.domain.channels.operations.undo import UnableToUndo
from dianke.domain.channels.queries import undo as queries
from dianke.domain.channels.queries.statements import get_entry
from dianke.kernel.clock import to_shanghai
from dianke.platform.audit.use_case import use_case
from dianke.platform.identity.separation import require_another_person
from dianke.platform.identity.types import Actor

_RECONCILE, _APPROVE = "payments.reconcile", "payments.approve"


@use_case(right=_RECONCILE)
def ask_undo(*, actor: Actor, key: int, reason: str, at: datetime) -> MatchUndo:
    """
    Ask for the match of a booking to be undone.

    :raises UnableToUndo: if it has no way back, no reason is given, or somebody asked already
    """
    entry = get_entry(actor=actor, key=key, lock=True)
    if entry is None:
        raise UnableToUndo(field="key", reference=str(key), reason="there is none")
    return undo.ask_undo(actor=actor, entry=entry, reason=reason, login=actor.login, at=at)


@use_case(right=_APPROVE)
def approve_undo(*, actor: Actor, key: int, reason: str = "", at: datetime) -> MatchUndo:
    """
    Undo a match as another person asked for.

    :raises SamePerson: if the actor asked for it, or stands in for who did
    :raises UnableToUndo: if it was decided already, or the booking changed meanwhile
    """
    return _decide(actor, key, is_approved=True, reason=reason, at=at)


@use_case(right=_APPROVE)
def refuse_undo(*, actor: Actor, key: int, reason: str, at: datetime) -> MatchUndo:
    """
    Leave a match as it is, saying why.

    :raises SamePerson: if the actor asked for it, or stands in for who did
    :raises UnableToUndo: if it was decided already, or no reason is given
    """
    return _decide(actor, key, is_approved=False, reason=reason, at=at)


@use_case(right=_RECONCILE)
def withdraw_undo(*, actor: Actor, key: int, at: datetime) -> MatchUndo:
    """
    Take one's own wish back.

    :raises UnableToUndo: if it was decided already, or another person asked
    """
    wish = queries.get_undo(actor=actor, key=key, lock=True)
    return undo.withdraw_undo(wish=wish, login=actor.login, at=at)


def _decide(actor: Actor, key: int, *, is_approved: bool, reason: str, at: datetime) -> MatchUndo:
    wish = queries.get_undo(actor=actor, key=key, lock=True)
    require_another_person(actor=actor, operator_login=wish.asked_by, operated_on=to_shanghai(wish.asked_at).date())
    return undo.decide_undo(actor=actor, wish=wish, is_approved=is_approved, reason=reason, login=actor.login, at=at)
