"""Whole days of many points at once: a head-end's archive or a first load, as matrices."""

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import numpy.typing as npt
from django.db import connection, transaction

from dianke.domain.metering.models import MeterInstallation
from dianke.domain.readings import intervals, rules
from dianke.domain.readings.models import DailyUsage
from dianke.domain.readings.types import DAY_PERIODS, SLOTS_A_DAY
from dianke.kernel.errors import DomainError
from dianke.platform.identity.types import Actor

IntArray = npt.NDArray[np.int64]

_ROWS_A_WRITE = 50_000


class UnableToRecordDays(DomainError):
    """The days cannot be stored, so none was."""

    code = "readings.unable_to_record_days"
    message = "days of {points} points cannot be stored: {reason}"


@dataclass(frozen=True, eq=False, kw_only=True)
class WholeDays:
    """
    Days of points that nothing is known of yet.

    Shapes: usage_point_ids (n,), rising; period_units (n, d, 5) and fed_units (n, d) of 1e-2 kWh in the order
    of DAY_PERIODS; highest_wh (n, d); wh (n, k, 96), the curves of the last k days, fed-in energy negative.
    """

    first_day: date
    usage_point_ids: IntArray
    period_units: IntArray
    fed_units: IntArray
    highest_wh: IntArray
    wh: npt.NDArray[np.int32]


def record_whole_days(*, actor: Actor, root: Path, days: WholeDays) -> int:
    """
    Store daily usage and the curves that come with it, return how many days of points.

    :raises UnableToRecordDays: if shapes do not fit, a day's curve is not its energy, a point is not the
        actor's or has no meter, or something is stored of a day already
    """
    _require_sound(days)
    _require_metered(actor, days)
    _require_new(days)
    kept_from = days.first_day + timedelta(days=days.period_units.shape[1] - days.wh.shape[1])
    with (
        transaction.atomic(),
        intervals.stage_days(root, usage_point_ids=days.usage_point_ids, first_day=kept_from, wh=days.wh) as staged,
    ):
        _copy_daily_usage(days)
        staged.publish()
    return days.highest_wh.size


def _require_sound(days: WholeDays) -> None:
    size, count = days.highest_wh.shape
    kept = days.wh.shape[1]
    fits = (
        days.usage_point_ids.shape == (size,)
        and days.period_units.shape == (size, count, len(DAY_PERIODS))
        and days.fed_units.shape == (size, count)
        and days.wh.shape == (size, kept, SLOTS_A_DAY)
        and kept <= count
    )
    if not fits:
        raise UnableToRecordDays(field="days", points=size, reason="the shapes do not fit each other")
    if (np.diff(days.usage_point_ids) <= 0).any():
        raise UnableToRecordDays(field="usage_point", points=size, reason="the points do not rise by key")
    taken = np.maximum(days.wh, 0).sum(axis=-1, dtype=np.int64)
    fed = -np.minimum(days.wh, 0).sum(axis=-1, dtype=np.int64)
    energy = rules.WH_PER_UNIT * days.period_units[:, count - kept :].sum(axis=-1)
    fed_energy = rules.WH_PER_UNIT * days.fed_units[:, count - kept :]
    # The day's energy is its curve, rounded.
    most = rules.WH_PER_UNIT // 2
    if (np.abs(taken - energy) > most).any() or (np.abs(fed - fed_energy) > most).any():
        raise UnableToRecordDays(field="wh", points=size, reason="a curve does not come to its day's energy")


def _require_metered(actor: Actor, days: WholeDays) -> None:
    last = days.first_day + timedelta(days=days.highest_wh.shape[1] - 1)
    wanted = set(days.usage_point_ids.tolist())
    installations = MeterInstallation.objects.for_actor(actor).filter(usage_point_id__in=wanted)
    for day in (days.first_day, last):
        standing = installations.filter(period__contains=day)
        if missing := wanted - set(standing.values_list("usage_point_id", flat=True)):
            raise UnableToRecordDays(
                field="usage_point",
                points=len(wanted),
                reason=f"point {min(missing)} has no meter within your units from {days.first_day} to {last}",
            )


def _require_new(days: WholeDays) -> None:
    # Whoever stored them: what is there would be counted twice.
    system = Actor.system("checking that days are new")
    last = days.first_day + timedelta(days=days.highest_wh.shape[1] - 1)
    stored = DailyUsage.objects.for_actor(system).filter(
        usage_point_id__in=days.usage_point_ids.tolist(), day__range=(days.first_day, last)
    )
    if (found := stored.first()) is not None:
        raise UnableToRecordDays(
            field="day",
            points=len(days.usage_point_ids),
            reason=f"point {found.usage_point_id} has usage of {found.day} already",
        )


def _copy_daily_usage(days: WholeDays) -> None:
    import pyarrow as pa
    import pyarrow.csv as pacsv

    size, count = days.highest_wh.shape
    kept = days.wh.shape[1]
    dates = np.arange(count) + np.datetime64(days.first_day, "D")
    columns = [
        days.usage_point_ids.repeat(count),
        np.tile(dates, size),
        days.period_units.sum(axis=-1).ravel(),
        *(days.period_units[..., code].ravel() for code in range(len(DAY_PERIODS))),
        days.fed_units.ravel(),
        days.highest_wh.ravel() * rules.SLOTS_AN_HOUR,
        np.tile(np.repeat([SLOTS_A_DAY, 0], [count - kept, kept]), size),
    ]
    table = pa.table([pa.array(column) for column in columns], names=list(_COLUMNS))
    options = pacsv.WriteOptions(include_header=False)
    with (
        connection.cursor() as cursor,
        cursor.copy(f"copy readings_dailyusage ({', '.join(_COLUMNS)}) from stdin (format csv)") as copy,
    ):
        for start in range(0, len(table), _ROWS_A_WRITE):
            text = pa.BufferOutputStream()
            pacsv.write_csv(table.slice(start, _ROWS_A_WRITE), text, options)
            copy.write(text.getvalue().to_pybytes())


_COLUMNS = (
    "usage_point_id",
    "day",
    "total_kwh_e2",
    *(f"{period}_kwh_e2" for period in DAY_PERIODS),
    "generated_kwh_e2",
    "demand_w",
    "missing_slots",
)
