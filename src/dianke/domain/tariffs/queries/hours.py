"""Reads of hours of use."""

from collections.abc import Iterable
from datetime import date, timedelta

from dianke.domain.tariffs.models import TariffVersion, TemperatureEvent, TimeBand
from dianke.domain.tariffs.rules import time_bands
from dianke.domain.tariffs.types import (
    EVERY_DAY,
    EVERYBODY,
    Audience,
    Band,
    BandLayer,
    Consumer,
    DayCondition,
    EventDays,
    PeriodKind,
    Structure,
    TemperatureRule,
)
from dianke.kernel.calendar import WorkingCalendar
from dianke.kernel.period import DatePeriod
from dianke.platform.org.scoping import Scope


def list_bands(*, actor: Scope, version: TariffVersion) -> tuple[Band, ...]:
    """Return the bands of a version: its own, else those of the rule set it refers to, else none."""
    found = list_own_bands(actor=actor, version=version)
    if found or version.time_rules_id is None:
        return found
    shared = TimeBand.objects.for_actor(actor).filter(rules_id=version.time_rules_id).order_by("position", "id")
    return tuple(_to_band(row) for row in shared)


def list_own_bands(*, actor: Scope, version: TariffVersion) -> tuple[Band, ...]:
    """Return the bands that a version's own sheet states."""
    own = TimeBand.objects.for_actor(actor).filter(version=version).order_by("position", "id")
    return tuple(_to_band(row) for row in own)


def list_event_days(*, actor: Scope, bands: Iterable[Band], period: DatePeriod) -> EventDays:
    """Return, for every temperature rule of the bands, the days of a closed period on which it is met."""
    rules = {band.condition.event for band in bands if band.condition.event is not None}
    return {rule: _list_days_of(actor, rule, period) for rule in rules}


def get_period_codes(
    *,
    actor: Scope,
    version: TariffVersion,
    consumer: Consumer,
    period: DatePeriod,
    calendar: WorkingCalendar,
) -> time_bands.PeriodArray:
    """Return the period code of every quarter of an hour of a consumer's days: see rules.time_bands."""
    bands = list_bands(actor=actor, version=version)
    return time_bands.lay_out_periods(
        bands=bands,
        consumer=consumer,
        period=period,
        calendar=calendar,
        event_days=list_event_days(actor=actor, bands=bands, period=period),
    )


def _list_days_of(actor: Scope, rule: TemperatureRule, period: DatePeriod) -> frozenset[date]:
    # The days before the period may begin a row of hot days that ends inside it.
    first = period.start - timedelta(days=rule.successive_days - 1)
    rows = TemperatureEvent.objects.for_actor(actor).filter(region=rule.station, day__gte=first)
    if period.end is not None:
        rows = rows.filter(day__lt=period.end)
    days = time_bands.list_event_days(rule=rule, max_temperature_c=rows.values_list("day", "max_temperature_c"))
    return frozenset(day for day in days if period.contains(day))


def _to_band(row: TimeBand) -> Band:
    event = None
    if row.event_min_temperature_c is not None:
        event = TemperatureRule(
            station=row.event_region,
            min_temperature_c=row.event_min_temperature_c,
            successive_days=row.event_successive_days,
        )
    audience = Audience(
        structure=Structure(row.structure) if row.structure else None,
        usage_classes=frozenset(row.usage_classes),
        min_capacity_kva=row.min_capacity_kva,
        excluded_areas=frozenset(row.excluded_areas),
    )
    condition = DayCondition(
        holidays=frozenset(row.holidays),
        holiday_min_days=row.holiday_min_days,
        rest_day_months=frozenset(row.rest_day_months),
        event=event,
    )
    return Band(
        layer=BandLayer(row.layer),
        period=PeriodKind(row.period_kind),
        start_minute=row.start_minute,
        end_minute=row.end_minute,
        months=frozenset(row.months),
        is_rest=row.is_rest,
        audience=EVERYBODY if audience == EVERYBODY else audience,
        condition=EVERY_DAY if condition == EVERY_DAY else condition,
    )
