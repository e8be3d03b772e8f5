"""Write what a run of tags came to, chunk by chunk; each chunk is one transaction of whoever calls."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from dianke.domain.profiles.models import FactBlock, TagFigure, TagRun
from dianke.domain.profiles.queries.columns import SINCE_DAY, name_tag_column
from dianke.domain.profiles.rules.packing import BLOCK, count_values, pack_column
from dianke.domain.profiles.rules.valuing import Bytes, as_column, merge_values
from dianke.domain.profiles.types import DOES_NOT_APPLY, NO_CONSENT, NOT_KNOWN, SLOTS, RunState, Tag
from dianke.engine.tags.indicators import find_stability
from dianke.engine.tags.types import Integers
from dianke.platform.database.copying import copy_arrays
from dianke.platform.identity.types import Actor

CHUNK = 8 * BLOCK
_SYSTEM = Actor.system("keeping runs of tags")
_HEAD, _END = b"PGCOPY\n\xff\r\n\0" + bytes(8), b"\xff\xff"
_ROW = np.dtype(
    [
        ("fields", ">i2"), ("w1", ">i4"), ("customer", ">i8"), ("w2", ">i4"), ("slots", f"V{SLOTS}"), ("w3", ">i4"),
        ("days", f"V{2 * SLOTS}"),
    ]
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ValuedChunk:
    """What was found of the customers of a chunk: their facts, and the values of the tags that were due."""

    number: int
    facts: Mapping[str, Integers]
    values: Mapping[str, Bytes]


def begin_run(
    *, as_of: date, codes: Sequence[str], ranges: Sequence[tuple[int, int]], sources: set[str], login: str, at: datetime
) -> TagRun:
    """Write the head of a run, or return the one of the day that was begun."""
    run: TagRun | None = TagRun.objects.for_actor(_SYSTEM).filter(as_of_date=as_of).first()
    if run is None:
        run = TagRun(
            as_of_date=as_of, codes=list(codes), ranges=[list(one) for one in ranges], sources=sorted(sources),
            started_by=login, started_at=at,
        )  # fmt: skip
        run.save()
    return run


def write_chunk(*, run: TagRun, chunk: ValuedChunk, tags: Sequence[Tag]) -> int:
    """Store columns and changed rows of a chunk, count its values, and return how many values changed."""
    keys = chunk.facts["customer_id"]
    _write_blocks(chunk)
    changed = _write_rows(run, keys, chunk, tags)
    for code, values in chunk.values.items():
        held = run.counts.setdefault(code, {})
        for value, count in count_values(values).items():
            held[value] = held.get(value, 0) + count
    run.done_count = chunk.number + 1
    run.customer_count += int(keys.size)
    run.changed_count += changed
    run.save(update_fields=["done_count", "customer_count", "changed_count", "counts"])
    return changed


def end_run(*, run: TagRun, last_block: int, at: datetime) -> TagRun:
    """Write the figures of each tag and close the run; columns of blocks that are no more go."""
    FactBlock.objects.for_actor(_SYSTEM).filter(number__gt=last_block).delete()
    before = _list_last_counts(run)
    TagFigure.objects.for_actor(_SYSTEM).filter(run=run).delete()
    TagFigure.objects.bulk_create(
        [
            TagFigure(
                run=run,
                code=code,
                counts=counts,
                coverage_e4=_cover(counts),
                stability_e4=_compare(before[code], counts) if code in before else None,
            )
            for code, counts in sorted(run.counts.items())
        ]
    )
    run.state, run.finished_at = RunState.DONE.value, at
    run.save(update_fields=["state", "finished_at", "timings"])
    with connection.cursor() as cursor:
        cursor.execute("analyze profiles_customertags")
    return run


def _write_blocks(chunk: ValuedChunk) -> None:
    size = chunk.facts["customer_id"].size
    blocks: list[FactBlock] = []
    for at, start in enumerate(range(0, size, BLOCK)):
        number = chunk.number * (CHUNK // BLOCK) + at
        part = slice(start, start + BLOCK)
        keys = chunk.facts["customer_id"][part]
        bounds = np.array([keys[0], keys[-1]], dtype=np.int64)
        columns = {"bounds": bounds, **{code: column[part] for code, column in chunk.facts.items()}}
        columns |= {name_tag_column(code): as_column(values[part]) for code, values in chunk.values.items()}
        blocks += [FactBlock(number=number, code=code, content=pack_column(one)) for code, one in columns.items()]
    FactBlock.objects.bulk_create(
        blocks,
        batch_size=400,
        update_conflicts=True,
        unique_fields=["code", "number"],
        update_fields=["content"],
    )


def _write_rows(run: TagRun, keys: Integers, chunk: ValuedChunk, tags: Sequence[Tag]) -> int:
    old, since, exists = _read_rows(keys)
    new = old.copy()
    slots = {tag.code: tag.slot for tag in tags}
    for code, values in chunk.values.items():
        new[:, slots[code]] = values
    today = (run.as_of_date - SINCE_DAY).days
    merged, days, changed = merge_values(
        old=old, old_since=since, new=new, due=[slots[code] for code in chunk.values], today=today
    )
    rows = np.flatnonzero(changed.any(axis=1) | ~exists)
    _write_spells(run, keys, old, since, changed & exists[:, None], today)
    _copy_rows(keys[rows], merged[rows], days[rows], is_new=not exists.any())
    return int((changed & exists[:, None]).sum())


def _read_rows(keys: Integers) -> tuple[Bytes, NDArray[np.int16], NDArray[np.bool_]]:
    """Return the rows of customers as they stand, empty ones of whom there is none."""
    size = keys.size
    old, since = np.zeros((size, SLOTS), dtype=np.int8), np.zeros((size, SLOTS), dtype=np.int16)
    exists = np.zeros(size, dtype=bool)
    if not size:
        return old, since, exists
    with connection.cursor() as cursor:
        cursor.execute(
            "select customer_id, slots, days from profiles_customertags where customer_id between %s and %s"
            " order by customer_id",
            [int(keys[0]), int(keys[-1])],
        )
        rows = cursor.fetchall()
    if rows:
        found = np.fromiter((row[0] for row in rows), dtype=np.int64, count=len(rows))
        at = np.minimum(np.searchsorted(keys, found), size - 1)
        fits = keys[at] == found
        slots = np.frombuffer(b"".join(bytes(row[1]) for row in rows), dtype=np.int8).reshape(-1, SLOTS)
        days = np.frombuffer(b"".join(bytes(row[2]) for row in rows), dtype=">i2").reshape(-1, SLOTS)
        old[at[fits]], since[at[fits]], exists[at[fits]] = slots[fits], days[fits], True
    return old, since, exists


def _write_spells(
    run: TagRun, keys: Integers, old: Bytes, since: NDArray[np.int16], changed: NDArray[np.bool_], today: int
) -> None:
    """Keep what ended: values that somebody had; that a tag was not had is no spell."""
    row, slot = np.nonzero(changed & (old > 0))
    if not row.size:
        return
    zero = (SINCE_DAY - date(2000, 1, 1)).days
    copy_arrays(
        table="profiles_tagspell",
        columns={
            "customer_id": keys[row],
            "slot": slot.astype(np.int16),
            "value": old[row, slot].astype(np.int16),
            "since_date": (since[row, slot].astype(np.int32) + zero),
            "until_date": np.full(row.size, today + zero, dtype=np.int32),
            "run_id": np.full(row.size, run.pk, dtype=np.int64),
        },
    )


def _copy_rows(keys: Integers, slots: Bytes, days: NDArray[np.int16], *, is_new: bool) -> None:
    if not keys.size:
        return
    rows = np.empty(keys.size, dtype=_ROW)
    rows["fields"], rows["w1"], rows["w2"], rows["w3"] = 3, 8, SLOTS, 2 * SLOTS
    rows["customer"] = keys
    rows["slots"] = np.ascontiguousarray(slots).view(f"V{SLOTS}").ravel()
    rows["days"] = np.ascontiguousarray(days.astype(">i2")).view(f"V{2 * SLOTS}").ravel()
    table = "profiles_customertags" if is_new else "profiles_tags_of_run"
    with connection.cursor() as cursor:
        if not is_new:
            cursor.execute(
                "create temporary table if not exists profiles_tags_of_run"
                " (customer_id bigint, slots bytea, days bytea) on commit delete rows"
            )
            cursor.execute("delete from profiles_tags_of_run")
        with cursor.copy(f"copy {table} (customer_id, slots, days) from stdin with (format binary)") as copy:
            copy.write(_HEAD)
            copy.write(rows.tobytes())
            copy.write(_END)
        if not is_new:
            cursor.execute(
                "insert into profiles_customertags (customer_id, slots, days) select customer_id, slots, days"
                " from profiles_tags_of_run on conflict (customer_id) do update"
                " set slots = excluded.slots, days = excluded.days"
            )


def _list_last_counts(run: TagRun) -> dict[str, dict[str, int]]:
    """Return what the run before counted of each tag."""
    rows = TagFigure.objects.for_actor(_SYSTEM).filter(run__as_of_date__lt=run.as_of_date, code__in=list(run.counts))
    return dict(rows.order_by("code", "run__as_of_date").values_list("code", "counts"))


def _cover(counts: Mapping[str, int]) -> int:
    """Return of how many of those whom a tag is about it is known, in 1e-4."""
    about = sum(count for value, count in counts.items() if int(value) not in (DOES_NOT_APPLY, NO_CONSENT))
    return 10_000 * (about - counts.get(str(NOT_KNOWN), 0)) // about if about else 0


def _compare(before: Mapping[str, int], after: Mapping[str, int]) -> int:
    values = sorted({*before, *after} - {str(DOES_NOT_APPLY), str(NO_CONSENT)})
    return find_stability(
        np.array([before.get(one, 0) for one in values]), np.array([after.get(one, 0) for one in values])
    )
