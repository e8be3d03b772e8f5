"""Interval curves come in; each day of a point is summed as it closes."""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from django.db import connection, transaction

from dianke.domain.metering.models import MeterInstallation, UsagePoint
from dianke.domain.readings import intervals, rules
from dianke.domain.readings.intervals import DaySums, IntervalValues
from dianke.domain.readings.types import DAY_PERIODS, SLOTS_A_DAY
from dianke.kernel.errors import DomainError
from dianke.platform.identity.types import Actor

PeriodCodes = Mapping[date, npt.NDArray[np.uint8]]


class UnableToRecordIntervals(DomainError):
    """The curve values cannot be stored, so none was."""

    code = "readings.unable_to_record_intervals"
    message = "curve values cannot be stored: {reason}"


def record_intervals(
    *, actor: Actor, root: Path, values: IntervalValues, period_codes: PeriodCodes | None = None
) -> int:
    """
    Store curve values below `root`, sum the days they touch into daily usage, return how many were stored.

    A value takes the place of the one stored for its slot. `period_codes` gives the slots of each day their
    period (codes of DAY_PERIODS); a day without codes gets its total only.

    :raises UnableToRecordIntervals: if a point is not the actor's or has no meter then, or a slot comes twice
    """
    _require_sound(values)
    _require_metered(actor, values)
    with transaction.atomic(), intervals.stage(root, values) as staged:
        sums = staged.sum_days(period_codes)
        # Files of a bucket hold other points too; only the points that came in are written again.
        _write_daily_usage(_pick(sums, values))
        staged.publish()
    return len(values.wh)


def sum_days(
    *,
    actor: Actor,
    root: Path,
    days: Sequence[date],
    usage_point_ids: Sequence[int],
    period_codes: PeriodCodes | None = None,
) -> int:
    """Sum stored curves of the points and days into daily usage once more; return how many days of points."""
    visible = UsagePoint.objects.for_actor(actor).filter(id__in=list(usage_point_ids)).values_list("id", flat=True)
    sums = intervals.sum_days(root, days=days, period_codes=period_codes, usage_point_ids=list(visible))
    _write_daily_usage(sums)
    return len(sums.usage_point_id)


def _require_sound(values: IntervalValues) -> None:
    if (values.slot >= SLOTS_A_DAY).any():
        raise UnableToRecordIntervals(field="slot", reason=f"a day has the slots 0 to {SLOTS_A_DAY - 1}")
    order = np.lexsort((values.slot, values.day, values.usage_point_id))
    point, day, slot = values.usage_point_id[order], values.day[order], values.slot[order]
    if ((point[1:] == point[:-1]) & (day[1:] == day[:-1]) & (slot[1:] == slot[:-1])).any():
        raise UnableToRecordIntervals(field="slot", reason="a slot of a point comes twice")


def _require_metered(actor: Actor, values: IntervalValues) -> None:
    points = np.unique(values.usage_point_id)
    wanted = [int(key) for key in points]
    visible = set(UsagePoint.objects.for_actor(actor).filter(id__in=wanted).values_list("id", flat=True))
    if strange := set(wanted) - visible:
        raise UnableToRecordIntervals(field="usage_point", reason=f"point {min(strange)} is not within your units")
    is_metered = np.zeros(len(values.day), dtype=np.bool_)
    order = np.argsort(values.usage_point_id, kind="stable")
    ordered = values.usage_point_id[order]
    spells = MeterInstallation.objects.for_actor(actor).filter(usage_point_id__in=wanted)
    for point, period in spells.values_list("usage_point_id", "period"):
        rows = order[np.searchsorted(ordered, point) : np.searchsorted(ordered, point, side="right")]
        is_inside = values.day[rows] >= np.datetime64(period.lower, "D")
        if period.upper is not None:
            # The day of an exchange belongs to both meters.
            is_inside &= values.day[rows] <= np.datetime64(period.upper, "D")
        is_metered[rows] |= is_inside
    if not is_metered.all():
        first = int(np.flatnonzero(~is_metered)[0])
        raise UnableToRecordIntervals(
            field="day",
            reason=f"point {values.usage_point_id[first]} has no meter on {values.day[first]}",
        )


def _pick(sums: DaySums, values: IntervalValues) -> DaySums:
    came = np.unique(values.usage_point_id * 100_000 + values.day.astype(np.int64))
    is_wanted = np.isin(sums.usage_point_id * 100_000 + sums.day.astype(np.int64), came)
    return DaySums(
        usage_point_id=sums.usage_point_id[is_wanted],
        day=sums.day[is_wanted],
        period_wh=sums.period_wh[is_wanted],
        generated_wh=sums.generated_wh[is_wanted],
        highest_wh=sums.highest_wh[is_wanted],
        slots=sums.slots[is_wanted],
    )


def _write_daily_usage(sums: DaySums) -> None:
    total, parts = rules.sum_to_units(sums.period_wh)
    generated, _ = rules.sum_to_units(sums.generated_wh[:, None])
    columns: list[Any] = [
        sums.usage_point_id,
        sums.day.astype(object),
        total,
        *(parts[:, code] for code in range(len(DAY_PERIODS))),
        generated,
        sums.highest_wh * rules.SLOTS_AN_HOUR,
        SLOTS_A_DAY - sums.slots,
    ]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("drop table if exists pg_temp.daily_stage")
        cursor.execute(_STAGE)
        with cursor.copy("copy daily_stage from stdin") as copy:
            for row in zip(*(column.tolist() for column in columns), strict=True):
                copy.write_row(row)
        cursor.execute(_UPSERT)


_SUMMED = (
    "total_kwh_e2",
    *(f"{period}_kwh_e2" for period in DAY_PERIODS),
    "generated_kwh_e2",
    "demand_w",
    "missing_slots",
)
_TYPED = ", ".join(f"{name} bigint" for name in _SUMMED)
_STAGE = f"create temporary table daily_stage (usage_point_id bigint, day date, {_TYPED}) on commit drop"
_UPSERT = f"""
insert into readings_dailyusage (usage_point_id, day, {", ".join(_SUMMED)})
select usage_point_id, day, {", ".join(_SUMMED)} from daily_stage order by usage_point_id, day
on conflict (usage_point_id, day) do update set {", ".join(f"{name} = excluded.{name}" for name in _SUMMED)}
"""  # noqa: S608 - built from constants of this file
