"""The steps of the bench "payments" that need Django: imported once it is ready."""

import time
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction

from dianke.domain.receivables.operations.chart import AccountMap
from dianke.domain.receivables.operations.payments import receive_payments
from dianke.domain.receivables.operations.vouchers import open_month
from dianke.domain.receivables.queries.proof import prove_books
from dianke.domain.receivables.types import Channel, NewPayment, Tender, get_key_range
from dianke.kernel.clock import SHANGHAI
from dianke.platform.identity.types import Actor
from dianke.platform.org.models import Unit
from dianke.platform.org.operations import add_unit
from dianke.platform.org.types import UnitKind

_SYSTEM = Actor.system("measuring payments")
BATCH = 20_000
_UNITS = 20
_MONTHS = (date(2026, 6, 1), date(2026, 7, 1), date(2026, 8, 1))
_OPEN = _MONTHS[-1]
_PAID_ON = date(2026, 10, 10)
_AT = datetime(2026, 10, 10, 5, tzinfo=SHANGHAI)
_FEN = "(10000 + n::bigint * 7919 %% 90000)"

_ACCOUNTS = """
with one as (
     insert into customers_customer (number, name, name_initials, name_pinyin, kind, industry_code, since_date, unit_id)
     values ('BENCH', '测量用户', '', '', 'PERSON', '', '2020-01-01', %(root)s) returning id)
insert into customers_customeraccount (id, number, usage_class, status, household_size, opened_date, customer_id,
       unit_id)
select n, lpad(n::text, 10, '0'), 'RESIDENTIAL', 'ACTIVE', 0, '2020-01-01', one.id,
       (%(units)s::bigint[])[1 + n %% cardinality(%(units)s::bigint[])]
  from one, generate_series(1, %(size)s) n
"""
# A tenth fell due long ago.
_BILLS = f"""
insert into billing_bill (id, shard_number, account_id, account_number, customer_name, address, usage_class, month,
       period_start, period_end, energy_kwh_e2, basic_fen, energy_fen, shares_fen, power_factor_fen, funds_fen,
       amount_fen, unit_id, run_id, usage_point_id, calculated_by, issued_by, issued_at, due_date)
select %(first)s + n, 1, n, lpad(n::text, 10, '0'), '测量用户', '测量路', 'RESIDENTIAL', %(month)s, %(month)s,
       %(month)s, 10000, 0, {_FEN}, 0, 0, 0, {_FEN},
       (%(units)s::bigint[])[1 + n %% cardinality(%(units)s::bigint[])], 1, n,
       'bench', 'other', %(at)s, case when n %% 10 = 1 then date '2026-09-20' else date '2026-10-20' end
  from generate_series(1, %(size)s) n
"""  # noqa: S608 - the figure is a constant of this file
_VOUCHERS = """
insert into receivables_voucher (id, unit_id, serial, number, kind, source, summary, booked_on, occurred_on, made_by,
       made_at, posting_count, amount_fen, first_posting_id, last_posting_id)
select p.voucher_id, min(p.unit_id), row_number() over (partition by min(p.unit_id),
       date_trunc('month', min(p.booked_on)) order by p.voucher_id), 'B-' || p.voucher_id, 'BILL_ISSUE',
       'bench:' || p.voucher_id, '', min(p.booked_on), min(p.booked_on), 'bench', now(), count(*), sum(p.debit_fen),
       min(p.id), max(p.id)
  from receivables_posting p group by p.voucher_id
"""
_SERIES = """
insert into receivables_voucherseries (unit_id, month, last_number)
select unit_id, date_trunc('month', booked_on), max(serial) from receivables_voucher group by 1, 2
"""
_ISSUED = f"""
with bill as materialized (
     select n, (%(units)s::bigint[])[1 + n %% cardinality(%(units)s::bigint[])] as unit_id, {_FEN} as fen
       from generate_series(1, %(size)s) n)
insert into receivables_posting (id, voucher_id, booked_on, unit_id, ledger_account_id, debit_fen, credit_fen,
       usage_class, for_year, customer_account_id, item_id, bill_id)
select %(key)s + %(serial)s + row_number() over (order by unit_id, n), %(key)s + %(serial)s + unit_id, %(day)s, unit_id,
       ledger_id, debit_fen, credit_fen, 'RESIDENTIAL', 2026, account_id, item_id, bill_id
  from (select n, unit_id, %(debit)s::int as ledger_id, fen as debit_fen, 0::bigint as credit_fen,
               case when %(is_bill)s then n end as account_id, case when %(is_bill)s then %(first)s + n end as item_id,
               case when %(is_bill)s then %(first)s + n end as bill_id from bill
        union all
        select n, unit_id, %(credit)s::int, 0, fen, case when %(is_bill)s then null else n end,
               case when %(is_bill)s then null else %(first)s + n end, null from bill) e
"""  # noqa: S608 - the figure is a constant of this file


