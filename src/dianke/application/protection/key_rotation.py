"""The keys of personal data change: a new one is added, values move under it, old ones stay for the history."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings

from dianke.application.protection import hashes, registry
from dianke.application.protection.registry import ProtectedField
from dianke.kernel.errors import DomainError
from dianke.platform.audit.use_case import PermissionRefused, use_case
from dianke.platform.crypto import keys, rotation
from dianke.platform.database import known_keys
from dianke.platform.identity.types import Actor
from dianke.platform.import_batches.files import encrypt_again

ROTATE = "protection.rotate_keys"


class NoKeyFile(DomainError):
    """No key file is set, so there is nothing to rotate."""

    code = "protection.no_key_file"
    message = "DIANKE_DATA_KEYS_FILE names no key file"


@dataclass(frozen=True)
class ColumnStatus:
    """How many values of one column lie under each key."""

    label: str
    column: str
    is_history: bool
    counts: dict[str, int]


@dataclass(frozen=True)
class KeyStatus:
    """The key file and what lies under each of its keys."""

    file: Path
    current: str
    key_ids: tuple[str, ...]
    columns: tuple[ColumnStatus, ...]

    @property
    def waiting(self) -> int:
        """Return how many values outside the history lie under older keys."""
        return sum(
            count
            for column in self.columns
            if not column.is_history
            for key_id, count in column.counts.items()
            if key_id != self.current
        )


def get_status(*, actor: Actor) -> KeyStatus:
    """
    Return the keys and how many values lie under each; it reads every encrypted column once.

    :raises PermissionRefused: if the actor may not rotate
    """
    _require_right(actor)
    ring = keys.get_ring()
    fields = [(one, False) for one in registry.list_protected_fields()]
    fields += [(one, True) for one in registry.list_history_fields()]
    columns = [
        ColumnStatus(one.label, one.name, is_history, rotation.count_by_key(model=one.model, column=one.name))
        for one, is_history in fields
    ]
    return KeyStatus(_get_file(), ring.current, tuple(sorted(ring.data)), tuple(columns))


@use_case(right=ROTATE)
def rotate_data_key(*, actor: Actor, reason: str, at: datetime) -> str:
    """Add a data key to the key file, let new values be written under it, and return its id."""
    file = _get_file()
    grown = keys.add_data_key(keys.read_keys(file))
    with keys.use_ring(grown):
        # Marked first: if the file cannot be written, the mark is taken back with the transaction. The other
        # way round the file merely holds a key that the next start marks.
        known_keys.require_known_keys(at=at)
    keys.store_keys(file, grown)
    keys.forget_ring()
    return grown.current


def reencrypt_values(*, actor: Actor, reason: str, progress: Callable[[str, int], None] | None = None) -> int:
    """
    Write every value under an older key again under the current one and return how many there were.

    The history is append-only and keeps its keys. It can be interrupted and started again.

    :raises PermissionRefused: if the actor may not rotate
    """
    _require_right(actor)
    keys.forget_ring()
    total = 0
    for one in registry.list_protected_fields():
        total += _reencrypt_column(one, progress)
    total += encrypt_again(data_dir=settings.DATA_DIR)
    _note_reencryption(actor=actor, reason=reason, key_id=keys.get_ring().current, values=total)
    return total


def _reencrypt_column(one: ProtectedField, progress: Callable[[str, int], None] | None) -> int:
    done = 0
    for written in rotation.reencrypt(model=one.model, column=one.name, purpose=one.purpose):
        done += written
        if progress:
            progress(f"{one.label}.{one.name}", done)
    return done


@use_case(right=ROTATE)
def _note_reencryption(*, actor: Actor, reason: str, key_id: str, values: int) -> None:
    """Leave the record of a finished pass; the batches themselves were transactions of their own."""


def rotate_lookup_key(*, actor: Actor, reason: str, at: datetime) -> int:
    """
    Replace the lookup key, make every hash anew in one transaction, and return how many there were.

    The service must stand still: what a process with the old key writes meanwhile would be found by nobody.
    An interrupted rotation is finished or dropped by the next.

    :raises PermissionRefused: if the actor may not rotate
    """
    _require_right(actor)
    file = _get_file()
    beside = file.with_name(f"{file.name}.next")
    if beside.exists() and known_keys.is_known(keys.read_keys(beside)):
        # The hashes were committed, only the file was not put in place.
        beside.replace(file)
    other = keys.replace_lookup_key(keys.read_keys(file))
    keys.store_keys(beside, other)
    try:
        with keys.use_ring(other):
            made = _remake_hashes(actor=actor, reason=reason, at=at)
    except BaseException:
        beside.unlink()
        raise
    beside.replace(file)
    keys.forget_ring()
    return made


@use_case(right=ROTATE, raises_alarms=False)
def _remake_hashes(*, actor: Actor, reason: str, at: datetime) -> int:
    """Make every hash anew under the ring in use and remember its lookup key."""
    made = hashes.remake_hashes()
    known_keys.replace_lookup_mark(at=at)
    return made


def _require_right(actor: Actor) -> None:
    if not actor.may(ROTATE):
        raise PermissionRefused(field="actor", login=actor.login, right=ROTATE)


def _get_file() -> Path:
    file: Path | None = settings.DATA_KEYS_FILE
    if file is None:
        raise NoKeyFile
    return file
