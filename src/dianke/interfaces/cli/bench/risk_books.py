"""The steps of the bench "risk" that need Django: imported once it is ready."""

import time
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from django.db import connection

from dianke.application import risk
from dianke.domain.customers.models import Customer, CustomerAccount
from dianke.domain.customers.types import CustomerKind, UsageClass
from dianke.domain.receivables.operations.chart import AccountMap
from dianke.domain.receivables.operations.vouchers import open_month
from dianke.domain.receivables.types import VoucherKind
from dianke.interfaces.cli.bench.payment_behaviour import NEVER, Behaviour, draw_behaviour
from dianke.kernel.clock import SHANGHAI
from dianke.platform.database.bulk import insert_rows
from dianke.platform.database.copying import copy_table
from dianke.platform.identity.types import Actor
from dianke.platform.org.models import Unit
from dianke.platform.org.operations import add_unit
from dianke.platform.org.types import UnitKind

_SYSTEM = Actor.system("measuring risk")
_FIRST_MONTH, _MONTHS, _SEED = date(2025, 1, 1), 18, 5
_TODAY = date(2026, 7, 10)
_EPOCH = date(1970, 1, 1)
_SERIAL = 10**12
_AT_ONCE = 20_000
_KWH_A_YUAN = 2


def fill_train_and_score(size: int) -> dict[str, Any]:
    """Fill the books, train, score, and return what each took and what the models came to."""
    drawn = draw_behaviour(accounts=size, first_month=_FIRST_MONTH, months=_MONTHS, seed=_SEED)
    found: dict[str, Any] = {"fill_s": _time(lambda: fill_books(drawn))}
    at = datetime.combine(_TODAY, datetime.min.time(), SHANGHAI) + timedelta(hours=6)
    found["train_s"] = _time(lambda: found.update(_tell(risk.train_models(actor=_SYSTEM, at=at))))
    as_of = _TODAY - timedelta(days=1)
    found["score_s"] = _time(lambda: found.update(_count(risk.score_accounts(actor=_SYSTEM, as_of=as_of, at=at))))
    return found


def fill_books(drawn: Behaviour) -> Unit:
    """Write accounts, bills and payments of a behaviour into the books, each on the day that it happens."""
    root = add_unit(code="BENCH", name="测量供电公司", kind=UnitKind.UTILITY, parent=None)
    keys = _write_accounts(root, drawn.bill_fen.shape[0])
    chart = AccountMap(actor=_SYSTEM, on=_TODAY)
    ledgers = {name: chart.find(code, unit_path=root.path) for name, code in _LEDGERS.items()}
    for at in range(drawn.bill_fen.shape[1]):
        _write_month(drawn, at, keys, root, ledgers)
    with connection.cursor() as cursor:
        cursor.execute("analyze")
    return root


def _write_accounts(root: Unit, size: int) -> Any:
    """Write customers with an account each, some at a time, and return the keys of the accounts."""
    found: list[int] = []
    for start in range(0, size, _AT_ONCE):
        numbers = range(start, min(start + _AT_ONCE, size))
        customers = [
            Customer(
                unit=root, number=f"K{at:08d}", name=f"测量用户{at}", kind=CustomerKind.COMPANY.value, since_date=_EPOCH
            )
            for at in numbers
        ]
        insert_rows(customers)
        accounts = [
            CustomerAccount(
                unit=root, customer=one, number=f"{at:010d}", opened_date=_FIRST_MONTH,
                usage_class=UsageClass.COMMERCIAL_INDUSTRIAL.value,
            )
            for at, one in zip(numbers, customers, strict=True)
        ]  # fmt: skip
        insert_rows(accounts)
        found += [one.pk for one in accounts]
    return np.array(found, dtype=np.int64)


_LEDGERS = {"receivable": "1122.01.01", "revenue": "6001.01", "bank": "1002.01"}


def _write_month(drawn: Behaviour, at: int, keys: Any, root: Unit, ledgers: dict[str, int]) -> None:
    start, issued = _day(drawn.starts[at]), _day(drawn.issued[at])
    with connection.cursor() as cursor:
        cursor.execute("select billing_open_month(%s)", [start.year % 100 * 100 + start.month])
    items = (start.year % 100 * 100 + start.month) * _SERIAL + keys
    copy_table(table="billing_bill", columns=_draw_bills(drawn, at, keys, items, root))
    fen = drawn.bill_fen[:, at]
    open_month(issued)
    billed = (ledgers["receivable"], ledgers["revenue"])
    _post(
        issued, VoucherKind.BILL_ISSUE, f"bench:issue:{at}", root, _enter(billed, keys, items, fen, is_billed=True)
    )  # fmt: skip
    settled = (ledgers["receivable"], ledgers["bank"])
    paid = drawn.paid_on[:, at]
    for day_number in np.unique(paid[(paid != NEVER) & (paid < _number(_TODAY))]):
        rows, day = paid == day_number, _day(day_number)
        open_month(day)
        entry = _enter(settled, keys[rows], items[rows], fen[rows], is_billed=False)
        _post(day, VoucherKind.PAYMENT, f"bench:paid:{at}:{day_number}", root, entry)


