"""Facts of customers by month as columns: packed for keeping, added up over twelve months, made into indicators."""

import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dianke.domain.valuation.types import Indicator
from dianke.engine.value.index import Floats

Integers = NDArray[np.int64]
Columns = Mapping[str, Integers]

# What is added up over the months, and what is taken as of the last one.
SUMS = (
    "energy_e2", "policy_e2", "revenue_fen", "basic_fen", "margin_fen", "neutral_fen", "valley_e2", "valley_base_e2",
    "bills_due", "bills_in_time", "paid_fen", "late_fen_days", "demand_energy_e2", "demand_w_hours", "active_e2",
    "reactive_e2",
)  # fmt: skip
LEVELS = ("overdue_fen", "overdue_fen_days")
MOSTS = ("voltage_group", "demand_w", "standard_e4")
NAMES = (*SUMS, *LEVELS, *MOSTS)
ENERGY = ("customer", "energy_e2", "is_billed")
_LEVEL = 1
_WIDTHS = (np.int8, np.int16, np.int32, np.int64)


@dataclass(frozen=True, slots=True)
class Year:
    """Twelve months of customers added up. Shapes: customer (n,), each column (n,)."""

    customers: Integers
    columns: dict[str, Integers]


def pack(columns: Columns) -> bytes:
    """Return columns as bytes: each in the narrowest width that holds it, compressed; keys as steps."""
    head, blobs = [], []
    for name, values in columns.items():
        kept = np.diff(values, prepend=0) if name == "customer" else values
        low, high = (int(kept.min()), int(kept.max())) if kept.size else (0, 0)
        width = next(one for one in _WIDTHS if np.iinfo(one).min <= low and high <= np.iinfo(one).max)
        blob = zlib.compress(kept.astype(width).tobytes(), _LEVEL)
        head.append((name, np.dtype(width).str, len(blob)))
        blobs.append(blob)
    return json.dumps(head).encode() + b"\n" + b"".join(blobs)


def unpack(content: bytes) -> dict[str, Integers]:
    """Return the columns that were packed."""
    line, _newline, rest = content.partition(b"\n")
    found: dict[str, Integers] = {}
    at = 0
    for name, dtype, size in json.loads(line):
        values = np.frombuffer(zlib.decompress(rest[at : at + size]), dtype=dtype).astype(np.int64)
        found[name] = np.cumsum(values) if name == "customer" else values
        at += size
    return found


def place(customers: Integers, asked: Integers) -> tuple[Integers, NDArray[np.bool_]]:
    """Return where keys stand among sorted customers, and which of them do."""
    if not customers.size:
        return np.zeros(asked.size, dtype=np.int64), np.zeros(asked.size, dtype=bool)
    places = np.minimum(np.searchsorted(customers, asked), customers.size - 1)
    return places, customers[places] == asked


def begin_year(customers: Integers) -> Year:
    """Return a year of nothing for customers in the order of their keys."""
    return Year(customers, {name: np.zeros(customers.size, dtype=np.int64) for name in NAMES})


def add_month(year: Year, facts: Columns, *, is_last: bool) -> None:
    """Add a month's facts to a year; what stands as of a day is taken of the last month alone."""
    places, known = place(year.customers, facts["customer"])
    rows = places[known]
    for name in SUMS:
        year.columns[name][rows] += facts[name][known]
    for name in MOSTS:
        year.columns[name][rows] = np.maximum(year.columns[name][rows], facts[name][known])
    for name in LEVELS if is_last else ():
        year.columns[name][rows] = facts[name][known]


def list_indicators(year: Year, *, growth: Floats, capacity_kva: Floats, trade_growth: Floats) -> Floats:
    """
    Return the indicators of a year by Indicator; NaN where nothing is known.

    Days late weigh money: what was paid late by its days, with what is overdue still by its days so far. Capacity
    use is the highest demand in kW against kVA. The growth of the trade comes from outside, NaN where nobody told it.
    """
    of = year.columns
    found = np.full((year.customers.size, len(Indicator)), np.nan)
    found[:, Indicator.ENERGY] = of["energy_e2"] / 100
    found[:, Indicator.REVENUE] = of["revenue_fen"]
    found[:, Indicator.MARGIN] = of["neutral_fen"]
    found[:, Indicator.ON_TIME] = _divide(of["bills_in_time"], of["bills_due"])
    settled = of["paid_fen"] + of["overdue_fen"]
    found[:, Indicator.DAYS_LATE] = _divide(of["late_fen_days"] + of["overdue_fen_days"], settled)
    found[:, Indicator.ARREARS] = _divide(of["overdue_fen"], of["revenue_fen"])
    # 1e-2 kWh x 1e4 = 0.1 Wh; against W x h.
    found[:, Indicator.LOAD_FACTOR] = _divide(of["demand_energy_e2"] * 10, of["demand_w_hours"])
    found[:, Indicator.VALLEY] = _divide(of["valley_e2"], of["valley_base_e2"])
    active, reactive = of["active_e2"].astype(np.float64), of["reactive_e2"].astype(np.float64)
    factor = _divide(active, np.hypot(active, reactive))
    found[:, Indicator.POWER_FACTOR] = np.where(of["standard_e4"] > 0, factor - of["standard_e4"] / 10_000, np.nan)
    found[:, Indicator.GROWTH] = growth
    found[:, Indicator.CAPACITY_USE] = np.where(
        of["demand_w"] > 0, _divide(of["demand_w"] / 1000, capacity_kva), np.nan
    )
    found[:, Indicator.TRADE] = trade_growth
    return found


def scale_figures(indicators: Floats) -> list[tuple[Integers, NDArray[np.bool_]]]:
    """Return each indicator as stored integers with where it is known: kWh, fen, e1 days, and shares in e4."""
    scales: Sequence[int] = [SCALES[one] for one in Indicator]
    found = []
    for at, scale in enumerate(scales):
        known = ~np.isnan(indicators[:, at])
        found.append((np.rint(np.where(known, indicators[:, at], 0) * scale).astype(np.int64), known))
    return found


SCALES: Mapping[Indicator, int] = {
    one: {Indicator.ENERGY: 1, Indicator.REVENUE: 1, Indicator.MARGIN: 1, Indicator.DAYS_LATE: 10}.get(one, 10_000)
    for one in Indicator
}


def _divide(above: NDArray[np.generic], below: NDArray[np.generic]) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        quotient = np.asarray(above, dtype=np.float64) / np.asarray(below, dtype=np.float64)
    return np.where(np.asarray(below, dtype=np.float64) > 0, quotient, np.nan)
