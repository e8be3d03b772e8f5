"""From the columns of a shard and its calculation to the facts of the review."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from dianke.domain.billing.rules.review.facts import (
    BASIC_MODES,
    CLASSES,
    HISTORY_MONTHS,
    NO_DATE,
    Capacities,
    Changes,
    DateArray,
    History,
    ReviewFacts,
    Segments,
)
from dianke.domain.billing.rules.review.figures import GroupFigures
from dianke.domain.network.types import TransformerState
from dianke.domain.readings.types import ENERGY_REGISTERS, ReadingQuality
from dianke.domain.tariffs.types import Structure
from dianke.engine.types import BoolArray, IntArray

_LIVE = (TransformerState.RUNNING.value, TransformerState.HOT_STANDBY.value)
_SEALED = (TransformerState.SUSPENDED.value, TransformerState.COLD_SEALED.value)
_LOW_VOLTAGES = ("220V", "380V")
_SINGLE_PHASE = ("220V",)
_NO_END = np.datetime64("9999-12-31", "D")
_NO_START = np.datetime64("0001-01-01", "D")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewSources:
    """What stands in the database beside the inputs of the calculation; all but `history` name few points."""

    trades: pa.Table  # point_id, industry_code
    suspended: pa.Table  # point_id of suspended accounts, point_id only
    shares: pa.Table  # point_id, set_date
    last_segments: pa.Table  # point_id, meter_number, multiplier_e6, quality: where the last reading differs
    tickets: pa.Table  # point_id of points with a ticket near the period
    ratios: pa.Table  # point_id, billed_e6, asset_e6: where they differ
    suspensions: pa.Table  # point_id, days within the year
    history: npt.NDArray[np.void]  # point_id, yymm, energy_kwh_e2, amount_fen


def build_facts(
    *,
    points: pa.Table,
    segments: pa.Table,
    capacities: pa.Table,
    joined: GroupFigures,
    sources: ReviewSources,
    month: date,
    period: tuple[date, date],
) -> ReviewFacts:
    """Return the facts of the points that were calculated; the tables are those that the shard was read into."""
    start, end = period
    rows = points.take(pa.array(joined.positions)).combine_chunks()
    ids = ints_of(rows, "point_id")
    own_segments = _build_segments(segments, ids)
    standard = pc.fill_null(pc.cast(rows["power_factor_standard"], pa.float64()), 0)
    return ReviewFacts(
        start=start,
        end=end,
        point_ids=ids,
        bill_ids=joined.bill_ids,
        unit_ids=ints_of(rows, "unit_id"),
        usage_class=codes_of(rows, "usage_class", [one.value for one in CLASSES]),
        basic_mode=codes_of(rows, "basic_mode", [one.value for one in BASIC_MODES]),
        is_two_part=is_one_of(rows, "structure", (Structure.TWO_PART.value,)),
        is_high_voltage=~is_one_of(rows, "voltage", _LOW_VOLTAGES),
        is_single_phase=is_one_of(rows, "voltage", _SINGLE_PHASE),
        industry_code=_scatter(ids, sources.trades, "industry_code"),
        power_factor_standard_e2=np.rint(standard.to_numpy() * 100).astype(np.int64),
        opened_date=dates_of(rows, "opened_date", missing=_NO_START),
        is_account_suspended=_mark(ids, sources.suspended),
        share_set_date=_scatter_dates(ids, sources.shares, "set_date"),
        figures=joined.figures,
        segments=own_segments,
        capacities=_build_capacities(ids, capacities, sources.suspensions, start=start, end=end),
        changes=_build_changes(ids, own_segments, sources, start=start),
        history=_build_history(ids, sources.history, month=month),
    )


def ints_of(table: pa.Table, name: str) -> IntArray:
    """Return an integer column, nulls as 0."""
    column = table[name]
    if pa.types.is_null(column.type):
        return np.zeros(len(table), dtype=np.int64)
    return np.asarray(pc.fill_null(pc.cast(column, pa.int64()), 0).to_numpy(), dtype=np.int64)


def codes_of(table: pa.Table, name: str, values: list[str]) -> IntArray:
    """Return the place of each text among some values, 0 where it is none of them."""
    places = pc.index_in(pc.cast(table[name], pa.string()), value_set=pa.array(values))
    return np.asarray(pc.fill_null(places, 0).to_numpy(), dtype=np.int64)


def is_one_of(table: pa.Table, name: str, values: tuple[str, ...]) -> BoolArray:
    """Tell where a text is one of some values."""
    wanted = pc.is_in(pc.cast(table[name], pa.string()), value_set=pa.array(list(values)))
    return np.asarray(wanted.to_numpy(zero_copy_only=False), dtype=np.bool_)


def dates_of(table: pa.Table, name: str, *, missing: np.datetime64 = NO_DATE) -> DateArray:
    """Return a column of dates."""
    column = table[name]
    if pa.types.is_null(column.type):
        return np.full(len(table), missing, dtype="M8[D]")
    days = np.asarray(column.to_numpy(zero_copy_only=False)).astype("M8[D]")
    return np.where(np.isnat(days), missing, days)


def texts_of(table: pa.Table, name: str) -> npt.NDArray[np.object_]:
    """Return a column of texts."""
    return np.asarray(pc.fill_null(pc.cast(table[name], pa.string()), "").to_numpy(zero_copy_only=False), dtype=object)


def _places(ids: IntArray, wanted: IntArray) -> tuple[IntArray, BoolArray]:
    """Return where keys stand among the points (ascending), and which of them are there at all."""
    at = np.searchsorted(ids, wanted)
    inside = at < len(ids)
    is_there = np.zeros(len(wanted), dtype=np.bool_)
    is_there[inside] = ids[at[inside]] == wanted[inside]
    return at[is_there], is_there


def _scatter(ids: IntArray, table: pa.Table, name: str) -> IntArray:
    at, is_there = _places(ids, ints_of(table, "point_id"))
    values = np.zeros(len(ids), dtype=np.int64)
    values[at] = ints_of(table, name)[is_there]
    return values


def _scatter_dates(ids: IntArray, table: pa.Table, name: str) -> DateArray:
    at, is_there = _places(ids, ints_of(table, "point_id"))
    values = np.full(len(ids), NO_DATE, dtype="M8[D]")
    values[at] = dates_of(table, name)[is_there]
    return values


def _mark(ids: IntArray, table: pa.Table) -> BoolArray:
    at, _ = _places(ids, ints_of(table, "point_id"))
    marked = np.zeros(len(ids), dtype=np.bool_)
    marked[at] = True
    return marked


def _build_segments(table: pa.Table, ids: IntArray) -> Segments:
    owner, is_there = _places(ids, ints_of(table, "point_id"))
    own = table.filter(pa.array(is_there)).combine_chunks()
    kinds = pc.dictionary_encode(pc.fill_null(pc.cast(own["registers"], pa.string()), ""))
    kinds = kinds.combine_chunks() if isinstance(kinds, pa.ChunkedArray) else kinds
    lists = [set(text.split()) for text in kinds.dictionary.to_pylist()]
    which = kinds.indices.to_numpy(zero_copy_only=False)
    has = {
        kind: np.array([kind in one for one in lists], dtype=np.bool_)[which]
        for kind in ENERGY_REGISTERS
        if any(kind in one for one in lists)
    }
    return Segments(
        owner=owner,
        start_date=dates_of(own, "start_date"),
        meter=texts_of(own, "meter_number"),
        multiplier_e6=ints_of(own, "multiplier_e6"),
        integer_digits=ints_of(own, "integer_digits"),
        is_rolled_over=_flags(own, "rolled_over"),
        is_estimated=is_one_of(own, "quality", (ReadingQuality.ESTIMATED.value,)),
        start_e4={kind: ints_of(own, f"{kind}_start") for kind in has},
        end_e4={kind: ints_of(own, f"{kind}_end") for kind in has},
        has=has,
    )


def _flags(table: pa.Table, name: str) -> BoolArray:
    column = table[name]
    if pa.types.is_null(column.type):
        return np.zeros(len(table), dtype=np.bool_)
    return np.asarray(pc.fill_null(column, False).to_numpy(zero_copy_only=False), dtype=np.bool_)


def _build_capacities(ids: IntArray, table: pa.Table, suspensions: pa.Table, *, start: date, end: date) -> Capacities:
    owner, is_there = _places(ids, ints_of(table, "point_id"))
    own = table.filter(pa.array(is_there)).combine_chunks()
    first, last = np.datetime64(start, "D"), np.datetime64(end, "D")
    begins = np.maximum(dates_of(own, "from_date", missing=_NO_START), first)
    ends = np.minimum(dates_of(own, "to_date", missing=_NO_END), last)
    days = np.maximum((ends - begins).astype(np.int64), 0)
    kva = ints_of(own, "kva_e4")
    live = np.where(is_one_of(own, "state", _LIVE), days, 0)
    sealed = np.where(is_one_of(own, "state", _SEALED), days, 0)
    # One row a transformer: the spells of one stand beside each other.
    transformer = ints_of(own, "transformer_id")
    is_first = np.ones(len(own), dtype=np.bool_)
    is_first[1:] = (transformer[1:] != transformer[:-1]) | (owner[1:] != owner[:-1])
    at = np.flatnonzero(is_first)
    one_owner, one_kva = owner[at], kva[at]
    one_live = np.add.reduceat(live, at) if at.size else live
    one_sealed = np.add.reduceat(sealed, at) if at.size else sealed
    group = _number_groups(one_owner, texts_of(own, "interlock_group")[at])
    size, period_days = len(ids), (end - start).days

    def add_up(counts: BoolArray) -> IntArray:
        return _sum_capacity(one_owner[counts], one_kva[counts], group[counts], size=size)

    sealed_days = np.zeros(size, dtype=np.int64)
    np.maximum.at(sealed_days, one_owner, one_sealed)
    live_kva_days = np.zeros(size, dtype=np.int64)
    np.add.at(live_kva_days, one_owner, one_kva * one_live)
    return Capacities(
        contract_kva_e4=add_up((one_live + one_sealed) > 0),
        running_kva_e4=add_up(one_live > 0),
        always_kva_e4=add_up(one_live >= period_days),
        live_kva_days_e4=live_kva_days,
        sealed_days=sealed_days,
        suspended_days_in_year=_scatter(ids, suspensions, "days"),
    )


def _number_groups(owner: IntArray, names: npt.NDArray[np.object_]) -> IntArray:
    """Return a number for each interlocked group of a point, and one of its own for every other transformer."""
    numbers = np.arange(len(owner), dtype=np.int64)
    grouped = np.flatnonzero(names != "")
    seen: dict[tuple[int, str], int] = {}
    for at in grouped.tolist():
        numbers[at] = seen.setdefault((int(owner[at]), names[at]), at)
    return numbers


def _sum_capacity(owner: IntArray, kva: IntArray, group: IntArray, *, size: int) -> IntArray:
    total = np.zeros(size, dtype=np.int64)
    if not owner.size:
        return total
    unique, places = np.unique(group, return_inverse=True)
    largest, holder = np.zeros(len(unique), dtype=np.int64), np.zeros(len(unique), dtype=np.int64)
    np.maximum.at(largest, places, kva)
    holder[places] = owner
    np.add.at(total, holder, largest)
    return total


def _build_changes(ids: IntArray, segments: Segments, sources: ReviewSources, *, start: date) -> Changes:
    size = len(ids)
    exchange, ratio = np.full(size, NO_DATE, dtype="M8[D]"), np.full(size, NO_DATE, dtype="M8[D]")
    meters = np.full((2, size), "", dtype=object)
    multipliers = np.zeros((2, size), dtype=np.int64)
    # First what changed between the readings of two months, then within the month: the later one is shown.
    last = sources.last_segments
    at, is_there = _places(ids, ints_of(last, "point_id"))
    first_of = np.searchsorted(segments.owner, at)
    for old, new, texts, dates, values in (
        (texts_of(last, "meter_number")[is_there], segments.meter[first_of], True, exchange, meters),
        (ints_of(last, "multiplier_e6")[is_there], segments.multiplier_e6[first_of], False, ratio, multipliers),
    ):
        differs = (old != new) & (old != ("" if texts else 0))
        dates[at[differs]] = np.datetime64(start, "D")
        values[0][at[differs]], values[1][at[differs]] = old[differs], new[differs]
    same_owner = segments.owner[1:] == segments.owner[:-1]
    for column, dates, values in (
        (segments.meter, exchange, meters),
        (segments.multiplier_e6, ratio, multipliers),
    ):
        rows = np.flatnonzero(same_owner & (column[1:] != column[:-1])) + 1
        owners = segments.owner[rows]
        dates[owners] = segments.start_date[rows]
        values[0][owners], values[1][owners] = column[rows - 1], column[rows]
    is_estimated = is_one_of(last, "quality", (ReadingQuality.ESTIMATED.value,))[is_there]
    was_estimated = np.zeros(size, dtype=np.bool_)
    was_estimated[at[is_estimated]] = True
    return Changes(
        exchange_date=exchange,
        meter_before=meters[0],
        meter_after=meters[1],
        ratio_date=ratio,
        multiplier_before_e6=multipliers[0],
        multiplier_after_e6=multipliers[1],
        has_ticket=_mark(ids, sources.tickets),
        asset_multiplier_e6=_scatter(ids, sources.ratios, "asset_e6"),
        billed_multiplier_e6=_scatter(ids, sources.ratios, "billed_e6"),
        was_estimated=was_estimated,
    )


def _build_history(ids: IntArray, rows: npt.NDArray[np.void], *, month: date) -> History:
    at, is_there = _places(ids, rows["point_id"].astype(np.int64))
    yymm = rows["yymm"][is_there].astype(np.int64)
    ago = (month.year % 100 * 12 + month.month) - (yymm // 100 * 12 + yymm % 100)
    column = HISTORY_MONTHS - ago
    shape = (len(ids), HISTORY_MONTHS)
    energy, amount = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64)
    is_billed = np.zeros(shape, dtype=np.bool_)
    # A corrected month has several bills, which add up to what holds.
    np.add.at(energy, (at, column), rows["energy_kwh_e2"][is_there].astype(np.int64))
    np.add.at(amount, (at, column), rows["amount_fen"][is_there].astype(np.int64))
    is_billed[at, column] = True
    return History(energy_kwh_e2=energy, amount_fen=amount, is_billed=is_billed)
