"""Runs beside the one of a cycle's month: final bills, the first days of who takes over, points that were left."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from dianke.domain.billing.models import BillRun, FinalBilling, RunPoint, RunSegment
from dianke.domain.billing.operations.runs import UnableToStartRun, cut_into_shards
from dianke.domain.billing.queries import finals as final_queries
from dianke.domain.billing.queries import runs as run_queries
from dianke.domain.billing.types import FinalKind, FinalState, RunKind, RunStatus
from dianke.domain.readings import measuring
from dianke.domain.readings.models import CycleMonth
from dianke.domain.readings.types import MonthStatus
from dianke.platform.org.models import Unit
from dianke.platform.org.scoping import Scope

_SHARD_SIZE = 5_000
_PREFIXES = {RunKind.FINAL: "ZJ", RunKind.OPENING: "XH", RunKind.SUPPLEMENTARY: "BC"}


@dataclass(frozen=True, kw_only=True)
class Part:
    """Some points of a cycle's month, and the days of it that are billed; the whole month without a period."""

    kind: RunKind
    unit: Unit
    cycle_month: CycleMonth
    point_ids: Sequence[int]
    # Of what the number tells: an account, or a cycle.
    about: str
    period: tuple[date, date] | None = None
    parent: BillRun | None = None


def start_part(*, actor: Scope, part: Part, started_by: str, at: datetime) -> BillRun:
    """
    Start a run of some points, measure them where it has a period of its own, and cut it into shards.

    Whoever starts it has settled that the points may be billed.
    """
    period = part.period or (None, None)
    run = BillRun(
        unit=part.unit,
        number=_name(actor, part),
        cycle_month=part.cycle_month,
        kind=part.kind.value,
        period_start=period[0],
        period_end=period[1],
        parent=part.parent,
        status=RunStatus.CALCULATING.value,
        shard_size=_SHARD_SIZE,
        started_at=at,
        started_by=started_by,
    )
    run.save()
    RunPoint.objects.bulk_create([RunPoint(run=run, usage_point_id=key) for key in sorted(part.point_ids)])
    if part.period is not None:
        rows = measuring.list_measured(
            usage_point_ids=part.point_ids, month=part.cycle_month, start=run.start, end=run.end
        )
        RunSegment.objects.bulk_create([RunSegment(run=run, **row) for row in rows])
    cut_into_shards(run)
    return run


def _name(actor: Scope, part: Part) -> str:
    prefix = f"{_PREFIXES[part.kind]}-{part.cycle_month.month:%Y%m}-{part.about}-"
    taken = BillRun.objects.for_actor(actor).filter(number__startswith=prefix).count()
    return f"{prefix}{taken + 1:02d}"


def start_opening(*, actor: Scope, final: FinalBilling, started_by: str, at: datetime) -> BillRun:
    """
    Start the run of the days from a hand-over to the end of its month, which the new subject is billed.

    :raises UnableToStartRun: if there are no such days, the month is not frozen, or a run of them exists
    """
    month = final.run.cycle_month
    where = {"cycle": month.cycle.code, "month": f"{month.month:%Y-%m}"}
    _, end = run_queries.get_whole_period(month)
    if final.kind != FinalKind.HANDOVER.value or final.state != FinalState.ISSUED.value or final.final_date >= end:
        raise UnableToStartRun(field="final", reason="nobody took the account over within the month", **where)
    if month.status != MonthStatus.FROZEN.value:
        raise UnableToStartRun(field="month", reason="its readings are not frozen", **where)
    if final.opening_run_id is not None:
        raise UnableToStartRun(field="month", reason="a run of it exists", **where)
    part = Part(
        kind=RunKind.OPENING,
        unit=final.unit,
        cycle_month=month,
        point_ids=final_queries.list_point_ids(run=final.run),
        about=final.account.number,
        period=(final.final_date, end),
    )
    final.opening_run = start_part(actor=actor, part=part, started_by=started_by, at=at)
    final.save(update_fields=["opening_run"])
    return final.opening_run


def start_supplement(*, actor: Scope, parent: BillRun, started_by: str, at: datetime) -> BillRun:
    """
    Start a run of the points that an issued run put off or held back and nothing has billed since.

    :raises UnableToStartRun: if the run is not issued, is one of several readings of a month that a later one settles,
        or left no point
    """
    month = parent.cycle_month
    where = {"cycle": month.cycle.code, "month": f"{month.month:%Y-%m}"}
    if parent.status != RunStatus.ISSUED.value or parent.has_own_period:
        raise UnableToStartRun(field="run", reason="only an issued run of a month has points left for later", **where)
    if parent.is_interim:
        raise UnableToStartRun(field="run", reason="the last bill of the month bills what is left", **where)
    # Held until the run is there: two people may start two at once.
    BillRun.objects.for_actor(actor).select_for_update(of=("self",)).get(pk=parent.pk)
    points = final_queries.list_left_points(run=parent)
    if not points:
        raise UnableToStartRun(field="run", reason="no point is left to bill", **where)
    part = Part(
        kind=RunKind.SUPPLEMENTARY,
        unit=parent.unit,
        cycle_month=month,
        point_ids=points,
        about=month.cycle.code,
        parent=parent,
    )
    return start_part(actor=actor, part=part, started_by=started_by, at=at)
