"""
Months that are read and billed several times: interim bills, and the last one that completes the month.

An interim bill prices what the meters measured. The last stage computes the whole month as if it had been read
once, and takes off, line by line, what the interim bills charged: the bills of a month add up to the bill of the
month to the fen. See docs/rules/cycle.md.
"""

from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dianke.domain.billing.rules.inputs import BILLED_BEFORE, ShardInputs, ints, texts
from dianke.engine.types import SECTIONS, BoolArray, Calculation, IntArray, LineColumn, Section

ENERGY = "@energy"
"""The row of `billed_before` that holds the energy of the interim bills."""

_SECTION_OF: dict[str, Section] = {
    "energy": "energy",
    "per_kwh": "energy",
    "share": "shares",
    "fund": "funds",
    "basic": "basic",
    "power_factor": "power_factor",
}
_FEN_E6 = 10_000


def leave_to_last_stage(inputs: ShardInputs) -> ShardInputs:
    """
    Return the inputs of an interim bill: without what only the whole month decides.

    Basic charge, power factor, losses and fixed shares wait for the last stage.
    """
    points = inputs.points
    size = len(points)
    for name, value in (("basic_mode", "NONE"), ("power_factor_standard", None), ("loss_method", "NONE")):
        points = _set(points, name, pa.array([value] * size, pa.string()))
    points = _set(points, "line_loss_ratio_e6", pa.array([0] * size, pa.int64()))
    shares = inputs.shares
    if len(shares):
        shares = shares.filter(pc.is_valid(shares["ratio_e6"]))
    return replace(inputs, points=points, shares=shares)


def _set(table: pa.Table, name: str, values: pa.Array) -> pa.Table:
    return table.set_column(table.column_names.index(name), name, values)


@dataclass(frozen=True)
class Settled:
    """A group's calculation with what was billed before taken off, and the energy that is left."""

    calculation: Calculation
    energy_kwh_e2: IntArray | None


@dataclass(frozen=True)
class _Before:
    """What interim bills charged for one line of the points of a group."""

    row: dict[str, object]
    quantity_e6: IntArray
    amount_e6: IntArray
    is_there: BoolArray


def settle(calculation: Calculation, *, point_ids: IntArray, billed_before: pa.Table) -> Settled:
    """
    Return the whole month's calculation less what interim bills charged.

    Shapes: point_ids (n,) ascending, as the points of the calculation.
    The quantities and the power factor stay those of the whole month; lines and sums are what is left to bill.
    """
    total = calculation.quantities.total_kwh
    before = _by_code(billed_before, point_ids)
    energy = before.pop(ENERGY, None)
    if energy is None and not before:
        return Settled(calculation, total)
    lines = [_take_off(line, before.pop(line.code, None)) for line in calculation.lines]
    lines += [_add_line(one, calculation) for one in before.values()]
    lines.sort(key=lambda line: SECTIONS.index(line.section))
    subtotals = {
        section: _sum(lines, section, calculation.size)
        for section in SECTIONS
        if any(line.section == section for line in lines)
    }
    left = replace(
        calculation,
        lines=tuple(lines),
        subtotals=subtotals,
        total=sum(subtotals.values(), np.zeros(calculation.size, dtype=np.int64)),
    )
    if energy is None or total is None:
        return Settled(left, total)
    return Settled(left, total - energy.quantity_e6 // _FEN_E6)


def _by_code(table: pa.Table, point_ids: IntArray) -> dict[str, _Before]:
    if not len(table) or not point_ids.size:
        return {}
    owners = ints(table, "point_id")
    at = np.minimum(np.searchsorted(point_ids, owners), len(point_ids) - 1)
    is_own = point_ids[at] == owners
    codes = np.array(texts(table, "code"), dtype=object)
    quantity, amount = ints(table, "quantity_e6"), ints(table, "amount_e6")
    found: dict[str, _Before] = {}
    for code in dict.fromkeys(codes[is_own].tolist()):
        rows = np.flatnonzero(is_own & (codes == code))
        columns = [np.zeros(len(point_ids), dtype=np.int64) for _ in range(2)]
        for column, values in zip(columns, (quantity, amount), strict=True):
            np.add.at(column, at[rows], values[rows])
        is_there = np.zeros(len(point_ids), dtype=np.bool_)
        is_there[at[rows]] = True
        found[code] = _Before(table.slice(int(rows[0]), 1).to_pylist()[0], columns[0], columns[1], is_there)
    return found


def _take_off(line: LineColumn, before: _Before | None) -> LineColumn:
    if before is None:
        return line
    unit = 10 ** (6 - line.quantity_scale)
    return replace(
        line,
        quantity=line.quantity - before.quantity_e6 * line.quantity_divisor // unit,
        amount=line.amount - before.amount_e6 // _FEN_E6,
        present=None if line.present is None else line.present | before.is_there,
    )


def _add_line(before: _Before, calculation: Calculation) -> LineColumn:
    """Return the line that only interim bills had, as what is given back."""
    row = before.row
    code = str(row["code"])
    return LineColumn(
        code=code,
        name=str(row["name"] or ""),
        section=_SECTION_OF[code.partition(".")[0]],
        unit=str(row["unit_name"] or ""),
        rule=str(row["rule"] or ""),
        quantity=-before.quantity_e6,
        quantity_scale=6,
        price=int(str(row["price_e8"])),
        price_scale=8,
        amount=-before.amount_e6 // _FEN_E6,
        amount_scale=calculation.plan.rounding.line,
        present=before.is_there,
        is_included=bool(row["included"]),
    )


def _sum(lines: list[LineColumn], section: Section, size: int) -> IntArray:
    amounts = [line.amount for line in lines if line.section == section and not line.is_included]
    return sum(amounts, np.zeros(size, dtype=np.int64))


def list_rows_of(table: pa.Table) -> list[dict[str, object]]:
    """Return the lines that interim bills of one point charged, without the row of the energy."""
    return [row for row in table.select(list(BILLED_BEFORE)).to_pylist() if row["code"] != ENERGY]
