"""
Recovery of what was billed: current debt by the month of the bill, old debt by year, days outstanding by month.

Current (当期): of the bills of a month, what was collected until the end of the month that they were booked in, until
the end of the next, and until the day. Old (陈欠): of what years before were owed when the year began, what came in the
year. Days outstanding: the balance at the end of a month over what was booked in its three months, in days. Late fees
and penalties are left out of the rates; what was given up is no collection.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet, Sum

from dianke.domain.receivables.models import DailySum, Posting, Voucher
from dianke.domain.receivables.queries.chart import list_keys_below
from dianke.domain.receivables.types import KEY_SERIAL_DIGITS, VoucherKind, get_key_range
from dianke.platform.identity.types import Actor
from dianke.platform.org.models import Unit
from dianke.platform.org.scoping import Scope

PRINCIPAL, ALL = "1122.01", "1122"
GIVEN_UP = (VoucherKind.WRITE_OFF.value, VoucherKind.BAD_DEBT_RETURN.value)
_SYSTEM = Actor.system("adding up recovery, narrowed to units by the statement")
_MATRIX = """
select p.item_id / 10 ^ %(digits)s::int as yymm, date_trunc('month', p.booked_on)::date,
       sum(p.debit_fen)::bigint, coalesce(sum(p.credit_fen) filter (where p.voucher_id <> all(%(given_up)s)), 0)::bigint
  from receivables_posting p
 where p.ledger_account_id = any(%(ledgers)s) and p.item_id >= %(first_item)s and p.booked_on <= %(on)s
   and p.id >= %(first)s and p.unit_id = any(%(units)s)
 group by 1, 2
"""


@dataclass(frozen=True, slots=True)
class CurrentRecovery:
    """The bills of a month and what came of them."""

    month: date
    billed_fen: int
    in_month_fen: int
    by_next_month_fen: int
    to_date_fen: int
    # The first month that one of them was booked in.
    booked_in: date

    @property
    def rate(self) -> Decimal | None:
        """Return the share that was collected until the day."""
        return Decimal(self.to_date_fen) / self.billed_fen if self.billed_fen > 0 else None

    @property
    def next_rate(self) -> Decimal | None:
        """Return the share that was collected until the end of the next month."""
        return Decimal(self.by_next_month_fen) / self.billed_fen if self.billed_fen > 0 else None

    @property
    def month_rate(self) -> Decimal | None:
        """Return the share that was collected until the end of the month of booking."""
        return Decimal(self.in_month_fen) / self.billed_fen if self.billed_fen > 0 else None


@dataclass(frozen=True, slots=True)
class OldRecovery:
    """What years before were owed when a year began, and what came of it in the year."""

    year: int
    opening_fen: int
    collected_fen: int

    @property
    def rate(self) -> Decimal | None:
        """Return the share that came."""
        return Decimal(self.collected_fen) / self.opening_fen if self.opening_fen > 0 else None


@dataclass(frozen=True, slots=True)
class Outstanding:
    """What is to pay at the end of a month, and what was booked in its three months until then."""

    month: date
    first_day: date
    last_day: date
    balance_fen: int
    booked_fen: int

    @property
    def days(self) -> Decimal | None:
        """Return the days outstanding; none where nothing was booked."""
        if self.booked_fen <= 0:
            return None
        return Decimal(self.balance_fen) / self.booked_fen * ((self.last_day - self.first_day).days + 1)


def list_units(*, actor: Scope, unit_path: str = "") -> list[int]:
    """Return the keys of the actor's units, or of one of them and those below it."""
    paths = actor.list_unit_paths()
    rows = Unit.objects.for_actor(_SYSTEM).values_list("pk", "path")
    return [key for key, path in rows if path.startswith(unit_path) and any(path.startswith(one) for one in paths)]


def list_current_recovery(*, actor: Scope, on: date, months: int, unit_path: str = "") -> list[CurrentRecovery]:
    """Return what came of the bills of the last months until a day, the latest month first."""
    wanted = _list_months(on, months)
    first, _end = get_key_range(month=wanted[-1])
    given_up = Voucher.objects.for_actor(_SYSTEM).filter(kind__in=GIVEN_UP, booked_on__gte=wanted[-1])
    values: dict[str, Any] = {
        "digits": KEY_SERIAL_DIGITS,
        "given_up": list(given_up.values_list("pk", flat=True)),
        "ledgers": list_keys_below(actor=_SYSTEM, code=PRINCIPAL),
        "first_item": first,
        # A bill is booked in its month or later, never before.
        "first": first,
        "on": on,
        "units": list_units(actor=actor, unit_path=unit_path),
    }
    with connection.cursor() as cursor:
        cursor.execute(_MATRIX, values)
        rows = [(int(yymm), booked, debit, credit) for yymm, booked, debit, credit in cursor.fetchall()]
    found = [_sum_month(month, [row for row in rows if row[0] == _write_yymm(month)]) for month in wanted]
    return [one for one in found if one.billed_fen]


