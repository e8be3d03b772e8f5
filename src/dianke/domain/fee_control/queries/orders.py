"""Reads of orders: lists, one order with what happened, the clocks, the figures of execution."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from dianke.domain.fee_control.models import ControlNotice, MeterCommand, OrderEvent, SupplyOrder
from dianke.domain.fee_control.types import OPEN_ORDERS, OrderKind
from dianke.kernel.errors import DomainError
from dianke.platform.identity.types import Actor
from dianke.platform.org.scoping import Scope

_OPEN = [one.value for one in OPEN_ORDERS]
_SYSTEM = Actor.system("finding orders that wait")

# Points that are cut off and that no order has restored.
_CUT = """
select d.id from fee_control_supplyorder d
 where d.kind = 'DISCONNECTION' and d.state = 'DONE' and d.account_id = any(%(accounts)s)
   and not exists (select from fee_control_supplyorder r
                    where r.undoes_id = d.id and r.kind = 'RECONNECTION' and r.state not in ('WITHDRAWN', 'REFUSED'))
 order by d.id
"""
_PAYMENTS = """
select at, fen from (
    select received_at as at, amount_fen as fen from receivables_payment
     where customer_account_id = %(account)s and received_at > %(since)s
    union all
    select p.received_at, p.amount_fen from receivables_paymentevent e
      join receivables_payment p on p.id = e.payment_id
     where e.to_account_id = %(account)s and e.made_at > %(since)s) q
 order by at desc
"""
_EXECUTION = """
select o.unit_id, u.name, o.kind,
       count(*) filter (where o.state = 'DONE'),
       count(*) filter (where o.state = 'FAILED'),
       count(*) filter (where o.state = 'WITHDRAWN'),
       count(*) filter (where o.kind = 'RECONNECTION' and o.state = 'DONE' and o.executed_at <= o.due_at),
       count(*) filter (where o.kind = 'RECONNECTION' and (o.executed_at > o.due_at
                                                            or (o.executed_at is null and o.due_at < %(at)s
                                                                and o.state = any(%(open)s)))),
       avg(extract(epoch from o.executed_at - o.clock_from)) filter (where o.kind = 'RECONNECTION' and o.state = 'DONE')
  from fee_control_supplyorder o join org_unit u on u.id = o.unit_id
 where o.proposed_at >= %(first)s and o.proposed_at < %(end)s and o.id = any(%(keys)s)
 group by o.unit_id, u.name, o.kind order by u.name, o.kind
"""
_COMMANDS = """
select count(*), count(*) filter (where a.outcome = 'DONE'), count(*) filter (where a.outcome = 'REFUSED'),
       count(*) filter (where a.outcome = 'UNREACHED')
  from fee_control_metercommand c left join fee_control_meteranswer a on a.command_id = c.id
 where c.order_id = any(%(keys)s)
"""


class OrderUnknown(DomainError):
    """There is no such order within the actor's units."""

    code = "fee_control.order_unknown"
    message = "there is no order {key}"


@dataclass(frozen=True, slots=True)
class ExecutionRow:
    """What became of the orders of a unit, and of the promises to restore supply."""

    unit_id: int
    unit_name: str
    kind: OrderKind
    done: int
    failed: int
    withdrawn: int
    kept: int
    broken: int
    mean_seconds: float | None


@dataclass(frozen=True, slots=True)
class CommandCounts:
    """How many commands were handed over, and what came back."""

    sent: int
    done: int
    refused: int
    unreached: int


def filter_orders(*, actor: Scope) -> QuerySet[Any]:
    """Return the orders of the actor's units with account and customer; no order."""
    rows: QuerySet[Any] = SupplyOrder.objects.for_actor(actor).select_related(
        "account__customer", "unit", "usage_point"
    )
    return rows


def get_order(*, actor: Scope, key: int, lock: bool = False) -> SupplyOrder:
    """
    Return an order, locked if asked.

    :raises OrderUnknown: if there is none within the actor's units
    """
    rows = filter_orders(actor=actor).select_related("undoes", "evidence")
    found: SupplyOrder | None = (rows.select_for_update(of=("self",)) if lock else rows).filter(pk=key).first()
    if found is None:
        raise OrderUnknown(field="order", key=key)
    return found


