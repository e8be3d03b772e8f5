"""Propose and decide versions of weights and of the service table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar

from django.db import IntegrityError, transaction

from dianke.domain.valuation.models import ServiceTableVersion, VersionColumns, WeightVersion
from dianke.domain.valuation.rules.policy import read_service
from dianke.domain.valuation.types import CLASSES, Basis, PolicyPriced, VersionState
from dianke.engine.value.weights import compute_weights, read_matrix, require_consistent
from dianke.kernel.errors import DomainError

_Version = TypeVar("_Version", bound=VersionColumns)
_LONGEST_OFFERS = 120
_MOST = {"queue_place": (1, 9), "call_back_minutes": (1, 7 * 24 * 60), "visit_days": (0, 730)}


class VersionNotOpen(DomainError):
    """The version was decided already."""

    code = "value.version_not_open"
    message = "{code} was decided already"


class VersionTooEarly(DomainError):
    """A version cannot hold from a day that is past, nor from one that has an approved version."""

    code = "value.version_too_early"
    message = "a version cannot hold from {day}: {reason}"


class ReasonMissing(DomainError):
    """A refusal, and a proposal, say why."""

    code = "value.reason_missing"
    message = "say why"


class ServiceTableUnfit(DomainError):
    """A row of a service table is not usable."""

    code = "value.service_table_unfit"
    message = "{value_class}: {name} must be {wanted}"


@dataclass(frozen=True, slots=True)
class Proposed:
    """Who proposes what from when, and why."""

    valid_from: date
    note: str
    login: str
    at: datetime


def propose_weights(
    *, proposed: Proposed, matrix: Sequence[Sequence[str]], basis: str, policy_priced: str
) -> WeightVersion:
    """
    Store a matrix as a proposal.

    :raises MatrixUnfit: if it is no reciprocal matrix of positive numbers
    :raises MatrixInconsistent: if its consistency ratio is above 0.1
    """
    weights = require_consistent(compute_weights(read_matrix(matrix)))
    version = WeightVersion(
        matrix=[[str(cell).strip() for cell in row] for row in matrix],
        weights=[f"{one:.6f}" for one in weights.values],
        lambda_max=f"{weights.lambda_max:.4f}",
        consistency_ratio=f"{weights.consistency_ratio:.4f}",
        basis=Basis(basis).value,
        policy_priced=PolicyPriced(policy_priced).value,
    )
    return _store(version, proposed, prefix="JZ")


def propose_service_table(*, proposed: Proposed, rows: Mapping[str, Mapping[str, Any]]) -> ServiceTableVersion:
    """
    Store a service table as a proposal.

    :raises ServiceTableUnfit: if a row lacks a value or holds one out of bounds
    """
    checked = {}
    for one in CLASSES:
        row = rows.get(one.value)
        if row is None:
            raise ServiceTableUnfit(field="rows", value_class=one.value, name="the class", wanted="there")
        for name, (least, most) in _MOST.items():
            if not isinstance(row.get(name), int) or not least <= row[name] <= most:
                raise ServiceTableUnfit(
                    field=f"{one.value}-{name}", value_class=one.value, name=name, wanted=f"{least} to {most}"
                )
        if len(str(row.get("offers", ""))) > _LONGEST_OFFERS:
            raise ServiceTableUnfit(
                field=f"{one.value}-offers", value_class=one.value, name="offers", wanted=f"{_LONGEST_OFFERS} at most"
            )
        read_service("", one, row)
        checked[one.value] = dict(row)
    return _store(ServiceTableVersion(rows=checked), proposed, prefix="FW")


def approve(*, version: _Version, login: str, reason: str, at: datetime, today: date) -> _Version:
    """
    Put a version in force from its day.

    :raises VersionNotOpen: if it was decided
    :raises VersionTooEarly: if its day is past, or has an approved version
    """
    _require_open(version)
    if version.valid_from < today:
        raise VersionTooEarly(field="valid_from", day=version.valid_from.isoformat(), reason="that day is past")
    version.state = VersionState.APPROVED.value
    _decide(version, login, reason, at)
    try:
        with transaction.atomic():
            version.save()
    except IntegrityError as taken:
        raise VersionTooEarly(
            field="valid_from", day=version.valid_from.isoformat(), reason="another version holds from that day"
        ) from taken
    return version


def refuse(*, version: _Version, login: str, reason: str, at: datetime) -> _Version:
    """
    Refuse a version with a reason.

    :raises VersionNotOpen: if it was decided
    :raises ReasonMissing: if no reason is given
    """
    _require_open(version)
    if not reason.strip():
        raise ReasonMissing(field="reason")
    version.state = VersionState.REFUSED.value
    _decide(version, login, reason, at)
    version.save()
    return version


def _store(version: _Version, proposed: Proposed, *, prefix: str) -> _Version:
    if not proposed.note.strip():
        raise ReasonMissing(field="note")
    version.valid_from, version.note = proposed.valid_from, proposed.note.strip()
    version.proposed_by, version.proposed_at = proposed.login, proposed.at
    # Numbered by its own key, which it has once it is stored.
    version.code = f"{prefix}-{proposed.at:%y%m%d%H%M%S%f}"[:20]
    version.save()
    version.code = f"{prefix}-{proposed.valid_from:%Y%m}-{version.pk}"
    version.save()
    return version


def _require_open(version: VersionColumns) -> None:
    if version.state != VersionState.PROPOSED.value:
        raise VersionNotOpen(field="state", code=version.code)


def _decide(version: VersionColumns, login: str, reason: str, at: datetime) -> None:
    version.decided_by, version.decided_at, version.decision_reason = login, at, reason.strip()
