"""Ageing of what is open, by unit, class or collector, as of any day; and the items behind every figure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from django.db import connection, transaction

from dianke.domain.collection.models import CarriedDay
from dianke.domain.collection.queries.open_items import prepare_open_items
from dianke.domain.collection.rules.buckets import Bucket, list_buckets
from dianke.domain.collection.types import AgeingCell, Arrears
from dianke.platform.org.scoping import Scope

# What nobody is responsible for.
NOBODY = "0"
CREDIT = "CREDIT"
# Several buckets at once: what is to pay at any age, and what of it is past its due date.
OPEN, OVERDUE = "OPEN", "OVERDUE"


class AgeingBy(StrEnum):
    """What the table is by."""

    UNIT = "UNIT"
    CLASS = "CLASS"
    COLLECTOR = "COLLECTOR"


@dataclass(frozen=True, slots=True)
class DebtRow:
    """An open item as a list shows it."""

    item_id: int
    customer_account_id: int
    unit_id: int
    usage_class: str
    due_date: date | None
    open_fen: int
    days_overdue: int


# Who sees to an account: those named for it, else those of its first route.
_COLLECTORS = """
collector as (
     select r.account_id, r.staff_id, r.share_e4 from collection_responsibility r
      where r.account_id is not null and r.period @> %(as_of)s::date
     union all
     select f.account_id, r.staff_id, r.share_e4
       from (select up.account_id, min(rp.route_id) as route_id
               from readings_routepoint rp join metering_usagepoint up on up.id = rp.usage_point_id
              where rp.route_id in (select route_id from collection_responsibility
                                     where route_id is not null and period @> %(as_of)s::date)
              group by up.account_id) f
       join collection_responsibility r on r.route_id = f.route_id and r.period @> %(as_of)s::date
      where not exists (select from collection_responsibility a
                         where a.account_id = f.account_id and a.period @> %(as_of)s::date)),
"""
_BY_COLLECTOR = """
shared as (
     select o.*, c.staff_id, round(o.open_fen * c.share_e4 / 10000.0)::bigint as part_fen
       from open_item o join collector c on c.account_id = o.customer_account_id),
-- What no share covers is left with nobody, to the fen.
entry as (
     select staff_id as key, due_date, part_fen as open_fen, item_id, customer_account_id, unit_id, usage_class
       from shared
     union all
     select %(nobody)s::bigint, o.due_date, o.open_fen - coalesce(s.part_fen, 0), o.item_id, o.customer_account_id,
            o.unit_id, o.usage_class
       from open_item o
       left join (select item_id, sum(part_fen)::bigint as part_fen from shared group by item_id) s using (item_id)
      where o.open_fen <> coalesce(s.part_fen, 0))
"""
_CELLS = """
select key::text, at, sum(open_fen)::bigint, count(*)
  from (select key, open_fen,
               case when open_fen < 0 then -1
                    else width_bucket(coalesce(%(as_of)s::date - due_date, 0), %(starts)s::int[]) end as at
          from entry) e
 group by key, at order by key, at
