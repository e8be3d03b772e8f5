"""A month of the whole fleet as arrays, each big table read once: bills, valley energy, payment, debts, demand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dianke.domain.billing.models import BillLineKind
from dianke.domain.billing.types import LINES_PER_BILL
from dianke.domain.collection.queries.open_items import prepare_open_items
from dianke.domain.receivables.queries.chart import list_keys_below
from dianke.domain.receivables.types import VoucherKind, get_key_range
from dianke.domain.valuation.rules.facts import place
from dianke.domain.valuation.types import CLASSES, GRADES, Month
from dianke.platform.database.fetching import fetch_columns
from dianke.platform.identity.types import Actor

Integers = NDArray[np.int64]
Columns = dict[str, Integers]
_SYSTEM = Actor.system("gathering facts of customers")
_EPOCH = date(1970, 1, 1)
_PRINCIPAL = "1122.01"
# Bills fall due in the month of issue or in the two after it; what is older is looked up one by one.
_MONTHS_BACK = 2
_GROUP = (
    "(case when {0} in ('', '220V', '380V', '<1kV') then 0 when {0} in ('6kV', '10kV', '20kV', '1-10(20)kV') then 1"
    " else 2 end)"
)
_BILLS = f"""
select b.id, b.account_id, b.energy_kwh_e2, (b.amount_fen - b.funds_fen), b.basic_fen,
       {_GROUP.format("b.voltage")}, (b.usage_class = any(%(policy)s))::int
  from billing_bill b where b.id >= %(first)s and b.id < %(end)s order by b.id
"""  # noqa: S608 - our own text
# Funds that stand inside the price of energy are no revenue either; those beside it the bill has summed already.
_LINES = """
select l.id / %(per_bill)s, coalesce(sum(l.quantity_e6 / 10000) filter (where l.kind_id = any(%(valley)s::int[])), 0),
       bool_or(l.kind_id = any(%(valley)s::int[]))::int,
       round(coalesce(sum(l.amount_e6) filter (where l.kind_id = any(%(funds)s::int[])), 0) / 10000.0)
  from billing_billline l where l.id >= %(first)s * %(per_bill)s and l.id < %(end)s * %(per_bill)s
   and l.kind_id = any(%(valley)s::int[] || %(funds)s::int[])
 group by 1
"""
_DUE = """
select b.id, b.account_id, b.due_date - %(epoch)s::date, b.amount_fen
  from billing_bill b where b.id >= %(back)s and b.id < %(end)s and b.due_date is not null order by b.id
"""
_MOVES = """
select p.item_id, v.occurred_on - %(epoch)s::date, p.credit_fen - p.debit_fen
  from receivables_posting p join receivables_voucher v on v.id = p.voucher_id
 where p.id >= %(back)s and p.id < %(end)s and v.id >= %(back)s and v.id < %(end)s
   and p.ledger_account_id = any(%(principal)s) and p.item_id is not null and v.kind <> all(%(not_paid)s)
"""
_OLD_DUE = """
select b.id, b.account_id, b.due_date - %(epoch)s::date
  from billing_bill b where b.id = any(%(items)s::bigint[]) and b.due_date is not null
"""
_OVERDUE = """
with {head} select o.customer_account_id, sum(o.open_fen), sum(o.open_fen * (%(as_of)s::date - o.due_date))
  from open_item o where o.due_date < %(as_of)s and o.customer_account_id is not null and o.open_fen > 0 group by 1
"""
# The standard is that of the terms in force at the month's end; a month has its hours.
_LOAD = """
select u.account_id,
       (max(s.demand * s.multiplier) * 1000)::bigint,
       (sum((s.total_end - s.total_start) * s.multiplier) filter (where s.demand is not null) * 100)::bigint,
       (sum((s.total_end - s.total_start) * s.multiplier) filter (where s.reactive_import_end is not null)
        * 100)::bigint,
       (sum(((s.reactive_import_end - s.reactive_import_start)
             + coalesce(s.reactive_export_end - s.reactive_export_start, 0)) * s.multiplier) * 100)::bigint,
       max(coalesce((select t.power_factor_standard * 10000 from billing_billingterms t
                      where t.usage_point_id = u.id and t.period @> (%(after)s::date - 1) limit 1), 0))::bigint
  from readings_frozensegment s
  join readings_cyclemonth c on c.id = s.cycle_month_id
  join metering_usagepoint u on u.id = s.usage_point_id
 where c.month = %(month)s and (s.demand is not null or s.reactive_import_end is not null)
   and s.total_end is not null and s.total_start is not null
 group by 1
