"""The monthly run: kinds learned from some points, all points sorted by them, block by block."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from dianke.domain.load_shapes.models import LoadShape, ShapeRun
from dianke.domain.load_shapes.operations import runs as operations
from dianke.domain.load_shapes.operations.runs import MemberBlock
from dianke.domain.load_shapes.queries import curves
from dianke.domain.load_shapes.queries import runs as queries
from dianke.domain.load_shapes.queries.curves import MeasuredPoints
from dianke.domain.load_shapes.types import ShapeRunVerdict
from dianke.domain.readings.intervals import list_days
from dianke.engine.load_shapes.clusters import Found, Kinds, Measure, find_kinds
from dianke.engine.load_shapes.days import Floats, Integers, PointDays
from dianke.engine.load_shapes.typical import KindOfPoints, describe_kinds, typical_days
from dianke.kernel.clock import to_shanghai
from dianke.platform.audit.use_case import use_case
from dianke.platform.identity.types import Actor

WEEKS, LEAST_DAYS, LEAST_POINTS, MOST_LEARNED, BLOCK, KEPT_RUNS = 8, 14, 60, 1_000, 1_000, 2
_DRAWS, _NUMBERS = 20, (2, 3, 4, 5, 6, 7, 8)
_NIGHT_SLOTS = 24


def run_month(*, actor: Actor, root: Path, at: datetime, draws: int = _DRAWS) -> ShapeRun | None:
    """
    Sort the curves up to the newest stored day, once a month; None where there are too few.

    :param draws: how often all is drawn again, to see how stable the kinds are
    """
    last = queries.get_last_run(actor=actor)
    today = to_shanghai(at).date()
    if last is not None and to_shanghai(last.made_at).date() >= today.replace(day=1):
        return last
    end = find_end(root, today)
    if end is None or (last is not None and last.end_day >= end):
        return last
    points = curves.list_measured(start=end - timedelta(weeks=WEEKS), end=end)
    if points.keys.size < LEAST_POINTS:
        return last
    return make_shapes(actor=actor, root=root, end=end, at=at, draws=draws)


def find_end(root: Path, today: date) -> date | None:
    """Return the day after the newest that curves are stored of, today at the latest, or None."""
    days = [day for day in list_days(root) if day < today]
    return days[-1] + timedelta(days=1) if days else None


@use_case(right="load_shapes.make")
def make_shapes(*, actor: Actor, root: Path, end: date, at: datetime, draws: int = _DRAWS) -> ShapeRun:
    """
    Find kinds of points in the curves of eight weeks up to, not including, a day, and sort every point.

    :raises ShapeRunExists: if that was done
    """
    start = end - timedelta(weeks=WEEKS)
    points = curves.list_measured(start=start, end=end)
    learned, size = _learn_from(root, points, start, end)
    head = {"first_day": start, "end_day": end, "made_by": actor.login, "made_at": at, "learned_count": size}
    if size < LEAST_POINTS:
        return operations.write_run(values={**head, **_tell_nothing(ShapeRunVerdict.TOO_FEW, points)})
    typical = typical_days(learned, size=size)
    found = find_kinds(typical, numbers=_NUMBERS, draws=draws)
    described = describe_kinds(found.kinds, typical)
    order = sorted(range(len(described)), key=lambda one: -described[one].count)
    run = operations.write_run(values={**head, **_tell(found, learned)})
    shapes = operations.write_shapes(
        run=run, shapes=[_draw(described[code], rank) for rank, code in enumerate(order, start=1)]
    )
    keys = np.zeros(len(order), dtype=np.int64)
    keys[order] = [shape.pk for shape in shapes]
    _sort_points(run, shapes, keys, found.kinds, root, points)
    operations.forget_old_members(kept_runs=KEPT_RUNS)
    return run


def _learn_from(root: Path, points: MeasuredPoints, start: date, end: date) -> tuple[PointDays, int]:
    """Return the days of points spread over all of them, and how many points that are."""
    step = max(1, -(-points.keys.size // MOST_LEARNED))
    chosen = points.keys[::step]
    parts: list[PointDays] = []
    size = 0
    for keys in _cut(chosen):
        days, kept = _keep_known(curves.read_days(root, keys=keys.tolist(), start=start, end=end), keys.size)
        again = np.full(keys.size, -1, dtype=np.int64)
        again[kept] = np.arange(kept.size) + size
        parts.append(PointDays(again[days.owner], days.wh, days.is_weekend))
        size += int(kept.size)
    if not parts:
        none = np.zeros(0, dtype=np.int64)
        return PointDays(none, np.zeros((0, 96)), none.astype(bool)), 0
    return PointDays(
        *(np.concatenate([getattr(one, name) for one in parts]) for name in ("owner", "wh", "is_weekend"))
    ), size


def _keep_known(days: PointDays, size: int) -> tuple[PointDays, Integers]:
    """Return the days of points that have enough of them, and which points these are."""
    kept = np.flatnonzero(np.bincount(days.owner, minlength=size) >= LEAST_DAYS)
    return days.take(np.flatnonzero(np.isin(days.owner, kept))), kept


def _sort_points(
    run: ShapeRun, shapes: Sequence[LoadShape], keys: Integers, kinds: Kinds, root: Path, points: MeasuredPoints
) -> None:  # fmt: skip
    sums: dict[int, Integers] = {}
    left_out = 0
    for own in _cut(np.arange(points.keys.size)):
        wanted = points.keys[own]
        days = curves.read_days(root, keys=wanted.tolist(), start=run.first_day, end=run.end_day)
        days, kept = _keep_known(days, own.size)
        left_out += own.size - kept.size
        if not kept.size:
            continue
        kind, distance = kinds.assign(typical_days(days, size=own.size))
        night, weekend, count = _measure_shares(days, own.size)
        at = own[kept]
        block = MemberBlock(
            points.keys[at], points.account[at], points.unit[at], keys[kind[kept]],
            np.rint(distance[kept] * 10_000).astype(np.int64), count[kept], night[kept], weekend[kept],
        )  # fmt: skip
        operations.write_members(block=block)
        for key in np.unique(block.shape).tolist():
            of_shape = block.shape == key
            own_sums = np.array([of_shape.sum(), block.night_e4[of_shape].sum(), block.weekend_e4[of_shape].sum()])
            sums[key] = sums.get(key, np.zeros(3, dtype=np.int64)) + own_sums
    operations.end_run(run=run, shapes=shapes, sums=sums, left_out=left_out)


def _measure_shares(days: PointDays, size: int) -> tuple[Integers, Integers, Integers]:
    """Return of each point the share of its use from 0 to 6 o'clock, how weekends compare, and how many days it has."""
    used = np.maximum(days.wh, 0.0)
    total = np.bincount(days.owner, weights=used.sum(axis=1), minlength=size)
    night = np.bincount(days.owner, weights=used[:, :_NIGHT_SLOTS].sum(axis=1), minlength=size)
    count = np.bincount(days.owner, minlength=size).astype(np.int64)
    weekend = np.bincount(days.owner, weights=used.sum(axis=1) * days.is_weekend, minlength=size)
    safe = np.where(total > 0, total, 1.0)
    return _scale(night / safe), _scale(weekend / safe), count


