"""Reads of tokens."""

import hashlib
from dataclasses import replace
from datetime import date, datetime

from dianke.platform.api_access.models import ApiToken
from dianke.platform.identity import queries as identity
from dianke.platform.identity.types import EVERY_UNIT, Actor, Grant
from dianke.platform.org.scoping import Scope


def find_token(*, secret: str, at: datetime) -> ApiToken | None:
    """Return the token of a secret while it may be used: not expired, not revoked, its person active."""
    # Before the token is known there is no actor yet, as before a log-in.
    token = (
        ApiToken._base_manager.filter(digest=digest_of(secret))
        .select_related("staff__unit", "unit")
        .filter(revoked_at=None, expires_at__gt=at, staff__active=True)
        .first()
    )
    return token if isinstance(token, ApiToken) else None


def build_token_actor(*, token: ApiToken, on: date, address: str = "") -> Actor:
    """Return the actor of a token: what its person may on the day, within the token's scopes and unit."""
    person = identity.build_actor(staff=token.staff, on=on, origin="api", address=address)
    scopes = frozenset(token.scopes)
    limit = EVERY_UNIT if token.unit is None or token.unit.parent_id is None else token.unit.path
    grants = {_narrow(grant, limit) for grant in person.grants if grant.right in scopes}
    return replace(person, grants=frozenset(grant for grant in grants if grant is not None))


def _narrow(grant: Grant, limit: str) -> Grant | None:
    if grant.unit_path.startswith(limit):
        return grant
    return replace(grant, unit_path=limit) if limit.startswith(grant.unit_path) else None


def list_tokens(*, actor: Scope) -> list[ApiToken]:
    """Return the tokens of the actor's units, the newest first."""
    tokens = ApiToken.objects.for_actor(actor, "api.manage_tokens").select_related("staff", "unit")
    return list(tokens.order_by("-created_at", "-id"))


def get_token(*, actor: Scope, token_id: int) -> ApiToken | None:
    """Return a token of the actor's units, or None."""
    tokens = ApiToken.objects.for_actor(actor, "api.manage_tokens").select_related("staff", "unit")
    token: ApiToken | None = tokens.filter(pk=token_id).first()
    return token


def digest_of(secret: str) -> str:
    """Return what is kept of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()
