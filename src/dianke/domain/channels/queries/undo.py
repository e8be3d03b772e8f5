"""Reads of wishes to undo a match, and whether a match has a way back."""

from typing import Any

from django.db.models import QuerySet

from dianke.domain.channels.models import EntryState, MatchUndo, StatementEntry
from dianke.domain.channels.queries.cheques import find_clearing_of_entry
from dianke.domain.channels.queries.left import sum_claimed
from dianke.domain.channels.types import ChangeState
from dianke.domain.receivables.queries.claims import find_at_bank
from dianke.domain.receivables.queries.payments import is_reversed
from dianke.domain.receivables.types import ClaimKind
from dianke.kernel.errors import DomainError
from dianke.platform.identity.types import Actor
from dianke.platform.org.scoping import Scope

_SYSTEM = Actor.system("finding whether a match has a way back")
_MATCHED = (
    EntryState.BOOKED.value, EntryState.SETTLED.value, EntryState.CLEARED.value, EntryState.DEPOSITED.value,
    EntryState.CHARGED.value, EntryState.ELSEWHERE.value,
)  # fmt: skip


class UndoUnknown(DomainError):
    """There is no such wish within the actor's units."""

    code = "channels.undo_unknown"
    message = "there is no wish {key} to undo a match"


def filter_undos(*, actor: Scope) -> QuerySet[Any]:
    """Return the wishes of the actor's units; no order."""
    rows: QuerySet[Any] = MatchUndo.objects.for_actor(actor).select_related("entry__bank", "entry__statement")
    return rows


def list_waiting_undos(*, actor: Scope) -> list[MatchUndo]:
    """Return the wishes that nobody has decided, the oldest first."""
    return list(filter_undos(actor=actor).filter(state=ChangeState.ASKED.value).order_by("id"))


def list_undos(*, actor: Scope, entry: StatementEntry) -> list[MatchUndo]:
    """Return what was asked of a booking, the last first."""
    return list(filter_undos(actor=actor).filter(entry=entry).order_by("-id"))


def get_undo(*, actor: Scope, key: int, lock: bool = False) -> MatchUndo:
    """
    Return a wish.

    :raises UndoUnknown: if there is none within the actor's units
    """
    rows = filter_undos(actor=actor).filter(pk=key)
    found: MatchUndo | None = (rows.select_for_update(of=("self",)) if lock else rows).first()
    if found is None:
        raise UndoUnknown(field="key", key=key)
    return found


def find_obstacle(*, entry: StatementEntry) -> str:
    """Return why what a booking was found to be cannot be undone, or nothing."""
    state = entry.state
    if state in _MATCHED:
        return ""
    if state == EntryState.SUSPENSE.value:
        # Somebody reversed the payment: the bank still has the money, so it is taken into suspense anew.
        is_gone = entry.payment_id is not None and is_reversed(payment_id=entry.payment_id)
        return "" if is_gone else "nothing_matched"
    if state == EntryState.HONOURED.value:
        return "" if find_clearing_of_entry(entry_id=entry.pk) else "cheque_bounced"
    if state == EntryState.RETURNED.value:
        return "" if entry.gives_back_id else "taken_back"
    if state == EntryState.CLAIMED.value:
        return _find_claim_obstacle(entry)
    return "nothing_matched" if state == EntryState.OPEN.value else "no_way_back"


def _find_claim_obstacle(entry: StatementEntry) -> str:
    claim = find_at_bank(actor=_SYSTEM, number=entry.target)
    is_deposit = claim is not None and claim.kind == ClaimKind.DEPOSIT_TAKEN.value
    if claim is None or (entry.amount_fen > 0 and not is_deposit):
        return "no_way_back"
    # What was paid out and came back since is done with.
    return "" if is_deposit or sum_claimed(number=entry.target) == entry.amount_fen else "no_way_back"
