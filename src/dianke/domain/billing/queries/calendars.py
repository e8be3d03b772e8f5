"""The calendar with what became of it: each planned day beside the fact."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Max

from dianke.domain.billing.models import BillRun, BillSuspicion
from dianke.domain.billing.queries import review
from dianke.domain.billing.queries import runs as run_queries
from dianke.domain.billing.rules.progress import MonthFacts, StepState, judge_step
from dianke.domain.billing.types import RunKind, RunStatus
from dianke.domain.readings import queries as readings
from dianke.domain.readings.models import CycleMonth, PlannedDay
from dianke.platform.identity.types import Actor

StageKey = tuple[int, date, int]

_AT_WORK = (RunStatus.CALCULATING.value, RunStatus.PAUSED.value)


@dataclass(frozen=True)
class DayProgress:
    """A planned day, how it stands, and the run that answers for it, where there is one."""

    day: PlannedDay
    state: StepState
    run_number: str = ""


def list_progress(
    *,
    actor: Actor,
    at: datetime,
    months: Sequence[date] | None = None,
    start: date | None = None,
    end: date | None = None,
    cycle_id: int | None = None,
) -> list[DayProgress]:
    """Return planned days with what became of them, as `readings.queries.list_planned_days` finds them."""
    days = readings.list_planned_days(actor=actor, months=months, start=start, end=end, cycle_id=cycle_id)
    return judge_days(actor=actor, days=days, at=at)


def judge_days(*, actor: Actor, days: Sequence[PlannedDay], at: datetime) -> list[DayProgress]:
    """Return planned days with what became of them."""
    facts = _find_facts(actor, sorted({day.month for day in days}))
    return [_judge(day, facts.get((day.cycle_id, day.month, day.stage)), at) for day in days]


def list_progress_of_run(*, actor: Actor, run: BillRun, at: datetime) -> list[DayProgress]:
    """Return the planned days of the month or stage that a run bills; a run beside it has none."""
    if not run.is_of_cycle:
        return []
    month = run.cycle_month
    found = list_progress(actor=actor, at=at, months=[month.month], cycle_id=month.cycle_id)
    return [one for one in found if one.day.stage == month.stage]


def _judge(day: PlannedDay, found: "tuple[MonthFacts, str] | None", at: datetime) -> DayProgress:
    facts, number = found or (MonthFacts(), "")
    return DayProgress(day, judge_step(step=day.step, planned=day.planned_date, facts=facts, at=at), number)


def _find_facts(actor: Actor, months: Sequence[date]) -> dict[StageKey, tuple[MonthFacts, str]]:
    stages = readings.list_stages_of_months(actor=actor, months=months)
    everybody = Actor.system("showing a station what became of the months of its routes")
    live = BillRun.objects.for_actor(everybody).filter(cycle_month__in=stages, kind=RunKind.CYCLE.value)
    rows = live.exclude(status=RunStatus.CANCELLED.value).select_related("unit", "cycle_month__cycle").order_by("id")
    runs = {run.cycle_month_id: run for run in rows}
    return {
        (stage.cycle_id, stage.month, stage.stage): _facts_of(everybody, stage, runs.get(stage.pk)) for stage in stages
    }


def _facts_of(actor: Actor, stage: CycleMonth, run: BillRun | None) -> tuple[MonthFacts, str]:
    if run is None:
        return MonthFacts(frozen_at=stage.frozen_at), ""
    facts = MonthFacts(
        frozen_at=stage.frozen_at,
        calculated_at=run.calculated_at if run.status not in _AT_WORK else None,
        reviewed_at=_find_review_end(actor, run),
        issued_at=run.issued_at if run.status == RunStatus.ISSUED.value else None,
    )
    return facts, run.number


def _find_review_end(actor: Actor, run: BillRun) -> datetime | None:
    """Return when the last suspicion was decided, or None while something is open."""
    if run.status in _AT_WORK:
        return None
    if run.status == RunStatus.CALCULATED.value:
        undecided = review.count_undecided(actor=actor, run=run)
        if undecided.open or undecided.asked or run_queries.get_totals(actor=actor, run=run).faults_open:
            return None
    last: datetime | None = (
        BillSuspicion.objects.for_actor(actor).filter(run=run).aggregate(last=Max("decided_at"))["last"]
    )
    return max(one for one in (last, run.calculated_at) if one is not None) if run.calculated_at else last
