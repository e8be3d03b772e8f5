"""Reads of the scores of units: kept ones by month, and what they are made of now."""

from collections import Counter
from collections.abc import Collection
from datetime import date
from typing import Any

from django.db.models import Count, QuerySet

from dianke.domain.audits.models import UNSETTLED, QualityFinding, QualityScore
from dianke.domain.audits.queries.findings import VIEW
from dianke.domain.audits.types import FindingState, Severity
from dianke.domain.customers.models import Customer, CustomerAccount, ServiceLocation
from dianke.domain.metering.models import MeterAsset, UsagePoint
from dianke.domain.network.models import TransformerArea
from dianke.platform.identity.types import Actor

# What the rules look at, a record each.
_SUBJECTS: tuple[Any, ...] = (Customer, CustomerAccount, ServiceLocation, UsagePoint, MeterAsset, TransformerArea)


def filter_scores(*, actor: Actor) -> QuerySet[QualityScore]:
    """Return the kept scores of the actor's units, to be narrowed further."""
    rows: QuerySet[QualityScore] = QualityScore.objects.for_actor(actor, VIEW)
    return rows.select_related("unit")


def list_course(*, actor: Actor, unit_id: int, most: int = 24) -> list[QualityScore]:
    """Return the last months of a unit, oldest first."""
    return list(filter_scores(actor=actor).filter(unit_id=unit_id).order_by("-month")[:most])[::-1]


def find_highest(*, actor: Actor, unit_code: str = "") -> QualityScore | None:
    """Return the newest score of a unit; without one of the actor's unit that is highest in the tree."""
    rows = filter_scores(actor=actor)
    if unit_code:
        return rows.filter(unit__code=unit_code).order_by("-month").first()
    newest = rows.order_by("-month").first()
    if newest is None:
        return None
    found = rows.filter(month=newest.month)
    return min(found, key=lambda one: (one.unit.path.count("/"), one.unit.path))


def find_scores(*, actor: Actor, unit_ids: Collection[int], months: Collection[date]) -> dict[tuple[int, date], int]:
    """Return scores in hundredths by unit and month."""
    rows = filter_scores(actor=actor).filter(unit_id__in=unit_ids, month__in=months)
    return {(unit_id, month): score for unit_id, month, score in rows.values_list("unit_id", "month", "score_e2")}


def count_records(*, actor: Actor) -> Counter[int]:
    """Return how many records each unit holds itself; customers that were merged into others are none."""
    counts: Counter[int] = Counter()
    for model in _SUBJECTS:
        rows = model.objects.for_actor(actor)
        if model is Customer:
            rows = rows.filter(merged_into=None)
        counts.update(dict(rows.order_by().values_list("unit_id").annotate(n=Count("pk"))))
    return counts


def count_faults(*, actor: Actor) -> dict[str, Counter[int]]:
    """Return the unsettled findings of each unit itself by severity; exempt ones are none."""
    counts: dict[str, Counter[int]] = {severity.value: Counter() for severity in Severity}
    rows = QualityFinding.objects.for_actor(actor).filter(UNSETTLED).exclude(state=FindingState.EXEMPT.value)
    for unit_id, severity, count in rows.order_by().values_list("unit_id", "severity").annotate(n=Count("id")):
        counts[severity][unit_id] += count
    return counts
