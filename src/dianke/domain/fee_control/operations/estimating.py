"""
The daily estimate of a fleet: what runs since the last bill, and the balance that it leaves.

The caller takes accounts in chunks, each a transaction; a day's rows are written once: what was interrupted goes on.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import connection

from dianke.domain.fee_control.queries.money import Money, load_money
from dianke.domain.fee_control.queries.running import PricedPiece, Running, Tables, compute_running
from dianke.domain.receivables.queries.arrays import write_integers
from dianke.kernel.clock import to_shanghai
from dianke.platform.database.copying import copy_rows
from dianke.platform.org.scoping import Scope

CHUNK = 20_000
_POINT_COLUMNS = (
    "estimated_on", "account_id", "usage_point_id", "start_date", "end_date", "is_part", "energy_kwh_e2", "basic_fen",
    "energy_fen", "shares_fen", "power_factor_fen", "funds_fen", "amount_fen", "fault",
)  # fmt: skip
_DAILY_COLUMNS = (
    "unit_id", "account_id", "agreement_id", "estimated_on", "last_reading_date", "billed_until", "energy_kwh_e2",
    "running_fen", "prepaid_fen", "debt_fen", "late_fee_fen", "balance_fen", "daily_fen", "fault_count", "estimated_at",
)  # fmt: skip
# Whose agreement is in force on the day and who has no estimate of it yet.
_PENDING = """
select a.unit_id, a.account_id, a.id from fee_control_controlagreement a
  join customers_customeraccount c on c.id = a.account_id and c.status = 'ACTIVE'
 where a.state = 'APPROVED' and a.period @> %(on)s::date
   and not exists (select from fee_control_dailyestimate e
                    where e.account_id = a.account_id and e.estimated_on = %(on)s)
 order by a.account_id
"""
_LOCK = "select pg_advisory_xact_lock(%s)"
_DONE = """
select account_id from fee_control_dailyestimate where estimated_on = %s and account_id = any(%s::bigint[])
"""


Pending = tuple[int, int, int]


def list_pending(*, on: date) -> list[Pending]:
    """Return unit, account and agreement of every account under control that has no estimate of the day yet."""
    with connection.cursor() as cursor:
        cursor.execute(_PENDING, {"on": on})
        return list(cursor.fetchall())


def estimate(*, actor: Scope, pending: Sequence[Pending], at: datetime, tables: Tables) -> int:
    """Write the estimates of some accounts within the running transaction, and return how many were not there yet."""
    on = to_shanghai(at).date()
    keys = [account_id for _unit, account_id, _agreement in pending]
    with connection.cursor() as cursor:
        # Of two at the same accounts the second finds the rows there and writes none.
        cursor.execute(_LOCK, [keys[0]])
        cursor.execute(_DONE, [on, write_integers(keys)])
        done = {key for (key,) in cursor.fetchall()}
    fresh = [one for one in pending if one[1] not in done]
    own = [account_id for _unit, account_id, _agreement in fresh]
    if not own:
        return 0
    running = compute_running(actor=actor, account_ids=own, at=at, tables=tables)
    money = load_money(account_ids=own, on=on)
    copy_rows(
        table="fee_control_pointestimate",
        columns=_POINT_COLUMNS,
        rows=(_write_piece(on, one) for key in own for one in running[key].pieces),
    )
    copy_rows(
        table="fee_control_dailyestimate",
        columns=_DAILY_COLUMNS,
        rows=(_write_day(*one, on, at, running[one[1]], money[one[1]]) for one in fresh),
    )
    return len(own)


def _write_piece(on: date, one: PricedPiece) -> tuple[Any, ...]:
    return (
        on, one.account_id, one.point_id, one.piece.start, one.piece.end, one.piece.is_part, one.energy_kwh_e2,
        *one.sums_fen, one.amount_fen, one.fault,
    )  # fmt: skip


def _write_day(
    unit_id: int, account_id: int, agreement_id: int, on: date, at: datetime, running: Running, money: Money
) -> tuple[Any, ...]:
    amount_fen = running.amount_fen
    return (
        unit_id, account_id, agreement_id, on, running.last_reading_date, running.billed_until, running.energy_kwh_e2,
        amount_fen, money.prepaid_fen, money.debt_fen, money.late_fee_fen, money.net_fen - amount_fen,
        running.daily_fen, running.fault_count, at,
    )  # fmt: skip