def _scale(share: Floats) -> Integers:
    return np.rint(share * 10_000).astype(np.int64)


def _cut(values: Integers) -> Iterator[Integers]:
    for first in range(0, values.size, BLOCK):
        yield values[first : first + BLOCK]


def _tell_nothing(verdict: ShapeRunVerdict, points: MeasuredPoints) -> dict[str, Any]:
    return {
        "verdict": verdict.value, "point_count": 0, "left_out_count": int(points.keys.size), "day_count": 0,
        "kind_count": 0,
    }  # fmt: skip


def _tell(found: Found, days: PointDays) -> dict[str, Any]:
    chosen = found.chosen
    verdict = ShapeRunVerdict.STABLE if chosen.is_stable else ShapeRunVerdict.UNSTABLE
    return {
        "verdict": verdict.value,
        "point_count": 0,
        "left_out_count": 0,
        "day_count": int(days.owner.size),
        "kind_count": chosen.k,
        "rand_mean_e4": round(chosen.rand_mean * 10_000),
        "rand_least_e4": round(chosen.rand_least * 10_000),
        "davies_bouldin_e4": round(chosen.davies_bouldin * 10_000),
        "tried": [_tell_measure(one) for one in found.tried],
        "content": {"middles": found.kinds.middles.round(6).tolist()},
    }


def _tell_measure(one: Measure) -> dict[str, Any]:
    return {
        "k": one.k, "rand_mean_e4": round(one.rand_mean * 10_000), "rand_least_e4": round(one.rand_least * 10_000),
        "davies_bouldin_e4": round(one.davies_bouldin * 10_000), "sizes": sorted(one.sizes, reverse=True),
    }  # fmt: skip


def _draw(one: KindOfPoints, rank: int) -> dict[str, Any]:
    curves_e3 = {
        f"{name}_e3": np.rint(values * 1000).astype(np.int64).tolist()
        for name, values in (("middle", one.middle), ("lower", one.lower), ("upper", one.upper))
    }
    return {
        "rank": rank, "name": one.name.value, "count": one.count, "peak_slot": one.peak_slot, "night_e4": 0,
        "weekend_e4": 0, **curves_e3,
    }  # fmt: skip
