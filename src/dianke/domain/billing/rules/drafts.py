"""From columns of a calculation to the rows of drafts and their lines."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np

from dianke.domain.billing.types import LINES_PER_BILL
from dianke.engine.types import Calculation, IntArray, LineColumn

LINE_COLUMNS = (
    "id",
    "bill_id",
    "sequence",
    "code",
    "name",
    "quantity",
    "unit_name",
    "price",
    "amount",
    "included",
    "rule",
)
_QUANTITY_DECIMALS = 6


@dataclass(frozen=True)
class LineFigures:
    """The figures of one line column as texts, for the points that have the line."""

    column: LineColumn
    sequence: int
    positions: IntArray
    quantity: list[str]
    price: list[str]
    amount: list[str]


def list_line_figures(calculation: Calculation) -> list[LineFigures]:
    """Return every line column with the sound points that have it, leaving out nothing for nothing."""
    figures: list[LineFigures] = []
    for sequence, column in enumerate(calculation.lines, 1):
        shown = ~calculation.is_faulty & ((column.quantity != 0) | (column.amount != 0))
        if column.present is not None:
            shown &= column.present
        positions = np.flatnonzero(shown)
        if not positions.size:
            continue
        price = np.broadcast_to(column.price, (calculation.size,))
        figures.append(
            LineFigures(
                column=column,
                sequence=sequence,
                positions=positions,
                quantity=_texts(column.quantity[positions], column.quantity_scale, column.quantity_divisor),
                price=_texts(price[positions], column.price_scale, column.price_divisor),
                amount=_texts(column.amount[positions], column.amount_scale, 1),
            )
        )
    return figures


def list_line_rows(figures: list[LineFigures], bill_ids: IntArray) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of LINE_COLUMNS, ordered by key so that the table is written in its own order."""
    rows: list[tuple[Any, ...]] = []
    for line in figures:
        column, ids = line.column, bill_ids[line.positions].tolist()
        for at, bill_id in enumerate(ids):
            rows.append(
                (
                    bill_id * LINES_PER_BILL + line.sequence,
                    bill_id,
                    line.sequence,
                    column.code,
                    column.name,
                    line.quantity[at],
                    column.unit,
                    line.price[at],
                    line.amount[at],
                    column.is_included,
                    column.rule,
                )
            )
    rows.sort()
    yield from rows


def _texts(values: IntArray, scale: int, divisor: int) -> list[str]:
    if divisor != 1:
        unit = Decimal(1).scaleb(-_QUANTITY_DECIMALS)
        return [str((Decimal(int(v)).scaleb(-scale) / divisor).quantize(unit)) for v in values.tolist()]
    if scale == 0:
        return [str(value) for value in values.tolist()]
    return [_point(value, scale) for value in values.tolist()]


def _point(value: int, scale: int) -> str:
    sign = "-" if value < 0 else ""
    whole, rest = divmod(abs(value), 10**scale)
    return f"{sign}{whole}.{rest:0{scale}d}"