"""
_KEYS = {AgeingBy.UNIT: "unit_id", AgeingBy.CLASS: "usage_class"}


def compute_ageing(
    *, actor: Scope, as_of: date, by: AgeingBy, unit_path: str = "", base: CarriedDay | None = None
) -> list[AgeingCell]:
    """
    Return what is open as of the end of a day, by bucket and by unit, class or collector.

    What is below zero, paid beyond a bill that was taken back, stands in the bucket CREDIT; the sum of all cells is
    the balance of the receivables of these units.
    """
    prepared = prepare_open_items(actor=actor, as_of=as_of, unit_path=unit_path, base=base)
    buckets = list_buckets(on=as_of)
    if by is AgeingBy.COLLECTOR:
        body = f"with {_COLLECTORS} {prepared.head}, {_BY_COLLECTOR} {_CELLS}"
    else:
        entry = f"entry as (select {_KEYS[by]} as key, due_date, open_fen from open_item)"  # noqa: S608 - our own text
        body = f"with {prepared.head}, {entry} {_CELLS}"
    values = {**prepared.values, "starts": [one.first_day for one in buckets[1:]], "nobody": NOBODY}
    return [
        AgeingCell(key, CREDIT if at < 0 else buckets[at].code, int(fen), items)
        for key, at, fen, items in _ask(body, values)
    ]


def list_debts(
    *,
    actor: Scope,
    as_of: date,
    unit_path: str = "",
    usage_class: str = "",
    bucket: str = "",
    staff_id: int | None = None,
    customer_account_id: int | None = None,
    unit_id: int | None = None,
    after: tuple[int, int] | None = None,
    limit: int = 50,
) -> list[DebtRow]:
    """
    Return open items as of a day, the largest first, page by page.

    :param unit_id: one unit alone, without those below it
    :param bucket: code of a bucket, CREDIT, OPEN or OVERDUE; empty for all that is not settled
    :param staff_id: a collector, whose share of each item is given; 0 for what no share covers
    :param after: amount and key of the last item of the page before
    """
    prepared = prepare_open_items(actor=actor, as_of=as_of, unit_path=unit_path)
    values: dict[str, Any] = {**prepared.values, "limit": limit}
    conditions = _narrow(values, as_of, usage_class, bucket, customer_account_id, unit_id)
    if after is not None:
        values["last_fen"], values["last_item"] = after
        conditions.append("(o.open_fen, -o.item_id) < (%(last_fen)s, -%(last_item)s)")
    head, source = prepared.head, "open_item"
    if staff_id is not None:
        # The same parts that the table adds up, so that a figure is the sum of what it opens into.
        values["staff"], values["nobody"] = staff_id, NOBODY
        head, source = f"{_COLLECTORS} {prepared.head}, {_BY_COLLECTOR}", "entry"
        conditions.append("o.key = %(staff)s")
    body = (
        f"with {head} select o.item_id, o.customer_account_id, o.unit_id, o.usage_class,"  # noqa: S608
        f" o.due_date, o.open_fen, coalesce(%(as_of)s::date - o.due_date, 0) from {source} o"
        f" where {' and '.join(conditions) or 'true'} order by o.open_fen desc, o.item_id limit %(limit)s"
    )
    return [DebtRow(*row) for row in _ask(body, values)]


def list_arrears(*, actor: Scope, as_of: date, least_days: int = 1) -> list[Arrears]:
    """
    Return what every account owes that is overdue as of a day, where the oldest is so many days overdue.

    What an agreement on instalments in force is about is not dunned for, and left out.
    """
    prepared = prepare_open_items(actor=actor, as_of=as_of)
    body = f"""
        with {prepared.head}
        select customer_account_id, max(unit_id), max(usage_class), sum(open_fen)::bigint, min(due_date),
               %(as_of)s::date - min(due_date), count(*)
          from open_item o where due_date < %(as_of)s and open_fen > 0 and customer_account_id is not null
           and not exists (select from receivables_agreementitem ai
                             join receivables_agreement a on a.id = ai.agreement_id and a.state = 'IN_FORCE'
                            where ai.item_id = o.item_id)
         group by customer_account_id having %(as_of)s::date - min(due_date) >= %(least_days)s
         order by customer_account_id"""  # noqa: S608
    return [Arrears(*row) for row in _ask(body, {**prepared.values, "least_days": least_days})]


def find_bucket(code: str, *, on: date) -> Bucket | None:
    """Return the bucket of a code, or None."""
    return next((one for one in list_buckets(on=on) if one.code == code), None)


def _narrow(
    values: dict[str, Any],
    as_of: date,
    usage_class: str,
    bucket: str,
    customer_account_id: int | None,
    unit_id: int | None,
) -> list[str]:
    conditions = ["o.open_fen < 0" if bucket == CREDIT else "o.open_fen > 0"] if bucket else []
    found = find_bucket(bucket, on=as_of)
    if found is not None:
        values["first_day"], values["last_day"] = found.first_day, found.last_day
        conditions.append("coalesce(%(as_of)s::date - o.due_date, 0) between %(first_day)s and %(last_day)s")
    if bucket == OVERDUE:
        conditions.append("o.due_date < %(as_of)s::date")
    if usage_class:
        values["usage_class"] = usage_class
        conditions.append("o.usage_class = %(usage_class)s")
    if customer_account_id is not None:
        values["account"] = customer_account_id
        conditions.append("o.customer_account_id = %(account)s")
    if unit_id is not None:
        values["unit_id"] = unit_id
        conditions.append("o.unit_id = %(unit_id)s")
    return conditions


def _ask(body: str, values: dict[str, Any]) -> Sequence[tuple[Any, ...]]:
    with transaction.atomic(), connection.cursor() as cursor:
        # What moved since the carried day is looked up in memory; the usual few megabytes would go by way of the disk.
        cursor.execute("set local work_mem = '96MB'")
        cursor.execute(body, values)
        return list(cursor.fetchall())
