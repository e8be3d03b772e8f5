"""Kept months of facts: which there are, and their columns."""

from collections.abc import Iterator
from datetime import date

from django.db import connection
from django.db.models import QuerySet

from dianke.domain.valuation.models import MonthFacts
from dianke.domain.valuation.rules.facts import Columns, unpack
from dianke.domain.valuation.types import Month
from dianke.platform.identity.types import Actor

_SYSTEM = Actor.system("reading facts of customers by month")


def list_months(*, months: list[date], policy_code: str) -> dict[date, str]:
    """Return which months are kept under a policy, with the mark of what they were made from."""
    rows = _rows().filter(month__in=months, policy_code=policy_code)
    return dict(rows.values_list("month", "mark"))


def read_energy(*, month: date) -> Iterator[Columns]:
    """Return keys, energy and whether they were billed of the customers of a month, part by part."""
    for (content,) in _rows().filter(month=month).order_by("part").values_list("energy").iterator(chunk_size=1):
        yield unpack(bytes(content))


def read_month(*, month: date) -> Iterator[Columns]:
    """Return all columns of a month, part by part."""
    rows = _rows().filter(month=month).order_by("part").values_list("energy", "content")
    for energy, content in rows.iterator(chunk_size=1):
        yield {**unpack(bytes(energy)), **unpack(bytes(content))}


def mark_month(*, month: Month) -> str:
    """Return what the totals of the statistics come to for a month: it moves when a bill of it is issued later."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select count(*), coalesce(sum(bill_count), 0), coalesce(sum(amount_fen), 0)"
            " from billing_billtotal where booked_month = %s",
            [month.first],
        )
        return "/".join(str(one) for one in cursor.fetchone())


def find_first_month() -> date | None:
    """Return the month of the first bill by its key, or None."""
    with connection.cursor() as cursor:
        cursor.execute("select id / 1000000000000 from billing_bill order by id limit 1")
        row = cursor.fetchone()
        return date(2000 + row[0] // 100, row[0] % 100, 1) if row else None


def _rows() -> QuerySet[MonthFacts]:
    found: QuerySet[MonthFacts] = MonthFacts.objects.for_actor(_SYSTEM)
    return found
