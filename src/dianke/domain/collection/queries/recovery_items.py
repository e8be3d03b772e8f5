"""
The bills behind the figures of recovery: what was booked on each and what came, so that columns add up to the figure.

The same postings as `recovery` adds up, by item. Sums stand in fen; what is given up is no collection.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import connection

from dianke.domain.collection.queries.recovery import ALL, GIVEN_UP, PRINCIPAL, CurrentRecovery, list_units
from dianke.domain.receivables.models import Voucher
from dianke.domain.receivables.queries.chart import list_keys_below
from dianke.domain.receivables.types import get_key_range
from dianke.platform.identity.types import Actor
from dianke.platform.org.scoping import Scope

_SYSTEM = Actor.system("listing the bills behind recovery, narrowed to units by the statement")
_CAME = "coalesce(sum(p.credit_fen) filter (where p.voucher_id <> all(%(given_up)s){and_}), 0)::bigint"
# Added up before the page is cut out: the line of totals is that of the whole list.
_ITEMS = """
select * from (
    select t.item_id, t.account_id, t.usage_class, t.sums, {totals} from (
        select coalesce(p.item_id, 0) as item_id, max(p.customer_account_id) as account_id,
               max(p.usage_class) as usage_class, array[{sums}] as sums
          from receivables_posting p
         where p.ledger_account_id = any(%(ledgers)s) and p.unit_id = any(%(units)s) and p.booked_on <= %(on)s
           and {where}
         group by 1) t
     where 0 <> any(t.sums)) found
 where item_id > %(after)s order by item_id limit %(limit)s
"""


@dataclass(frozen=True, slots=True)
class RecoveryItem:
    """A bill and its sums, in the order of the columns asked for; item 0 is what names no bill."""

    item_id: int
    customer_account_id: int | None
    usage_class: str
    sums_fen: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class RecoveryItems:
    """A page of bills, the totals of all of them, and whether more follow."""

    rows: tuple[RecoveryItem, ...]
    totals_fen: tuple[int, ...]
    has_more: bool


def list_items_of_month(
    *, actor: Scope, on: date, of: CurrentRecovery, unit_path: str = "", after: int = -1, limit: int = 50
) -> RecoveryItems:
    """Return the bills of a month: billed, collected in the month of booking, until the end of the next, to date."""
    first, end = get_key_range(month=of.month)
    sums = [
        "sum(p.debit_fen)::bigint",
        _CAME.format(and_=" and p.booked_on <= %(month_end)s"),
        _CAME.format(and_=" and p.booked_on <= %(next_end)s"),
        _CAME.format(and_=""),
    ]
    month_end = _end_of(of.booked_in)
    values = {
        "given_up": _list_given_up(of.month, on),
        "ledgers": list_keys_below(actor=_SYSTEM, code=PRINCIPAL),
        "first": first,
        "end": end,
        "month_end": month_end,
        "next_end": _end_of(month_end + timedelta(days=1)),
        "on": on,
    }
    where = "p.item_id >= %(first)s and p.item_id < %(end)s and p.id >= %(first)s"
    return _list(sums, where, values, list_units(actor=actor, unit_path=unit_path), after, limit)


def list_items_of_old(
    *, actor: Scope, on: date, unit_path: str = "", after: int = -1, limit: int = 50
) -> RecoveryItems:
    """Return the bills of years before: what was owed when the year of a day began, what came in it until the day."""
    new_year = date(on.year, 1, 1)
    sums = [
        "coalesce(sum(p.debit_fen - p.credit_fen) filter (where p.booked_on < %(new_year)s), 0)::bigint",
        _CAME.format(and_=" and p.booked_on >= %(new_year)s"),
    ]
    values = {
        "given_up": _list_given_up(new_year, on),
        "ledgers": list_keys_below(actor=_SYSTEM, code=PRINCIPAL),
        "new_year": new_year,
        "year": on.year,
        "on": on,
    }
    return _list(
        sums, "p.for_year < %(year)s", values, list_units(actor=actor, unit_path=unit_path),
        after, limit,
    )  # fmt: skip


def list_items_booked(
    *, actor: Scope, start: date, end: date, unit_path: str = "", after: int = -1, limit: int = 50
) -> RecoveryItems:
    """Return the bills with what was booked on receivables of all kinds from one day to another, both included."""
    first, _end = get_key_range(month=start)
    values = {"ledgers": list_keys_below(actor=_SYSTEM, code=ALL), "first": first, "start": start, "on": end}
    where = "p.id >= %(first)s and p.booked_on >= %(start)s"
    units = list_units(actor=actor, unit_path=unit_path)
    return _list(["sum(p.debit_fen)::bigint"], where, values, units, after, limit)


def _list(
    sums: Sequence[str], where: str, values: dict[str, Any], units: list[int], after: int, limit: int
) -> RecoveryItems:
    totals = ", ".join(f"sum(t.sums[{at}]) over () as total_{at}" for at in range(1, len(sums) + 1))
    statement = _ITEMS.format(totals=totals, sums=", ".join(sums), where=where)
    with connection.cursor() as cursor:
        cursor.execute(statement, {**values, "units": units, "after": after, "limit": limit + 1})
        found = cursor.fetchall()
    rows = tuple(RecoveryItem(item, account, usage_class, tuple(own)) for item, account, usage_class, own, *_ in found)
    all_of_them = tuple(int(fen) for fen in found[0][4:]) if found else (0,) * len(sums)
    return RecoveryItems(rows[:limit], all_of_them, len(rows) > limit)


def _list_given_up(start: date, end: date) -> list[int]:
    rows = Voucher.objects.for_actor(_SYSTEM).filter(kind__in=GIVEN_UP, booked_on__range=(start, end))
    return list(rows.values_list("pk", flat=True))


def _end_of(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