def _draw_bills(drawn: Behaviour, at: int, keys: Any, items: Any, root: Unit) -> pa.Table:
    size, fen = keys.size, drawn.bill_fen[:, at]
    start, end = _day(drawn.starts[at]), _day(drawn.starts[at + 1])
    nothing = np.zeros(size, dtype=np.int64)
    same = {
        "shard_number": 1, "customer_name": "测量用户", "address": "", "usage_class": "COMMERCIAL_INDUSTRIAL",
        "month": start.isoformat(), "period_start": start.isoformat(), "period_end": end.isoformat(),
        "run_id": 1, "calculated_by": "bench", "issued_by": "other", "unit_id": root.pk,
        "issued_at": f"{_day(drawn.issued[at]).isoformat()} 08:00:00+08", "due_date": _day(drawn.due[at]).isoformat(),
    }  # fmt: skip
    columns = {
        "id": pa.array(items), "account_id": pa.array(keys), "usage_point_id": pa.array(keys),
        "account_number": pc.utf8_lpad(pa.array(keys).cast(pa.string()), 10, "0"),
        "energy_kwh_e2": pa.array(fen * _KWH_A_YUAN), "amount_fen": pa.array(fen), "energy_fen": pa.array(fen),
        **{name: pa.array(nothing) for name in ("basic_fen", "shares_fen", "power_factor_fen", "funds_fen")},
        **{name: pa.repeat(value, size) for name, value in same.items()},
    }  # fmt: skip
    return pa.table(columns)


def _enter(ledgers: tuple[int, int], keys: Any, items: Any, fen: Any, *, is_billed: bool) -> pa.Table:
    """Return postings: each bill's receivable on one side, and against it one sum of revenue or of the bank."""
    receivable, other = ledgers
    of_bills, of_sum = np.append(fen, 0), np.append(np.zeros_like(fen), fen.sum())
    nobody = [None]
    return pa.table(
        {
            "ledger_account_id": np.append(np.full(fen.size, receivable), other),
            "debit_fen": of_bills if is_billed else of_sum,
            "credit_fen": of_sum if is_billed else of_bills,
            "customer_account_id": pa.concat_arrays([pa.array(keys), pa.array(nobody, pa.int64())]),
            "item_id": pa.concat_arrays([pa.array(items), pa.array(nobody, pa.int64())]),
        }
    )


_SERIALS = {"voucher": 0, "posting": 0}


def _post(day: date, kind: VoucherKind, source: str, root: Unit, entry: pa.Table) -> None:
    size, month = len(entry), (day.year % 100 * 100 + day.month) * _SERIAL
    _SERIALS["voucher"] += 1
    voucher = month + _SERIALS["voucher"]
    keys = month + _SERIALS["posting"] + 1 + np.arange(size)
    _SERIALS["posting"] += size
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into receivables_voucher (id, unit_id, serial, number, kind, source, summary, booked_on,"
            " occurred_on, made_by, made_at, posting_count, amount_fen, first_posting_id, last_posting_id)"
            " values (%s, %s, %s, %s, %s, %s, '', %s, %s, 'bench', %s, %s, %s, %s, %s)",
            [
                voucher, root.pk, _SERIALS["voucher"], f"PZ-{_SERIALS['voucher']}", kind.value, source, day, day,
                f"{day.isoformat()} 12:00:00+08", size, pc.sum(entry["debit_fen"]).as_py(), int(keys[0]), int(keys[-1]),
            ],
        )  # fmt: skip
    same = {"voucher_id": voucher, "booked_on": day.isoformat(), "unit_id": root.pk, "usage_class": "", "for_year": 0}
    columns = {"id": pa.array(keys), **{name: entry[name] for name in entry.column_names}}
    columns |= {name: pa.repeat(value, size) for name, value in same.items()}
    copy_table(table="receivables_posting", columns=pa.table(columns))


def _tell(version: Any) -> dict[str, Any]:
    metrics = version.metrics
    figures = ("auc", "ks", "pr_auc", "brier", "brier_skill", "ece", "top_decile_amount")
    models = {name: {key: one[key] for key in figures if key in one} for name, one in metrics.get("models", {}).items()}
    return {
        "verdict": version.verdict,
        "champion": version.kind,
        "training_rows": version.row_count,
        "training_bad": version.bad_count,
        "out_of_time": {**models, "RULE": {"auc": metrics["rule"]["auc"]} if "rule" in metrics else None},
    }


def _count(run: Any) -> dict[str, Any]:
    return {"scored": run.scored_count, "watched": run.watched_count, "proposed": run.proposed_count}


def _day(number: int) -> date:
    return _EPOCH + timedelta(days=int(number))


def _number(day: date) -> int:
    return (day - _EPOCH).days


def _time(act: Callable[[], Any]) -> float:
    started = time.perf_counter()
    act()
    return round(time.perf_counter() - started, 3)
