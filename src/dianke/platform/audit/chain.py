"""Closing the days of the trail, and proving that nothing in a closed day was touched."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise, zip_longest

from django.db import connection
from django.utils import timezone

from dianke.kernel.errors import DomainError
from dianke.platform.audit.chaining import (
    KEPT_BYTES,
    ChainedTable,
    Segment,
    bounds_of,
    hash_day,
    hash_table,
    list_chained_tables,
    list_columns,
    read_segments,
)
from dianke.platform.audit.models import ChainDay, ChainSegment, ChainTable
from dianke.platform.audit.types import BreakKind, TrailBreak
from dianke.platform.identity.types import Actor

_SYSTEM = Actor.system("chaining and proving the trail")
_LOCK = 7_140_251
_BATCH = 500


class DayNotOver(DomainError):
    """A day that still grows was to be closed."""

    code = "audit.day_not_over"
    message = "{day} is not over: rows may still be written to it"


class NothingChained(DomainError):
    """There is no closed day to prove."""

    code = "audit.nothing_chained"
    message = "no day of the trail is closed yet; close it with: dianke trail chain"


@dataclass(frozen=True)
class Proof:
    """What a comparison of the trail with its chain found; `broken` is None when everything agrees."""

    first_day: date
    last_day: date
    rows: int
    last_hash: str
    broken: TrailBreak | None


def close_days(*, until: date, at: datetime, by: str) -> list[ChainDay]:
    """
    Close every day up to and with the one named that is not closed yet, each linked to the day before.

    :raises DayNotOver: if the day has not ended, or a transaction that began in it still runs
    """
    _require_over(until, at)
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [_LOCK])
    last = ChainDay.objects.for_actor(_SYSTEM).order_by("-day").first()
    day = last.day + timedelta(days=1) if last else _find_first_day()
    columns = list_columns()
    closed: list[ChainDay] = []
    while day is not None and day <= until:
        last = _close_day(day=day, previous=last.hash if last else "", columns=columns, at=at, by=by)
        closed.append(last)
        day += timedelta(days=1)
    return closed


def prove_days(*, first_day: date | None, expected_hash: str = "") -> Proof:
    """
    Compare every closed day from the first (or from the very first) with its rows, up to the first break.

    `expected_hash` is one that was kept outside: it must still be the hash of one of the days.

    :raises NothingChained: if no such day is closed
    """
    days = list(ChainDay.objects.for_actor(_SYSTEM).order_by("day"))
    wanted = [day for day in days if first_day is None or day.day >= first_day]
    if not wanted:
        raise NothingChained
    last = days[-1]
    rows = 0
    broken = _check_links(days, wanted[0], expected_hash)
    if broken is None:
        for day in wanted:
            read, broken = _prove_day(day)
            rows += read
            if broken is not None:
                break
    return Proof(wanted[0].day, last.day, rows, last.hash, broken)


def _require_over(until: date, at: datetime) -> None:
    if until >= timezone.localdate(at):
        raise DayNotOver(field="until", day=until)
    # A row bears the time at which its transaction began, so an old one may still add to a day that is over.
    with connection.cursor() as cursor:
        cursor.execute(
            """
            select exists(select 1 from pg_stat_activity where datname = current_database()
                          and pid <> pg_backend_pid() and state <> 'idle' and xact_start < %s)
            """,
            [bounds_of(until)[1]],
        )
        if cursor.fetchone()[0]:
            raise DayNotOver(field="until", day=until)


def _find_first_day() -> date | None:
    quote = connection.ops.quote_name
    parts = [f"select min({quote(table.at)}) from {quote(table.name)}" for table in list_chained_tables()]  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(f"select min(at) from ({' union all '.join(parts)}) as firsts (at)")  # noqa: S608
        first = cursor.fetchone()[0]
    return timezone.localdate(first) if first else None


def _close_day(*, day: date, previous: str, columns: dict[str, list[str]], at: datetime, by: str) -> ChainDay:
    start, end = bounds_of(day)
    tables: list[tuple[ChainTable, list[Segment]]] = []
    for table in list_chained_tables():
        segments = list(read_segments(table=table, columns=columns[table.name], start=start, end=end))
        digest = hash_table(
            name=table.name, columns=columns[table.name], digests=(segment.digest for segment in segments)
        )
        row = ChainTable(
            table_name=table.name, columns=columns[table.name], rows=sum(s.rows for s in segments), digest=digest
        )
        tables.append((row, segments))
    closed = ChainDay(
        day=day,
        rows=sum(row.rows for row, _ in tables),
        previous_hash=previous,
        hash=hash_day(day=day, previous=previous, tables=[(r.table_name, r.rows, r.digest) for r, _ in tables]),
        chained_at=at,
        chained_by=by,
    )
    closed.save()
    for row, segments in tables:
        row.day = closed
        row.save()
        _keep_segments(row, segments)
    return closed


def _keep_segments(table: ChainTable, segments: Sequence[Segment]) -> None:
    ChainSegment.objects.bulk_create(
        [
            ChainSegment(table=table, number=one.number, keys=one.keys, row_hashes=one.kept_hashes, digest=one.digest)
            for one in segments
        ],
        batch_size=_BATCH,
    )


def _check_links(days: Sequence[ChainDay], first: ChainDay, expected_hash: str) -> TrailBreak | None:
    for before, after in pairwise(days):
        if after.day < first.day:
            continue
        if after.day != before.day + timedelta(days=1):
            missing = before.day + timedelta(days=1)
            return _chain_break(missing, "audit_chainday", "the day is missing from the chain")
        if after.previous_hash != before.hash:
            return _chain_break(after.day, "audit_chainday", "it is not linked to the day before")
    if first.day == days[0].day and first.previous_hash:
        return _chain_break(first.day, "audit_chainday", "days before it are missing from the chain")
    if expected_hash and expected_hash not in {day.hash for day in days}:
        return _chain_break(days[-1].day, "audit_chainday", "the hash that was kept outside is not in the chain")
    return None


def _chain_break(day: date, table: str, detail: str) -> TrailBreak:
    return TrailBreak(BreakKind.CHAIN_CHANGED, day=day, table=table, key=day.isoformat(), detail=detail)


def _prove_day(day: ChainDay) -> tuple[int, TrailBreak | None]:
    known = {table.name: table for table in list_chained_tables()}
    present = list_columns()
    rows = 0
    kept = list(ChainTable.objects.for_actor(_SYSTEM).filter(day=day).order_by("id"))
    for table in kept:
        gone = sorted(set(table.columns) - set(present.get(table.table_name, [])))
        if gone or table.table_name not in known:
            names = ", ".join(gone)
            return rows, TrailBreak(BreakKind.COLUMN_GONE, day.day, table.table_name, key="", detail=names)
        broken = _prove_table(day.day, table, known[table.table_name])
        rows += table.rows
        if broken is not None:
            return rows, broken
    totals = [(table.table_name, table.rows, table.digest) for table in kept]
    if day.hash != hash_day(day=day.day, previous=day.previous_hash, tables=totals):
        return rows, _chain_break(day.day, "audit_chainday", "its hash does not fit its tables")
    return rows, None


def _prove_table(day: date, kept: ChainTable, table: ChainedTable) -> TrailBreak | None:
    start, end = bounds_of(day)
    stored = ChainSegment.objects.for_actor(_SYSTEM).filter(table=kept).order_by("number").iterator(chunk_size=200)
    live = read_segments(table=table, columns=kept.columns, start=start, end=end)
    digests = []
    for one, now in zip_longest(stored, live):
        if one is not None:
            digests.append(one.digest)
        broken = _compare(day, table, one, now)
        if broken is not None:
            return broken
    if kept.digest != hash_table(name=kept.table_name, columns=kept.columns, digests=digests):
        return _chain_break(day, kept.table_name, "the chain's record of the table was changed")
    return None


def _compare(day: date, table: ChainedTable, kept: ChainSegment | None, live: Segment | None) -> TrailBreak | None:
    before = (bytes(kept.keys), bytes(kept.row_hashes)) if kept else (b"", b"")
    after = (live.keys, live.kept_hashes) if live else (b"", b"")
    if before != after:
        return _find_break(day, table, _pair(*before, table.key_bytes), _pair(*after, table.key_bytes))
    if kept is not None and live is not None and kept.digest != live.digest:
        return _chain_break(day, table.name, f"the chain's record of segment {kept.number} was changed")
    return None


def _find_break(
    day: date, table: ChainedTable, kept: Iterator[tuple[bytes, bytes]], live: Iterator[tuple[bytes, bytes]]
) -> TrailBreak | None:
    for stored, now in zip_longest(kept, live):
        if stored == now:
            continue
        if stored is None or (now is not None and now[0] < stored[0]):
            return TrailBreak(BreakKind.ADDED, day, table.name, table.read_key(now[0]))
        if now is None or now[0] > stored[0]:
            return TrailBreak(BreakKind.REMOVED, day, table.name, table.read_key(stored[0]))
        return TrailBreak(BreakKind.CHANGED, day, table.name, table.read_key(stored[0]))
    return None


def _pair(keys: bytes, hashes: bytes, key_bytes: int) -> Iterator[tuple[bytes, bytes]]:
    count = max(len(keys) // key_bytes, len(hashes) // KEPT_BYTES)
    for number in range(count):
        yield (
            keys[number * key_bytes : (number + 1) * key_bytes],
            hashes[number * KEPT_BYTES : (number + 1) * KEPT_BYTES],
        )
