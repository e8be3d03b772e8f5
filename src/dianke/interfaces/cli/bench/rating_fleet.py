"""The steps of the bench "rating" that need Django: imported once it is ready."""

import time
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import numpy as np
from django.db import connection

from dianke.application import valuation
from dianke.application.valuation import runs
from dianke.domain.collection.operations.carrying import carry_day
from dianke.domain.receivables.operations.chart import AccountMap
from dianke.domain.receivables.operations.vouchers import open_month
from dianke.domain.valuation.operations.month_facts import write_month
from dianke.domain.valuation.queries.facts import mark_month
from dianke.domain.valuation.rules.facts import NAMES
from dianke.domain.valuation.rules.margins import compute_margins
from dianke.domain.valuation.rules.policy import get_policy
from dianke.domain.valuation.types import Month
from dianke.interfaces.cli.bench.billing_filling import MONTH, fill_month
from dianke.kernel.clock import SHANGHAI
from dianke.platform.identity.types import Actor

_SYSTEM = Actor.system("measuring the rating of customers")
_AT = datetime(2026, 2, 6, 2, tzinfo=SHANGHAI)
_BEFORE = date(2025, 12, 1)
_DUE, _ISSUED, _PAID, _LATE = date(2026, 1, 20), date(2026, 1, 4), date(2026, 1, 12), date(2026, 1, 28)
_SERIAL = 10**12
_LINES = ("energy.peak", "energy.flat", "energy.valley", "fund.reservoir", "fund.renewable")
# Customer i of the fleet: 880 of a thousand are homes, 100 shops, 20 industry; a few large ones carry the margin.
# In the second month some of the shops and industry used a year's energy at once, so that classes change.
_KWH_E2 = """
(case when %(shift)s > 0 and i %% 1000 >= 880 and i %% 7 = 0 then 12 else 1 end
 * case when i %% 1000 < 880 then 8000 + i::bigint * 7919 %% 30000
      when i %% 1000 < 980 then 100000 + (i::bigint * 7919 %% 1000) * (i::bigint * 7919 %% 1000)
      else 4000000 + (i::bigint * 104729 %% 1000) * (i::bigint * 104729 %% 1000) * 60 end + %(shift)s * (i %% 97))
"""
_BILLS = f"""
insert into billing_bill (id, shard_number, account_id, account_number, customer_name, address, usage_class,
       industry_code, voltage, month, period_start, period_end, energy_kwh_e2, basic_fen, energy_fen, shares_fen,
       power_factor_fen, funds_fen, amount_fen, unit_id, run_id, usage_point_id, calculated_by, issued_by, issued_at,
       due_date)
select %(first)s + i, 1, i, lpad(i::text, 10, '0'), '测量用户', '云泽市望湖区望湖路 ' || i || ' 号',
       case when i %% 1000 < 880 then 'RESIDENTIAL' else 'COMMERCIAL_INDUSTRIAL' end, '',
       case when i %% 1000 < 980 then '220V' else '10kV' end, %(month)s, %(month)s, %(month)s::date + 31, q.kwh_e2,
       case when i %% 1000 < 980 then 0 else 1000000 end, q.kwh_e2 * 6 / 10, 0, 0, 0,
       q.kwh_e2 * 6 / 10 + case when i %% 1000 < 980 then 0 else 1000000 end, %(unit)s, 1, i, 'bench', 'other',
       %(issued)s, %(due)s
  from generate_series(1, %(size)s) i, lateral (select {_KWH_E2} as kwh_e2) q
"""  # noqa: S608 - only our own constants are written in
_BILL_LINES = """
insert into billing_billline (id, kind_id, quantity_e6, price_e8, amount_e6)
select b.id * 100 + n, (%(kinds)s::int[])[n], b.energy_kwh_e2 * 3000, 60000000, b.energy_kwh_e2 * 1800
  from billing_bill b, generate_series(1, 5) n where b.id >= %(first)s and b.id < %(first)s + 1000000000000
"""
_POSTINGS = """
insert into receivables_posting (id, voucher_id, booked_on, unit_id, ledger_account_id, debit_fen, credit_fen,
       usage_class, for_year, customer_account_id, item_id, bill_id)
select %(key)s + n.serial, %(key)s + %(voucher)s, %(day)s, %(unit)s, %(receivable)s,
       case when %(is_debit)s then n.fen else 0 end, case when %(is_debit)s then 0 else n.fen end, '', 0, n.account,
       n.item, null::bigint
  from (select b.id as item, b.account_id as account, b.amount_fen as fen, %(from)s + row_number() over () as serial
          from billing_bill b where b.id >= %(bills)s and b.id < %(bills)s + 1000000000000
           and b.id %% 20 >= %(low)s and b.id %% 20 < %(high)s) n
union all
select %(key)s + %(from)s, %(key)s + %(voucher)s, %(day)s, %(unit)s, %(other)s,
       case when %(is_debit)s then 0 else sum(b.amount_fen) end,
       case when %(is_debit)s then sum(b.amount_fen) else 0 end, '', 0, null::bigint, null::bigint, null::bigint
  from billing_bill b where b.id >= %(bills)s and b.id < %(bills)s + 1000000000000
   and b.id %% 20 >= %(low)s and b.id %% 20 < %(high)s
"""


