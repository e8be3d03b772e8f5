"""Give a program access for a person, and take it away."""

from collections.abc import Sequence
from datetime import datetime

from dianke.kernel.errors import DomainError
from dianke.platform.api_access import operations, queries
from dianke.platform.api_access.models import ApiToken
from dianke.platform.api_access.operations import IssuedToken, UnableToIssueToken
from dianke.platform.audit.use_case import use_case
from dianke.platform.identity import queries as identity
from dianke.platform.identity.models import Staff
from dianke.platform.identity.types import Actor
from dianke.platform.org.models import Unit
from dianke.platform.org.reach import require_reach

RIGHT = "api.manage_tokens"


class NoSuchToken(DomainError):
    """Nothing is known by the key within the actor's units."""

    code = "api.no_such_token"
    message = "there is no such token within your units"


def list_scopes(*, actor: Actor, staff: Staff, at: datetime) -> list[str]:
    """
    Return the rights that a token for a person may be given today.

    Whoever issues it sees its secret and could act with it: for somebody else it gets no right that the
    issuer lacks.
    """
    person = identity.build_actor(staff=staff, on=at.date(), origin="api")
    # What a person holds as a deputy ends with the deputyship and is not handed to a program.
    own = {grant.right for grant in person.grants if not grant.lender}
    if staff.pk != actor.staff_id:
        own = {right for right in own if actor.may(right)}
    return sorted(own - {RIGHT})


@use_case(right=RIGHT)
def issue_token(
    *,
    actor: Actor,
    staff: Staff,
    name: str,
    scopes: Sequence[str],
    unit: Unit | None,
    expires_at: datetime,
    at: datetime,
) -> IssuedToken:
    """
    Issue a token for a person; the secret is in the answer and nowhere else.

    :raises UnableToIssueToken: if a scope is not open to it, or it has no name, scope or near end
    :raises UnitOutOfReach: if the person works outside the issuer's units
    """
    require_reach(actor=actor, unit_ids=[staff.unit_id] if unit is None else [staff.unit_id, unit.pk])
    if beyond := sorted(set(scopes) - set(list_scopes(actor=actor, staff=staff, at=at))):
        raise UnableToIssueToken(field="scopes", reason=f"{beyond[0]} is not held")
    return operations.issue_token(
        actor=actor, staff=staff, name=name, scopes=scopes, unit=unit, expires_at=expires_at, at=at
    )


@use_case(right=RIGHT)
def revoke_token(*, actor: Actor, token_id: int, at: datetime) -> ApiToken:
    """
    End a token at once.

    :raises NoSuchToken: if the actor's units know none by the key
    """
    token = queries.get_token(actor=actor, token_id=token_id)
    if token is None:
        raise NoSuchToken(field="token")
    operations.revoke_token(actor=actor, token=token, at=at)
    return token
