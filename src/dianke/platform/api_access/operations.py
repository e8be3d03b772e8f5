"""Writes of tokens and of kept answers."""

import hashlib
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction

from dianke.kernel.errors import DomainError
from dianke.platform.api_access.models import ApiToken, StoredAnswer
from dianke.platform.api_access.queries import digest_of
from dianke.platform.identity.models import Staff
from dianke.platform.identity.types import Actor
from dianke.platform.org.models import Unit

KEPT = timedelta(hours=24)
LONGEST = timedelta(days=366)
MARK = "dk_"
_SHOWN = 10
# A token used a thousand times a minute is written down once.
_USED_AGAIN = timedelta(minutes=1)


class UnableToIssueToken(DomainError):
    """A token cannot be issued like this."""

    code = "api.unable_to_issue_token"
    message = "the token is not issued: {reason}"


class KeyUsedForAnother(DomainError):
    """An idempotency key stands for one request."""

    code = "api.key_used_for_another"
    message = "the idempotency key was used for another request"


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """A new token with its secret, which is shown once and never again."""

    token: ApiToken
    secret: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What a write answered; replayed when it was kept from an earlier time."""

    status: int
    body: str
    is_replayed: bool = False


def issue_token(
    *,
    actor: Actor,
    staff: Staff,
    name: str,
    scopes: Iterable[str],
    unit: Unit | None,
    expires_at: datetime,
    at: datetime,
) -> IssuedToken:
    """
    Add a token and return it with its secret.

    :raises UnableToIssueToken: if it has no name, no scope, or its end is past or too far
    """
    wanted = sorted(set(scopes))
    if not name.strip():
        raise UnableToIssueToken(field="name", reason="it has no name")
    if not wanted:
        raise UnableToIssueToken(field="scopes", reason="it allows nothing")
    if not at < expires_at <= at + LONGEST:
        raise UnableToIssueToken(field="expires_at", reason="it ends within a year")
    secret = MARK + secrets.token_urlsafe(32)
    token = ApiToken(
        staff=staff,
        name=name.strip(),
        digest=digest_of(secret),
        prefix=secret[:_SHOWN],
        scopes=wanted,
        unit=unit,
        created_at=at,
        created_by=actor.login,
        expires_at=expires_at,
    )
    token.save()
    return IssuedToken(token, secret)


def revoke_token(*, actor: Actor, token: ApiToken, at: datetime) -> None:
    """End a token at once; a second time changes nothing."""
    if token.revoked_at is None:
        token.revoked_at, token.revoked_by = at, actor.login
        token.save(update_fields=["revoked_at", "revoked_by"])


def note_use(*, token: ApiToken, at: datetime) -> None:
    """Write down that a token was used, once a minute at most."""
    if token.last_used_at is None or at - token.last_used_at >= _USED_AGAIN:
        system = Actor.system("noting when a token was used")
        ApiToken.objects.for_actor(system).filter(pk=token.pk).update(last_used_at=at)


def answer_once(
    *, subject: str, key: str, request: bytes, at: datetime, write: Callable[[], tuple[int, str]]
) -> Answer:
    """
    Do a write once for a key and keep its answer for a day; the same request again gets the kept answer.

    The key is taken and the write done in one transaction, so that a twin that arrives meanwhile waits for
    the first. A write that refuses keeps nothing: it may be tried again under its key.

    :raises KeyUsedForAnother: if the key stands for another request
    """
    sha256 = hashlib.sha256(request).hexdigest()
    with transaction.atomic():
        StoredAnswer.objects.for_actor(_KEEPER).filter(stored_at__lt=at - KEPT).delete()
        with connection.cursor() as cursor:
            cursor.execute(_TAKE, [subject, key, sha256, at])
            taken = cursor.fetchone()
        if taken is None:
            kept: StoredAnswer = StoredAnswer.objects.for_actor(_KEEPER).get(subject=subject, key=key)
            if kept.request_sha256 != sha256:
                raise KeyUsedForAnother(field="Idempotency-Key")
            return Answer(kept.status, kept.body, is_replayed=True)
        status, body = write()
        StoredAnswer.objects.for_actor(_KEEPER).filter(pk=taken[0]).update(status=status, body=body)
        return Answer(status, body)


_KEEPER = Actor.system("keeping the answers of writes")
_TAKE = """
insert into api_access_storedanswer (subject, key, request_sha256, status, body, stored_at)
values (%s, %s, %s, 0, '', %s) on conflict (subject, key) do nothing returning id
"""
