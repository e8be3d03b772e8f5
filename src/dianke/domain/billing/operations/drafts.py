"""Drafts of a shard into their tables: bills, lines and frozen inputs as columns, in the order of their keys."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from django.db import connection

from dianke.domain.billing.models import BillRun, BillRunShard
from dianke.domain.billing.operations import bill_rows
from dianke.domain.billing.rules import frozen, shards
from dianke.domain.billing.rules.drafts import list_lines
from dianke.domain.billing.rules.inputs import ints
from dianke.domain.billing.rules.plans import GroupKey
from dianke.domain.billing.rules.shards import CalculatedShard
from dianke.domain.billing.types import LINES_PER_BILL
from dianke.domain.tariffs.types import PriceTable
from dianke.engine.types import IntArray
from dianke.platform.database.copying import copy_columns
from dianke.platform.database.planning import along_indexes

_FROM_POINTS = {
    "unit_id": "unit_id",
    "usage_point_id": "point_id",
    "account_id": "account_id",
    "account_number": "account_number",
    "customer_name": "customer_name",
    "address": "address",
    "usage_class": "usage_class",
    "industry_code": "industry_code",
    "voltage": "voltage",
}


@dataclass(frozen=True)
class StoredDrafts:
    """How many drafts were written, the first of their keys, and the key at each point that has one."""

    bills: int
    first_bill_id: int
    bill_ids: IntArray


def store(
    *, run: BillRun, shard: BillRunShard, result: CalculatedShard, tables: Mapping[GroupKey, PriceTable]
) -> StoredDrafts:
    """Write the drafts of a calculated shard within the running transaction."""
    bills = int(result.is_sound.sum())
    if not bills:
        return StoredDrafts(bills=0, first_bill_id=0, bill_ids=np.zeros(len(result.is_sound), dtype=np.int64))
    first = bill_rows.reserve_bill_ids(month=run.cycle_month.month, count=bills)
    bill_ids = first + np.cumsum(result.is_sound) - 1
    copy_columns(table="billing_billdraft", columns=_list_bills(run, shard, result, bill_ids))
    bill_rows.write_lines(table="billing_billdraft", lines=list_lines(result, bill_ids))
    _freeze(run, shard, result, tables)
    return StoredDrafts(bills=bills, first_bill_id=first, bill_ids=bill_ids)


def remove(shard: BillRunShard) -> None:
    """Remove what an earlier calculation of a shard left; one that was never finished left nothing."""
    keys = [shard.first_bill_id, shard.end_bill_id]
    if shard.first_bill_id == shard.end_bill_id:
        return
    with along_indexes() as cursor:
        cursor.execute(
            "delete from billing_billdraftline where id >= %s and id < %s", [key * LINES_PER_BILL for key in keys]
        )
        cursor.execute("delete from billing_billdraft where id >= %s and id < %s", keys)
        cursor.execute(
            "delete from billing_draftinputs where run_id = %s and shard_number = %s", [shard.run_id, shard.number]
        )


def count_differing(shard: BillRunShard) -> int:
    """Return how many drafts of a shard, as the tables hold them, are not the sum of their lines."""
    return bill_rows.count_differing(table="billing_billdraft", first_id=shard.first_bill_id, end_id=shard.end_bill_id)


def _list_bills(run: BillRun, shard: BillRunShard, result: CalculatedShard, bill_ids: IntArray) -> pa.Table:
    sound = result.is_sound
    points = result.shard.inputs.points
    if not sound.all():
        points = points.filter(pa.array(sound))
    span = result.shard.span
    size = len(points)
    columns = {
        "id": pa.array(bill_ids[sound]),
        **{name: points[source] for name, source in _FROM_POINTS.items()},
        "run_id": pa.repeat(run.pk, size),
        "shard_number": pa.repeat(pa.scalar(shard.number, pa.int32()), size),
        "month": pa.repeat(pa.scalar(run.cycle_month.month), size),
        "period_start": pa.repeat(pa.scalar(span.start), size),
        "period_end": pa.repeat(pa.scalar(span.end), size),
        "energy_kwh_e2": pa.array(result.energy_kwh_e2[sound]),
        **{f"{name}_fen": pa.array(column[sound]) for name, column in result.sums_fen.items()},
        "amount_fen": pa.array(result.amount_fen[sound]),
    }
    return pa.table(columns)


def _freeze(run: BillRun, shard: BillRunShard, result: CalculatedShard, tables: Mapping[GroupKey, PriceTable]) -> None:
    block = frozen.FrozenBlock(
        inputs=shards.keep_sound(result),
        span=result.shard.span,
        prices={frozen.price_key(key): bill_rows.keep_prices(table) for key, table in tables.items()},
    )
    with connection.cursor() as cursor:
        for own in frozen.cut_blocks(block):
            content = frozen.pack(own)
            ids = ints(own.inputs.points, "point_id")
            cursor.execute(
                """
                insert into billing_draftinputs
                       (run_id, shard_number, first_point_id, last_point_id, bill_count, content, sha256)
                values (%s, %s, %s, %s, %s, %s, %s)
                """,
                [
                    run.pk,
                    shard.number,
                    int(ids[0]),
                    int(ids[-1]),
                    len(ids),
                    content,
                    hashlib.sha256(content).hexdigest(),
                ],
            )
