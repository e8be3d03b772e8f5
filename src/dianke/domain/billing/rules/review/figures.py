"""What the review keeps of the engine's result, group by group."""

from dataclasses import dataclass

import numpy as np

from dianke.domain.billing.rules.review.facts import Figures
from dianke.engine.types import Calculation, IntArray, Section


@dataclass(frozen=True, slots=True, eq=False)
class GroupFigures:
    """The sound points of a group (places in the shard's table of points), their bills and figures."""

    positions: IntArray
    bill_ids: IntArray
    figures: Figures


def take_figures(*, positions: IntArray, result: Calculation, bill_ids: IntArray) -> GroupFigures:
    """
    Return what the review wants of a group's calculation.

    Shapes: positions, bill_ids (n,) of the group, as the calculation; faulty points are left out.
    """
    sound = np.flatnonzero(~result.is_faulty)
    nothing = np.zeros(result.size, dtype=np.int64)

    def pick(values: IntArray | None) -> IntArray:
        return np.asarray((nothing if values is None else values)[sound], dtype=np.int64)

    def money(section: Section) -> IntArray:
        return pick(result.subtotals.get(section))

    quantities = result.quantities
    return GroupFigures(
        positions=positions[sound],
        bill_ids=bill_ids[sound],
        figures=Figures(
            energy_kwh_e2=pick(quantities.total_kwh),
            sub_meter_kwh_e2=pick(quantities.sub_meter_kwh),
            demand_kw_e6=pick(quantities.demand_kw),
            basic_fen=money("basic"),
            power_factor_fen=money("power_factor"),
            amount_fen=pick(result.total),
        ),
    )


def join_figures(groups: list[GroupFigures]) -> GroupFigures:
    """Return the figures of all groups as one, ascending by position."""
    positions = _join([group.positions for group in groups])
    order = np.argsort(positions, kind="stable")
    names = Figures.__slots__
    columns = {name: _join([getattr(group.figures, name) for group in groups])[order] for name in names}
    return GroupFigures(
        positions=positions[order],
        bill_ids=_join([group.bill_ids for group in groups])[order],
        figures=Figures(**columns),
    )


def _join(columns: list[IntArray]) -> IntArray:
    return np.concatenate(columns) if columns else np.zeros(0, dtype=np.int64)
