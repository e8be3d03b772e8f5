"""
Bills that are not settled, as of any day: the last carried day before it, and the postings since.

One statement, nothing summed twice: an item that was open on the carried day and did not move since passes through;
what moved is added up over those few postings only. A carried day is used while the books until that day come to
what they came to then; where a day was reopened and booked on, an earlier one is used.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Sum

from dianke.domain.billing.models import Bill
from dianke.domain.collection.models import CarriedDay
from dianke.domain.collection.types import OpenItem
from dianke.domain.receivables.models import DailySum, Posting
from dianke.domain.receivables.queries.books import RECEIVABLES
from dianke.domain.receivables.queries.chart import list_keys_below
from dianke.domain.receivables.types import get_key_range
from dianke.platform.identity.types import Actor
from dianke.platform.org.models import Unit
from dianke.platform.org.scoping import Scope

_EVERYTHING = Actor.system("summing open items, narrowed by the statement itself")
_FIRST_DAY = date(2000, 1, 1)

_OPEN = """
-- Read twice, and neither time kept: a copy of a million rows would cost more than the table.
base as not materialized (
     select item_id, customer_account_id, unit_id, usage_class, due_date, open_fen
       from collection_carrieditem where carried_day_id = %(base)s),
moved as materialized (
     select p.item_id, max(p.customer_account_id) as customer_account_id, max(p.unit_id) as unit_id,
            max(p.usage_class) as usage_class, sum(p.debit_fen - p.credit_fen)::bigint as open_fen
       from receivables_posting p
      where p.ledger_account_id = any(%(ledgers)s) and p.booked_on > %(since)s and p.booked_on <= %(as_of)s
        and p.id >= %(first)s and p.id < %(end)s and p.item_id is not null
      group by p.item_id),
fresh as (
     select m.item_id, m.customer_account_id, m.unit_id, m.usage_class, due.due_date, m.open_fen
       from moved m
       -- Bills are looked up one by one: a plan that reads the partitions of all months would cost more.
       left join lateral (select b.due_date from billing_bill b where b.id = m.item_id limit 1) due on true
      where m.open_fen <> 0 and not exists (select from base b where b.item_id = m.item_id)),
open_item as (
     select b.item_id, b.customer_account_id, b.unit_id, b.usage_class, b.due_date,
            b.open_fen + coalesce(m.open_fen, 0) as open_fen
       from base b left join moved m on m.item_id = b.item_id
      where b.open_fen + coalesce(m.open_fen, 0) <> 0 {within_base}
     union all
     select * from fresh f where true {within_fresh})
"""


@dataclass(frozen=True)
class OpenItems:
    """The head of a statement that names `open_item`, and the values for it."""

    head: str
    values: dict[str, Any]


def prepare_open_items(*, actor: Scope, as_of: date, unit_path: str = "", base: CarriedDay | None = None) -> OpenItems:
    """
    Return the table expression `open_item` of the actor's units as of the end of a day.

    :param unit_path: narrows to a unit and those below it
    :param base: the carried day to start from instead of the last one that stands
    """
    base = base or find_base(as_of=as_of)
    since = base.carried_on if base else _FIRST_DAY
    # Of the month of the day after: on the morrow of a month's last day its postings need not be read.
    first, _end = get_key_range(month=since + timedelta(days=1))
    _first, end = get_key_range(month=as_of)
    values: dict[str, Any] = {
        "base": base.pk if base else None,
        "since": since,
        "as_of": as_of,
        "first": first if base else 0,
        "end": end,
        "ledgers": list_keys_below(actor=_EVERYTHING, code=RECEIVABLES),
    }
    units = _list_units(actor, unit_path)
    if units is not None:
        values["units"] = units
    narrow = "" if units is None else "and {}.unit_id = any(%(units)s)"
    head = _OPEN.format(
        within_base=narrow.format("b"),
        within_fresh=narrow.format("f"),
    )
    return OpenItems(head, values)


def find_base(*, as_of: date) -> CarriedDay | None:
    """Return the last carried day until a day that the books still come to, or None."""
    known = CarriedDay.objects.for_actor(_EVERYTHING).filter(carried_on__lte=as_of).order_by("-carried_on")
    return next((one for one in known if _stands(one)), None)


def sum_books(*, until: date) -> tuple[int, int]:
    """Return debit less credit and the count of all postings on receivables until the end of a day."""
    keys = list_keys_below(actor=_EVERYTHING, code=RECEIVABLES)
    rows = DailySum.objects.for_actor(_EVERYTHING).filter(ledger_account_id__in=keys, booked_on__lte=until)
    found = rows.aggregate(debit=Sum("debit_fen"), credit=Sum("credit_fen"), count=Sum("posting_count"))
    return (found["debit"] or 0) - (found["credit"] or 0), found["count"] or 0


def list_open_items(*, actor: Scope, customer_account_id: int, as_of: date) -> list[OpenItem]:
    """Return the open items of one account as of a day, the oldest due first: from its own postings."""
    keys = list_keys_below(actor=_EVERYTHING, code=RECEIVABLES)
    rows = Posting.objects.for_actor(actor).filter(
        customer_account_id=customer_account_id,
        ledger_account_id__in=keys,
        item_id__isnull=False,
        booked_on__lte=as_of,
    )
    grouped = rows.values("item_id", "unit_id").annotate(debit=Sum("debit_fen"), credit=Sum("credit_fen"))
    left = {(row["item_id"], row["unit_id"]): row["debit"] - row["credit"] for row in grouped.order_by("item_id")}
    found = Bill.objects.for_actor(actor).filter(pk__in=[item for item, _unit in left])
    bills = {key: (due, usage_class) for key, due, usage_class in found.values_list("pk", "due_date", "usage_class")}
    items = [
        OpenItem(item, customer_account_id, unit, bills.get(item, (None, ""))[1], bills.get(item, (None, ""))[0], fen)
        for (item, unit), fen in left.items()
        if fen
    ]
    return sorted(items, key=lambda one: (one.due_date or date.max, one.item_id))


def _stands(one: CarriedDay) -> bool:
    return sum_books(until=one.carried_on) == (one.open_fen, one.posting_count)


def _list_units(actor: Scope, unit_path: str) -> list[int] | None:
    """Return the keys of the units in reach; None where that is all of them."""
    if actor.sees_every_unit and not unit_path:
        return None
    rows = Unit.objects.for_actor(_EVERYTHING).values_list("pk", "path")
    paths = actor.list_unit_paths()
    return [key for key, path in rows if path.startswith(unit_path) and any(path.startswith(one) for one in paths)]
