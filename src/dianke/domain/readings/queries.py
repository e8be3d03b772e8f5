"""Reads of readings."""

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

from django.db.models import Exists, Max, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import TruncMonth

from dianke.domain.metering.models import UsagePoint
from dianke.domain.readings import intervals
from dianke.domain.readings.calendar_rules import USUAL_TEMPLATE
from dianke.domain.readings.intervals import Curve
from dianke.domain.readings.models import (
    CalendarTemplate,
    CycleMonth,
    DailyUsage,
    FrozenSegment,
    MeterReading,
    PlannedDay,
    ReadingCycle,
    ReadingRoute,
    RoutePoint,
)
from dianke.domain.readings.rules import add_months, month_period
from dianke.domain.readings.types import DAY_PERIODS, CalendarStep, DayShift, MonthStatus, StepRule
from dianke.platform.identity.types import Actor

# Whoever sees a cycle, be it one above the own unit, sees by what template it is planned.
_TEMPLATE_READER = Actor.system("reading the template of a cycle that is seen")


def get_month(*, actor: Actor, cycle_code: str, month: date, stage: int | None = None) -> CycleMonth | None:
    """Return a cycle's month with its cycle, or None; of several stages the last one, unless another is named."""
    rows = CycleMonth.objects.for_actor(actor).filter(cycle__code=cycle_code, month=month.replace(day=1))
    if stage is not None:
        rows = rows.filter(stage=stage)
    found: CycleMonth | None = rows.select_related("cycle").order_by("-stage").first()
    return found


def find_next_start(*, actor: Actor, usage_point: UsagePoint, on: date) -> date:
    """Return the first day, from a day on, on which a period of a point's cycle begins; the day if nobody reads it."""
    rows = RoutePoint.objects.for_actor(actor).filter(usage_point=usage_point)
    standing = rows.select_related("route__cycle").first()
    if standing is None:
        return on
    cycle = standing.route.cycle
    last = CycleMonth.objects.for_actor(actor).filter(cycle=cycle).order_by("-period").first()
    usual = month_period(
        month=on.replace(day=1), reading_day=cycle.reading_day, months_per_period=cycle.months_per_period
    )
    start: date = last.period.upper if last else usual.start
    while start < on:
        start = add_months(start, cycle.months_per_period)
    return start


def list_months(*, actor: Actor, status: MonthStatus | None = None) -> list[CycleMonth]:
    """Return the months of the actor's cycles and their stages, newest first."""
    rows = CycleMonth.objects.for_actor(actor).select_related("cycle")
    if status is not None:
        rows = rows.filter(status=status.value)
    return list(rows.order_by("-month", "cycle__code", "-stage", "id"))


def list_months_of_routes(*, actor: Actor) -> list[CycleMonth]:
    """Return the months of the cycles that the actor's routes belong to, newest first; the cycle may be above them."""
    everybody = Actor.system("showing a station the months of the cycles of its routes")
    cycles = ReadingRoute.objects.for_actor(actor).values("cycle_id")
    rows = CycleMonth.objects.for_actor(everybody).filter(cycle_id__in=cycles)
    return list(rows.select_related("cycle").order_by("-month", "cycle__code", "-stage", "id"))


def list_cycles(*, actor: Actor) -> list[ReadingCycle]:
    """Return the actor's cycles by code."""
    return list(ReadingCycle.objects.for_actor(actor).order_by("code", "id"))


def find_cycle(*, actor: Actor, code: str) -> ReadingCycle | None:
    """Return the actor's cycle of a code, or None."""
    found: ReadingCycle | None = ReadingCycle.objects.for_actor(actor).select_related("unit").filter(code=code).first()
    return found


def list_stages(*, actor: Actor, cycle_month: CycleMonth) -> list[CycleMonth]:
    """Return every stage of the month that a stage belongs to, in order."""
    rows = CycleMonth.objects.for_actor(actor).filter(cycle_id=cycle_month.cycle_id, month=cycle_month.month)
    return list(rows.select_related("cycle").order_by("stage", "id"))


