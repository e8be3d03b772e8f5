"""Reads of readings."""

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

from django.db.models import Exists, Max, OuterRef, Sum
from django.db.models.functions import TruncMonth

from dianke.domain.metering.models import UsagePoint
from dianke.domain.readings import intervals
from dianke.domain.readings.intervals import Curve
from dianke.domain.readings.models import (
    CycleMonth,
    DailyUsage,
    FrozenSegment,
    MeterReading,
    ReadingCycle,
    ReadingRoute,
    RoutePoint,
)
from dianke.domain.readings.types import DAY_PERIODS, MonthStatus
from dianke.platform.identity.types import Actor


def get_month(*, actor: Actor, cycle_code: str, month: date) -> CycleMonth | None:
    """Return a cycle's month with its cycle, or None."""
    found: CycleMonth | None = (
        CycleMonth.objects.for_actor(actor)
        .filter(cycle__code=cycle_code, month=month.replace(day=1))
        .select_related("cycle")
        .first()
    )
    return found


def list_months(*, actor: Actor, status: MonthStatus | None = None) -> list[CycleMonth]:
    """Return the months of the actor's cycles, newest first."""
    rows = CycleMonth.objects.for_actor(actor).select_related("cycle")
    if status is not None:
        rows = rows.filter(status=status.value)
    return list(rows.order_by("-month", "cycle__code", "id"))


def list_months_of_routes(*, actor: Actor) -> list[CycleMonth]:
    """Return the months of the cycles that the actor's routes belong to, newest first; the cycle may be above them."""
    everybody = Actor.system("showing a station the months of the cycles of its routes")
    cycles = ReadingRoute.objects.for_actor(actor).values("cycle_id")
    rows = CycleMonth.objects.for_actor(everybody).filter(cycle_id__in=cycles).select_related("cycle")
    return list(rows.order_by("-month", "cycle__code", "id"))


def list_cycles(*, actor: Actor) -> list[ReadingCycle]:
    """Return the actor's cycles by code."""
    return list(ReadingCycle.objects.for_actor(actor).order_by("code", "id"))


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
