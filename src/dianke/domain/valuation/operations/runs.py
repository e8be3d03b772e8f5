"""Write a run of rating: its head, its ratings block by block, its sums; it goes on where it was interrupted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from django.db import connection
from numpy.typing import NDArray

from dianke.domain.customers.operations.standing import put_value_classes
from dianke.domain.valuation.models import RatingRun
from dianke.domain.valuation.queries.versions import WeightsInForce
from dianke.domain.valuation.rules.brake import REASONS
from dianke.domain.valuation.rules.course import STAGES
from dianke.domain.valuation.rules.facts import Integers, scale_figures
from dianke.domain.valuation.rules.rating import Material, Rated
from dianke.domain.valuation.types import CLASSES, GRADES, Month, RunState
from dianke.engine.value.index import Floats
from dianke.platform.database.copying import copy_table

_CODES = [one.value for one in CLASSES]
_TOTALS = """
insert into valuation_ratingtotal (run_id, unit_id, value_class, candidate, previous_class, credit_grade, life_stage,
       voltage_group, is_policy_priced, customer_count, energy_kwh_e2, revenue_fen, margin_fen, ranked_fen,
       future_value_fen)
select run_id, unit_id, value_class, candidate, previous_class, credit_grade, life_stage, voltage_group,
       is_policy_priced, count(*), sum(energy_kwh_e2), sum(revenue_fen), sum(margin_fen), sum(ranked_fen),
       sum(future_value_fen)
  from valuation_customerrating where run_id = %s group by 1, 2, 3, 4, 5, 6, 7, 8, 9
