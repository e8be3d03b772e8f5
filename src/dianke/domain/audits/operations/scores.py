"""The scores of a month: written by each of its passes, so that the last one stays."""

from collections import Counter
from datetime import date

from dianke.domain.audits.models import QualityScore
from dianke.domain.audits.queries import scores as queries
from dianke.domain.audits.rules.scores import get_score_policy, score_unit
from dianke.domain.audits.types import Severity
from dianke.platform.identity.types import Actor
from dianke.platform.org.models import Unit

_WRITTEN = ("taken_date", "policy", "records", "high", "medium", "low", "score_e2")


def keep_scores(*, unit: Unit, day: date) -> int:
    """
    Keep the scores of a unit, of those below it and of those above it for the month of a day; return how many.

    Those above hold the unit, so that a pass by hand over one of their parts changes theirs as well.
    """
    system = Actor.system("keeping the scores of a month")
    units = list(Unit.objects.for_actor(system).order_by("path"))
    records = _sum_below(units, queries.count_records(actor=system))
    faults = {severity: _sum_below(units, counts) for severity, counts in queries.count_faults(actor=system).items()}
    policy = get_score_policy(on=day)
    rows = []
    for one in units:
        if not (one.path.startswith(unit.path) or unit.path.startswith(one.path)):
            continue
        found = {severity.value: faults[severity.value][one.pk] for severity in Severity}
        score_e2 = score_unit(faults=found, records=records[one.pk], policy=policy)
        if score_e2 is None:
            continue
        counts = {severity.lower(): count for severity, count in found.items()}
        rows.append(
            QualityScore(
                unit=one,
                month=day.replace(day=1),
                taken_date=day,
                policy=policy.code,
                records=records[one.pk],
                score_e2=score_e2,
                **counts,
            )
        )
    QualityScore.objects.bulk_create(
        rows, batch_size=2_000, update_conflicts=True, unique_fields=["unit", "month"], update_fields=_WRITTEN
    )
    return len(rows)


def _sum_below(units: list[Unit], counts: Counter[int]) -> Counter[int]:
    """Return the counts of each unit with those of all units below it; every path names its ancestors' keys."""
    totals: Counter[int] = Counter()
    for one in units:
        for key in one.path.strip("/").split("/"):
            totals[int(key)] += counts[one.pk]
    return totals
