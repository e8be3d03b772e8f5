"""What customers asked for by service orders, as signs of leaving: closing, and less capacity."""

from collections.abc import Mapping
from datetime import date

from django.db import connection

from dianke.domain.service_orders.models import OrderResult
from dianke.domain.service_orders.types import OrderKind
from dianke.domain.watching.queries.gathering import Fleet
from dianke.domain.watching.rules.signs import EPOCH, OPEN_END, DatedFacts
from dianke.platform.database.fetching import fetch_columns

# Closing that nobody asked for is no sign: a supply that stood unused has left already.
ASKED: Mapping[str, OrderKind] = {"closing_asked": OrderKind.CLOSE, "capacity_cut_asked": OrderKind.REDUCE}
_ORDERS = """
select a.customer_id, (o.accepted_at at time zone 'Asia/Shanghai')::date - %(epoch)s::date,
       case when o.result = any(%(gone)s)
            then (o.ended_at at time zone 'Asia/Shanghai')::date - %(epoch)s::date else %(never)s end
  from service_orders_serviceorder o join customers_customeraccount a on a.id = o.account_id
 where o.kind = %(kind)s and (o.accepted_at at time zone 'Asia/Shanghai')::date <= %(on)s::date
 order by a.customer_id, o.id
"""
_NAMES = ("customer", "day", "until")


def has_asked(*, on: date) -> bool:
    """Tell whether anybody ever asked for closing or for less capacity by an order until a day."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select exists (select from service_orders_serviceorder where kind = any(%s)"
            " and (accepted_at at time zone 'Asia/Shanghai')::date <= %s)",
            [[kind.value for kind in ASKED.values()], on],
        )
        return bool(cursor.fetchone()[0])


def read_asked(fleet: Fleet, *, on: date) -> dict[str, DatedFacts]:
    """Return what was asked for by orders, by type of sign; an order that was cancelled or refused ends its own."""
    gone = [OrderResult.CANCELLED.value, OrderResult.REFUSED.value]
    found = {}
    for code, kind in ASKED.items():
        values = {"kind": kind.value, "on": on, "epoch": EPOCH, "never": OPEN_END, "gone": gone}
        rows = fetch_columns(
            f"select {', '.join(f'{name}::bigint' for name in _NAMES)} from ({_ORDERS}) f({', '.join(_NAMES)})",  # noqa: S608 - our own text
            values,
            _NAMES,
        )
        row, known = fleet.place(rows["customer"])
        found[code] = DatedFacts(row, rows["day"][known], rows["until"][known], rows["day"][known] * 0)
    return found