"""


@dataclass(frozen=True, slots=True)
class Rows:
    """The customers of a run beside what was rated of them. Shapes: (n,); has_written tells whose column differs."""

    units: Integers
    needs_writing: NDArray[np.bool_]


def begin_run(
    *, month: Month, policy_code: str, weights: WeightsInForce, service_table: str, months_total: int, login: str,
    at: datetime,
) -> RatingRun:  # fmt: skip
    """Write the head of a run."""
    run = RatingRun(
        month=month.first, state=RunState.GATHERING.value, policy_code=policy_code, weights_code=weights.code,
        service_table=service_table, basis=weights.basis.value, policy_priced=weights.policy_priced.value,
        weights=[f"{one:.6f}" for one in weights.weights], months_total=months_total, made_by=login, made_at=at,
    )  # fmt: skip
    run.save()
    return run


def note_gathered(*, run: RatingRun, months: int) -> None:
    """Note how many months are gathered."""
    run.months_gathered = months
    run.save(update_fields=["months_gathered"])


def begin_blocks(*, run: RatingRun, rated: Rated, blocks: int) -> None:
    """Note that the rating is computed and is written in so many blocks."""
    candidates, standing = rated.candidates, rated.braked.standing
    run.state, run.blocks_total = RunState.RATING.value, blocks
    run.customer_count = int(standing.in_force.size)
    run.borders, run.policy_borders = list(candidates.borders), list(candidates.policy_borders)
    run.save(update_fields=["state", "blocks_total", "customer_count", "borders", "policy_borders"])


def write_block(
    *, run: RatingRun, material: Material, rated: Rated, rows: Rows, number: int, first: int, last: int
) -> int:
    """Write the ratings of the customers from one place to another, and their class; return whose class was put."""
    own = slice(first, last)
    copy_table(table="valuation_customerrating", columns=_draw(run, material, rated, rows.units, own))
    put = np.flatnonzero(rows.needs_writing[own]) + first
    written = 0
    if put.size:
        classes = rated.braked.standing.in_force[put].tolist()
        written = put_value_classes(
            customer_ids=material.year.customers[put].tolist(), classes=[_CODES[one] for one in classes],
            service_table=run.service_table,
        )  # fmt: skip
    run.blocks_written = number
    run.save(update_fields=["blocks_written"])
    return written


def clear_classes(*, customer_ids: Sequence[int], service_table: str) -> int:
    """Take the class off customers that are not rated any more."""
    return put_value_classes(customer_ids=customer_ids, classes=[""] * len(customer_ids), service_table=service_table)


def end_run(*, run: RatingRun, at: datetime) -> RatingRun:
    """Add up what a run came to."""
    with connection.cursor() as cursor:
        cursor.execute(_TOTALS, [run.pk])
        cursor.execute(
            "select coalesce(sum(customer_count), 0) from valuation_ratingtotal"
            " where run_id = %s and previous_class <> '' and previous_class <> value_class",
            [run.pk],
        )
        run.changed_count = int(cursor.fetchone()[0])
    run.state, run.ended_at = RunState.DONE.value, at
    run.save(update_fields=["state", "ended_at", "changed_count"])
    return run


def _draw(run: RatingRun, material: Material, rated: Rated, units: Integers, own: slice) -> pa.Table:
    of, standing = {name: values[own] for name, values in material.year.columns.items()}, rated.braked.standing
    in_force, before = standing.in_force[own], material.before.in_force[own]
    size = in_force.size
    is_changed = (before >= 0) & (before != in_force)
    return pa.table(
        {
            "run_id": pa.array(np.full(size, run.pk)),
            "customer_id": pa.array(material.year.customers[own]),
            "unit_id": pa.array(units[own]),
            "voltage_group": pa.array(of["voltage_group"]),
            "is_policy_priced": pa.array(rated.is_policy[own]),
            "energy_kwh_e2": pa.array(of["energy_e2"]),
            "revenue_fen": pa.array(of["revenue_fen"]),
            "margin_fen": pa.array(of["margin_fen"]),
            "ranked_fen": pa.array(rated.candidates.ranked_fen[own]),
            "figures": _join([_nullable(*one) for one in scale_figures(rated.indicators[own])]),
            "percentiles_e2": _join_shares(rated.percentiles[own]),
            "criteria_e2": _join_shares(rated.index.criteria[own]),
            "index_e2": pa.array(np.rint(np.nan_to_num(rated.index.values[own], nan=-0.01) * 100).astype(np.int64)),
            "coverage_e4": pa.array(np.rint(rated.index.coverage[own] * 10_000).astype(np.int64)),
            "candidate": _name(rated.candidates.classes[own], _CODES),
            "value_class": _name(in_force, _CODES),
            "previous_class": _name(before, _CODES),
            "is_changed": pa.array(is_changed),
            "reason": _name(rated.braked.reasons[own], [one.value for one in REASONS]),
            "stood_class": _name(standing.stood_class[own], _CODES),
            "stood_months": pa.array(standing.stood_months[own]),
            "life_stage": _name(rated.stages[own], [one.value for one in STAGES]),
            "growth_e4": pa.array(rated.growth_e4[own]),
            "future_value_fen": pa.array(rated.future_fen[own]),
            "credit_grade": _name(material.grades[own], list(GRADES)),
        }
    )


def _name(places: NDArray[np.int8], codes: Sequence[str]) -> pa.Array:
    """Return codes for places; -1, the last of the list, is the empty text."""
    return pa.array([*codes, ""]).take(pa.array(places.astype(np.int64) % (len(codes) + 1)))


def _nullable(values: Integers, known: NDArray[np.bool_]) -> pa.Array:
    return pc.fill_null(pc.cast(pa.array(values, mask=~known), pa.string()), "NULL")


def _join_shares(values: Floats) -> pa.Array:
    known = ~np.isnan(values)
    scaled = np.rint(np.where(known, values, 0) * 100).astype(np.int64)
    return _join([_nullable(scaled[:, at], known[:, at]) for at in range(values.shape[1])])


def _join(columns: Sequence[pa.Array]) -> pa.Array:
    """Return columns side by side as arrays in the database's text form."""
    inside = pc.binary_join_element_wise(*columns, ",")
    return pc.binary_join_element_wise("{", inside, "}", "")
