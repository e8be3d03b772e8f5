"""Facts of the whole fleet as arrays: customers, their use by month, capacity, scores of risk, dated facts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from django.db import connection

from dianke.domain.customers.types import AccountStatus, UsageClass
from dianke.domain.network.types import TransformerState
from dianke.domain.receivables.types import get_key_range
from dianke.domain.watching.rules import falling, idle
from dianke.domain.watching.rules.arrears import WatchedScores
from dianke.domain.watching.rules.falling import UseFacts
from dianke.domain.watching.rules.idle import CapacityFacts
from dianke.domain.watching.rules.signs import EPOCH, OPEN_END, DatedFacts
from dianke.domain.watching.types import Integers
from dianke.platform.database.fetching import fetch_columns

_CLASSES = [one.value for one in UsageClass]
_RUNS = [TransformerState.RUNNING.value, TransformerState.HOT_STANDBY.value]
_FLEET = """
select c.id, c.unit_id, coalesce(a.id, 0), coalesce(array_position(%(classes)s::text[], a.usage_class::text), 0)
  from customers_customer c
  left join (select customer_id, coalesce(min(id) filter (where status <> %(closed)s), min(id)) as id
               from customers_customeraccount group by customer_id) f on f.customer_id = c.id
  left join customers_customeraccount a on a.id = f.id
 where c.merged_into_id is null
 order by c.id
"""
# A month's range of keys holds everything of the month: its bills, and what corrected them later.
_USE = """
select a.customer_id, sum(b.energy_kwh_e2)::bigint
  from billing_bill b join customers_customeraccount a on a.id = b.account_id
 where b.id >= %(first)s and b.id < %(end)s
 group by 1 order by 1
"""
_CAPACITY = """
select a.customer_id, sum(round(t.capacity_kva * 1000))::bigint
  from network_transformer t join customers_customeraccount a on a.id = t.account_id
 where not exists (select from network_transformerspell s
                    where s.transformer_id = t.id and s.period @> %(on)s::date and not (s.state = any(%(runs)s)))
 group by 1 order by 1
"""
_DEMAND = """
select a.customer_id, max(d.demand_w)::bigint
  from (select distinct account_id from network_transformer where account_id is not null) t
  join customers_customeraccount a on a.id = t.account_id
  join metering_usagepoint p on p.account_id = a.id
  join readings_dailyusage d on d.usage_point_id = p.id and d.day >= %(start)s and d.day < %(end)s
 group by 1 order by 1
"""
_SUSPENSIONS = """
select a.customer_id, lower(s.period) - %(epoch)s::date,
       coalesce(upper(s.period) - %(epoch)s::date, %(never)s), 0
  from network_transformerspell s
  join network_transformer t on t.id = s.transformer_id
  join customers_customeraccount a on a.id = t.account_id
 where s.state = %(suspended)s and lower(s.period) is not null and lower(s.period) <= %(on)s
 group by 1, 2, 3 order by 1
"""
_SCORES = """
select a.customer_id, s.probability_e6, s.expected_loss_fen, s.grade, s.reasons
  from collection_riskscore s join customers_customeraccount a on a.id = s.account_id
 where s.is_watched and s.run_id = (select id from collection_riskrun where as_of_date <= %s
                                     order by as_of_date desc limit 1)
 order by 1
