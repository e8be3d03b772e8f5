"""The columns of a shard as arrays, and what is missing in them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from dianke.engine.types import BoolArray, IntArray

ENERGY_REGISTERS = ("total", "sharp", "peak", "flat", "valley", "deep", "reactive_import", "reactive_export")
# What interim bills charged: a row a point and line, and one for the energy.
BILLED_BEFORE = {
    "point_id": pa.int64(),
    "code": pa.string(),
    "name": pa.string(),
    "unit_name": pa.string(),
    "rule": pa.string(),
    "included": pa.bool_(),
    "price_e8": pa.int64(),
    "quantity_e6": pa.int64(),
    "amount_e6": pa.int64(),
}
LEAST_SUSPENSION_DAYS = 15
DAYS_OF_A_BILLING_MONTH = 30


@dataclass(frozen=True)
class ShardInputs:
    """
    Everything that the bills of some points depend on but the prices, as columns ordered by point_id.

    `used_before` holds what a point was billed before in the year (point_id, energy_e2), where that matters;
    `billed_before` what interim bills of the same month charged, which the last stage takes off (rules/stages.py).
    """

    points: pa.Table
    segments: pa.Table
    capacities: pa.Table
    shares: pa.Table
    sub_segments: pa.Table
    used_before: pa.Table
    billed_before: pa.Table = field(default_factory=lambda: empty_billed_before())  # noqa: PLW0108 - declared below


@dataclass(frozen=True)
class Span:
    """
    What is billed: a half-open period and the months that it stands for.

    A month that is read several times has stages; the last one covers the whole month. A period that is only a part of
    its month, as that of a final bill, counts monthly charges by its days; one that `closes` the account ends the
    months of service.
    """

    start: date
    end: date
    months: tuple[date, ...]
    stage: int = 1
    stages: int = 1
    is_part: bool = False
    closes: bool = False

    @property
    def part_days(self) -> int | None:
        """Return the thirtieths of a month that a part of it counts for, or None for whole months."""
        return min((self.end - self.start).days, DAYS_OF_A_BILLING_MONTH) if self.is_part else None


def empty_used_before() -> pa.Table:
    """Return the table of a shard whose prices ask for no energy of earlier months."""
    return pa.table({"point_id": pa.array([], pa.int64()), "energy_e2": pa.array([], pa.int64())})


def empty_billed_before() -> pa.Table:
    """Return the table of a shard that no interim bill came before."""
    return pa.table(
        {name: pa.array([], kind) for name, kind in BILLED_BEFORE.items()},
    )


def narrow_inputs(inputs: ShardInputs, point_ids: IntArray) -> ShardInputs:
    """Return the inputs of some of the points, with the sub-meters below them."""
    return ShardInputs(
        points=_among(inputs.points, "point_id", point_ids),
        segments=_among(inputs.segments, "point_id", point_ids),
        capacities=_among(inputs.capacities, "point_id", point_ids),
        shares=_among(inputs.shares, "point_id", point_ids),
        sub_segments=_among(inputs.sub_segments, "parent_id", point_ids),
        used_before=_among(inputs.used_before, "point_id", point_ids),
        billed_before=_among(inputs.billed_before, "point_id", point_ids),
    )


def _among(table: pa.Table, name: str, chosen: IntArray) -> pa.Table:
    return table.filter(pa.array(np.isin(ints(table, name), chosen))) if len(table) else table


@dataclass(frozen=True)
class PointFault:
    """A point that cannot be billed: the cause as a code, the field and a detail for a person."""

    point_id: int
    code: str
    field: str = ""
    detail: str = ""


@dataclass
class FaultBook:
    """Collects faults; the first of a point is kept, for a clerk mends one thing at a time."""

    faults: dict[int, PointFault] = field(default_factory=dict)

    def add(self, points: Iterable[int], *, code: str, about: str = "", detail: str = "") -> None:
        """Note the same fault for several points."""
        for point in points:
            self.faults.setdefault(int(point), PointFault(int(point), code, about, detail))

    def add_details(self, details: dict[int, str], *, code: str, about: str) -> None:
        """Note a fault with a detail of its own for each point."""
        for point, detail in details.items():
            self.faults.setdefault(int(point), PointFault(int(point), code, about, detail))


def ints(table: pa.Table, name: str, *, fill: int = 0) -> IntArray:
    """Return an integer column; nulls become `fill`."""
    column = table[name]
    if pa.types.is_null(column.type):
        return np.full(len(table), fill, dtype=np.int64)
    return np.asarray(pc.fill_null(pc.cast(column, pa.int64()), fill).to_numpy(), dtype=np.int64)


def distinct(keys: IntArray) -> IntArray:
    """Return the different keys, ascending; keys of a shard mostly are so already."""
    steps = np.diff(keys)
    if (steps > 0).all():
        return keys
    ordered = keys if (steps >= 0).all() else np.sort(keys)
    return np.asarray(ordered[np.append(True, np.diff(ordered) > 0)], dtype=np.int64)


def present(table: pa.Table, name: str) -> BoolArray:
    """Return where a column is not null."""
    return np.asarray(pc.is_valid(table[name]).to_numpy(), dtype=np.bool_)


def texts(table: pa.Table, name: str) -> list[str]:
    """Return a text column; nulls become the empty text."""
    return [value or "" for value in table[name].to_pylist()]


def codes(table: pa.Table, name: str) -> tuple[IntArray, list[str]]:
    """Return a text column as numbers of its different texts, and these; nulls are the empty text."""
    column = table[name]
    if pa.types.is_dictionary(column.type) and not column.null_count:
        numbered = column.unify_dictionaries().combine_chunks()
        return np.asarray(numbered.indices.to_numpy(), dtype=np.int64), numbered.dictionary.to_pylist()
    filled = pc.fill_null(pc.cast(column, pa.string()), "")
    encoded = pc.dictionary_encode(filled.combine_chunks())
    return np.asarray(encoded.indices.to_numpy(), dtype=np.int64), encoded.dictionary.to_pylist()


def where_text(table: pa.Table, name: str, *wanted: str) -> BoolArray:
    """Return where a text column is one of some texts."""
    numbers, values = codes(table, name)
    return np.array([value in wanted for value in values], dtype=np.bool_)[numbers]


def days(table: pa.Table, name: str) -> npt.NDArray[np.datetime64]:
    """Return a column of dates; nulls become not-a-time."""
    return np.asarray(pc.cast(table[name], pa.date32()).to_numpy()).astype("datetime64[D]")


def register_masks(segments: pa.Table) -> dict[str, BoolArray]:
    """Return for each kind of register which segments' meters have it."""
    numbers, values = codes(segments, "registers")
    return {
        kind: np.array([kind in value.split() for value in values], dtype=np.bool_)[numbers]
        for kind in ENERGY_REGISTERS
    }