def get_step_rules(*, cycle: ReadingCycle, month: date) -> tuple[StepRule, ...]:
    """Return when the steps of a cycle's month are due: the newest template that holds for it, else the usual one."""
    held = CalendarTemplate.objects.for_actor(_TEMPLATE_READER).filter(cycle=cycle, from_month__lte=month)
    newest = held.order_by("-from_month").values_list("from_month", flat=True).first()
    if newest is None:
        return USUAL_TEMPLATE
    rows = {row.step: row for row in held.filter(from_month=newest).order_by("id")}
    return tuple(
        StepRule(step, rows[step.value].offset_days, DayShift(rows[step.value].shift))
        for step in CalendarStep
        if step.value in rows
    )


def has_template(*, cycle: ReadingCycle, month: date) -> bool:
    """Tell whether a template of its own holds for a month of the cycle."""
    held = CalendarTemplate.objects.for_actor(_TEMPLATE_READER).filter(cycle=cycle, from_month__lte=month)
    return bool(held.exists())


def filter_visible_cycles(*, actor: Actor) -> QuerySet[ReadingCycle]:
    """Return the actor's cycles and those above them that their routes belong to."""
    everybody = Actor.system("showing a station the cycles of its routes")
    own = ReadingCycle.objects.for_actor(actor).values("id")
    of_routes = ReadingRoute.objects.for_actor(actor).values("cycle_id")
    rows: QuerySet[ReadingCycle] = ReadingCycle.objects.for_actor(everybody)
    return rows.filter(Q(id__in=own) | Q(id__in=of_routes)).select_related("unit")


def list_visible_cycles(*, actor: Actor) -> list[ReadingCycle]:
    """Return the actor's cycles and those above them that their routes belong to, by code."""
    return list(filter_visible_cycles(actor=actor).order_by("code", "id"))


def filter_planned_days(*, actor: Actor) -> QuerySet[PlannedDay]:
    """Return the planned days of the cycles that the actor sees."""
    everybody = Actor.system("showing a station the calendar of the cycles of its routes")
    cycles = [cycle.pk for cycle in list_visible_cycles(actor=actor)]
    rows: QuerySet[PlannedDay] = PlannedDay.objects.for_actor(everybody).filter(cycle_id__in=cycles)
    return rows.select_related("cycle")


def list_planned_days(
    *,
    actor: Actor,
    months: Sequence[date] | None = None,
    start: date | None = None,
    end: date | None = None,
    cycle_id: int | None = None,
) -> list[PlannedDay]:
    """
    Return planned days of the cycles that the actor sees: of some months, from a day on, before a day, of one cycle.

    They come by cycle, month and stage, and within these in the order of the steps.
    """
    rows = filter_planned_days(actor=actor)
    if cycle_id is not None:
        rows = rows.filter(cycle_id=cycle_id)
    if months is not None:
        rows = rows.filter(month__in=months)
    if start is not None:
        rows = rows.filter(planned_date__gte=start)
    if end is not None:
        rows = rows.filter(planned_date__lt=end)
    order = list(CalendarStep)
    return sorted(
        rows.order_by("id"),
        key=lambda day: (day.cycle.code, day.month, day.stage, order.index(CalendarStep(day.step))),
    )


def list_stages_of_months(*, actor: Actor, months: Sequence[date]) -> list[CycleMonth]:
    """Return the months of the cycles that the actor sees, and their stages."""
    everybody = Actor.system("showing a station the months of the cycles of its routes")
    cycles = [cycle.pk for cycle in list_visible_cycles(actor=actor)]
    rows = CycleMonth.objects.for_actor(everybody).filter(cycle_id__in=cycles, month__in=months)
    return list(rows.select_related("cycle").order_by("cycle__code", "month", "stage", "id"))


