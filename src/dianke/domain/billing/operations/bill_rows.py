"""What drafts and bills are written by alike: their keys, their lines, the prices they keep, the sum of their lines."""

from datetime import date
from typing import Any, Literal

import numpy as np
from django.db import connection

from dianke.domain.billing.rules import frozen
from dianke.domain.billing.rules.drafts import LineColumns, LineKind
from dianke.domain.billing.types import LINES_PER_BILL, get_bill_id_range
from dianke.domain.tariffs.types import PriceTable
from dianke.engine.types import IntArray
from dianke.platform.database.copying import copy_arrays
from dianke.platform.database.planning import along_indexes

BillTable = Literal["billing_bill", "billing_billdraft"]


def reserve_bill_ids(*, month: date, count: int) -> int:
    """Return the first of some keys of a month's bills that follow each other and that nobody else gets."""
    first, _ = get_bill_id_range(year=month.year, month=month.month)
    with connection.cursor() as cursor:
        cursor.execute("select billing_reserve_bills(%s)", [count])
        return first + int(cursor.fetchone()[0])


def write_lines(*, table: BillTable, lines: LineColumns, later_by: int = 0) -> None:
    """Write the lines of bills or drafts, under keys of bills that are `later_by` beyond those they were made for."""
    keys = np.array([_get_kind_id(kind) for kind in lines.kinds], dtype=np.int32)
    copy_arrays(
        table=f"{table}line",
        columns={
            "id": lines.id + later_by * LINES_PER_BILL,
            "kind_id": keys[lines.kind],
            "quantity_e6": lines.quantity_e6,
            "price_e8": lines.price_e8,
            "amount_e6": lines.amount_e6,
        },
    )


def count_differing(*, table: BillTable, first_id: int, end_id: int) -> int:
    """
    Return how many bills or drafts of a range of keys, as the tables hold them, are not the sum of their lines.

    The figures are read back and added up here: the database needs three times as long to group them. A line whose
    bill is not there counts as a bill that differs.
    """
    size = end_id - first_id
    keys = {
        "first": first_id,
        "end": end_id,
        "first_line": first_id * LINES_PER_BILL,
        "end_line": end_id * LINES_PER_BILL,
    }
    with along_indexes() as cursor:
        bills, amounts = _read_back(cursor, _AMOUNTS.format(table=table), keys)
        lines, parts = _read_back(cursor, _PARTS.format(table=table), keys)
    billed, added = np.zeros(size, dtype=np.int64), np.zeros(size, dtype=np.int64)
    billed[bills - first_id] = amounts * 10_000
    np.add.at(added, lines // LINES_PER_BILL - first_id, parts)
    return int((billed != added).sum())


_AMOUNTS = """
select string_agg(int8send(id), ''), string_agg(int8send(amount_fen), '')
  from {table} where id >= %(first)s and id < %(end)s
"""
_PARTS = """
select string_agg(int8send(id), ''), string_agg(int8send(amount_e6), '')
  from {table}line where id >= %(first_line)s and id < %(end_line)s
   and not kind_id = any(array(select id from billing_billlinekind where included))
"""


def _read_back(cursor: Any, sql: str, keys: dict[str, int]) -> tuple[IntArray, IntArray]:
    """Return two columns of integers; as two values, for a driver handles each row of a result by itself."""
    cursor.execute(sql, keys)
    found = [np.frombuffer(data or b"", dtype=">i8").astype(np.int64) for data in cursor.fetchone()]
    return found[0], found[1]


def keep_prices(table: PriceTable) -> str:
    """Keep a price table once, and return the fingerprint that it is found by."""
    content, fingerprint = frozen.dump_prices(table)
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into billing_frozenprices (sha256, content) values (%s, %s) on conflict do nothing",
            [fingerprint, content],
        )
    return fingerprint


def _get_kind_id(kind: LineKind) -> int:
    """Return the key of a kind of line; a new one may be added by two at once."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select id from billing_billlinekind"
            " where code = %s and name = %s and unit_name = %s and rule = %s and included = %s",
            list(kind),
        )
        row = cursor.fetchone()
        if row is None:
            cursor.execute(
                "insert into billing_billlinekind (code, name, unit_name, rule, included) values (%s, %s, %s, %s, %s)"
                " on conflict (code, name, unit_name, rule, included) do update set code = excluded.code returning id",
                list(kind),
            )
            row = cursor.fetchone()
        return int(row[0])
