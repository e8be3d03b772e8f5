"""Versions of weights and of the service table: one person proposes, another approves."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from dianke.domain.valuation.models import ServiceTableVersion, VersionColumns, WeightVersion
from dianke.domain.valuation.operations import versions as operations
from dianke.domain.valuation.operations.versions import Proposed
from dianke.domain.valuation.queries import service, versions
from dianke.kernel.clock import to_shanghai
from dianke.platform.audit.use_case import use_case
from dianke.platform.identity.separation import require_another_person
from dianke.platform.identity.types import Actor


@use_case(right="valuation.propose")
def propose_weights(
    *, actor: Actor, matrix: Sequence[Sequence[str]], basis: str, policy_priced: str, valid_from: date, note: str,
    at: datetime,
) -> WeightVersion:  # fmt: skip
    """
    Propose pairwise comparisons and by what the pyramid is cut.

    :raises MatrixUnfit: if it is no reciprocal matrix of positive numbers
    :raises MatrixInconsistent: if its consistency ratio is above 0.1
    """
    proposed = Proposed(valid_from, note, actor.login, at)
    return operations.propose_weights(proposed=proposed, matrix=matrix, basis=basis, policy_priced=policy_priced)


@use_case(right="valuation.approve")
def approve_weights(*, actor: Actor, code: str, reason: str, at: datetime) -> WeightVersion:
    """
    Put proposed weights in force from their day.

    :raises SamePerson: if the actor proposed them, or stands in for who did
    """
    version = versions.get_weight_version(actor=actor, code=code, lock=True)
    _require_another(actor, version)
    today = to_shanghai(at).date()
    return operations.approve(version=version, login=actor.login, reason=reason, at=at, today=today)


@use_case(right="valuation.approve")
def refuse_weights(*, actor: Actor, code: str, reason: str, at: datetime) -> WeightVersion:
    """Refuse proposed weights with a reason."""
    version = versions.get_weight_version(actor=actor, code=code, lock=True)
    _require_another(actor, version)
    return operations.refuse(version=version, login=actor.login, reason=reason, at=at)


@use_case(right="valuation.propose")
def propose_service_table(
    *, actor: Actor, rows: Mapping[str, Mapping[str, Any]], valid_from: date, note: str, at: datetime
) -> ServiceTableVersion:
    """
    Propose what each class is served with.

    :raises ServiceTableUnfit: if a row lacks a value or holds one out of bounds
    """
    proposed = Proposed(valid_from, note, actor.login, at)
    return operations.propose_service_table(proposed=proposed, rows=rows)


@use_case(right="valuation.approve")
def approve_service_table(*, actor: Actor, code: str, reason: str, at: datetime) -> ServiceTableVersion:
    """
    Put a proposed service table in force from its day.

    :raises SamePerson: if the actor proposed it, or stands in for who did
    """
    version = service.get_table(actor=actor, code=code, lock=True)
    _require_another(actor, version)
    today = to_shanghai(at).date()
    return operations.approve(version=version, login=actor.login, reason=reason, at=at, today=today)


@use_case(right="valuation.approve")
def refuse_service_table(*, actor: Actor, code: str, reason: str, at: datetime) -> ServiceTableVersion:
    """Refuse a proposed service table with a reason."""
    version = service.get_table(actor=actor, code=code, lock=True)
    _require_another(actor, version)
    return operations.refuse(version=version, login=actor.login, reason=reason, at=at)


def _require_another(actor: Actor, version: VersionColumns) -> None:
    proposed_on = to_shanghai(version.proposed_at).date()
    require_another_person(actor=actor, operator_login=version.proposed_by, operated_on=proposed_on)
