"""The keys of personal data: read from a file of mode 0600 that lies outside database and checkout."""

import base64
import json
import secrets
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


@lru_cache(maxsize=1)
def get_ring() -> KeyRing:
    """Return the ring of this process; read once, so a rotation asks for a restart."""
    file: Path | None = settings.DATA_KEYS_FILE
    # Commands that run without a database (quote, clock) keep nothing, so a key of the moment harms nobody.
    return read_keys(file) if file else make_keys()


def _encode(key: bytes) -> str:
    return base64.b64encode(key).decode("ascii")
