"""Secret links are made, found and revoked; the secret itself is told once, to who made it."""

import hashlib
import secrets
from datetime import datetime

from dianke.platform.identity.types import Actor
from dianke.platform.links.models import SecretLink
from dianke.platform.org.models import Unit

# 256 bits: nobody comes upon one by trying.
_SECRET_BYTES = 32
_LONGEST = 64


def make_link(*, actor: Actor, unit: Unit, kind: str, target: int, expires_at: datetime, at: datetime) -> str:
    """Make the link of a thing and return its secret; the one before no longer opens."""
    revoke_link(actor=actor, kind=kind, target=target, at=at)
    secret = secrets.token_urlsafe(_SECRET_BYTES)
    SecretLink(
        unit=unit, kind=kind, target=target, secret_hash=_hash(secret), made_by=actor.login, made_at=at,
        expires_at=expires_at,
    ).save()  # fmt: skip
    return secret


def revoke_link(*, actor: Actor, kind: str, target: int, at: datetime) -> bool:
    """Close the link of a thing; tell whether one was open."""
    rows = SecretLink.objects.for_actor(actor).filter(kind=kind, target=target, revoked_at=None)
    return bool(rows.update(revoked_at=at))


def find_open_link(*, actor: Actor, kind: str, target: int, at: datetime) -> SecretLink | None:
    """Return the link of a thing that opens at a moment, or None."""
    rows = SecretLink.objects.for_actor(actor).filter(kind=kind, target=target, revoked_at=None, expires_at__gt=at)
    found: SecretLink | None = rows.first()
    return found


def open_link(*, kind: str, secret: str, at: datetime) -> SecretLink | None:
    """
    Return the link that a secret opens at a moment, or None: unknown, revoked and expired are told alike.

    The secret is looked up by its hash, so that how long it takes says nothing of how much of it was right.
    """
    if not 0 < len(secret) <= _LONGEST:
        return None
    everybody = Actor.system("somebody opens a secret link")
    rows = SecretLink.objects.for_actor(everybody).select_related("unit")
    found: SecretLink | None = rows.filter(
        secret_hash=_hash(secret), kind=kind, revoked_at=None, expires_at__gt=at
    ).first()
    return found


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