"""
_ACCOUNTS = """
select a.id, a.customer_id, a.unit_id, (a.usage_class = any(%(policy)s))::int, a.opened_date - %(epoch)s::date,
       coalesce(a.closed_date - %(epoch)s::date, %(never)s)
  from customers_customeraccount a order by a.customer_id, a.id
"""
_CUSTOMERS = """
select c.id, c.unit_id, array_position(%(grades)s::text[], c.credit_grade::text) - 1,
       coalesce(array_position(%(classes)s::text[], c.value_class::text) - 1, -1),
       (c.service_table = %(table)s)::int
  from customers_customer c where c.merged_into_id is null order by c.id
"""
_CAPACITY = """
select t.account_id, sum(t.capacity_kva * 1000) from network_transformer t where t.account_id is not null
 group by 1
"""
NEVER = 10**6
_VALLEY = frozenset({"energy.valley", "energy.deep"})
_NOT_PAID = [VoucherKind.BILL_ISSUE.value, VoucherKind.WRITE_OFF.value, VoucherKind.BAD_DEBT_RETURN.value]


@dataclass(frozen=True, slots=True)
class Accounts:
    """All accounts. Shapes: (n,), sorted by customer; days since 1970, NEVER where one is not closed."""

    ids: Integers
    customers: Integers
    is_policy: Integers
    opened: Integers
    closed: Integers


@dataclass(frozen=True, slots=True)
class Fleet:
    """
    All customers that are not signposts. Shapes: (n,), by key; grades and classes as places, -1 for no class.

    has_table tells whose column names the service table asked for.
    """

    customers: Integers
    units: Integers
    grades: Integers
    classes: Integers
    has_table: Integers


def fetch_accounts(*, policy_classes: Sequence[str]) -> Accounts:
    """Return all accounts with what the rating needs of them."""
    values = {"policy": list(policy_classes), "epoch": _EPOCH, "never": NEVER}
    rows = _fetch(_ACCOUNTS, values, ("id", "customer", "unit", "policy", "opened", "closed"))
    return Accounts(rows["id"], rows["customer"], rows["policy"], rows["opened"], rows["closed"])


def fetch_fleet(*, service_table: str) -> Fleet:
    """Return all customers with unit, credit grade and class as they stand, in the order of their keys."""
    values = {"grades": list(GRADES), "classes": [one.value for one in CLASSES], "table": service_table}
    names = ("customer", "unit", "grade", "class", "has_table")
    return Fleet(*_fetch(_CUSTOMERS, values, names).values())


def fetch_capacity() -> Columns:
    """Return the capacity of transformers in VA by account."""
    return _fetch(_CAPACITY, {}, ("account", "va"))


def fetch_bills(*, month: Month, policy_classes: Sequence[str]) -> Columns:
    """Return the bills of a month, revenue without any fund, with the valley energy of those that have such a line."""
    values = {**_range(month, 0), "policy": list(policy_classes), "per_bill": LINES_PER_BILL}
    names = ("id", "account", "energy_e2", "revenue_fen", "basic_fen", "group", "policy")
    bills = _fetch(_BILLS, values, names)
    lines = _fetch(_LINES, {**values, **_list_kinds()}, ("bill", "valley_e2", "has_valley", "funds_fen"))
    places = np.searchsorted(bills["id"], lines["bill"])
    for name in ("valley_e2", "has_valley"):
        bills[name] = np.zeros(bills["id"].size, dtype=np.int64)
        bills[name][places] = lines[name]
    bills["revenue_fen"][places] -= lines["funds_fen"]
    return bills


def _list_kinds() -> dict[str, list[int]]:
    """Return the kinds of lines of valley energy, and of funds inside another line."""
    rows = BillLineKind.objects.for_actor(_SYSTEM).values_list("pk", "code", "included")
    kinds = list(rows)
    return {
        "valley": [key for key, code, included in kinds if code in _VALLEY and not included],
        "funds": [key for key, code, included in kinds if code.startswith("fund.") and included],
    }


def fetch_payment(*, month: Month) -> Columns:
    """
    Return what a month says of payment, row by row: account, bills due and paid in time, money paid and days late.

    A bill is paid in time when what settled it until the end of its due day comes to its amount. Money that came in
    the month counts by the days that it came after the due day; what came before counts as no day.
    """
    values = {**_range(month, _MONTHS_BACK), "epoch": _EPOCH, "not_paid": _NOT_PAID}
    values["principal"] = list_keys_below(actor=_SYSTEM, code=_PRINCIPAL)
    bills = _fetch(_DUE, values, ("id", "account", "due", "fen"))
    moves = _fetch(_MOVES, values, ("item", "day", "fen"))
    first, last = _day(month.first), _day(month.after)
    in_time = _tell_in_time(bills, moves, first, last)
    return {name: np.concatenate([one[name] for one in (in_time, _weigh(bills, moves, values, first, last))])
            for name in ("account", "bills_due", "bills_in_time", "paid_fen", "late_fen_days")}  # fmt: skip


def fetch_overdue(*, month: Month) -> Columns:
    """Return what is overdue at the end of a month by account, and each fen of it by its days."""
    as_of = month.after - timedelta(days=1)
    prepared = prepare_open_items(actor=_SYSTEM, as_of=as_of)
    statement = _OVERDUE.format(head=prepared.head)
    return _fetch(statement, {**prepared.values, "as_of": as_of}, ("account", "fen", "fen_days"))


def fetch_load(*, month: Month) -> Columns:
    """Return highest demand, its energy, active and reactive energy and the standard of accounts that measure them."""
    names = ("account", "demand_w", "demand_energy_e2", "active_e2", "reactive_e2", "standard_e4")
    return _fetch(_LOAD, {"month": month.first, "after": month.after}, names)


def _tell_in_time(bills: Columns, moves: Columns, first: int, last: int) -> Columns:
    rows = np.flatnonzero((bills["due"] >= first) & (bills["due"] < last))
    keys = bills["id"][rows]
    paid = np.zeros(rows.size, dtype=np.int64)
    if rows.size:
        at = np.minimum(np.searchsorted(keys, moves["item"]), rows.size - 1)
        counts = (keys[at] == moves["item"]) & (moves["day"] <= bills["due"][rows][at])
        np.add.at(paid, at[counts], moves["fen"][counts])
    zero = np.zeros(rows.size, dtype=np.int64)
    return {
        "account": bills["account"][rows],
        "bills_due": zero + 1,
        "bills_in_time": (paid >= bills["fen"][rows]).astype(np.int64),
        "paid_fen": zero,
        "late_fen_days": zero,
    }


def _weigh(bills: Columns, moves: Columns, values: dict[str, Any], first: int, last: int) -> Columns:
    within = (moves["day"] >= first) & (moves["day"] < last)
    moves = {name: column[within] for name, column in moves.items()}
    old = np.unique(moves["item"][~place(bills["id"], moves["item"])[1]])
    known = {name: bills[name] for name in ("id", "account", "due")}
    if old.size:
        older = _fetch(_OLD_DUE, {**values, "items": old.tolist()}, ("id", "account", "due"))
        known = {name: np.concatenate([known[name], older[name]]) for name in known}
        order = np.argsort(known["id"], kind="stable")
        known = {name: column[order] for name, column in known.items()}
    if not known["id"].size:
        return dict.fromkeys(
            ("account", "bills_due", "bills_in_time", "paid_fen", "late_fen_days"), np.zeros(0, dtype=np.int64)
        )
    at = np.minimum(np.searchsorted(known["id"], moves["item"]), known["id"].size - 1)
    fits = known["id"][at] == moves["item"]
    at, fen, day = at[fits], moves["fen"][fits], moves["day"][fits]
    zero = np.zeros(at.size, dtype=np.int64)
    late = np.maximum(day - known["due"][at], 0)
    return {
        "account": known["account"][at],
        "bills_due": zero,
        "bills_in_time": zero,
        "paid_fen": fen,
        "late_fen_days": fen * late,
    }


def _range(month: Month, back: int) -> dict[str, Any]:
    first, end = get_key_range(month=month.first)
    return {"first": first, "end": end, "back": get_key_range(month=month.back(back))[0]}


def _fetch(statement: str, values: dict[str, Any], names: Sequence[str]) -> Columns:
    cast = ", ".join(f'coalesce("{name}", 0)::bigint' for name in names)
    columns = ", ".join(f'"{name}"' for name in names)
    return fetch_columns(f"select {cast} from ({statement}) f({columns})", values, names)  # noqa: S608 - our own text


def _day(day: date) -> int:
    return (day - _EPOCH).days
