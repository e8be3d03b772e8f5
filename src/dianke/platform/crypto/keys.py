"""The keys of personal data: read from a file of mode 0600 that lies outside database and checkout."""

import base64
import dataclasses
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.conf import settings

KEY_BYTES = 32
_OTHERS_MAY_READ = 0o077


class KeysNotUsable(RuntimeError):
    """The key file is missing, open to others or damaged; without it personal data can be neither read nor kept."""


@dataclass(frozen=True)
class KeyRing:
    """The data keys by id, the one that new values are written under, and the key of lookups."""

    current: str
    data: dict[str, bytes]
    lookup: bytes


def make_keys() -> KeyRing:
    """Return a ring with one new data key and a new lookup key."""
    return KeyRing(current="k1", data={"k1": secrets.token_bytes(KEY_BYTES)}, lookup=secrets.token_bytes(KEY_BYTES))


def write_keys(ring: KeyRing) -> str:
    """Return the text of a key file."""
    return json.dumps(
        {
            "current": ring.current,
            "data": {key_id: _encode(key) for key_id, key in sorted(ring.data.items())},
            "lookup": _encode(ring.lookup),
        },
        indent=1,
    )


def read_keys(file: Path) -> KeyRing:
    """
    Return the ring of a key file.

    :raises KeysNotUsable: if it is missing, readable by others or damaged
    """
    if not file.is_file():
        msg = f"the key file {file} is missing; personal data cannot be read without it"
        raise KeysNotUsable(msg)
    if file.stat().st_mode & _OTHERS_MAY_READ:
        msg = f"the key file {file} can be read by others; set its mode to 0600"
        raise KeysNotUsable(msg)
    try:
        stored = json.loads(file.read_text("utf-8"))
        ring = KeyRing(
            current=str(stored["current"]),
            data={str(key_id): base64.b64decode(key, validate=True) for key_id, key in stored["data"].items()},
            lookup=base64.b64decode(stored["lookup"], validate=True),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        msg = f"the key file {file} is damaged"
        raise KeysNotUsable(msg) from error
    if ring.current not in ring.data or {len(key) for key in (*ring.data.values(), ring.lookup)} != {KEY_BYTES}:
        msg = f"the key file {file} lacks a key or holds one of a wrong length"
        raise KeysNotUsable(msg)
    return ring


def add_data_key(ring: KeyRing) -> KeyRing:
    """Return the ring with one more data key, which new values are written under from now on."""
    numbers = [int(key_id[1:]) for key_id in ring.data if key_id[:1] == "k" and key_id[1:].isdecimal()]
    key_id = f"k{max(numbers, default=0) + 1}"
    return dataclasses.replace(ring, current=key_id, data={**ring.data, key_id: secrets.token_bytes(KEY_BYTES)})


def replace_lookup_key(ring: KeyRing) -> KeyRing:
    """Return the ring with another lookup key; every hash must be made anew under it."""
    return dataclasses.replace(ring, lookup=secrets.token_bytes(KEY_BYTES))


def store_keys(file: Path, ring: KeyRing) -> None:
    """Write a key file so that whoever reads it meanwhile finds the old one or the new one, never a part."""
    part = file.with_name(f".{file.name}.{os.getpid()}.part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as handle:
        handle.write(write_keys(ring) + "\n")
        handle.flush()
        os.fsync(handle.fileno())
    part.replace(file)
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        # The rename itself must outlast a power cut, or the database would know a key that nobody has.
        os.fsync(folder)
    finally:
        os.close(folder)


_borrowed: ContextVar[KeyRing | None] = ContextVar("_borrowed", default=None)


def get_ring() -> KeyRing:
    """Return the ring of this process; read once, and again when a value names a key that it lacks."""
    return _borrowed.get() or _read_ring()


def forget_ring() -> None:
    """Let the next use read the key file again."""
    _read_ring.cache_clear()


@contextmanager
def use_ring(ring: KeyRing) -> Iterator[None]:
    """Work under another ring than the key file's, while its hashes are being made."""
    token = _borrowed.set(ring)
    try:
        yield
    finally:
        _borrowed.reset(token)


@lru_cache(maxsize=1)
def _read_ring() -> KeyRing:
    file: Path | None = settings.DATA_KEYS_FILE
    # Commands that run without a database (quote, clock) keep nothing, so a key of the moment harms nobody.
    return read_keys(file) if file else make_keys()


def _encode(key: bytes) -> str:
    return base64.b64encode(key).decode("ascii")
