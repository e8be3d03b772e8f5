"""The steps of the bench "ageing" that need Django: imported once it is ready."""

import time
from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from django.db import connection

from dianke.domain.collection.operations.carrying import carry_day, prove_carried_days
from dianke.domain.collection.queries.ageing import AgeingBy, compute_ageing, list_debts
from dianke.domain.collection.queries.open_items import sum_books
from dianke.domain.receivables.operations.chart import AccountMap
from dianke.domain.receivables.operations.vouchers import open_month
from dianke.domain.receivables.types import get_key_range
from dianke.kernel.clock import SHANGHAI
from dianke.platform.identity.types import Actor
from dianke.platform.org.operations import add_unit
from dianke.platform.org.types import UnitKind

_SYSTEM = Actor.system("measuring ageing")
_YESTERDAY, _TODAY = date(2026, 10, 31), date(2026, 11, 1)
_UNITS = 20
_AGAIN = 3
_CLASSES = "(array['RESIDENTIAL','AGRICULTURAL','COMMERCIAL_INDUSTRIAL','LARGE_INDUSTRIAL'])[1 + n %% 4]"
_BILLS = f"""
insert into billing_bill (id, shard_number, account_id, account_number, customer_name, address, usage_class,
       industry_code, voltage, month, period_start, period_end, energy_kwh_e2, basic_fen, energy_fen, shares_fen,
       power_factor_fen, funds_fen, amount_fen, unit_id, run_id, usage_point_id, calculated_by, issued_by, issued_at,
       due_date)
select %(first)s + n, 1, n %% %(size)s, lpad((n %% %(size)s)::text, 10, '0'), '测量用户', '测量路 ' || n || ' 号',
       {_CLASSES}, '', '', %(month)s, %(month)s, %(month)s::date + 31, 10000, 0, 100 + n %% 90000, 0, 0, 0,
       100 + n %% 90000, (%(units)s::bigint[])[1 + n %% {_UNITS}], 1, n, 'bench', 'other', now(),
       %(due)s::date - (n::bigint * 7919 %% 400)::int
  from generate_series(%(from)s, %(to)s) n
"""  # noqa: S608 - only our own constants are written in
# One voucher a unit, so that each balances: what the items are debited or credited stands against it in one sum.
_POSTINGS = f"""
with entry as (
     select n, (%(units)s::bigint[])[1 + n %% {_UNITS}] as unit_id, {_CLASSES} as usage_class,
            100 + n %% 90000 as fen from generate_series(%(from)s, %(to)s) n where n %% %(every)s = 0)
insert into receivables_posting (id, voucher_id, booked_on, unit_id, ledger_account_id, debit_fen, credit_fen,
       usage_class, for_year, customer_account_id, item_id, bill_id)
select %(key)s + %(serial)s + n, %(serial)s + unit_id, %(day)s, unit_id, %(receivable)s,
       case when %(is_debit)s then fen else 0 end, case when %(is_debit)s then 0 else fen end, usage_class, 2026,
       n %% %(size)s, %(first)s + n, null::bigint from entry
union all
select %(key)s + %(serial)s + 10000000 + unit_id, %(serial)s + unit_id, %(day)s, unit_id, %(other)s,
       case when %(is_debit)s then 0 else sum(fen) end, case when %(is_debit)s then sum(fen) else 0 end,
       '', 0, null::bigint, null::bigint, null::bigint from entry group by unit_id
"""  # noqa: S608 - only our own constants are written in


def fill_and_age(size: int) -> dict[str, Any]:
    """Fill the books, carry a day, move some of it, and return what ageing took; nothing of it may differ."""
    values = _prepare(size)
    filled = _time(lambda: _fill(values, size))
    carried = _time(lambda: carry_day(day=_YESTERDAY, at=datetime(2026, 11, 1, 5, tzinfo=SHANGHAI)))
    _move(values, size)
    with connection.cursor() as cursor:
        cursor.execute("analyze")
    found: dict[str, Any] = {"fill_s": filled, "carry_s": carried}
    for by in (AgeingBy.UNIT, AgeingBy.CLASS):
        seconds = [_time(partial(compute_ageing, actor=_SYSTEM, as_of=_TODAY, by=by)) for _try in range(_AGAIN)]
        found[f"by_{by.value.lower()}_s"] = max(seconds)
    found["fifty_largest_s"] = _time(lambda: list_debts(actor=_SYSTEM, as_of=_TODAY, limit=50))
    cells = compute_ageing(actor=_SYSTEM, as_of=_TODAY, by=AgeingBy.CLASS)
    found["items"] = sum(one.items for one in cells)
    found["differs_from_books_fen"] = sum(one.open_fen for one in cells) - sum_books(until=_TODAY)[0]
    found["carried_faults"] = len(prove_carried_days())
    return found


def _prepare(size: int) -> dict[str, Any]:
    root = add_unit(code="BENCH", name="测量供电公司", kind=UnitKind.UTILITY, parent=None)
    units = [
        add_unit(code=f"B{at:02d}", name=f"测量所{at}", kind=UnitKind.STATION, parent=root) for at in range(_UNITS)
    ]
    accounts = AccountMap(actor=_SYSTEM, on=_TODAY)
    with connection.cursor() as cursor:
        cursor.execute("select billing_open_month(2609)")
    open_month(_YESTERDAY)
    open_month(_TODAY)
    return {
        "units": [one.pk for one in units],
        "size": size,
        "first": 2609 * 10**12,
        "month": date(2026, 9, 1),
        "due": _TODAY + timedelta(days=10),
        "receivable": accounts.find("1122.01.01", unit_path=root.path),
        "other": accounts.find("1002.01", unit_path=root.path),
    }


def _fill(values: dict[str, Any], size: int) -> None:
    _run(_BILLS, {**values, "from": 1, "to": size + size // 10})
    _post(values, day=_YESTERDAY, serial=1, first=1, last=size, every=1, is_debit=True)
    with connection.cursor() as cursor:
        cursor.execute("analyze")


def _move(values: dict[str, Any], size: int) -> None:
    _post(values, day=_TODAY, serial=1, first=size + 1, last=size + size // 10, every=1, is_debit=True)
    _post(values, day=_TODAY, serial=20_000_000, first=1, last=size, every=5, is_debit=False)


def _post(values: dict[str, Any], *, day: date, serial: int, first: int, last: int, every: int, is_debit: bool) -> None:
    key, _end = get_key_range(month=day)
    given = {"key": key, "serial": serial, "day": day, "from": first, "to": last, "every": every, "is_debit": is_debit}
    _run(_POSTINGS, {**values, **given})


def _run(statement: str, values: dict[str, Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def _time(act: Callable[[], Any]) -> float:
    started = time.perf_counter()
    act()
    return round(time.perf_counter() - started, 3)