"""


@dataclass(frozen=True, slots=True)
class Fleet:
    """Every customer that was not merged away. Shapes (n,): keys, rising; unit; account (0: none); class number."""

    keys: Integers
    unit: Integers
    account: Integers
    classes: Integers

    @property
    def size(self) -> int:
        """Return how many customers there are."""
        return int(self.keys.size)

    def place(self, keys: Integers) -> tuple[Integers, Integers]:
        """Return the row of each key that is known, and which of the keys these are."""
        if not self.size:
            return keys[:0], np.zeros(0, dtype=np.int64)
        row = np.minimum(np.searchsorted(self.keys, keys), self.size - 1)
        known = np.flatnonzero(self.keys[row] == keys)
        return row[known], known

    def spread(self, keys: Integers, values: Integers, *, missing: int) -> Integers:
        """Return values by customer, `missing` where there is none."""
        row, known = self.place(keys)
        spread = np.full(self.size, missing, dtype=np.int64)
        spread[row] = values[known]
        return spread


def read_fleet() -> Fleet:
    """Return every customer that was not merged away."""
    values = {"classes": _CLASSES, "closed": AccountStatus.CLOSED.value}
    found = _fetch(_FLEET, values, ("id", "unit", "account", "class"))
    return Fleet(found["id"], found["unit"], found["account"], found["class"])


def find_use_month(*, before: date) -> date | None:
    """
    Return the last month before a day's that was billed as a whole, or None.

    A month of which not even half as many bills exist as of the month before it is still being billed.
    """
    first = _add_months(before.replace(day=1), -1)
    counts = [_count_bills(_add_months(first, -back)) for back in range(4)]
    for back, count in enumerate(counts[:3]):
        if count and count * 2 >= counts[back + 1]:
            return _add_months(first, -back)
    return None


def has_use(month: date) -> bool:
    """Tell whether anything was billed of a month."""
    return _count_bills(month) > 0


def read_use(fleet: Fleet, *, month: date) -> UseFacts:
    """Return the use of a month and the two before it, and of the same months a year earlier."""
    back = [_add_months(month, -2), _add_months(month, -1), month]
    return UseFacts(
        now=np.stack([_read_month(fleet, one, falling.UNKNOWN) for one in back], axis=1),
        before=np.stack([_read_month(fleet, _add_months(one, -12), falling.UNKNOWN) for one in back], axis=1),
        classes=fleet.classes,
    )


def read_capacity(fleet: Fleet, *, month: date, months: int, on: date) -> CapacityFacts:
    """Return capacity that runs on a day, and what was drawn of it in the months up to one."""
    first, end = _add_months(month, 1 - months), _add_months(month, 1)
    held = _fetch(_CAPACITY, {"on": on, "runs": _RUNS}, ("customer", "va"))
    peaks = _fetch(_DEMAND, {"start": first, "end": end}, ("customer", "watt"))
    each = [_add_months(first, step) for step in range(months)]
    return CapacityFacts(
        capacity_va=fleet.spread(held["customer"], held["va"], missing=0),
        energy_kwh_e2=np.stack([_read_month(fleet, one, idle.UNKNOWN) for one in each], axis=1),
        demand_w=fleet.spread(peaks["customer"], peaks["watt"], missing=idle.UNKNOWN),
        hours=np.array([(_add_months(one, 1) - one).days * 24 for one in each], dtype=np.int64),
    )


def has_capacity() -> bool:
    """Tell whether any customer has a transformer of its own."""
    return _ask("select exists (select from network_transformer where account_id is not null)")


def has_scores(*, on: date) -> bool:
    """Tell whether accounts were scored for risk until a day."""
    return _ask("select exists (select from collection_riskrun where as_of_date <= %s)", on)


def read_scores(fleet: Fleet, *, on: date) -> WatchedScores:
    """Return the accounts that the last scoring of risk until a day watches."""
    with connection.cursor() as cursor:
        cursor.execute(_SCORES, [on])
        found = cursor.fetchall()
    keys = np.array([one[0] for one in found], dtype=np.int64)
    row, known = fleet.place(keys)
    kept = [found[at] for at in known.tolist()]
    return WatchedScores(
        row=row,
        probability_e6=np.array([one[1] for one in kept], dtype=np.int64),
        loss_fen=np.array([one[2] for one in kept], dtype=np.int64),
        grades=[one[3] for one in kept],
        causes=[one[4] for one in kept],
    )


def read_suspensions(fleet: Fleet, *, on: date) -> DatedFacts:
    """Return the filings that stopped transformers of customers: those of a day count as one."""
    values = {"on": on, "epoch": EPOCH, "never": OPEN_END, "suspended": TransformerState.SUSPENDED.value}
    found = _fetch(_SUSPENSIONS, values, ("customer", "on", "until", "value"))
    row, known = fleet.place(found["customer"])
    return DatedFacts(row, found["on"][known], found["until"][known], found["value"][known])


def has_suspensions(*, on: date) -> bool:
    """Tell whether any transformer of a customer's was ever stopped until a day."""
    return _ask(
        "select exists (select from network_transformerspell s join network_transformer t on t.id = s.transformer_id"
        " where s.state = %s and t.account_id is not null and lower(s.period) <= %s)",
        TransformerState.SUSPENDED.value,
        on,
    )


def _read_month(fleet: Fleet, month: date, missing: int) -> Integers:
    first, end = get_key_range(month=month)
    found = _fetch(_USE, {"first": first, "end": end}, ("customer", "kwh_e2"))
    return fleet.spread(found["customer"], np.maximum(found["kwh_e2"], 0), missing=missing)


def _count_bills(month: date) -> int:
    first, end = get_key_range(month=month)
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from billing_bill where id >= %s and id < %s", [first, end])
        return int(cursor.fetchone()[0])


def _ask(statement: str, *values: Any) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(statement, list(values))
        return bool(cursor.fetchone()[0])


def _fetch(statement: str, values: Mapping[str, Any], names: Sequence[str]) -> dict[str, Integers]:
    cast = ", ".join(f'"{name}"::bigint' for name in names)
    columns = ", ".join(f'"{name}"' for name in names)
    return fetch_columns(f"select {cast} from ({statement}) f({columns})", values, names)  # noqa: S608 - our own text


def _add_months(month: date, count: int) -> date:
    index = month.year * 12 + month.month - 1 + count
    return date(index // 12, index % 12 + 1, 1)


def list_use(*, customer_id: int, month: date, months: int) -> list[tuple[date, int | None]]:
    """Return what a customer used in the months up to one, in 1e-2 kWh; None where nothing was billed."""
    found: list[tuple[date, int | None]] = []
    with connection.cursor() as cursor:
        for back in range(months - 1, -1, -1):
            one = _add_months(month, -back)
            first, end = get_key_range(month=one)
            cursor.execute(
                "select sum(b.energy_kwh_e2)::bigint from billing_bill b where b.id >= %s and b.id < %s"
                " and b.account_id in (select id from customers_customeraccount where customer_id = %s)",
                [first, end, customer_id],
            )
            found.append((one, cursor.fetchone()[0]))
    return found
