"""
Lock-out after failures of the log-in.

Failures are counted twice: by login, so that one password is not guessed from many places, and by address, so
that one place does not try a common password on everybody. A login that nobody has is counted like any other,
or the answer would tell which exist.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from dianke.platform.identity.models import LogInLock
from dianke.platform.identity.types import Actor, LockKind

WINDOW = timedelta(minutes=15)
LOCKED_FOR = timedelta(minutes=15)
# One address may be a whole office behind its gateway, so it is given more.
FAILURES_ALLOWED = {LockKind.LOGIN: 5, LockKind.ADDRESS: 30}

_KEPT_FOR = timedelta(days=1)
_SYSTEM = Actor.system("counting failures of the log-in, before anybody acts")


@dataclass(frozen=True)
class Lock:
    """A lock in force."""

    kind: LockKind
    subject: str
    until: datetime


def find_lock(*, login: str, address: str, at: datetime) -> Lock | None:
    """Return the lock that bars a log-in now, the longer one of two."""
    rows = [*_rows(LockKind.LOGIN, login), *_rows(LockKind.ADDRESS, address)]
    locks = [
        Lock(kind=LockKind(row.kind), subject=row.subject, until=row.locked_until)
        for row in rows
        if row.locked_until is not None and row.locked_until > at
    ]
    return max(locks, key=lambda lock: lock.until, default=None)


def list_locked_logins(*, logins: Iterable[str], at: datetime) -> set[str]:
    """Return those of the logins that are locked out now."""
    wanted = [login[:64] for login in logins]
    rows = LogInLock.objects.for_actor(_SYSTEM).filter(kind=LockKind.LOGIN.value, subject__in=wanted)
    return set(rows.filter(locked_until__gt=at).values_list("subject", flat=True))


@transaction.atomic
def count_failure(*, login: str, address: str, at: datetime) -> None:
    """Count one failure of a log-in for the login and the address, and lock what has too many."""
    LogInLock.objects.for_actor(_SYSTEM).filter(last_failed_at__lt=at - _KEPT_FOR).delete()
    for kind, subject in ((LockKind.LOGIN, login), (LockKind.ADDRESS, address)):
        if subject:
            _count(kind, subject[:64], at)


def forget_failures(*, login: str) -> int:
    """Begin again at nought for a login, after a success or by an administrator; return how many were counted."""
    rows = LogInLock.objects.for_actor(_SYSTEM).filter(kind=LockKind.LOGIN.value, subject=login[:64])
    counted: int = sum(rows.values_list("failures", flat=True))
    rows.delete()
    return counted


def _count(kind: LockKind, subject: str, at: datetime) -> None:
    rows = LogInLock.objects.for_actor(_SYSTEM).select_for_update()
    row, _ = rows.get_or_create(
        kind=kind.value, subject=subject, defaults={"first_failed_at": at, "last_failed_at": at}
    )
    locked = row.locked_until is not None and row.locked_until > at
    if not locked and at - row.first_failed_at > WINDOW:
        row.failures, row.first_failed_at, row.locked_until = 0, at, None
    row.failures += 1
    row.last_failed_at = at
    if not locked and row.failures >= FAILURES_ALLOWED[kind]:
        row.locked_until = at + LOCKED_FOR
    row.save()


def _rows(kind: LockKind, subject: str) -> list[LogInLock]:
    return list(LogInLock.objects.for_actor(_SYSTEM).filter(kind=kind.value, subject=subject[:64]))