def fill_and_rate(size: int) -> dict[str, Any]:
    """Fill two billed months and two years of facts, rate the first month, then the second, and return what it took."""
    found: dict[str, Any] = {"filled_s": _time(lambda: _fill(size))}
    found["first"] = _rate(_BEFORE)
    carry_day(day=date(2026, 1, 31), at=_AT)
    with connection.cursor() as cursor:
        cursor.execute("analyze")
    found["again"] = _rate(MONTH)
    return found


def _rate(month: date) -> dict[str, Any]:
    """Return what the steps of a month's rating take, as the monthly job does them."""
    started = time.perf_counter()
    runs.start_month(actor=_SYSTEM, month=month, at=_AT)
    gathered = _time(lambda: runs.gather_month(actor=_SYSTEM, run_month=month, month=month, at=_AT))
    run = valuation.rate_month(actor=_SYSTEM, month=month, at=_AT)
    seconds = time.perf_counter() - started
    return {
        "seconds": round(seconds, 2),
        "gather_month_s": gathered,
        "rate_and_write_s": round(seconds - gathered, 2),
        "customers": run.customer_count,
        "changed": run.changed_count,
        "classes": _count_classes(run.pk),
    }


def _count_classes(run: int) -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "select value_class, sum(customer_count) from valuation_ratingtotal where run_id = %s group by 1", [run]
        )
        return {code: int(count) for code, count in cursor.fetchall()}


