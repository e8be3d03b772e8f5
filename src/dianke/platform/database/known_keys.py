"""
Whether the key file is the one that this database was written with.

A lost key file is easily replaced by a new one, and nobody notices until a phone number is wanted. So the
database keeps a mark of each key, and the service does not start with a ring that lacks one.
"""

import hashlib
import hmac
from datetime import datetime

from dianke.platform.crypto.keys import KeyRing, KeysNotUsable, get_ring
from dianke.platform.database.models import KnownKey
from dianke.platform.identity.types import Actor

LOOKUP = "lookup"

_SYSTEM = Actor.system("comparing the key file with the database")


def require_known_keys(*, at: datetime) -> None:
    """
    Refuse a ring that lacks a key of this database; remember keys that are new in it.

    :raises KeysNotUsable: naming the key that is missing or another than it was
    """
    marks = make_marks(get_ring())
    known = dict(KnownKey.objects.for_actor(_SYSTEM).values_list("key_id", "mark").order_by("key_id"))
    for key_id, mark in known.items():
        if key_id not in marks:
            msg = f"the key file lacks the key {key_id} that this database was written with; restore it from its backup"
            raise KeysNotUsable(msg)
        if not hmac.compare_digest(mark, marks[key_id]):
            msg = f"the key {key_id} of the key file is not the one that this database was written with"
            raise KeysNotUsable(msg)
    new = [KnownKey(key_id=key_id, mark=mark, since=at) for key_id, mark in marks.items() if key_id not in known]
    KnownKey.objects.bulk_create(new, ignore_conflicts=True)


def replace_lookup_mark(*, at: datetime) -> None:
    """Remember another lookup key, once every hash was made anew under it."""
    KnownKey.objects.for_actor(_SYSTEM).filter(key_id=LOOKUP).delete()
    require_known_keys(at=at)


def is_known(ring: KeyRing) -> bool:
    """Tell whether the database was written with exactly this lookup key and no data key that the ring lacks."""
    known = dict(KnownKey.objects.for_actor(_SYSTEM).values_list("key_id", "mark").order_by("key_id"))
    marks = make_marks(ring)
    return LOOKUP in known and all(marks.get(key_id) == mark for key_id, mark in known.items())


def make_marks(ring: KeyRing) -> dict[str, str]:
    """Return a mark of each key of a ring, the lookup key among them."""
    keys = {**ring.data, LOOKUP: ring.lookup}
    return {key_id: hmac.new(key, b"dianke key mark", hashlib.sha256).hexdigest()[:32] for key_id, key in keys.items()}
