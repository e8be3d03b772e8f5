"""What was billed, added up with the bills: by who issues them, in their transaction; and the proof that it is so."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import connection

from dianke.domain.billing.types import TotalsCheck, get_bill_id_range

_KEY = ("unit_id", "month", "booked_month", "is_correction", "usage_class", "industry_division", "voltage")
_SUMS = (
    "bill_count", "energy_kwh_e2", "basic_fen", "energy_fen", "shares_fen", "power_factor_fen", "funds_fen",
    "recovery_fen", "penalty_fen", "amount_fen",
)  # fmt: skip
_COLUMNS = ", ".join((*_KEY, *_SUMS))

# A correction counts in the month that it is issued in; codes of trades may begin with the letter of the section.
_SUM_OF_BILLS = """
select b.unit_id, b.month,
       case when b.correction_id is null then b.month
            else date_trunc('month', b.issued_at at time zone 'Asia/Shanghai')::date end as booked_month,
       b.correction_id is not null as is_correction, b.usage_class,
       coalesce(substring(b.industry_code from '^[A-Z]?([0-9][0-9])'), '') as industry_division, b.voltage,
       sum(case when c.reversal_id is null then 1 else -1 end) as bill_count,
       sum(b.energy_kwh_e2) as energy_kwh_e2, sum(b.basic_fen) - coalesce(sum(r.basic_fen), 0) as basic_fen,
       sum(b.energy_fen) - coalesce(sum(r.energy_fen), 0) as energy_fen,
       sum(b.shares_fen) as shares_fen, sum(b.power_factor_fen) as power_factor_fen, sum(b.funds_fen) as funds_fen,
       coalesce(sum(r.basic_fen), 0) + coalesce(sum(r.energy_fen), 0) as recovery_fen,
       coalesce(sum(r.penalty_fen), 0) as penalty_fen, sum(b.amount_fen) as amount_fen
  from billing_bill b left join billing_correctedbill c on c.reversal_id = b.id
  left join lateral (
       select sum(l.amount_e6) filter (where k.code = 'recovery.basic') / 10000 as basic_fen,
              sum(l.amount_e6) filter (where k.code = 'recovery.energy') / 10000 as energy_fen,
              sum(l.amount_e6) filter (where k.code like 'penalty.%%') / 10000 as penalty_fen
         from billing_billline l join billing_billlinekind k on k.id = l.kind_id
        -- Only corrections recover; the lines of a run's bills are not looked at.
        where b.correction_id is not null and l.id >= b.id * 100 and l.id < (b.id + 1) * 100) r on true
 where {which}
 group by 1, 2, 3, 4, 5, 6, 7
"""

_DIFFERENCES = f"""
with billed as materialized ({_SUM_OF_BILLS.format(which="b.id >= %(first)s and b.id < %(end)s")}),
     kept as materialized (
       select {", ".join(_KEY)}, {", ".join(f"sum({name}) as {name}" for name in _SUMS)}
         from billing_billtotal where month = %(month)s group by {", ".join(_KEY)})
select {", ".join(_KEY)},
       {", ".join(f"coalesce(b.{name}, 0) - coalesce(k.{name}, 0) as {name}" for name in _SUMS)}
  from billed b full join kept k using ({", ".join(_KEY)})
 where ({", ".join(f"coalesce(b.{name}, 0)" for name in _SUMS)})
       is distinct from ({", ".join(f"coalesce(k.{name}, 0)" for name in _SUMS)})
"""  # noqa: S608 - built from constants of this file


def add_up_range(*, first_id: int, end_id: int) -> None:
    """Add up the bills of a half-open range of keys, once, in the transaction that wrote them."""
    _add_up("b.id >= %s and b.id < %s", [first_id, end_id])


def add_up_bills(*, bill_ids: Sequence[int]) -> None:
    """Add up some bills, once, in the transaction that wrote them."""
    _add_up("b.id = any(%s)", [list(bill_ids)])


def _add_up(which: str, keys: list[Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"insert into billing_billtotal ({_COLUMNS}) {_SUM_OF_BILLS.format(which=which)}", keys)


def check_month(*, month: date, is_repaired: bool = False) -> TotalsCheck:
    """
    Compare the totals of a billed month with its bills, group by group, within one look at the database.

    A repair adds a row for each difference: rows that are there stay as they are.
    """
    first, end = get_bill_id_range(year=month.year, month=month.month)
    keys: dict[str, Any] = {"first": first, "end": end, "month": month}
    with connection.cursor() as cursor:
        # Two repairs at once would each add the same difference.
        cursor.execute("select pg_advisory_xact_lock(7205)")
        if is_repaired:
            cursor.execute(f"insert into billing_billtotal ({_COLUMNS}) {_DIFFERENCES}", keys)
            differing = int(cursor.rowcount)
        else:
            cursor.execute(f"select count(*) from ({_DIFFERENCES}) d", keys)  # noqa: S608 - a constant of this file
            differing = int(cursor.fetchone()[0])
        cursor.execute(
            "select count(*), coalesce(sum(amount_fen), 0) from billing_bill where id >= %s and id < %s", [first, end]
        )
        bills, amount_fen = cursor.fetchone()
    return TotalsCheck(
        month=month,
        bills=int(bills),
        amount_fen=int(amount_fen),
        differing_groups=differing,
        is_repaired=is_repaired and differing > 0,
    )
