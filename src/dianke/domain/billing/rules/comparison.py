"""Figures computed again from frozen inputs beside those that were issued: equal, or which one differs first."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import pyarrow as pa

from dianke.domain.billing.rules.drafts import LineColumns, list_lines
from dianke.domain.billing.rules.inputs import codes as number_texts
from dianke.domain.billing.rules.inputs import ints
from dianke.domain.billing.rules.shards import SUMS, CalculatedShard
from dianke.domain.billing.types import LINES_PER_BILL
from dianke.engine.types import BoolArray, IntArray

TOTAL = "total"


@dataclass(frozen=True)
class Difference:
    """A figure of a bill that comes out otherwise: the line's code or `total`, as issued and as computed."""

    bill_id: int
    code: str
    issued: Decimal
    computed: Decimal


@dataclass(frozen=True)
class StoredBills:
    """
    Issued bills as the tables hold them, ordered by usage point, and their lines ordered by key.

    bills: id, point_id, energy_kwh_e2, basic_fen … amount_fen; lines: id, code, amount_e6.
    """

    bills: pa.Table
    lines: pa.Table


def turn_sign(stored: StoredBills) -> StoredBills:
    """Return the figures of reversals as those of the bills that they take back."""
    return StoredBills(
        bills=_negate(stored.bills, [name for name in stored.bills.column_names if name not in {"id", "point_id"}]),
        lines=_negate(stored.lines, ["amount_e6"]),
    )


def _negate(table: pa.Table, names: list[str]) -> pa.Table:
    for name in names:
        table = table.set_column(table.column_names.index(name), name, pa.array(-ints(table, name)))
    return table


def find_differences(result: CalculatedShard, stored: StoredBills) -> Iterator[Difference]:
    """
    Yield what differs between a calculation of frozen inputs and what was issued, by bill; nothing where all is equal.

    The lines are compared first, so that the charge is named before the sum that follows from it.
    """
    ids, keys = ints(stored.bills, "point_id"), ints(stored.bills, "id")
    bill_ids = np.zeros(len(result.is_sound), dtype=np.int64)
    at = np.searchsorted(ids, result.shard.point_ids)
    known = (at < len(ids)) & (ids[np.minimum(at, max(len(ids) - 1, 0))] == result.shard.point_ids)
    bill_ids[known] = keys[at[known]]
    computed = list_lines(result, bill_ids)
    found = [*_compare_lines(computed, stored.lines), *_compare_totals(result, stored, at, known & result.is_sound)]
    missing = keys[~np.isin(ids, result.shard.point_ids[result.is_sound])].tolist()
    amounts = dict(zip(keys.tolist(), ints(stored.bills, "amount_fen").tolist(), strict=True))
    found += [Difference(key, TOTAL, _yuan(amounts[key], 2), Decimal(0)) for key in missing]
    yield from sorted(found, key=lambda difference: difference.bill_id)


def _compare_lines(computed: LineColumns, stored: pa.Table) -> Iterator[Difference]:
    """Yield the lines whose code or amount differs; a line is known by its place in the bill."""
    codes = np.array([kind.code for kind in computed.kinds] or [""], dtype=object)
    ids = ints(stored, "id")
    amounts = ints(stored, "amount_e6")
    numbers, known = number_texts(stored, "code")
    if np.array_equal(ids, computed.id):
        as_stored = np.array([known.index(code) if code in known else -1 for code in codes], dtype=np.int64)
        if np.array_equal(amounts, computed.amount_e6) and np.array_equal(numbers, as_stored[computed.kind]):
            return
    names = np.array(known or [""], dtype=object)[numbers]
    own = {
        (key // LINES_PER_BILL, code): amount
        for key, code, amount in zip(ids.tolist(), names, amounts.tolist(), strict=True)
    }
    again = {
        (key // LINES_PER_BILL, code): amount
        for key, code, amount in zip(
            computed.id.tolist(), codes[computed.kind], computed.amount_e6.tolist(), strict=True
        )
    }
    for bill, code in sorted({*own, *again}):
        issued, new = own.get((bill, code), 0), again.get((bill, code), 0)
        if issued != new:
            yield Difference(bill, code, _yuan(issued, 6), _yuan(new, 6))


def _compare_totals(
    result: CalculatedShard, stored: StoredBills, at: IntArray, comparable: BoolArray
) -> Iterator[Difference]:
    rows = np.flatnonzero(comparable)
    bills = stored.bills.take(pa.array(at[rows]))
    keys = ints(bills, "id")
    columns = {f"{name}_fen": result.sums_fen[name][rows] for name in SUMS}
    columns |= {"energy_kwh_e2": result.energy_kwh_e2[rows], "amount_fen": result.amount_fen[rows]}
    for name, values in columns.items():
        issued = ints(bills, name)
        for wrong in np.flatnonzero(issued != values).tolist():
            code = TOTAL if name == "amount_fen" else name.rpartition("_fen")[0] or "energy_kwh"
            yield Difference(int(keys[wrong]), code, _yuan(issued[wrong], 2), _yuan(values[wrong], 2))


def _yuan(value: int, decimals: int) -> Decimal:
    return Decimal(int(value)).scaleb(-decimals)
