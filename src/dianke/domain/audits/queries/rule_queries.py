"""Which query answers which rule."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.db.models import QuerySet

from dianke.domain.audits import rules
from dianke.domain.audits.queries import contradicting, duplicate, missing, stale
from dianke.domain.audits.queries.looking import Look
from dianke.domain.audits.types import FaultGroup, QualityRule

_MODULES = {
    FaultGroup.MISSING: missing,
    FaultGroup.CONTRADICTING: contradicting,
    FaultGroup.STALE: stale,
    FaultGroup.DUPLICATE: duplicate,
}


def find_query(rule: QualityRule) -> Callable[[Look], QuerySet[Any]]:
    """Return the query that bears the name of a rule in the module of its group."""
    query: Callable[[Look], QuerySet[Any]] = getattr(_MODULES[rule.group], rule.code)
    return query


def find_faults(*, rule: QualityRule, on: date, unit_path: str = "/") -> QuerySet[Any]:
    """Return key, unit, number, account and facts of every subject that a rule holds for a fault on a day."""
    return find_query(rule)(Look(on=on, unit_path=unit_path, parameters=rules.get_parameters(rule, on=on)))