def _fill(size: int) -> None:
    unit = fill_month(size).cycle.unit_id
    kinds = _add_kinds()
    for month, shift in ((_BEFORE, 0), (MONTH, 40)):
        first = _key(month)
        values = {
            "size": size, "unit": unit, "first": first, "month": month, "shift": shift, "issued": _AT, "due": _DUE,
            "kinds": kinds,
        }  # fmt: skip
        _run("select billing_open_month(%(number)s)", {"number": first // _SERIAL})
        _run(_BILLS, values)
        _run(_BILL_LINES, values)
    _fill_books(unit, size)
    for back in range(1, 23):
        _write_facts(Month(Month(_BEFORE).back(back)), size)


def _add_kinds() -> list[int]:
    """Return the keys of kinds of lines, funds standing inside the price."""
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into billing_billlinekind (code, name, unit_name, rule, included)"
            " select c, c, 'kWh', 'TR-1', c like 'fund%%' from unnest(%s::text[]) with ordinality u(c, n) order by n"
            " returning id",
            [list(_LINES)],
        )
        return [key for (key,) in cursor.fetchall()]


def _fill_books(unit: int, size: int) -> None:
    """Book December's bills as issued, ninety of a hundred paid in time, five late and five not at all."""
    open_month(_ISSUED)
    chart = AccountMap(actor=_SYSTEM, on=_ISSUED)
    key = _key(_ISSUED)
    path = str(_unit_path(unit))
    ledgers = {name: chart.find(code, unit_path=path) for name, code in
               (("receivable", "1122.01.01"), ("other", "1002.01"))}  # fmt: skip
    for serial, (day, kind, low, high) in enumerate(
        ((_ISSUED, "BILL_ISSUE", 0, 20), (_PAID, "PAYMENT", 0, 18), (_LATE, "PAYMENT", 18, 19)), start=1
    ):
        first = serial * (2 * size + 10)
        _run(
            "insert into receivables_voucher (id, unit_id, serial, number, kind, source, summary, booked_on,"
            " occurred_on, made_by, made_at, posting_count, amount_fen, first_posting_id, last_posting_id)"
            " values (%(id)s, %(unit)s, %(serial)s, %(number)s, %(kind)s, %(number)s, '', %(day)s, %(day)s, 'bench',"
            " %(at)s, 1, 1, %(id)s, %(id)s)",
            {"id": key + serial, "unit": unit, "serial": serial, "number": f"PZ-{serial}", "kind": kind, "day": day,
             "at": _AT},
        )  # fmt: skip
        _run(_POSTINGS, {
            "key": key, "voucher": serial, "from": first, "day": day, "unit": unit, "is_debit": serial == 1,
            "bills": _key(_BEFORE), "low": low, "high": high, **ledgers,
        })  # fmt: skip


def _write_facts(month: Month, size: int) -> None:
    """Keep a month's facts of the fleet as an earlier gathering would have left them."""
    customers = np.arange(1, size + 1, dtype=np.int64)
    kind, drawn = customers % 1000, customers * 7919 % 30_000
    energy = np.where(kind < 880, 8000 + drawn, np.where(kind < 980, 300_000 + drawn * 20, 20_000_000 + drawn * 900))
    facts = {name: np.zeros(size, dtype=np.int64) for name in NAMES}
    facts |= {"customer": customers, "is_billed": np.ones(size, dtype=np.int64), "energy_e2": energy}
    facts["voltage_group"] = (kind >= 980).astype(np.int64)
    facts["policy_e2"] = np.where(kind < 880, energy, 0)
    facts["basic_fen"] = np.where(kind < 980, 0, 1_000_000)
    facts["revenue_fen"] = energy * 6 // 10 + facts["basic_fen"]
    facts["margin_fen"], facts["neutral_fen"] = compute_margins(
        energy, facts["basic_fen"], facts["voltage_group"], kind < 880, terms=get_policy(on=month.first).margin
    )
    facts["valley_e2"], facts["valley_base_e2"] = energy * (customers % 7) // 10, energy
    facts["bills_due"], facts["bills_in_time"] = facts["is_billed"], (customers % 20 < 18).astype(np.int64)
    facts["paid_fen"], facts["late_fen_days"] = facts["revenue_fen"], facts["revenue_fen"] * (customers % 20 == 19) * 8
    code = get_policy(on=month.first).code
    write_month(month=month, policy_code=code, facts=facts, mark=mark_month(month=month), at=_AT)


def _unit_path(unit: int) -> str:
    with connection.cursor() as cursor:
        cursor.execute("select path from org_unit where id = %s", [unit])
        return str(cursor.fetchone()[0])


def _key(day: date) -> int:
    return (day.year % 100 * 100 + day.month) * _SERIAL


def _run(statement: str, values: dict[str, Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def _time(act: Callable[[], Any]) -> float:
    started = time.perf_counter()
    act()
    return round(time.perf_counter() - started, 2)
