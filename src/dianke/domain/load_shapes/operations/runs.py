"""Write what a clustering came to: the run, its shapes, the members block by block; drop what is long past."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
from django.db import connection

from dianke.domain.load_shapes.models import LoadShape, ShapeRun
from dianke.engine.load_shapes.days import Integers
from dianke.kernel.errors import DomainError
from dianke.platform.database.copying import copy_table
from dianke.platform.identity.types import Actor

_SYSTEM = Actor.system("keeping load shapes")


class ShapeRunExists(DomainError):
    """Curves up to the day were sorted already."""

    code = "load_shapes.run_exists"
    message = "curves up to {day} were sorted already"


@dataclass(frozen=True, slots=True)
class MemberBlock:
    """Points that were sorted. Shapes (n,): key of the point, its account and unit, key of the shape, figures."""

    point: Integers
    account: Integers
    unit: Integers
    shape: Integers
    distance_e4: Integers
    day_count: Integers
    night_e4: Integers
    weekend_e4: Integers


def write_run(*, values: Mapping[str, Any]) -> ShapeRun:
    """
    Store the head of a run.

    :raises ShapeRunExists: if there is one up to the same day
    """
    if ShapeRun.objects.for_actor(_SYSTEM).filter(end_day=values["end_day"]).exists():
        raise ShapeRunExists(field="end_day", day=_write_day(values["end_day"]))
    run = ShapeRun(**values)
    run.save()
    return run


def write_shapes(*, run: ShapeRun, shapes: Sequence[Mapping[str, Any]]) -> list[LoadShape]:
    """Store the shapes of a run, in the order given."""
    rows = [LoadShape(run=run, **values) for values in shapes]
    for row in rows:
        row.save()
    return rows


def write_members(*, block: MemberBlock) -> None:
    """Store which point belongs to which shape."""
    columns = {
        "usage_point_id": block.point, "account_id": block.account, "unit_id": block.unit, "shape_id": block.shape,
        "distance_e4": block.distance_e4, "day_count": block.day_count, "night_e4": block.night_e4,
        "weekend_e4": block.weekend_e4,
    }  # fmt: skip
    copy_table(
        table="load_shapes_shapemember", columns=pa.table({name: pa.array(one) for name, one in columns.items()})
    )


def end_run(*, run: ShapeRun, shapes: Sequence[LoadShape], sums: Mapping[int, Integers], left_out: int) -> ShapeRun:
    """Write how many points each shape has, and what they use at night and on weekends on average."""
    total = 0
    for shape in shapes:
        count, night, weekend = (int(value) for value in sums.get(shape.pk, np.zeros(3, dtype=np.int64)))
        shape.count, total = count, total + count
        shape.night_e4, shape.weekend_e4 = (night // count, weekend // count) if count else (0, 0)
        shape.save(update_fields=["count", "night_e4", "weekend_e4"])
    run.point_count, run.left_out_count = total, left_out
    run.save(update_fields=["point_count", "left_out_count"])
    return run


def forget_old_members(*, kept_runs: int) -> int:
    """Drop the members of all runs but the last ones, and return how many."""
    runs = ShapeRun.objects.for_actor(_SYSTEM).order_by("-end_day").values_list("pk", flat=True)
    old = list(runs[kept_runs:])
    with connection.cursor() as cursor:
        cursor.execute(
            "delete from load_shapes_shapemember where shape_id in"
            " (select id from load_shapes_loadshape where run_id = any(%s))",
            [old],
        )
        return int(cursor.rowcount)


def _write_day(day: date) -> str:
    return day.isoformat()
