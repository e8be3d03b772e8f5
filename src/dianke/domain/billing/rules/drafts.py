"""From the columns of a calculated shard to the columns of its lines."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from dianke.domain.billing.rules.shards import CalculatedGroup, CalculatedShard
from dianke.domain.billing.types import LINES_PER_BILL
from dianke.engine.rounding import Product, round_half_up
from dianke.engine.types import IntArray, LineColumn
from dianke.kernel.errors import DomainError

QUANTITY_DECIMALS = 6
PRICE_DECIMALS = 8
AMOUNT_DECIMALS = 6


class LineTooLarge(DomainError):
    """A line's figure does not fit its column."""

    code = "billing.line_too_large"
    message = "line {line}: {field} does not fit the table of lines"


class LineKind(NamedTuple):
    """What all lines of a kind have in common."""

    code: str
    name: str
    unit_name: str
    rule: str
    included: bool


@dataclass(frozen=True)
class LineColumns:
    """The lines of a shard, ordered by key; `kind` counts into `kinds`."""

    kinds: list[LineKind]
    id: IntArray
    kind: IntArray
    quantity_e6: IntArray
    price_e8: IntArray
    amount_e6: IntArray


def list_lines(result: CalculatedShard, bill_ids: IntArray) -> LineColumns:
    """
    Return the lines of every sound point, leaving out nothing for nothing.

    Shapes: bill_ids (n,), one for each point of the shard; those of faulty points are not read.
    Units:  quantity 1e-6, price 1e-8 yuan, amount 1e-6 yuan.
    """
    kinds: dict[LineKind, int] = {}
    pieces = [
        piece
        for group in result.groups
        for sequence, column in enumerate(group.calculation.lines, 1)
        if (piece := _list_column(group, column, sequence, bill_ids, kinds)) is not None
    ]
    joined = [np.concatenate(parts) for parts in zip(*pieces, strict=True)] or [np.zeros(0, dtype=np.int64)] * 5
    order = np.argsort(joined[0], kind="stable")
    return LineColumns(list(kinds), *(values[order] for values in joined))


def _list_column(
    group: CalculatedGroup, column: LineColumn, sequence: int, bill_ids: IntArray, kinds: dict[LineKind, int]
) -> tuple[IntArray, ...] | None:
    shown = ~group.calculation.is_faulty & ((column.quantity != 0) | (column.amount != 0))
    if column.present is not None:
        shown &= column.present
    rows = np.flatnonzero(shown)
    if not rows.size:
        return None
    kind = LineKind(column.code, column.name, column.unit, column.rule, column.is_included)
    number = kinds.setdefault(kind, len(kinds))
    price = np.broadcast_to(column.price, (group.calculation.size,))
    figures = (
        ("quantity", column.quantity[rows], column.quantity_scale, column.quantity_divisor, QUANTITY_DECIMALS),
        ("price", price[rows], column.price_scale, column.price_divisor, PRICE_DECIMALS),
        ("amount", column.amount[rows], column.amount_scale, 1, AMOUNT_DECIMALS),
    )
    return (
        bill_ids[group.positions[rows]] * LINES_PER_BILL + sequence,
        np.full(rows.size, number, dtype=np.int64),
        *(_to_decimals(column.code, *figure) for figure in figures),
    )


def _to_decimals(line: str, name: str, values: IntArray, scale: int, divisor: int, decimals: int) -> IntArray:
    found = round_half_up(Product((values,), scale, divisor), decimals=decimals)
    if found.dtype == object:
        raise LineTooLarge(field=name, line=line)
    return found
