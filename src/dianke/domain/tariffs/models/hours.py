"""Hours of use: rule sets shared by plans, bands of versions and rule sets, days of heat."""

from typing import Any, ClassVar

import pghistory
import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.db import models
from django.db.models.functions import Mod
from django.db.models.lookups import Exact

from dianke.domain.tariffs.types import MINUTES_PER_DAY, MINUTES_PER_SLOT, BandLayer, PeriodKind, Structure
from dianke.platform.database.grants import declare_append_only
from dianke.platform.org.scoping import ScopedModel

declare_append_only("tariffs_timeband", "tariffs_temperatureevent")

_NEVER = pgtrigger.Update | pgtrigger.Delete


def refuse_late_insert(name: str, owner: str) -> pgtrigger.Trigger:
    """Return the trigger that lets rows join a version while it is proposed and never after."""
    return pgtrigger.Trigger(
        name=name,
        operation=pgtrigger.Insert,
        when=pgtrigger.Before,
        func=f"""
            IF EXISTS (SELECT 1 FROM tariffs_tariffversion WHERE id = ({owner}) AND status <> 'PROPOSED') THEN
                RAISE EXCEPTION 'a tariff version that is decided takes no more rows';
            END IF;
            RETURN NEW;
        """,  # noqa: S608 - the owner is written in the models, never given
    )


@pghistory.track()
class TimeRuleSet(ScopedModel):
    """The hours of a province for a time, shared by the versions that refer to them (分时时段)."""

    unit_lookup = None

    region = models.CharField(max_length=40)
    document = models.CharField(max_length=120)
    period: Any = DateRangeField()
    grade = models.CharField(max_length=1)
    urls: Any = ArrayField(models.TextField())
    via = models.TextField(blank=True)
    notes: Any = ArrayField(models.TextField(), default=list)
    regulations: Any = ArrayField(models.CharField(max_length=60), default=list)
    # Ratios and percents as stated: for people to read, printed prices are never computed from them.
    stated = models.JSONField(default=dict)
    file_name = models.CharField(max_length=200)
    file_sha256 = models.CharField(max_length=64)
    content_sha256 = models.CharField(max_length=64)
    loaded_at = models.DateTimeField()
    loaded_by = models.CharField(max_length=40)

    class Meta:
        """One set of hours a province at a time; only the end ever changes."""

        constraints: ClassVar = [
            ExclusionConstraint(
                name="one_time_rule_set_at_a_time",
                expressions=[("region", RangeOperators.EQUAL), ("period", RangeOperators.OVERLAPS)],
            )
        ]
        triggers: ClassVar = [
            pgtrigger.ReadOnly(name="time_rules_are_fixed", exclude=["period"]),
            pgtrigger.Protect(name="time_rules_stay", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.region} {self.document}"


class TimeBand(ScopedModel):
    """
    Hours of a day that belong to one period, in a layer: a higher layer covers a lower one.

    The empty value of every narrowing column narrows nothing. Several conditions of a day are alternatives.
    """

    unit_lookup = None

    version = models.ForeignKey("tariffs.TariffVersion", models.PROTECT, null=True, blank=True, related_name="bands")
    rules = models.ForeignKey(TimeRuleSet, models.PROTECT, null=True, blank=True, related_name="bands")
    position = models.PositiveSmallIntegerField()
    layer = models.PositiveSmallIntegerField(choices=[(layer.value, layer.name) for layer in BandLayer])
    period_kind = models.PositiveSmallIntegerField(choices=[(kind.value, kind.name) for kind in PeriodKind])
    # Half-open; an end at or before the start passes midnight.
    start_minute = models.PositiveSmallIntegerField()
    end_minute = models.PositiveSmallIntegerField()
    is_rest = models.BooleanField(default=False)
    months: Any = ArrayField(models.PositiveSmallIntegerField())
    structure = models.CharField(max_length=10, choices=[(s.value, s.value) for s in Structure], blank=True)
    usage_classes: Any = ArrayField(models.CharField(max_length=24), default=list)
    min_capacity_kva = models.DecimalField(max_digits=12, decimal_places=4, null=True, blank=True)
    excluded_areas: Any = ArrayField(models.CharField(max_length=40), default=list)
    holidays: Any = ArrayField(models.CharField(max_length=20), default=list)
    holiday_min_days = models.PositiveSmallIntegerField(default=0)
    rest_day_months: Any = ArrayField(models.PositiveSmallIntegerField(), default=list)
    event_region = models.CharField(max_length=40, blank=True)
    event_min_temperature_c = models.DecimalField(max_digits=4, decimal_places=1, null=True, blank=True)
    event_successive_days = models.PositiveSmallIntegerField(default=1)

    class Meta:
        """A band has one owner and stands on quarters of an hour."""

        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(version__isnull=True) ^ models.Q(rules__isnull=True),
                name="time_band_has_one_owner",
            ),
            models.CheckConstraint(
                condition=models.Q(start_minute__lt=MINUTES_PER_DAY, end_minute__lte=MINUTES_PER_DAY),
                name="time_band_within_a_day",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    Exact(Mod("start_minute", MINUTES_PER_SLOT), 0),
                    Exact(Mod("end_minute", MINUTES_PER_SLOT), 0),
                ),
                name="time_band_on_quarters",
            ),
            models.CheckConstraint(
                condition=models.Q(event_region="", event_min_temperature_c__isnull=True)
                | (~models.Q(event_region="") & models.Q(event_min_temperature_c__isnull=False)),
                name="time_band_event_is_whole",
            ),
        ]
        triggers: ClassVar = [
            pgtrigger.Protect(name="time_band_is_append_only", operation=_NEVER),
            refuse_late_insert("time_band_in_time", "NEW.version_id"),
        ]

    def __str__(self) -> str:
        return f"{BandLayer(self.layer).name} {PeriodKind(self.period_kind).name}"


class TemperatureEvent(ScopedModel):
    """The highest temperature of a day in a region: some hours turn sharp on hot days."""

    unit_lookup = None

    region = models.CharField(max_length=40)
    day = models.DateField()
    max_temperature_c = models.DecimalField(max_digits=4, decimal_places=1)
    source = models.CharField(max_length=200)
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=40)

    class Meta:
        """One figure a day; bills hang on it, so that it is not changed."""

        constraints: ClassVar = [models.UniqueConstraint(fields=["region", "day"], name="one_temperature_a_day")]
        triggers: ClassVar = [pgtrigger.Protect(name="temperature_is_append_only", operation=_NEVER)]

    def __str__(self) -> str:
        return f"{self.region} {self.day} {self.max_temperature_c}"
