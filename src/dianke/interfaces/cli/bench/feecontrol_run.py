"""The steps of the bench "feecontrol" that need Django: imported once it is ready."""

import time
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from django.db import connection, connections, transaction

from dianke.domain.fee_control.operations import estimating, watching
from dianke.domain.fee_control.queries.running import Tables
from dianke.interfaces.cli.bench.bare import bare_tables
from dianke.interfaces.cli.bench.billing_filling import fill_month
from dianke.kernel.clock import SHANGHAI
from dianke.platform.identity.types import Actor

_SYSTEM = Actor.system("measuring running balances")
_DAY = date(2026, 1, 20)
_AT = datetime(2026, 1, 20, 5, 45, tzinfo=SHANGHAI)
_TABLES = ("readings_meterreading", "fee_control_controlagreement", "receivables_heldmoney")
_REGISTERS = ("total", "sharp", "peak", "flat", "valley", "reactive_import", "reactive_export")
_SHOWN = ", ".join(_REGISTERS)
# The month as it was frozen, read at its beginning and, with the whole use, on the day.
_ROWS = (
    *(
        f"""
    insert into readings_meterreading (installation_id, read_at, quality, source, batch, recorded_at, recorded_by,
           rolled_over, {_SHOWN}, demand)
    select installation_id, timestamptz '{moment} 00:00+08', 'ACTUAL', 'HEAD_END', '', now(), 'bench', false,
           {", ".join(f"{name}_{side}" for name in _REGISTERS)}, demand from readings_frozensegment
    """  # noqa: S608 - only our own constants are written in
        for moment, side in (("2026-01-01", "start"), ("2026-01-20", "end"))
    ),
    """
    insert into fee_control_controlagreement (unit_id, account_id, kind, notice_fen, warning_fen, stop_fen, signed_on,
           period, note, state, proposed_by, proposed_at, decided_by, decided_at, decision_reason)
    select unit_id, id, 'PREPAID', 5000, 2000, 0, date '2026-01-01', '[2026-01-01,)', '', 'APPROVED', 'bench', now(),
           'other', now(), '' from customers_customeraccount
    """,
    """
    insert into receivables_heldmoney (customer_account_id, kind, amount_fen)
    select id, 'PREPAYMENT', 1000000000 from customers_customeraccount where id % 2 = 0
    """,
)


def fill_and_estimate(size: int) -> dict[str, Any]:
    """Fill a month, estimate every account, and take their states; only those without money are told."""
    filled = _time(lambda: _fill(size))
    tables: Tables = {}
    pending = estimating.list_pending(on=_DAY)
    estimated = _time(lambda: _estimate(pending, tables))
    with transaction.atomic():
        carried = _time(lambda: watching.carry(on=_DAY, at=_AT))
    with connection.cursor() as cursor:
        cursor.execute(
            "select count(*), count(*) filter (where fault_count > 0), sum(running_fen)::bigint"
            "  from fee_control_dailyestimate"
        )
        rows, faulty, running_fen = cursor.fetchone()
    return {
        "fill_s": filled,
        "estimate_s": estimated,
        "carry_s": carried,
        "rows": rows,
        "faulty": faulty,
        "running_fen": running_fen,
        "chunk": estimating.CHUNK,
    }


def _fill(size: int) -> None:
    fill_month(size)
    owner = connections["owner"]
    with transaction.atomic(using="owner"), owner.cursor() as cursor, bare_tables(_TABLES, look_up_keys=False):
        for table in _TABLES:
            cursor.execute(f"alter table {table} disable trigger user")
        for statement in _ROWS:
            cursor.execute(statement)
        for table in _TABLES:
            cursor.execute(f"alter table {table} enable trigger user")
    with owner.cursor() as cursor:
        cursor.execute("vacuum analyze")


def _estimate(pending: list[estimating.Pending], tables: Tables) -> None:
    for first in range(0, len(pending), estimating.CHUNK):
        with transaction.atomic():
            estimating.estimate(actor=_SYSTEM, pending=pending[first : first + estimating.CHUNK], at=_AT, tables=tables)


def _time(act: Callable[[], Any]) -> float:
    started = time.perf_counter()
    act()
    return round(time.perf_counter() - started, 3)
