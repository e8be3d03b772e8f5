"""
Periods that are a part of a month, as those of final bills: what a month has once counts by its days of thirty.

Capacity and demand are counted by the engine (TR-3.3); here are the fixed shares (TR-1.4) and losses agreed by the
month (TR-1.2). Limits of a month's blocks stay whole. See docs/rules/cycle.md.
"""

from dataclasses import replace
from datetime import date

import numpy as np
import pyarrow as pa

from dianke.domain.billing.rules.inputs import DAYS_OF_A_BILLING_MONTH, ShardInputs, Span, ints, present
from dianke.engine.types import IntArray

_EVERY_MONTH_HAS = 28
_MONTHLY_LOSSES = ("loss_iron_kwh_e2", "loss_iron_kvarh_e2")


def count_months(*, first: date, start: date, end: date, months: int) -> tuple[date, ...]:
    """
    Return the months that a part of a period of several months stands for: those that are begun in it.

    The period begins on `first`; a month of it lasts from that day to the same day of the next month. A month that
    two parts share stands in both.
    """
    named = list_months(first=first, months=months + 1)
    starts = [month.replace(day=min(first.day, _EVERY_MONTH_HAS)) for month in named]
    return tuple(named[at] for at in range(months) if starts[at] < end and starts[at + 1] > start)


def list_months(*, first: date, months: int) -> tuple[date, ...]:
    """Return the months that a period of some months stands for, the first of them that of its first day."""
    numbers = [first.year * 12 + first.month - 1 + at for at in range(months)]
    return tuple(date(number // 12, number % 12 + 1, 1) for number in numbers)


def take_part(inputs: ShardInputs, span: Span) -> ShardInputs:
    """Return the inputs with fixed shares and agreed monthly losses cut to the days of the period, half up."""
    days = span.part_days
    if days is None or days == DAYS_OF_A_BILLING_MONTH:
        return inputs
    points = inputs.points
    for name in _MONTHLY_LOSSES:
        points = _cut(points, name, days)
    shares = _cut(inputs.shares, "fixed_kwh_e2", days) if len(inputs.shares) else inputs.shares
    return replace(inputs, points=points, shares=shares)


def _cut(table: pa.Table, name: str, days: int) -> pa.Table:
    values: IntArray = ints(table, name)
    part = (2 * values * days + DAYS_OF_A_BILLING_MONTH) // (2 * DAYS_OF_A_BILLING_MONTH)
    column = pa.array(part, pa.int64(), mask=~present(table, name) if len(table) else np.zeros(0, dtype=np.bool_))
    return table.set_column(table.column_names.index(name), name, column)


def open_anew(inputs: ShardInputs, *, opened: dict[int, date]) -> ShardInputs:
    """Return the inputs with accounts that another subject took over opened on that day, by key of the account."""
    if not opened:
        return inputs
    points = inputs.points
    first = points["opened_date"].to_pylist()
    accounts = ints(points, "account_id").tolist()
    days = [max(opened.get(account, day), day) for account, day in zip(accounts, first, strict=True)]
    column = pa.array(days, pa.date32())
    return replace(inputs, points=points.set_column(points.column_names.index("opened_date"), "opened_date", column))
