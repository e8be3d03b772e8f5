"""What was billed by class, trade, voltage, unit and month, read from the totals; and the accounts behind a change."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import DateField, F, Max, Q, QuerySet, Sum
from django.db.models.functions import TruncMonth

from dianke.domain.billing.models import Bill, BillRun, BillTotal, CorrectedBill
from dianke.domain.billing.rules.statistics import NOTHING, BilledSums, MonthSums
from dianke.domain.billing.types import CorrectionState, Dimension, MonthView, RunKind, RunStatus, get_bill_id_range
from dianke.domain.customers.rules.industries import get_section, list_divisions
from dianke.kernel.clock import SHANGHAI, to_shanghai
from dianke.platform.org.scoping import Scope

_SUMS = (
    "bill_count", "energy_kwh_e2", "basic_fen", "energy_fen", "shares_fen", "power_factor_fen", "funds_fen",
    "recovery_fen", "penalty_fen", "amount_fen",
)  # fmt: skip
_MONTHS = {MonthView.BOOKED: "booked_month", MonthView.BILLED: "month"}
_COLUMNS = {
    Dimension.USAGE_CLASS: "usage_class",
    Dimension.INDUSTRY: "industry_division",
    Dimension.DIVISION: "industry_division",
    Dimension.VOLTAGE: "voltage",
    Dimension.UNIT: "unit_id",
}
# Stands for bills without a trade in addresses, where nothing would mean all.
NO_INDUSTRY_CODE = "-"


@dataclass(frozen=True, kw_only=True)
class StatisticsFilter:
    """Which bills count: of a unit and what lies below it, of a class, a trade, a voltage; empty is all."""

    unit_path: str = ""
    usage_class: str = ""
    # The letter of a section, the digits of a division, or "-" for none.
    industry: str = ""
    voltage: str = ""


@dataclass(frozen=True)
class AccountChange:
    """An account in two periods."""

    account_id: int
    account_number: str
    customer_name: str
    before: BilledSums
    after: BilledSums

    @property
    def change_fen(self) -> int:
        """Return by how much its bills rose."""
        return self.after.amount_fen - self.before.amount_fen


def list_month_sums(
    *, actor: Scope, by: Dimension, view: MonthView, months: Sequence[date], narrowed: StatisticsFilter
) -> list[MonthSums]:
    """
    Return the sums of each group of the actor's units in each of some months.

    Groups by unit carry the key of the unit that billed, for the tree is the reader's to fold.
    """
    month, column = _MONTHS[view], _COLUMNS.get(by)
    rows = _narrow(BillTotal.objects.for_actor(actor), narrowed).filter(**{f"{month}__in": list(months)})
    keys = [column] if column else []
    found = rows.values(*keys, month, "is_correction").annotate(**{name: Sum(name) for name in _SUMS}).order_by()
    cells: list[MonthSums] = []
    for row in found:
        sums = BilledSums(*(int(row[name]) for name in _SUMS))
        key = str(row[column]) if column else f"{row[month]:%Y-%m}"
        if by is Dimension.INDUSTRY:
            key = get_section(key)
        cells.append(MonthSums(key, row[month], sums, sums if row["is_correction"] else NOTHING))
    return cells


def find_month_range(*, actor: Scope, view: MonthView) -> tuple[date, date] | None:
    """Return the first and the last month that the actor's units have totals of."""
    month = _MONTHS[view]
    months = BillTotal.objects.for_actor(actor).values_list(month, flat=True)
    # Not as least and greatest: of a unit's totals that would read all, and the index has them in order.
    first = months.order_by(month)[:1]
    return (first[0], months.order_by(f"-{month}")[0]) if first else None


def find_usual_month(*, actor: Scope, view: MonthView) -> date | None:
    """Return the month of the newest issued run of a whole cycle: a few final bills make no month to look at."""
    runs = BillRun.objects.for_actor(actor).filter(kind=RunKind.CYCLE.value, status=RunStatus.ISSUED.value)
    found = runs.order_by("-cycle_month__month", "-id").values_list("cycle_month__month", "issued_at").first()
    if found is None:
        return None
    month: date = found[0] if view is MonthView.BILLED else to_shanghai(found[1]).date().replace(day=1)
    return month


def list_billed_months() -> list[date]:
    """Return the months that there are bills or totals of, whoever's they are, without reading all the bills."""
    with connection.cursor() as cursor:
        cursor.execute(_BILLED_MONTHS)
        return [row[0] for row in cursor.fetchall()]


def list_voltages(*, actor: Scope, view: MonthView, first: date, last: date) -> list[str]:
    """Return the voltages that totals of the actor's units have in some months."""
    rows = BillTotal.objects.for_actor(actor).filter(**{f"{_MONTHS[view]}__range": (first, last)})
    return [voltage for voltage in rows.order_by("voltage").values_list("voltage", flat=True).distinct() if voltage]


