"""Tables of readings."""

from datetime import date
from typing import Any, ClassVar

import pghistory
from django.contrib.postgres.fields import ArrayField, DateRangeField
from django.db import models

from dianke.domain.metering.models import MeterInstallation, UsagePoint
from dianke.domain.readings.types import CalendarStep, DayShift, MonthStatus, ReadingQuality, ReadingSource
from dianke.platform.database.grants import declare_append_only
from dianke.platform.org.models import Unit
from dianke.platform.org.scoping import ScopedModel

declare_append_only("readings_frozensegment")


def _register(**options: Any) -> models.DecimalField:  # type: ignore[type-arg]
    return models.DecimalField(max_digits=16, decimal_places=4, null=True, blank=True, **options)


@pghistory.track()
class ReadingCycle(ScopedModel):
    """A reading cycle (抄表例日): which day of the month its routes are read."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    code = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=80)
    reading_day = models.PositiveSmallIntegerField(default=1)
    months_per_period = models.PositiveSmallIntegerField(default=1)
    # Days on which large users are read and billed within the month as well (分次抄表); none for all others.
    interim_days = ArrayField(models.PositiveSmallIntegerField(), default=list, blank=True)

    def __str__(self) -> str:
        return self.name


@pghistory.track()
class ReadingRoute(ScopedModel):
    """A route (抄表段): points read together."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    cycle = models.ForeignKey(ReadingCycle, models.PROTECT, related_name="routes")
    code = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=80)

    def __str__(self) -> str:
        return self.name


class RoutePoint(ScopedModel):
    """A usage point stands on one route, at a place in its order."""

    unit_lookup = "usage_point__unit"

    route = models.ForeignKey(ReadingRoute, models.PROTECT, related_name="points")
    usage_point = models.OneToOneField(UsagePoint, models.PROTECT, related_name="route_point")
    sequence = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.route_id} {self.sequence}"


class MeterReading(ScopedModel):
    """
    The registers of a meter at one moment, as read: kept for ever, corrected by a new row only.

    Written by COPY from files and head-ends; its own trail is source, batch, person and time.
    """

    unit_lookup = "installation__usage_point__unit"

    installation = models.ForeignKey(MeterInstallation, models.PROTECT, related_name="readings")
    read_at = models.DateTimeField()
    quality = models.CharField(max_length=12, choices=[(q.value, q.value) for q in ReadingQuality])
    source = models.CharField(max_length=12, choices=[(s.value, s.value) for s in ReadingSource])
    batch = models.CharField(max_length=40, blank=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=40)
    # A marked rollover (翻转): the register passed its last digit since the reading before.
    rolled_over = models.BooleanField(default=False)
    replaced_by = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="+")
    total = _register()
    sharp = _register()
    peak = _register()
    flat = _register()
    valley = _register()
    deep = _register()
    reactive_import = _register()
    reactive_export = _register()
    demand = _register()

    class Meta:
        """One valid value a moment."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["installation", "read_at"],
                condition=models.Q(replaced_by=None),
                name="one_valid_reading_a_moment",
            )
        ]

    def __str__(self) -> str:
        return f"{self.installation_id} {self.read_at:%Y-%m-%d %H:%M}"


class CycleMonth(ScopedModel):
    """
    A month of a cycle: open while readings come in, then frozen for billing (示数冻结).

    A cycle that is read several times a month has one row a stage; the last one freezes the whole month again.
    """

    unit_lookup = "cycle__unit"

    cycle = models.ForeignKey(ReadingCycle, models.PROTECT, related_name="months")
    # The bill's month, as its first day.
    month = models.DateField()
    period: Any = DateRangeField()
    stage = models.PositiveSmallIntegerField(default=1)
    stages = models.PositiveSmallIntegerField(default=1)
    # Where the whole month begins, which the last stage settles; none for a month that is read once.
    month_start = models.DateField(null=True, blank=True)
    status = models.CharField(
        max_length=8, choices=[(s.value, s.value) for s in MonthStatus], default=MonthStatus.OPEN.value
    )
    frozen_at = models.DateTimeField(null=True, blank=True)
    frozen_by = models.CharField(max_length=40, blank=True)

    class Meta:
        """Once a month and stage."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["cycle", "month", "stage"], name="cycle_month_stage_once"),
            models.CheckConstraint(
                condition=models.Q(stage__gte=1) & models.Q(stage__lte=models.F("stages")),
                name="stage_within_stages",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.cycle_id} {self.month:%Y-%m}"

    @property
    def is_interim(self) -> bool:
        """Tell whether a later stage settles the month."""
        return self.stage < self.stages

    @property
    def stage_text(self) -> str:
        """Return which reading of the month it is, as 2/3; nothing for a month that is read once."""
        return f"{self.stage}/{self.stages}" if self.stages > 1 else ""

    @property
    def billed_from(self) -> date:
        """Return the first day that its bills cover: the last stage covers the whole month."""
        start: date = self.period.lower
        return start if self.is_interim or self.month_start is None else self.month_start