def list_orders(*, actor: Scope, account_id: int) -> list[SupplyOrder]:
    """Return the orders of an account, the latest first."""
    return list(filter_orders(actor=actor).filter(account_id=account_id).order_by("-id"))


def list_events(*, actor: Scope, order: SupplyOrder) -> list[OrderEvent]:
    """Return what happened to an order, in order."""
    return list(OrderEvent.objects.for_actor(actor).filter(order=order).order_by("id"))


def list_commands(*, actor: Scope, order: SupplyOrder) -> list[MeterCommand]:
    """Return the commands of an order with their answers, in order."""
    rows = MeterCommand.objects.for_actor(actor).filter(order=order).select_related("answer")
    return list(rows.order_by("number"))


def list_notices(*, actor: Scope, account_id: int, limit: int = 100) -> list[ControlNotice]:
    """Return what an account was told, the latest first."""
    rows = ControlNotice.objects.for_actor(actor).filter(account_id=account_id).select_related("message")
    return list(rows.order_by("-id")[:limit])


def list_open(*, kind: OrderKind, account_ids: Sequence[int] | None = None) -> list[SupplyOrder]:
    """Return the open orders of a kind, of some accounts if named."""
    rows = SupplyOrder.objects.for_actor(_SYSTEM).filter(kind=kind.value, state__in=_OPEN)
    if account_ids is not None:
        rows = rows.filter(account_id__in=account_ids)
    return list(rows.select_related("account__customer", "unit").order_by("id"))


def list_cut(*, account_ids: Sequence[int]) -> list[SupplyOrder]:
    """Return the disconnections of accounts that nothing restores yet."""
    with connection.cursor() as cursor:
        cursor.execute(_CUT, {"accounts": list(account_ids)})
        keys = [key for (key,) in cursor.fetchall()]
    rows = SupplyOrder.objects.for_actor(_SYSTEM).filter(pk__in=keys)
    return list(rows.select_related("account__customer", "unit").order_by("id"))


def has_commands(*, order: SupplyOrder) -> bool:
    """Tell whether a meter was ever told to carry an order out."""
    return bool(MeterCommand.objects.for_actor(_SYSTEM).filter(order=order).exists())


def is_all_restored(*, account_id: int) -> bool:
    """Tell whether every disconnection of an account was undone."""
    rows = SupplyOrder.objects.for_actor(_SYSTEM).filter(account_id=account_id)
    waiting = rows.filter(kind=OrderKind.RECONNECTION.value, state__in=_OPEN)
    return not waiting.exists() and not list_cut(account_ids=[account_id])


def list_payments_since(*, account_id: int, since: datetime) -> list[tuple[datetime, int]]:
    """Return when money of an account was received after a moment and how much it was, the latest first."""
    with connection.cursor() as cursor:
        cursor.execute(_PAYMENTS, {"account": account_id, "since": since})
        return list(cursor.fetchall())


def list_execution(*, actor: Scope, first: datetime, end: datetime, at: datetime) -> list[ExecutionRow]:
    """Return what became of the orders that were proposed within a time, by unit and kind."""
    keys = _list_keys(actor, first, end)
    values: dict[str, Any] = {"first": first, "end": end, "at": at, "open": _OPEN, "keys": keys}
    with connection.cursor() as cursor:
        cursor.execute(_EXECUTION, values)
        return [
            _read_execution(unit, name, kind, counts, mean) for unit, name, kind, *counts, mean in cursor.fetchall()
        ]


def _read_execution(unit_id: int, name: str, kind: str, counts: Sequence[int], mean: Any) -> ExecutionRow:
    done, failed, withdrawn, kept, broken = counts
    return ExecutionRow(
        unit_id, name, OrderKind(kind), done, failed, withdrawn, kept, broken, None if mean is None else float(mean)
    )


def count_commands(*, actor: Scope, first: datetime, end: datetime) -> CommandCounts:
    """Return how many commands the orders of a time took, and what came back."""
    with connection.cursor() as cursor:
        cursor.execute(_COMMANDS, {"keys": _list_keys(actor, first, end)})
        return CommandCounts(*cursor.fetchone())


def _list_keys(actor: Scope, first: datetime, end: datetime) -> list[int]:
    rows = SupplyOrder.objects.for_actor(actor).filter(proposed_at__gte=first, proposed_at__lt=end)
    return list(rows.values_list("pk", flat=True))