def get_old_recovery(*, actor: Scope, on: date, unit_path: str = "") -> OldRecovery:
    """Return what of the debt of years before came in the year of a day, until that day."""
    new_year = date(on.year, 1, 1)
    units = list_units(actor=actor, unit_path=unit_path)
    keys = list_keys_below(actor=_SYSTEM, code=PRINCIPAL)
    rows = DailySum.objects.for_actor(_SYSTEM).filter(
        ledger_account_id__in=keys, unit_id__in=units, for_year__lt=on.year, booked_on__lte=on
    )
    sums = rows.aggregate(
        debit=Sum("debit_fen", filter=Q(booked_on__lt=new_year)),
        credit=Sum("credit_fen", filter=Q(booked_on__lt=new_year)),
        came=Sum("credit_fen", filter=Q(booked_on__gte=new_year)),
    )
    vouchers = Voucher.objects.for_actor(_SYSTEM).filter(kind__in=GIVEN_UP, booked_on__range=(new_year, on))
    given_up = Posting.objects.for_actor(_SYSTEM).filter(
        voucher_id__in=vouchers.values("pk"), ledger_account_id__in=keys, unit_id__in=units, for_year__lt=on.year
    )
    opening = (sums["debit"] or 0) - (sums["credit"] or 0)
    return OldRecovery(on.year, opening, (sums["came"] or 0) - (given_up.aggregate(fen=Sum("credit_fen"))["fen"] or 0))


def list_outstanding(*, actor: Scope, on: date, months: int, unit_path: str = "") -> list[Outstanding]:
    """Return what the days outstanding come from at the end of each of the last months, the earliest first."""
    units = list_units(actor=actor, unit_path=unit_path)
    keys = list_keys_below(actor=_SYSTEM, code=ALL)
    rows = DailySum.objects.for_actor(_SYSTEM).filter(ledger_account_id__in=keys, unit_id__in=units, booked_on__lte=on)
    wanted = list(reversed(_list_months(on, months)))
    return [_sum_outstanding(rows, month, on) for month in wanted]


def _sum_outstanding(rows: QuerySet[Any], month: date, on: date) -> Outstanding:
    last = min(_end_of(month), on)
    start = _list_months(month, 3)[-1]
    found = rows.filter(booked_on__lte=last).aggregate(
        debit=Sum("debit_fen"), credit=Sum("credit_fen"), billed=Sum("debit_fen", filter=Q(booked_on__gte=start))
    )
    return Outstanding(month, start, last, (found["debit"] or 0) - (found["credit"] or 0), found["billed"] or 0)


def _sum_month(month: date, rows: Sequence[tuple[int, date, int, int]]) -> CurrentRecovery:
    billed = sum(debit for _yymm, _booked, debit, _credit in rows)
    booked_in = min((booked for _yymm, booked, debit, _credit in rows if debit), default=month)
    next_month = _end_of(booked_in) + timedelta(days=1)
    by_month: Mapping[date, int] = _add_up(rows)
    return CurrentRecovery(
        month,
        billed,
        sum(fen for booked, fen in by_month.items() if booked <= booked_in),
        sum(fen for booked, fen in by_month.items() if booked <= next_month),
        sum(by_month.values()),
        booked_in,
    )


def _add_up(rows: Sequence[tuple[int, date, int, int]]) -> dict[date, int]:
    found: dict[date, int] = {}
    for _yymm, booked, _debit, credit in rows:
        found[booked] = found.get(booked, 0) + credit
    return found


def _write_yymm(month: date) -> int:
    return month.year % 100 * 100 + month.month


def _list_months(day: date, count: int) -> list[date]:
    months = [day.replace(day=1)]
    while len(months) < count:
        months.append((months[-1] - timedelta(days=1)).replace(day=1))
    return months


def _end_of(month: date) -> date:
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
