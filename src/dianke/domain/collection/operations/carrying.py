"""Carry open items at the end of a day, so that ageing need not add up all postings; and prove what was carried."""

from datetime import date, datetime, timedelta

from django.db import connection

from dianke.domain.collection.models import CarriedDay, CarriedItem
from dianke.domain.collection.queries.open_items import find_base, prepare_open_items, sum_books
from dianke.platform.identity.types import Actor

_EVERYTHING = Actor.system("carrying open items of the whole utility")
# The last nights are kept, and of older ones three a month.
_NIGHTS = 7
_KEPT_DAYS = frozenset({10, 20})


def carry_day(*, day: date, at: datetime) -> CarriedDay:
    """Keep the open items of the end of a day, from the last carried day that stands; again, where it does not."""
    known: CarriedDay | None = CarriedDay.objects.for_actor(_EVERYTHING).filter(carried_on=day).first()
    base = find_base(as_of=day)
    if known is not None:
        if base is not None and base.pk == known.pk:
            return known
        _forget([known])
    prepared = prepare_open_items(actor=_EVERYTHING, as_of=day, base=base)
    open_fen, posting_count = sum_books(until=day)
    carried = CarriedDay(carried_on=day, item_count=0, open_fen=open_fen, posting_count=posting_count, carried_at=at)
    carried.save()
    with connection.cursor() as cursor:
        cursor.execute(
            f"with {prepared.head}"  # noqa: S608 - the head is our own text, its values are bound
            " insert into collection_carrieditem"
            " (carried_day_id, item_id, customer_account_id, unit_id, usage_class, due_date, open_fen)"
            " select %(carried)s, item_id, customer_account_id, unit_id, usage_class, due_date, open_fen from open_item"
            " where customer_account_id is not null",
            {**prepared.values, "carried": carried.pk},
        )
        carried.item_count = cursor.rowcount
    carried.save(update_fields=["item_count"])
    return carried


def forget_old_days(*, today: date) -> int:
    """Drop carried days that are no longer needed, and those that the books do not come to any more."""
    rows = CarriedDay.objects.for_actor(_EVERYTHING).order_by("carried_on")
    needless = [one for one in rows if not _is_kept(one, today)]
    _forget(needless)
    return len(needless)


def prove_carried_days() -> list[str]:
    """Return the carried days whose items are not what all postings until that day come to."""
    faults = []
    for one in CarriedDay.objects.for_actor(_EVERYTHING).order_by("carried_on"):
        with connection.cursor() as cursor:
            cursor.execute(_PROOF, {"day": one.carried_on, "carried": one.pk})
            count, first = cursor.fetchone()
        if count and find_base(as_of=one.carried_on) == one:
            faults.append(f"{one.carried_on}: {count} items differ, first {first}")
    return faults


_PROOF = """
with posted as (
     select p.item_id, sum(p.debit_fen - p.credit_fen) as fen
       from receivables_posting p join receivables_ledgeraccount a on a.id = p.ledger_account_id
      where (a.code = '1122' or a.code like '1122.%%') and p.item_id is not null and p.booked_on <= %(day)s
      group by p.item_id having sum(p.debit_fen - p.credit_fen) <> 0),
     kept as (select item_id, open_fen as fen from collection_carrieditem where carried_day_id = %(carried)s)
select count(*), min(item_id) from posted full join kept using (item_id)
 where posted.fen is distinct from kept.fen
"""


def _is_kept(one: CarriedDay, today: date) -> bool:
    day: date = one.carried_on
    is_last_of_month = (day + timedelta(days=1)).day == 1
    return day >= today - timedelta(days=_NIGHTS) or day.day in _KEPT_DAYS or is_last_of_month


def _forget(days: list[CarriedDay]) -> None:
    keys = [one.pk for one in days]
    CarriedItem.objects.for_actor(_EVERYTHING).filter(carried_day_id__in=keys).delete()
    CarriedDay.objects.for_actor(_EVERYTHING).filter(pk__in=keys).delete()
