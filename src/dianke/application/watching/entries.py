"""Work on entries of watch lists: taken, given to somebody, done or dismissed, and what they turned out to be."""

from collections.abc import Sequence
from datetime import datetime

from dianke.domain.watching.models import WatchEntry
from dianke.domain.watching.operations import entries as operations
from dianke.domain.watching.operations.entries import OwnerUnknown
from dianke.domain.watching.queries import entries as queries
from dianke.domain.watching.types import EntryResult
from dianke.kernel.clock import to_shanghai
from dianke.platform.audit.use_case import use_case
from dianke.platform.identity import queries as identity
from dianke.platform.identity.types import Actor

_WORK = "watching.work"


@use_case(right=_WORK)
def take_entry(*, actor: Actor, key: int, at: datetime) -> WatchEntry:
    """
    Take an entry as one's own work.

    :raises EntryOutOfState: if it is not open
    """
    return operations.take(entry=_get(actor, key), login=actor.login, at=at)


@use_case(right="watching.manage")
def assign_entries(*, actor: Actor, keys: Sequence[int], login: str, at: datetime) -> int:
    """
    Give entries to a person who works on watch lists of their units; return how many changed hands.

    :raises OwnerUnknown: if the person cannot see one of them
    :raises EntryOutOfState: if one is closed
    """
    rows = [_get(actor, key) for key in sorted(set(keys))]
    try:
        owner = identity.get_actor(login=login, on=to_shanghai(at).date(), origin="assigned")
    except identity.NoSuchStaff as unknown:
        raise OwnerUnknown(field="login", login=login) from unknown
    reached = owner.list_unit_paths(_WORK) if owner.may(_WORK) else ()
    if not all(row.unit.path.startswith(tuple(reached)) for row in rows) or not reached:
        raise OwnerUnknown(field="login", login=login)
    return operations.assign(entries=rows, login=login)


@use_case(right=_WORK)
def finish_entry(*, actor: Actor, key: int, note: str, at: datetime, result: EntryResult | None = None) -> WatchEntry:
    """
    Close an entry that was worked on, with what was done.

    :raises EntryOutOfState: if it is closed
    :raises WordsMissing: if nothing says what was done
    """
    return operations.finish(entry=_get(actor, key), note=note, result=result, login=actor.login, at=at)


@use_case(right=_WORK)
def dismiss_entry(
    *, actor: Actor, key: int, reason: str, at: datetime, result: EntryResult | None = None
) -> WatchEntry:
    """
    Close an entry that nobody need work on, with a reason.

    :raises EntryOutOfState: if it is closed
    :raises WordsMissing: if nothing says why
    """
    return operations.dismiss(entry=_get(actor, key), reason=reason, result=result, login=actor.login, at=at)


@use_case(right=_WORK)
def judge_entry(*, actor: Actor, key: int, result: EntryResult, at: datetime, note: str = "") -> WatchEntry:
    """
    Record what a closed entry turned out to be.

    :raises EntryOutOfState: if it lives still
    """
    return operations.judge(entry=_get(actor, key), result=result, note=note, login=actor.login, at=at)


def _get(actor: Actor, key: int) -> WatchEntry:
    return queries.get_entry(actor=actor, key=key, lock=True)
