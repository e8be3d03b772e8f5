"""Reads of findings: work lists, counts by unit and rule, the trend."""

from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from dianke.domain.audits.models import UNSETTLED, QualityCount, QualityFinding, QualityPass
from dianke.domain.audits.types import FindingState
from dianke.kernel.errors import DomainError
from dianke.platform.identity.types import Actor

VIEW = "quality.view"


class FindingNotFound(DomainError):
    """No finding of the actor's units has the key."""

    code = "audits.finding_not_found"
    message = "there is no such finding within your units"


def filter_findings(*, actor: Actor, right: str = VIEW) -> QuerySet[Any]:
    """Return the findings of the units that a right of the actor reaches, settled ones too."""
    rows: QuerySet[Any] = QualityFinding.objects.for_actor(actor, right).select_related("unit")
    return rows


def get_finding(*, actor: Actor, finding_id: int, right: str = VIEW) -> QualityFinding:
    """
    Return a finding.

    :raises FindingNotFound: if none of the actor's units has the key
    """
    finding: QualityFinding | None = filter_findings(actor=actor, right=right).filter(pk=finding_id).first()
    if finding is None:
        raise FindingNotFound(field="finding")
    return finding


def count_by_unit_and_rule(*, actor: Actor, unit_code: str = "") -> list[dict[str, Any]]:
    """Return, for each unit and rule, how many findings are unsettled, taken and late; exempt ones are left out."""
    found = QualityFinding.objects.for_actor(actor, VIEW).filter(UNSETTLED).exclude(state=FindingState.EXEMPT.value)
    if unit_code:
        found = found.filter(unit__code=unit_code)
    rows = (
        found.order_by()
        .values("unit__code", "unit__name", "rule")
        .annotate(n=Count("id"), taken=Count("id", filter=~Q(taken_by="")))
        .order_by("unit__code", "rule")
    )
    return list(rows)


def count_late(*, actor: Actor, on: date) -> int:
    """Return how many unsettled findings should have been settled before a day."""
    rows = QualityFinding.objects.for_actor(actor, VIEW).filter(UNSETTLED, due_date__lt=on)
    return int(rows.exclude(state=FindingState.EXEMPT.value).count())


def sum_days(*, actor: Actor, until: date, days: int, rule: str = "", unit_code: str = "") -> dict[date, int]:
    """Return the unsettled findings at the end of each of the last days that had a pass."""
    rows = QualityCount.objects.for_actor(actor, VIEW).filter(day__gt=until - timedelta(days=days), day__lte=until)
    if rule:
        rows = rows.filter(rule=rule)
    if unit_code:
        rows = rows.filter(unit__code=unit_code)
    totals = rows.order_by().values("day").annotate(n=Sum("unsettled")).order_by("day")
    return {row["day"]: row["n"] for row in totals}


def list_passes(*, actor: Actor, limit: int = 10) -> list[QualityPass]:
    """Return the newest passes over units of the actor or above them."""
    everybody = Actor.system("telling a station of the pass of the whole utility")
    paths = actor.list_unit_paths(VIEW)
    rows = QualityPass.objects.for_actor(everybody).select_related("unit").order_by("-started_at")[:200]
    mine = (
        row
        for row in rows
        if any(row.unit.path.startswith(path) or path.startswith(row.unit.path) or path == "/" for path in paths)
    )
    return [row for row, _n in zip(mine, range(limit), strict=False)]


def list_taken(*, actor: Actor, limit: int) -> list[QualityFinding]:
    """Return the unsettled findings that the actor has taken, the most urgent first."""
    rows = filter_findings(actor=actor).filter(UNSETTLED, taken_by=actor.login, state=FindingState.TAKEN.value)
    return list(rows.order_by("due_date", "id")[:limit])


def list_asked(*, actor: Actor, right: str, limit: int) -> list[QualityFinding]:
    """Return the findings whose exemption waits for somebody other than who asked."""
    rows = filter_findings(actor=actor, right=right).filter(state=FindingState.EXEMPTION_ASKED.value)
    return list(rows.exclude(asked_by=actor.login).order_by("due_date", "id")[:limit])
