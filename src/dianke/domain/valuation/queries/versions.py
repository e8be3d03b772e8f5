"""Versions of weights: the one in force, and those that wait."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

import numpy as np
from django.db.models import QuerySet

from dianke.domain.valuation.models import WeightVersion
from dianke.domain.valuation.rules.policy import get_policy
from dianke.domain.valuation.types import Basis, PolicyPriced, VersionState
from dianke.engine.value.index import Floats
from dianke.engine.value.weights import compute_weights, read_matrix
from dianke.kernel.errors import DomainError
from dianke.platform.org.scoping import Scope


class VersionUnknown(DomainError):
    """There is no such version."""

    code = "value.version_unknown"
    message = "there is no version {code}"


@dataclass(frozen=True, slots=True)
class WeightsInForce:
    """The weights of a day with the comparisons behind them; delivered ones have no row. Shapes: weights (4,)."""

    code: str
    valid_from: date
    matrix: list[list[str]]
    weights: Floats
    lambda_max: float
    consistency_ratio: float
    basis: Basis
    policy_priced: PolicyPriced


def get_weights(*, actor: Scope, on: date) -> WeightsInForce:
    """Return the weights in force on a day: the approved version of the latest day, else what is delivered."""
    rows: QuerySet[WeightVersion] = WeightVersion.objects.for_actor(actor)
    approved = rows.filter(state=VersionState.APPROVED.value, valid_from__lte=on).order_by("-valid_from").first()
    policy = get_policy(on=on)
    if approved is not None:
        return _describe(approved.code, approved.valid_from, approved.matrix, approved.basis, approved.policy_priced)
    return _describe(policy.code, policy.valid_from, policy.matrix, policy.basis, policy.policy_priced)


def list_weight_versions(*, actor: Scope, limit: int) -> list[WeightVersion]:
    """Return versions of weights, the newest proposal first."""
    return list(WeightVersion.objects.for_actor(actor).order_by("-proposed_at", "-id")[:limit])


def get_weight_version(*, actor: Scope, code: str, lock: bool = False) -> WeightVersion:
    """
    Return a version of weights.

    :raises VersionUnknown: if there is none
    """
    rows: QuerySet[WeightVersion] = WeightVersion.objects.for_actor(actor)
    found = (rows.select_for_update() if lock else rows).filter(code=code).first()
    if found is None:
        raise VersionUnknown(field="code", code=code)
    return found


def _describe(code: str, valid_from: date, cells: Any, basis: str, policy_priced: str) -> WeightsInForce:
    matrix = [[str(cell) for cell in row] for row in cells]
    exact: list[list[Fraction]] = read_matrix(matrix)
    weights = compute_weights(exact)
    return WeightsInForce(
        code, valid_from, matrix, np.asarray(weights.values), weights.lambda_max, weights.consistency_ratio,
        Basis(basis), PolicyPriced(policy_priced),
    )  # fmt: skip
