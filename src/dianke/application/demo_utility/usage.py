"""The demo utility's measurements: curves, daily usage and register readings of the billed month."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import numpy as np

from dianke.application.demo_utility import registers
from dianke.application.demo_utility.curves import CodeArray
from dianke.application.demo_utility.designs import (
    BILLED_FROM,
    BILLED_TO,
    COMMERCE_PLAN,
    CURVES_FROM,
    HOME_PLAN,
    VOLTAGE_10KV,
    PointDesign,
)
from dianke.application.demo_utility.loads import Usage
from dianke.application.demo_utility.registers import MonthValues, Values
from dianke.domain.billing.operations import review
from dianke.domain.metering import operations as metering
from dianke.domain.metering.models import MeterAsset, MeterInstallation, UsagePoint
from dianke.domain.readings import operations as readings
from dianke.domain.readings.types import NewReading, ReadingQuality, ReadingSource
from dianke.domain.tariffs import queries as tariffs
from dianke.domain.tariffs.rules.time_bands import lay_out_periods
from dianke.domain.tariffs.types import Consumer, Structure
from dianke.kernel.calendar import load_mainland_calendar
from dianke.kernel.clock import at_midnight
from dianke.kernel.period import DatePeriod
from dianke.platform.identity.types import Actor

BATCH = "DEMO"
SHARES_VERIFIED_ON = date(2025, 10, 15)


def read_codes(*, actor: Actor) -> dict[str, CodeArray]:
    """Return the period of every quarter of the curves' days by plan, from the hours of the billed sheets."""
    return {
        COMMERCE_PLAN: _lay_out(actor, COMMERCE_PLAN, VOLTAGE_10KV),
        HOME_PLAN: _lay_out(actor, HOME_PLAN, ""),
    }


def record_month(
    *,
    actor: Actor,
    root: Path,
    points: Sequence[PointDesign],
    keys: Mapping[int, int],
    usage: Usage,
    at: datetime,
) -> None:
    """Store the curves of the designs and what their registers show; some meters change in mid-month."""
    months = [
        registers.read_month(point, units=usage.units[place], highest_wh=usage.highest_wh[place])
        for place, point in enumerate(points)
    ]
    for point, month in zip(points, months, strict=True):
        _change_meter(actor, point, month, keys[point.serial], at)
    _verify_shares(actor, points, keys, at)
    _record_registers(actor, points, months, keys, at)
    ids = np.array([keys[point.serial] for point in points], dtype=np.int64)
    order = np.argsort(ids)
    readings.record_whole_days(
        actor=actor,
        root=root,
        days=readings.WholeDays(
            first_day=CURVES_FROM,
            usage_point_ids=ids[order],
            period_units=usage.units[order],
            fed_units=usage.fed_units[order],
            highest_wh=usage.highest_wh[order],
            wh=usage.wh[order],
        ),
    )


def _lay_out(actor: Actor, plan_code: str, voltage: str) -> CodeArray:
    table = tariffs.get_price_table(
        actor=actor, plan=plan_code, on=BILLED_FROM, structure=Structure.SINGLE, voltage=voltage
    )
    # The hours of the billed sheet name every month of the year: the months before it are shown by them too.
    return lay_out_periods(
        bands=table.bands,
        consumer=Consumer(structure=Structure.SINGLE),
        period=DatePeriod(CURVES_FROM, BILLED_TO),
        calendar=load_mainland_calendar(),
        event_days={},
    )


def _verify_shares(actor: Actor, points: Sequence[PointDesign], keys: Mapping[int, int], at: datetime) -> None:
    """Enter a check of the first point with shares; the others are overdue, for the review to find."""
    shared = [point for point in points if point.terms.shares]
    if shared:
        review.record_share_check(
            actor=actor,
            usage_point=UsagePoint.objects.for_actor(actor).get(pk=keys[shared[0].serial]),
            checked_date=SHARES_VERIFIED_ON,
            note="",
            recorded_by=actor.login,
            at=at,
        )


def _change_meter(actor: Actor, point: PointDesign, month: MonthValues, usage_point_id: int, at: datetime) -> None:
    on = point.meter.changed_on
    if on is None or month.removal is None or month.installation is None:
        return
    usage_point = UsagePoint.objects.for_actor(actor).get(pk=usage_point_id)
    if not point.lacks_ticket:
        review.record_meter_ticket(
            actor=actor,
            usage_point=usage_point,
            number=f"HB-{on:%Y%m}-{point.serial:04d}",
            done_date=on,
            recorded_by=actor.login,
            at=at,
        )
    if point.meter.rescaled_on:
        metering.change_ratio(
            actor=actor, usage_point=usage_point, on=on, readings=month.removal, ct=point.meter.new_ct
        )
        return
    meter: MeterAsset = metering.register_meter(
        actor=actor,
        unit=usage_point.unit,
        asset_number=f"3311{point.serial}",
        registers=point.meter.registers,
        integer_digits=point.meter.integer_digits,
        model=point.meter.model,
    )
    metering.exchange_meter(
        actor=actor,
        usage_point=usage_point,
        on=on,
        removal_readings=month.removal,
        meter=meter,
        install_readings=month.installation,
    )


def _record_registers(
    actor: Actor,
    points: Sequence[PointDesign],
    months: Sequence[MonthValues],
    keys: Mapping[int, int],
    at: datetime,
) -> None:
    installations = MeterInstallation.objects.for_actor(actor).filter(usage_point_id__in=keys.values())
    first = dict(installations.filter(period__contains=BILLED_FROM).values_list("usage_point_id", "id"))
    last = dict(installations.filter(period__upper_inf=True).values_list("usage_point_id", "id"))
    news = []
    for point, month in zip(points, months, strict=True):
        key = keys[point.serial]
        quality = ReadingQuality.DERIVED if point.curve.is_derived else ReadingQuality.ACTUAL
        news.append(
            NewReading(
                installation_id=first[key],
                read_at=at_midnight(BILLED_FROM),
                values={kind.value: value for kind, value in month.opening.items()},
                quality=quality,
            )
        )
        if not point.lacks_closing_reading:
            news.append(
                NewReading(
                    installation_id=last[key],
                    read_at=at_midnight(BILLED_TO),
                    values=_write_down(point, month.closing),
                    quality=quality,
                    rolled_over=month.rolled_over,
                )
            )
    readings.record_readings(actor=actor, readings=news, source=ReadingSource.INTERVALS, batch=BATCH, at=at)


def _write_down(point: PointDesign, shown: Values) -> dict[str, Decimal]:
    """Return the closing registers as they were written down, which is not always what they showed."""
    values = {kind.value: value for kind, value in shown.items()}
    if point.misread is not None:
        kind, too_much = point.misread
        values[kind.value] += too_much
    return values