def list_account_changes(
    *,
    actor: Scope,
    view: MonthView,
    before: Sequence[date],
    after: Sequence[date],
    narrowed: StatisticsFilter,
    limit: int,
) -> list[AccountChange]:
    """Return the accounts whose bills changed most between two sets of months, the largest change first."""
    sides = {"before": _in_months(actor, view, before), "after": _in_months(actor, view, after)}
    columns = {
        f"{side}_{name}": Sum(name, filter=within, default=0)
        for side, within in sides.items()
        for name in ("energy_kwh_e2", "amount_fen")
    }
    bills = _narrow_bills(Bill.objects.for_actor(actor), narrowed).filter(sides["before"] | sides["after"])
    change = F("after_amount_fen") - F("before_amount_fen")
    rows = bills.values("account_id").annotate(**columns, last_id=Max("id")).annotate(change=change)
    risen = list(rows.filter(change__gt=0).order_by("-change", "account_id")[:limit])
    fallen = list(rows.filter(change__lt=0).order_by("change", "account_id")[:limit])
    most = sorted([*risen, *fallen], key=lambda row: (-abs(row["change"]), row["account_id"]))[:limit]
    names = {bill.pk: bill for bill in Bill.objects.for_actor(actor).filter(id__in=[row["last_id"] for row in most])}
    return [_draw_change(row, names[row["last_id"]]) for row in most]


def _draw_change(row: dict[str, Any], bill: Bill) -> AccountChange:
    def of(side: str) -> BilledSums:
        return BilledSums(energy_kwh_e2=row[f"{side}_energy_kwh_e2"], amount_fen=row[f"{side}_amount_fen"])

    return AccountChange(bill.account_id, bill.account_number, bill.customer_name, of("before"), of("after"))


def _narrow(rows: QuerySet[Any], narrowed: StatisticsFilter) -> QuerySet[Any]:
    rows = _narrow_alike(rows, narrowed)
    return rows.filter(industry_division__in=_list_divisions(narrowed.industry)) if narrowed.industry else rows


def _narrow_alike(rows: QuerySet[Any], narrowed: StatisticsFilter) -> QuerySet[Any]:
    found = {"unit__path__startswith": narrowed.unit_path} if narrowed.unit_path else {}
    if narrowed.usage_class:
        found["usage_class"] = narrowed.usage_class
    if narrowed.voltage:
        found["voltage"] = narrowed.voltage
    return rows.filter(**found)


def _list_divisions(industry: str) -> list[str]:
    if industry == NO_INDUSTRY_CODE:
        return [""]
    return [code for code, one in list_divisions().items() if industry in {code, one.section}]


def _narrow_bills(rows: QuerySet[Any], narrowed: StatisticsFilter) -> QuerySet[Any]:
    rows = _narrow_alike(rows, narrowed)
    if narrowed.industry == NO_INDUSTRY_CODE:
        return rows.exclude(industry_code__regex="^[A-Z]?[0-9][0-9]")
    if narrowed.industry:
        wanted = "|".join(_list_divisions(narrowed.industry)) or "none"
        return rows.filter(industry_code__regex=f"^[A-Z]?({wanted})")
    return rows


def _in_months(actor: Scope, view: MonthView, months: Sequence[date]) -> Q:
    """Return the condition of bills that count in some months; keys of bills tell the month that they bill."""
    found = Q(pk__in=[])
    for month in months:
        first, end = get_bill_id_range(year=month.year, month=month.month)
        billed = Q(id__gte=first, id__lt=end)
        found |= billed if view is MonthView.BILLED else billed & Q(correction_id__isnull=True)
    if view is MonthView.BOOKED:
        found |= Q(id__in=_list_corrections(actor, months))
    return found


def _list_corrections(actor: Scope, months: Sequence[date]) -> list[int]:
    """Return the keys of the bills that corrections issued in some months."""
    rows = CorrectedBill.objects.for_actor(actor).filter(correction__state=CorrectionState.ISSUED.value)
    booked = TruncMonth("correction__issued_at", output_field=DateField(), tzinfo=SHANGHAI)
    pairs = rows.annotate(booked=booked).filter(booked__in=list(months)).values_list("reversal_id", "replacement_id")
    return [key for pair in pairs for key in pair if key is not None]


# Keys of bills begin with yymm, so each month is one step along the index.
_BILLED_MONTHS = """
with recursive m as (
  select (select min(id) from billing_bill) / 1000000000000 as yymm
  union all
  select (select min(id) from billing_bill where id >= (m.yymm + 1) * 1000000000000) / 1000000000000
    from m where m.yymm is not null)
select make_date(2000 + (yymm / 100)::int, (yymm % 100)::int, 1) as month from m where yymm is not null
 union select distinct month from billing_billtotal
 order by 1
"""
