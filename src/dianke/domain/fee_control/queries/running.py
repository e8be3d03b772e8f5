"""What accounts used since their last bills, priced as bills are (docs/rules/fee-control.md)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import partial

import numpy as np
import pyarrow as pa

from dianke.domain.billing.queries.inputs import load_measured, load_used_before
from dianke.domain.billing.rules import parts, shards
from dianke.domain.billing.rules.inputs import Span
from dianke.domain.billing.rules.plans import GroupKey
from dianke.domain.fee_control.queries import points as queries
from dianke.domain.fee_control.queries.points import PointFacts
from dianke.domain.fee_control.rules.spans import find_period, list_pieces
from dianke.domain.fee_control.types import Piece
from dianke.domain.tariffs import queries as tariff_queries
from dianke.domain.tariffs.types import PriceTable
from dianke.engine.types import IntArray
from dianke.platform.org.scoping import Scope

_FAULT_LENGTH = 120
Tables = dict[tuple[date, GroupKey], PriceTable]


@dataclass(frozen=True, slots=True)
class PricedPiece:
    """What a point used over a stretch of days and what it costs, or why it has no price."""

    account_id: int
    point_id: int
    piece: Piece
    energy_kwh_e2: int
    sums_fen: tuple[int, ...]
    amount_fen: int
    fault: str = ""


@dataclass(slots=True)
class Running:
    """What an account used since its last bill."""

    pieces: list[PricedPiece] = field(default_factory=list)
    last_reading_date: date | None = None
    billed_until: date | None = None
    is_unread: bool = False

    @property
    def amount_fen(self) -> int:
        """Return what it costs."""
        return sum(one.amount_fen for one in self.pieces)

    @property
    def energy_kwh_e2(self) -> int:
        """Return what was used."""
        return sum(one.energy_kwh_e2 for one in self.pieces)

    @property
    def fault_count(self) -> int:
        """Return how many stretches have no price; a point that nobody ever read is one."""
        return sum(bool(one.fault) for one in self.pieces) + self.is_unread

    @property
    def daily_fen(self) -> int:
        """Return what a day of it costs, half up; nought before a day is over."""
        if self.last_reading_date is None or self.billed_until is None:
            return 0
        days = (self.last_reading_date - self.billed_until).days
        return (2 * self.amount_fen + days) // (2 * days) if days > 0 else 0


def compute_running(
    *, actor: Scope, account_ids: Sequence[int], at: datetime, tables: Tables | None = None
) -> dict[int, Running]:
    """Return what accounts used since their last bills, by the readings until a moment; nothing is written."""
    found = {key: Running() for key in account_ids}
    facts = queries.list_points(account_ids=np.array(sorted(found), dtype=np.int64), until=at)
    waiting: dict[tuple[date, date, bool, tuple[date, ...], date], list[PointFacts]] = defaultdict(list)
    for one in facts:
        for piece in _list_pieces(found[one.account_id], one):
            waiting[(piece.start, piece.end, piece.is_part, piece.months, piece.bill_month)].append(one)
    used: dict[int, dict[int, int]] = defaultdict(dict)
    known: Tables = {} if tables is None else tables
    for (start, end, is_part, months, bill_month), own in sorted(waiting.items(), key=lambda pair: pair[0][:2]):
        piece = Piece(start=start, end=end, months=months, is_part=is_part, bill_month=bill_month)
        for priced in _price(actor, piece, own, used[start.year], known):
            found[priced.account_id].pieces.append(priced)
    return found


def _list_pieces(running: Running, facts: PointFacts) -> list[Piece]:
    start = facts.billed_until or _find_first_day(facts)
    last = facts.last_reading_date
    running.billed_until = min(running.billed_until or start, start) if start else running.billed_until
    if last is None or start is None:
        running.is_unread = True
        return []
    # The oldest reading tells how old the estimate is; one from before the last bill was settled by it.
    last = max(last, start)
    running.last_reading_date = min(running.last_reading_date or last, last)
    return list_pieces(start=start, end=last, reading_day=facts.reading_day, months_per_period=facts.months_per_period)


def _find_first_day(facts: PointFacts) -> date | None:
    if facts.first_reading_date is None:
        return None
    period = find_period(
        facts.first_reading_date, reading_day=facts.reading_day, months_per_period=facts.months_per_period
    )
    return period.start


def _price(
    actor: Scope, piece: Piece, own: Sequence[PointFacts], used: dict[int, int], tables: Tables
) -> Iterable[PricedPiece]:
    """Yield what points used over a stretch: the way of a bill from the readings on (billing, `calculate_shard`)."""
    span = Span(start=piece.start, end=piece.end, months=piece.months, is_part=piece.is_part)
    ids = np.array(sorted(one.point_id for one in own), dtype=np.int64)
    inputs = load_measured(ids=ids, measure=partial(_measure, piece), start=piece.start, end=piece.end)
    shard = shards.sort_points(parts.take_part(inputs, span), span)
    found = shards.find_tables(shard, lambda key: _find_table(actor, key, piece.start, tables))
    annual = shards.list_annual_points(shard, found)
    if annual.size:
        before = load_used_before(month=piece.bill_month, start=piece.start, point_ids=annual)
        shard = replace(shard, inputs=replace(shard.inputs, used_before=_add_used(before, used, annual)))
    result = shards.calculate_shard(shard, found)
    accounts = {one.point_id: one.account_id for one in own}
    sums = np.stack([result.sums_fen[name] for name in shards.SUMS], axis=1)
    faults = result.shard.book.faults
    figures = (shard.point_ids, result.energy_kwh_e2, sums, result.amount_fen)
    for point_id, energy, parts_fen, amount_fen in zip(*(one.tolist() for one in figures), strict=True):
        fault = faults.get(point_id)
        used[point_id] = used.get(point_id, 0) + energy
        text = f"{fault.code} {fault.field} {fault.detail}".strip()[:_FAULT_LENGTH] if fault else ""
        yield PricedPiece(accounts[point_id], point_id, piece, energy, tuple(parts_fen), amount_fen, text)


def _measure(piece: Piece, ids: IntArray) -> pa.Table:
    return queries.measure(point_ids=ids, start=piece.start, end=piece.end)


def _find_table(actor: Scope, key: GroupKey, on: date, tables: Tables) -> PriceTable:
    if (on, key) not in tables:
        tables[(on, key)] = tariff_queries.get_price_table(
            actor=actor, plan=key.plan_code, on=on, structure=key.structure, voltage=key.price_voltage
        )
    return tables[(on, key)]


def _add_used(before: pa.Table, used: Mapping[int, int], annual: IntArray) -> pa.Table:
    """Return the energy billed before in the year with what earlier stretches of the estimate used."""
    sums = dict(zip(before["point_id"].to_pylist(), before["energy_e2"].to_pylist(), strict=True))
    total = {key: sums.get(key, 0) + used.get(key, 0) for key in annual.tolist()}
    return pa.table({"point_id": pa.array(total, pa.int64()), "energy_e2": pa.array(total.values(), pa.int64())})
