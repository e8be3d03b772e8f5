"""Columns of the whole fleet as the last run left them, and rows of single customers."""

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from dianke.domain.profiles.rules.catalogue import TAG_MARK
from dianke.domain.profiles.rules.packing import unpack_column
from dianke.engine.tags.language import evaluate, list_facts
from dianke.engine.tags.types import UNKNOWN, Condition, Integers
from dianke.platform.identity.types import Actor
from dianke.platform.org.models import Unit

SINCE_DAY = date(2020, 1, 1)
_KEYS = ("customer_id", "unit_id")


@dataclass(frozen=True, slots=True)
class Found:
    """What a condition came to: who fits, in the order of their keys, and what looking cost."""

    customer_ids: Integers
    unit_ids: Integers
    row_count: int
    reach_count: int
    unknown_count: int
    milliseconds: int
    columns: Mapping[str, Integers]


def find_customers(
    *, actor: Actor, condition: Condition, today: int, also: Iterable[str] = (), right: str | None = None
) -> Found:
    """
    Return the customers of the actor's units that a condition fits, by the columns of the last run.

    Whoever calls has asked whether the actor may speak of the facts.

    :param also: further columns to be returned for those who fit
    """
    started = time.perf_counter()
    wanted = sorted({*list_facts(condition), *also, *_KEYS})
    columns = load_columns(wanted)
    size = columns["customer_id"].size
    within = is_within(actor, columns["unit_id"], right=right)
    truth = evaluate(condition, columns=columns, today=today) if size else np.zeros(0, dtype=np.int8)
    fits = within & (truth == 1)
    return Found(
        customer_ids=columns["customer_id"][fits],
        unit_ids=columns["unit_id"][fits],
        row_count=size,
        reach_count=int(within.sum()),
        unknown_count=int((within & (truth == 0)).sum()),
        milliseconds=round((time.perf_counter() - started) * 1_000),
        columns={name: columns[name][fits] for name in also},
    )


def load_columns(codes: Sequence[str], *, number: int | None = None) -> dict[str, Integers]:
    """Return columns by code, of one block if it is named; a code that no run wrote is not known of anybody."""
    pieces: dict[str, list[Integers]] = {code: [] for code in codes}
    with connection.cursor() as cursor:
        cursor.execute(
            "select code, content from profiles_factblock where code = any(%(codes)s)"
            " and (%(number)s::int is null or number = %(number)s) order by code, number",
            {"codes": list(codes), "number": number},
        )
        for code, content in cursor:
            pieces[code].append(unpack_column(bytes(content)))
    joined = {code: np.concatenate(found) for code, found in pieces.items() if found}
    size = max((column.size for column in joined.values()), default=0)
    return {code: joined.get(code, _unknown(size)) for code in codes}


def load_facts_of(*, customer_id: int) -> dict[str, int]:
    """Return every fact of a customer as the last run found it; who asks has seen that the customer is theirs."""
    with connection.cursor() as cursor:
        cursor.execute("select number, content from profiles_factblock where code = 'bounds' order by number")
        bounds = [(number, unpack_column(bytes(content))) for number, content in cursor.fetchall()]
    number = next((one for one, (first, last) in bounds if first <= customer_id <= last), None)
    if number is None:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            "select code, content from profiles_factblock where number = %s and code not like 'tag.%%'", [number]
        )
        columns = {code: unpack_column(bytes(content)) for code, content in cursor.fetchall()}
    keys = columns["customer_id"]
    at = int(np.searchsorted(keys, customer_id))
    if at >= keys.size or keys[at] != customer_id:
        return {}
    return {code: int(column[at]) for code, column in columns.items() if code not in ("bounds", *_KEYS)}


def is_within(actor: Actor, unit_ids: Integers, *, right: str | None = None) -> NDArray[np.bool_]:
    """Return which units are among the actor's, by one right if it is named."""
    if actor.sees_every_unit and right is None:
        return np.ones(unit_ids.size, dtype=bool)
    paths = actor.list_unit_paths(right)
    units = Unit.objects.for_actor(actor).values_list("pk", "path")
    own = [key for key, path in units if any(path.startswith(one) for one in paths)]
    return np.isin(unit_ids, np.asarray(own, dtype=np.int64))


def read_slots(slots: bytes, days: bytes) -> list[tuple[int, int, date]]:
    """Return slot, value and the day since which it holds, of the slots that hold a value."""
    values = np.frombuffer(slots, dtype=np.int8)
    since = np.frombuffer(days, dtype=">i2")
    return [
        (slot, int(values[slot]), SINCE_DAY + timedelta(days=int(since[slot])))
        for slot in np.flatnonzero(values > 0).tolist()
    ]


def name_tag_column(code: str) -> str:
    """Return the code under which a tag's column lies."""
    return TAG_MARK + code


def _unknown(size: int) -> Integers:
    return np.full(size, UNKNOWN, dtype=np.int64)
