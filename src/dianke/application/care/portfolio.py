"""A manager's customers: figures, what changed, whom to visit and where they are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db import connection

from dianke.application.care.changes import WEEK, Change, list_changes
from dianke.application.care.rhythm import read_rhythm
from dianke.domain.billing.types import get_bill_id_range
from dianke.domain.customers.models import Customer, CustomerAccount
from dianke.domain.customers.queries.care import find_last_visits
from dianke.domain.customers.queries.managers import filter_managed
from dianke.domain.customers.rules.care import find_visit_due
from dianke.domain.receivables.queries.debts import list_debts
from dianke.platform.identity.types import Actor

# Figures and map go over so many customers of a person; who looks after more is told so.
MOST_CUSTOMERS = 1_000
_POSITIONS = """
select distinct on (a.customer_id) a.customer_id, l.longitude, l.latitude
  from customers_customeraccount a
  left join metering_usagepoint u on u.account_id = a.id
  join customers_servicelocation l on l.id in (a.location_id, u.location_id)
 where a.customer_id = any(%(ids)s::bigint[]) and l.longitude is not null
 order by a.customer_id, a.status, a.id, l.id
"""
_REVENUE = """
select a.customer_id, sum(b.amount_fen)::bigint
  from customers_customeraccount a join billing_bill b on b.account_id = a.id
 where a.customer_id = any(%(ids)s::bigint[]) and b.id >= %(first)s
 group by a.customer_id
"""


@dataclass(frozen=True, slots=True)
class Managed:
    """A customer as its manager looks at it."""

    customer: Customer
    since: date
    overdue_fen: int
    revenue_fen: int
    last_visit: date | None
    visit_due: date | None
    position: tuple[Decimal, Decimal] | None


@dataclass(frozen=True, slots=True)
class Portfolio:
    """Everything on a manager's page."""

    rows: Sequence[Managed]
    changes: Sequence[Change]
    total: int

    @property
    def overdue_fen(self) -> int:
        """Return what is overdue of all."""
        return sum(one.overdue_fen for one in self.rows)

    @property
    def revenue_fen(self) -> int:
        """Return what was billed to all in twelve months."""
        return sum(one.revenue_fen for one in self.rows)


def read_portfolio(*, actor: Actor, login: str, today: date, sees_money: bool) -> Portfolio:
    """
    Return a person's customers, those to be visited first in front.

    :param sees_money: whether the reader may see bills and debts; else those figures are nought
    """
    rows = filter_managed(actor=actor, login=login, on=today).select_related("customer__unit")
    total = rows.count()
    managed = list(rows.order_by("id")[:MOST_CUSTOMERS])
    ids = [one.customer_id for one in managed]
    customers = {one.customer_id: one.customer for one in managed}
    accounts = _list_accounts(actor, ids)
    overdue, fresh = _sum_debts(actor, accounts, today) if sees_money else ({}, {})
    revenue = _sum_revenue(ids, today) if sees_money else {}
    positions, lasts = _find_positions(ids), find_last_visits(actor=actor, customer_ids=ids)
    rhythm = read_rhythm(on=today)
    made = [
        Managed(
            customer=one.customer,
            since=one.period.lower,
            overdue_fen=overdue.get(one.customer_id, 0),
            revenue_fen=revenue.get(one.customer_id, 0),
            last_visit=lasts.get(one.customer_id),
            visit_due=find_visit_due(
                last=lasts.get(one.customer_id),
                begun=one.period.lower,
                rhythm_days=rhythm.find_days(one.customer),
            ),
            position=positions.get(one.customer_id),
        )
        for one in managed
    ]
    made.sort(key=lambda one: (one.visit_due or date.max, -one.overdue_fen, one.customer.number))
    changes = list_changes(actor=actor, customers=customers, accounts=accounts, fresh=fresh, today=today)
    return Portfolio(rows=made, changes=changes, total=total)


def _list_accounts(actor: Actor, ids: Sequence[int]) -> dict[int, CustomerAccount]:
    rows = CustomerAccount.objects.for_actor(actor).filter(customer_id__in=ids)
    return {one.pk: one for one in rows}


def _sum_debts(
    actor: Actor, accounts: Mapping[int, CustomerAccount], today: date
) -> tuple[dict[int, int], dict[int, tuple[date, int]]]:
    """Return what is overdue by customer, and what of it fell overdue within a week, with the last of those days."""
    overdue: dict[int, int] = {}
    fresh: dict[int, tuple[date, int]] = {}
    for account_id, debts in list_debts(actor=actor, customer_account_ids=list(accounts), on=today).items():
        customer_id = accounts[account_id].customer_id
        for debt in debts:
            if debt.due_date is None or debt.due_date >= today:
                continue
            owed = debt.principal_fen + debt.penalty_fen + debt.late_fee_fen
            overdue[customer_id] = overdue.get(customer_id, 0) + owed
            began = debt.due_date + timedelta(days=1)
            if began > today - WEEK:
                day, amount = fresh.get(customer_id, (began, 0))
                fresh[customer_id] = (max(day, began), amount + owed)
    return overdue, fresh


def _sum_revenue(ids: Sequence[int], today: date) -> dict[int, int]:
    # Twelve whole months and the one that runs.
    first, _end = get_bill_id_range(year=today.year - 1, month=today.month)
    with connection.cursor() as cursor:
        cursor.execute(_REVENUE, {"ids": list(ids), "first": first})
        return dict(cursor.fetchall())


def _find_positions(ids: Sequence[int]) -> dict[int, tuple[Decimal, Decimal]]:
    with connection.cursor() as cursor:
        cursor.execute(_POSITIONS, {"ids": list(ids)})
        return {key: (longitude, latitude) for key, longitude, latitude in cursor.fetchall()}
