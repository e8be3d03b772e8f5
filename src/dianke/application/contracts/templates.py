"""Templates of a utility's own: one person proposes, another decides."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from dianke.domain.contracts import operations, queries
from dianke.domain.contracts.models import ContractTemplate
from dianke.kernel.clock import to_shanghai
from dianke.platform.audit.use_case import use_case
from dianke.platform.identity.separation import require_another_person
from dianke.platform.identity.types import Actor

PROPOSE_TEMPLATES, APPROVE_TEMPLATES = "contracts.propose_templates", "contracts.approve_templates"


@use_case(right=PROPOSE_TEMPLATES)
def propose_template(*, actor: Actor, content: Mapping[str, Any], note: str, at: datetime) -> ContractTemplate:
    """Propose a template of contracts from a day on."""
    return operations.propose_template(actor=actor, content=content, note=note, login=actor.login, at=at)


@use_case(right=APPROVE_TEMPLATES)
def approve_template(*, actor: Actor, key: int, at: datetime, reason: str = "") -> ContractTemplate:
    """
    Let a template hold that another person proposed.

    :raises SamePerson: if the actor proposed it, or stands in for who did
    """
    row = _get_of_another(actor, key)
    return operations.decide_template(template=row, is_approved=True, login=actor.login, at=at, reason=reason)


@use_case(right=APPROVE_TEMPLATES)
def refuse_template(*, actor: Actor, key: int, at: datetime, reason: str) -> ContractTemplate:
    """
    Refuse a template that another person proposed.

    :raises SamePerson: if the actor proposed it, or stands in for who did
    """
    row = _get_of_another(actor, key)
    return operations.decide_template(template=row, is_approved=False, login=actor.login, at=at, reason=reason)


def _get_of_another(actor: Actor, key: int) -> ContractTemplate:
    row = queries.get_template(actor=actor, key=key, lock=True)
    require_another_person(actor=actor, operator_login=row.proposed_by, operated_on=to_shanghai(row.proposed_at).date())
    return row