def find_planned_day(*, actor: Actor, key: int) -> PlannedDay | None:
    """Return the actor's planned day of a key, or None."""
    found: PlannedDay | None = PlannedDay.objects.for_actor(actor).select_related("cycle__unit").filter(pk=key).first()
    return found


def list_points_without_meter(*, actor: Actor, cycle_month: CycleMonth, limit: int = 100) -> list[UsagePoint]:
    """Return points on the cycle's routes that a frozen month holds no segment of: nothing can bill them."""
    segments = FrozenSegment.objects.for_actor(actor).filter(
        cycle_month=cycle_month, usage_point_id=OuterRef("usage_point_id")
    )
    rows = (
        RoutePoint.objects.for_actor(actor)
        .filter(route__cycle_id=cycle_month.cycle_id)
        .filter(~Exists(segments))
        .select_related("usage_point")
        .order_by("usage_point_id")[:limit]
    )
    return [row.usage_point for row in rows]


def list_segments(*, actor: Actor, cycle_month: CycleMonth, usage_point: UsagePoint) -> list[FrozenSegment]:
    """Return what a frozen month holds of a point, in order."""
    rows = FrozenSegment.objects.for_actor(actor).filter(cycle_month=cycle_month, usage_point=usage_point)
    return list(rows.order_by("sequence"))


def list_readings(*, actor: Actor, usage_point: UsagePoint, start: datetime, end: datetime) -> list[MeterReading]:
    """Return the valid readings of a point from a moment up to, not including, another, in time."""
    rows = MeterReading.objects.for_actor(actor).filter(
        installation__usage_point=usage_point, replaced_by=None, read_at__gte=start, read_at__lt=end
    )
    return list(rows.select_related("installation__meter").order_by("read_at", "id"))


def list_daily_usage(*, actor: Actor, usage_point: UsagePoint, start: date, end: date) -> list[DailyUsage]:
    """Return a point's days from a day up to, not including, another."""
    rows = DailyUsage.objects.for_actor(actor).filter(usage_point=usage_point, day__gte=start, day__lt=end)
    return list(rows.order_by("day"))


def get_curve(*, actor: Actor, root: Path, usage_point: UsagePoint, start: date, end: date) -> Curve | None:
    """Return a point's curve from a day up to, not including, another; None if it is not the actor's."""
    if not UsagePoint.objects.for_actor(actor).filter(pk=usage_point.pk).exists():
        return None
    return intervals.read_curve(root, usage_point_id=usage_point.pk, start=start, end=end)


def sum_months(*, actor: Actor, usage_point_ids: Sequence[int], start: date, end: date) -> dict[date, dict[str, int]]:
    """
    Return the energy (1e-2 kWh) of points by month and period of use, from a day up to, not including, another.

    `demand_w` is the highest mean power that any of the points had in the month.
    """
    rows = (
        DailyUsage.objects.for_actor(actor)
        .filter(usage_point__in=usage_point_ids, day__gte=start, day__lt=end)
        .annotate(month=TruncMonth("day"))
        .values("month")
        .annotate(
            **{name: Sum(f"{name}_kwh_e2") for name in ("total", *DAY_PERIODS, "generated")},
            demand_w=Max("demand_w"),
        )
        .order_by("month")
    )
    return {row.pop("month"): row for row in rows}


def get_last_day(*, actor: Actor, usage_point_ids: Sequence[int]) -> date | None:
    """Return the newest day that any of the points has usage of, or None."""
    rows = DailyUsage.objects.for_actor(actor).filter(usage_point__in=usage_point_ids)
    newest: date | None = rows.order_by("-day").values_list("day", flat=True).first()
    return newest


def get_first_day(*, actor: Actor, usage_point_ids: Sequence[int]) -> date | None:
    """Return the oldest day that any of the points has usage of, or None."""
    rows = DailyUsage.objects.for_actor(actor).filter(usage_point__in=usage_point_ids)
    oldest: date | None = rows.order_by("day").values_list("day", flat=True).first()
    return oldest
