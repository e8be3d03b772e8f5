"""Reads of closed days and months, and what the postings of one come to."""

import hashlib
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from dianke.domain.receivables.models import AccountingPeriod, PeriodReopening, Voucher
from dianke.domain.receivables.rules import periods as rules
from dianke.domain.receivables.types import (
    Books,
    PeriodKind,
    PeriodState,
    PeriodTotals,
    get_key_range,
)
from dianke.kernel.errors import DomainError
from dianke.platform.org.scoping import Scope

NOTHING = PeriodTotals(0, 0, 0, hashlib.sha256(b"").hexdigest())

_BUCKETS = {PeriodKind.DAY: "booked_on", PeriodKind.MONTH: "date_trunc('month', booked_on)::date"}

# What the sums of every account come to, as one fingerprint; sums, so that it is the same on every server.
_TOTALS = """
with posted as materialized (
       select {bucket} as start, ledger_account_id, unit_id, usage_class, for_year,
              count(*) as n, sum(debit_fen) as debit, sum(credit_fen) as credit
         from receivables_posting
        where id >= %(first_id)s and id < %(end_id)s and booked_on between %(first)s and %(last)s
        group by 1, 2, 3, 4, 5),
     written as (
       select {bucket} as start, count(*) as n from receivables_voucher
        where booked_on between %(first)s and %(last)s group by 1)
select p.start, coalesce(max(w.n), 0), sum(p.n), sum(p.debit),
       encode(sha256(convert_to(string_agg(
           format('%%s|%%s|%%s|%%s|%%s|%%s|%%s', p.ledger_account_id, p.unit_id, p.usage_class, p.for_year,
                  p.n, p.debit, p.credit),
           E'\\n' order by p.ledger_account_id, p.unit_id, p.usage_class collate "C", p.for_year), 'UTF8')), 'hex')
  from posted p left join written w using (start) group by p.start
"""


class ReopeningUnknown(DomainError):
    """There is no such wish to reopen a period."""

    code = "receivables.reopening_unknown"
    message = "there is no wish {key} to reopen a period"


def get_books(*, actor: Scope) -> Books:
    """Return which days and months are closed."""
    rows = AccountingPeriod.objects.for_actor(actor)
    days = rows.filter(kind=PeriodKind.DAY.value)
    months = rows.filter(kind=PeriodKind.MONTH.value, state=PeriodState.CLOSED.value)
    reopened = days.filter(state=PeriodState.REOPENED.value)
    return Books(
        closed_until=days.order_by("-start_date").values_list("start_date", flat=True).first(),
        reopened=frozenset(reopened.values_list("start_date", flat=True)),
        closed_months=frozenset(months.values_list("start_date", flat=True)),
    )


def find_first_day(*, actor: Scope) -> date | None:
    """Return the first day that anything was booked on."""
    found: date | None = (
        Voucher.objects.for_actor(actor).order_by("booked_on").values_list("booked_on", flat=True).first()
    )
    return found


def list_months_with_postings(*, actor: Scope) -> list[date]:
    """Return the months that anything was booked in."""
    return list(Voucher.objects.for_actor(actor).dates("booked_on", "month"))


def find_period(*, actor: Scope, kind: PeriodKind, start: date) -> AccountingPeriod | None:
    """Return a day or month that was closed once, or None."""
    found: AccountingPeriod | None = (
        AccountingPeriod.objects.for_actor(actor).filter(kind=kind.value, start_date=start).first()
    )
    return found


def list_periods(*, actor: Scope, kind: PeriodKind, first: date, last: date) -> list[AccountingPeriod]:
    """Return the days or months of a stretch that were closed, newest first."""
    rows = AccountingPeriod.objects.for_actor(actor).filter(kind=kind.value, start_date__range=(first, last))
    return list(rows.order_by("-start_date"))


def list_closed(*, actor: Scope) -> list[AccountingPeriod]:
    """Return every closed period, the first first."""
    rows = AccountingPeriod.objects.for_actor(actor).filter(state=PeriodState.CLOSED.value)
    return list(rows.order_by("start_date", "kind"))


def filter_reopenings(*, actor: Scope) -> QuerySet[Any]:
    """Return the wishes to reopen periods, with their periods; no order."""
    rows: QuerySet[Any] = PeriodReopening.objects.for_actor(actor).select_related("period")
    return rows


def get_reopening(*, actor: Scope, key: int, lock: bool = False) -> PeriodReopening:
    """
    Return a wish to reopen a period, locked with its period if asked.

    :raises ReopeningUnknown: if there is none
    """
    rows = filter_reopenings(actor=actor)
    wish: PeriodReopening | None = (rows.select_for_update() if lock else rows).filter(pk=key).first()
    if wish is None:
        raise ReopeningUnknown(field="key", key=key)
    return wish


def compute_totals(*, kind: PeriodKind, first: date, last: date) -> dict[date, PeriodTotals]:
    """Return what the postings of each day or month between two come to, both included; empty ones are left out."""
    until = last if kind is PeriodKind.DAY else rules.end_of_month(last)
    keys: dict[str, Any] = {
        "first": first,
        "last": until,
        "first_id": get_key_range(month=first)[0],
        "end_id": get_key_range(month=until)[1],
    }
    with connection.cursor() as cursor:
        cursor.execute(_TOTALS.format(bucket=_BUCKETS[kind]), keys)
        return {
            start: PeriodTotals(int(vouchers), int(postings), int(debit), digest)
            for start, vouchers, postings, debit, digest in cursor.fetchall()
        }