def flags(table: pa.Table, name: str) -> BoolArray:
    """Return a truth column; nulls become False."""
    column = table[name]
    if pa.types.is_null(column.type):
        return np.zeros(len(table), dtype=np.bool_)
    return np.asarray(pc.fill_null(column, False).to_numpy(zero_copy_only=False), dtype=np.bool_)


def offsets_of(owners: IntArray, points: IntArray) -> IntArray:
    """Return the (n + 1,) offsets of rows sorted by owner, for points sorted by key."""
    return np.append(np.searchsorted(owners, points, side="left"), np.searchsorted(owners, points[-1:], side="right"))


def find_reading_faults(segments: pa.Table, book: FaultBook) -> None:
    """
    Note every point whose segments lack a start or an end of a register that its meter has.

    An end below its start without a marked rollover is found by the engine itself.
    """
    points = ints(segments, "point_id")
    for kind, has in register_masks(segments).items():
        for side, code in (("start", "start_reading_missing"), ("end", "end_reading_missing")):
            missing = has & ~present(segments, f"{kind}_{side}")
            book.add(points[missing], code=code, about=kind)


@dataclass(frozen=True)
class CapacityRow:
    """A transformer of a point as far as it counts in a period."""

    code: str
    name: str
    kva_e4: int
    group: str
    days: int
    is_whole: bool
    is_charged: bool
    loss_e4: tuple[int, int, int, int] | None


def count_capacity(rows: list[dict[str, Any]], *, start: date, end: date, is_part: bool = False) -> list[CapacityRow]:
    """
    Return the transformers of one point with their days in use (TR-3.3, TR-3.4).

    Running and hot standby count; sealed does not; a suspension counts as running if it is shorter than
    fifteen days, its own length also outside the period. A day is charged from unsealing and free from
    sealing. In use for the whole period is a whole month, however long the month is, unless the period is a part of
    one.
    """
    spells: dict[int, list[dict[str, Any]]] = {}
    for row in rows:
        spells.setdefault(row["transformer_id"], []).append(row)
    return [_count_one(own, start=start, end=end, is_part=is_part) for own in spells.values()]


def _count_one(spells: list[dict[str, Any]], *, start: date, end: date, is_part: bool) -> CapacityRow:
    first = spells[0]
    days = 0
    charged = False
    for spell in spells:
        overlap = (min(spell["to_date"] or end, end) - max(spell["from_date"] or start, start)).days
        if _is_charged(spell) and overlap > 0:
            days += overlap
            charged = True
    nameplate = (first["p0_e4"], first["pk_e4"], first["i0_e4"], first["uk_e4"])
    return CapacityRow(
        code=first["code"],
        name=first["name"],
        kva_e4=first["kva_e4"],
        group=first["interlock_group"] or "",
        days=min(days, DAYS_OF_A_BILLING_MONTH),
        is_whole=days == (end - start).days and not is_part,
        is_charged=charged,
        loss_e4=None if None in nameplate else nameplate,
    )


def _is_charged(spell: dict[str, Any]) -> bool:
    if spell["state"] in {"RUNNING", "HOT_STANDBY"}:
        return True
    if spell["state"] != "SUSPENDED" or spell["to_date"] is None or spell["from_date"] is None:
        return False
    return bool((spell["to_date"] - spell["from_date"]).days < LEAST_SUSPENSION_DAYS)