@pghistory.track()
class CalendarTemplate(ScopedModel):
    """When a step of a cycle's months is due, from a month on (日程模板)."""

    unit_lookup = "cycle__unit"

    cycle = models.ForeignKey(ReadingCycle, models.PROTECT, related_name="+")
    # The first month that it holds for, as its first day.
    from_month = models.DateField()
    step = models.CharField(max_length=12, choices=[(s.value, s.value) for s in CalendarStep])
    # Days after the one that the month or stage is read on.
    offset_days = models.SmallIntegerField()
    shift = models.CharField(max_length=8, choices=[(s.value, s.value) for s in DayShift])

    class Meta:
        """One rule a step and month."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["cycle", "from_month", "step"], name="calendar_template_once")
        ]

    def __str__(self) -> str:
        return f"{self.cycle_id} {self.from_month:%Y-%m} {self.step}"


@pghistory.track()
class PlannedDay(ScopedModel):
    """The day by whose end a step of a cycle's month, or of a stage of it, is to be done (计划日)."""

    unit_lookup = "cycle__unit"

    cycle = models.ForeignKey(ReadingCycle, models.PROTECT, related_name="planned_days")
    month = models.DateField()
    stage = models.PositiveSmallIntegerField(default=1)
    stages = models.PositiveSmallIntegerField(default=1)
    step = models.CharField(max_length=12, choices=[(s.value, s.value) for s in CalendarStep])
    planned_date = models.DateField()
    # What the template said; a day that a person moved differs from it and is left alone from then on.
    template_date = models.DateField()
    moved_by = models.CharField(max_length=40, blank=True)
    moved_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        """One day a step; pages ask by month or by day."""

        indexes: ClassVar = [
            models.Index(fields=["month", "cycle"], name="planned_day_month"),
            models.Index(fields=["planned_date"], name="planned_day_date"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["cycle", "month", "stage", "step"], name="planned_day_once")
        ]

    def __str__(self) -> str:
        return f"{self.cycle_id} {self.month:%Y-%m} {self.step}"


class SegmentColumns(ScopedModel):
    """What a meter measured at a point within a period: start and end of each register, multiplier."""

    usage_point = models.ForeignKey(UsagePoint, models.PROTECT, related_name="+")
    sequence = models.PositiveSmallIntegerField(default=1)
    installation = models.ForeignKey(MeterInstallation, models.PROTECT, related_name="+")
    meter_number = models.CharField(max_length=24)
    start_date = models.DateField()
    end_date = models.DateField()
    ct_ratio = models.CharField(max_length=24, blank=True)
    pt_ratio = models.CharField(max_length=24, blank=True)
    multiplier = models.DecimalField(max_digits=16, decimal_places=6)
    integer_digits = models.PositiveSmallIntegerField()
    rolled_over = models.BooleanField(default=False)
    quality = models.CharField(max_length=12, choices=[(q.value, q.value) for q in ReadingQuality])
    total_start = _register()
    total_end = _register()
    sharp_start = _register()
    sharp_end = _register()
    peak_start = _register()
    peak_end = _register()
    flat_start = _register()
    flat_end = _register()
    valley_start = _register()
    valley_end = _register()
    deep_start = _register()
    deep_end = _register()
    reactive_import_start = _register()
    reactive_import_end = _register()
    reactive_export_start = _register()
    reactive_export_end = _register()
    demand = _register()

    class Meta:
        """No table of its own."""

        abstract = True


class FrozenSegment(SegmentColumns):
    """
    What a meter measured at a point within a frozen month.

    A point has one row a month, or more where a meter or a ratio changed (换表, 换互感器). A missing start or
    end is kept as null: billing turns it into a fault with cause and remedy.
    """

    unit_lookup = "usage_point__unit"

    cycle_month = models.ForeignKey(CycleMonth, models.PROTECT, related_name="segments")

    class Meta:
        """In order within a point."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["cycle_month", "usage_point", "sequence"], name="frozen_segment_once")
        ]

    def __str__(self) -> str:
        return f"{self.cycle_month_id} {self.usage_point_id} {self.sequence}"


class DailyUsage(ScopedModel):
    """A day of a usage point summed from its interval curve: energy by time of use, highest mean power."""

    unit_lookup = "usage_point__unit"

    # No key in the database: a year of a province's days is loaded at once, and each check would cost as
    # much as the row; the sums are made from points that exist.
    usage_point = models.ForeignKey(UsagePoint, models.PROTECT, related_name="daily_usage", db_constraint=False)
    day = models.DateField()
    # 1e-2 kWh, the engine's own unit.
    total_kwh_e2 = models.BigIntegerField()
    sharp_kwh_e2 = models.BigIntegerField(default=0)
    peak_kwh_e2 = models.BigIntegerField(default=0)
    flat_kwh_e2 = models.BigIntegerField(default=0)
    valley_kwh_e2 = models.BigIntegerField(default=0)
    deep_kwh_e2 = models.BigIntegerField(default=0)
    generated_kwh_e2 = models.BigIntegerField(default=0)
    demand_w = models.BigIntegerField(default=0)
    missing_slots = models.PositiveSmallIntegerField(default=0)

    class Meta:
        """Once a day."""

        constraints: ClassVar = [models.UniqueConstraint(fields=["usage_point", "day"], name="daily_usage_once")]

    def __str__(self) -> str:
        return f"{self.usage_point_id} {self.day}"
