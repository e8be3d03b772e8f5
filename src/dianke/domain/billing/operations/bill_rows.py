"""What drafts and bills are written by alike: their keys, their lines, the prices they keep, the sum of their lines."""

from datetime import date
from typing import Literal

import numpy as np
from django.db import connection

from dianke.domain.billing.rules import frozen
from dianke.domain.billing.rules.drafts import LineColumns, LineKind
from dianke.domain.billing.types import LINES_PER_BILL, get_bill_id_range
from dianke.domain.tariffs.types import PriceTable
from dianke.platform.database.copying import copy_arrays

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
    """Return how many bills or drafts of a range of keys, as the tables hold them, are not the sum of their lines."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            select count(*) from {table} b
              left join (select l.id / 100 as bill_id, sum(l.amount_e6) as amount_e6
                           from {table}line l join billing_billlinekind k on k.id = l.kind_id
                          where l.id >= %(first)s * 100 and l.id < %(end)s * 100 and not k.included
                          group by l.id / 100) s on s.bill_id = b.id
             where b.id >= %(first)s and b.id < %(end)s and coalesce(s.amount_e6, 0) <> b.amount_fen * 10000
            """,  # noqa: S608 - one of two constants
            {"first": first_id, "end": end_id},
        )
        return int(cursor.fetchone()[0])


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
