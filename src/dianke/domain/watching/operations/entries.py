"""What people do with entries of watch lists."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from dianke.domain.watching.models import WatchEntry
from dianke.domain.watching.types import EntryResult, EntryState
from dianke.kernel.errors import DomainError
from dianke.platform.identity.types import Actor

_NOTE = 400
_SYSTEM = Actor.system("passing watch entries on")


class EntryOutOfState(DomainError):
    """An entry is not where the act wants it."""

    code = "watching.entry_out_of_state"
    message = "entry {number} is {state}"


class WordsMissing(DomainError):
    """Nothing says why, or what was done."""

    code = "watching.words_missing"
    message = "say why, or what was done"


class OwnerUnknown(DomainError):
    """Nobody of that log-in can work on entries."""

    code = "watching.owner_unknown"
    message = "nobody with the log-in {login} works on watch lists of this unit"


def take(*, entry: WatchEntry, login: str, at: datetime) -> WatchEntry:
    """
    Take an entry as one's own work.

    :raises EntryOutOfState: if it is not open
    """
    _require(entry, EntryState.OPEN)
    entry.state, entry.owner = EntryState.TAKEN.value, login
    entry.taken_by, entry.taken_at = login, at
    entry.save(update_fields=["state", "owner", "taken_by", "taken_at"])
    return entry


def assign(*, entries: Sequence[WatchEntry], login: str) -> int:
    """
    Give entries to a person; who had taken one gives it back. Return how many changed hands.

    :raises EntryOutOfState: if one is closed
    """
    changed = 0
    for entry in entries:
        _require(entry, EntryState.OPEN, EntryState.TAKEN)
        if entry.owner == login:
            continue
        entry.owner, entry.state, entry.taken_by, entry.taken_at = login, EntryState.OPEN.value, "", None
        entry.save(update_fields=["owner", "state", "taken_by", "taken_at"])
        changed += 1
    return changed


def pass_on(*, giver: str, takers: Mapping[int, str], other: str) -> int:
    """
    Give everything that a leaving person has to do to whoever takes the customer over; return how many entries.

    :param takers: customer key and log-in
    :param other: log-in of who takes what is not named
    """
    rows = WatchEntry.objects.for_actor(_SYSTEM).select_for_update()
    living = list(rows.filter(owner=giver, state__in=[EntryState.OPEN.value, EntryState.TAKEN.value]).order_by("id"))
    return sum(assign(entries=[one], login=takers.get(one.customer_id, other)) for one in living)


def finish(*, entry: WatchEntry, note: str, result: EntryResult | None, login: str, at: datetime) -> WatchEntry:
    """
    Close an entry that was worked on, with what was done and, if it is known, what it turned out to be.

    :raises EntryOutOfState: if it is closed
    :raises WordsMissing: if nothing says what was done
    """
    _close(entry, EntryState.DONE, note, login, at)
    return judge(entry=entry, result=result, note="", login=login, at=at) if result else entry


def dismiss(*, entry: WatchEntry, reason: str, result: EntryResult | None, login: str, at: datetime) -> WatchEntry:
    """
    Close an entry that nobody need work on.

    :raises EntryOutOfState: if it is closed
    :raises WordsMissing: if nothing says why
    """
    _close(entry, EntryState.DISMISSED, reason, login, at)
    return judge(entry=entry, result=result, note="", login=login, at=at) if result else entry


def judge(*, entry: WatchEntry, result: EntryResult, note: str, login: str, at: datetime) -> WatchEntry:
    """
    Record what a closed entry turned out to be; the last word counts, and the trail keeps those before it.

    :raises EntryOutOfState: if it lives still
    """
    _require(entry, EntryState.DONE, EntryState.DISMISSED, EntryState.LAPSED)
    entry.result, entry.result_note = result.value, note.strip()[:_NOTE]
    entry.result_by, entry.result_at = login, at
    entry.save(update_fields=["result", "result_note", "result_by", "result_at"])
    return entry


def _close(entry: WatchEntry, state: EntryState, note: str, login: str, at: datetime) -> None:
    _require(entry, EntryState.OPEN, EntryState.TAKEN)
    if not note.strip():
        raise WordsMissing(field="note")
    entry.state, entry.closing_note = state.value, note.strip()[:_NOTE]
    entry.closed_by, entry.closed_at = login, at
    entry.save(update_fields=["state", "closing_note", "closed_by", "closed_at"])


def _require(entry: WatchEntry, *states: EntryState) -> None:
    if entry.state not in {state.value for state in states}:
        raise EntryOutOfState(field="state", number=entry.number, state=entry.state)