def receive(size: int) -> dict[str, Any]:
    """Fill accounts with bills, take a bank file of a line each in, twice, and return what it took and came to."""
    units = fill(size)
    lines = [_draw(at, units) for at in range(1, size + 1)]
    seconds = _time(lines)
    with connection.cursor() as cursor:
        cursor.execute("select count(*), count(*) filter (where item_id is not null) from receivables_posting"
                       " where booked_on = %s", [_PAID_ON])  # fmt: skip
        postings, on_items = cursor.fetchone()
    again = _time(lines)
    findings = prove_books()
    counted = {name: count for finding in findings for name, count in finding.counts.items()}
    wanted = ("payments", "paid_fen", "prepaid_fen", "suspense_fen", "vouchers", "postings")
    return {
        "seconds": seconds,
        "postings_written": postings,
        "postings_on_bills": on_items,
        "repeated_s": again,
        "per_commit": BATCH,
        **{name: counted[name] for name in wanted},
        "faults": sum(finding.faults for finding in findings),
    }


def _time(lines: Sequence[NewPayment]) -> float:
    started = time.perf_counter()
    for first in range(0, len(lines), BATCH):
        with transaction.atomic():
            receive_payments(actor=_SYSTEM, payments=lines[first : first + BATCH], at=_AT)
    return round(time.perf_counter() - started, 2)


def _draw(at: int, units: Sequence[Unit]) -> NewPayment:
    owed_fen = 10_000 + at * 7_919 % 90_000
    extra_fen = {2: -5_000, 3: 3_000}.get(at % 10, 0)
    return NewPayment(
        channel=Channel.BANK_WITHHOLDING,
        external_number=f"20261010-{at:08d}",
        unit_id=units[0].pk,
        customer_account_id=None if at % 50 == 7 else at,
        amount_fen=owed_fen + extra_fen,
        tender=Tender.ACCOUNT,
        paid_on=_PAID_ON,
        received_by="bench",
    )


def fill(size: int) -> list[Unit]:
    """Fill accounts with two paid bills and an open one each, and return the unit that money comes to."""
    root, values = _add_accounts(size)
    accounts = AccountMap(actor=_SYSTEM, on=_PAID_ON)
    owed, revenue, bank = (accounts.find(code, unit_path=root.path) for code in ("1122.01.01", "6001.01.01", "1002.01"))
    for month in _MONTHS:
        first = _add_bills(month, values)
        open_month(month)
        issued = {"key": first, "first": first, "day": month}
        _run(_ISSUED, {**values, **issued, "serial": 0, "debit": owed, "credit": revenue, "is_bill": True})
        if month != _OPEN:
            paid = {"serial": 10**9, "debit": bank, "credit": owed, "is_bill": False}
            _run(_ISSUED, {**values, **issued, **paid})
    _run(_VOUCHERS, {})
    _run(_SERIES, {})
    _run("analyze", {})
    return [root]


def add_unbooked_bills(size: int) -> tuple[Unit, date]:
    """Fill accounts with a bill each that no voucher knows, and return their utility and the month of the bills."""
    root, values = _add_accounts(size)
    _add_bills(_OPEN, values)
    _run("analyze", {})
    return root, _OPEN


def _add_accounts(size: int) -> tuple[Unit, dict[str, Any]]:
    """Add a utility with stations and accounts; return it and what the statements of bills want to know of them."""
    root = add_unit(code="BENCH", name="测量供电公司", kind=UnitKind.UTILITY, parent=None)
    stations = [
        add_unit(code=f"B{at:02d}", name=f"测量所{at}", kind=UnitKind.STATION, parent=root) for at in range(_UNITS)
    ]
    values = {"root": root.pk, "units": [one.pk for one in stations], "size": size, "at": _AT}
    _run(_ACCOUNTS, values)
    return root, values


def _add_bills(month: date, values: dict[str, Any]) -> int:
    """Add a bill of the month to each account; return the key that those of the bills follow."""
    first, _end = get_key_range(month=month)
    _run("select billing_open_month(%(yymm)s)", {"yymm": month.year % 100 * 100 + month.month})
    _run(_BILLS, {**values, "first": first, "month": month})
    return first


def _run(statement: str, values: dict[str, Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values or None)
