"""What a payment does: orders that are not carried out go back, and who is cut off gets an order for supply."""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection

from dianke.domain.fee_control.meter_control import find_meter_control
from dianke.domain.fee_control.models import ControlledAccount, SupplyOrder
from dianke.domain.fee_control.operations.executing import settle_supplied
from dianke.domain.fee_control.operations.orders import note
from dianke.domain.fee_control.operations.watching import move
from dianke.domain.fee_control.queries.facts import Balance, load_balances
from dianke.domain.fee_control.queries.orders import has_commands, list_cut, list_open, list_payments_since
from dianke.domain.fee_control.queries.policies import get_policy
from dianke.domain.fee_control.rules.clocks import find_due_time
from dianke.domain.fee_control.rules.dlt645 import find_address
from dianke.domain.fee_control.rules.states import find_crossing, is_paid_enough
from dianke.domain.fee_control.types import BEFORE_EXECUTION, Cause, ControlState, OrderKind, OrderState, Way
from dianke.domain.receivables.operations.locks import lock_accounts
from dianke.kernel.clock import to_shanghai
from dianke.platform.identity.types import Actor

_SYSTEM = Actor.system("restoring supply")
# Accounts that are cut off, or are about to be, and whose books moved since the order was made.
_CONCERNED = """
select distinct o.account_id from fee_control_supplyorder o
 where (o.state in ('PROPOSED', 'APPROVED', 'RELEASED', 'FAILED')
        or (o.kind = 'DISCONNECTION' and o.state = 'DONE' and not exists (
               select from fee_control_supplyorder r
                where r.undoes_id = o.id and r.state not in ('WITHDRAWN', 'REFUSED'))))
   and (%(everybody)s or exists (select from receivables_payment p
                where p.customer_account_id = o.account_id and p.received_at > o.proposed_at)
        or exists (select from receivables_paymentevent e
                    where (e.to_account_id = o.account_id or e.from_account_id = o.account_id)
                      and e.made_at > o.proposed_at))
 order by o.account_id
"""


def list_concerned(*, everybody: bool) -> list[int]:
    """Return accounts with orders whose money moved since these were made; at night all that have orders."""
    with connection.cursor() as cursor:
        cursor.execute(_CONCERNED, {"everybody": everybody})
        return [key for (key,) in cursor.fetchall()]


def look_at_account(*, account_id: int, at: datetime) -> tuple[int, int]:
    """
    Take back the orders of an account that has paid, and order its supply back; return how many of both.

    A payment that was reversed takes an order of supply back that has not reached the meter.
    """
    lock_accounts([account_id])
    balance = load_balances(account_ids=[account_id], at=at)[account_id]
    row = ControlledAccount.objects.for_actor(_SYSTEM).filter(account_id=account_id).select_related("agreement").first()
    stop_fen = row.agreement.stop_fen if row is not None and row.agreement is not None else 0
    withdrawn = restored = 0
    for order in list_open(kind=OrderKind.DISCONNECTION, account_ids=[account_id]):
        if OrderState(order.state) in BEFORE_EXECUTION and _is_paid(order, balance, stop_fen):
            _take_back(order, "paid", at)
            withdrawn += 1
            if has_commands(order=order):
                # Nobody knows what the meter did with a command that it never answered.
                _order_supply(order, balance, stop_fen, at)
                restored += 1
    restored += _restore(account_id, balance, stop_fen, at)
    _return_unpaid(account_id, balance, stop_fen, at)
    if withdrawn and not list_cut(account_ids=[account_id]) and not restored:
        settle_supplied(account_id=account_id, balance=balance, at=at)
    return withdrawn, restored


def _restore(account_id: int, balance: Balance, stop_fen: int, at: datetime) -> int:
    paid = [cut for cut in list_cut(account_ids=[account_id]) if _is_paid(cut, balance, stop_fen)]
    for cut in paid:
        _order_supply(cut, balance, stop_fen, at)
    if paid:
        move(account_id=account_id, state=ControlState.TO_RECONNECT, at=at)
    return len(paid)


def _order_supply(cut: SupplyOrder, balance: Balance, stop_fen: int, at: datetime) -> SupplyOrder:
    cause = Cause(cut.cause)
    surplus = balance.balance_fen - stop_fen if cause is Cause.BALANCE else balance.money.prepaid_fen
    payments = list_payments_since(account_id=cut.account_id, since=cut.proposed_at)
    # Without a payment it was a waiver, a correction or a bill taken back: the clock runs from when it is seen.
    paid_at = find_crossing(payments, surplus_fen=surplus) or at
    policy = get_policy(on=to_shanghai(paid_at).date())
    is_remote = find_meter_control() is not None and bool(find_address(cut.meter_number))
    order = SupplyOrder(
        unit=cut.unit, account=cut.account, usage_point_id=cut.usage_point_id, meter_number=cut.meter_number,
        kind=OrderKind.RECONNECTION.value, cause=cut.cause, undoes=cut,
        state=(OrderState.RELEASED if is_remote else OrderState.APPROVED).value, balance_fen=balance.balance_fen,
        overdue_fen=balance.money.overdue_fen, policy_code=policy.code, planned_at=at, proposed_by="system",
        proposed_at=at, way=Way.REMOTE.value if is_remote else "", clock_from=paid_at,
        due_at=find_due_time(cause=cause, paid_at=paid_at, policy=policy),
    )  # fmt: skip
    order.save()
    note(order=order, what=order.state, by="system", at=at, detail=cut.number)
    return order


def _return_unpaid(account_id: int, balance: Balance, stop_fen: int, at: datetime) -> None:
    waiting: Sequence[SupplyOrder] = [
        one
        for one in list_open(kind=OrderKind.RECONNECTION, account_ids=[account_id])
        if OrderState(one.state) in BEFORE_EXECUTION and not _is_paid(one, balance, stop_fen)
    ]
    for one in waiting:
        _take_back(one, "payment reversed", at)
    if waiting:
        move(account_id=account_id, state=ControlState.DISCONNECTED, at=at)


def _is_paid(order: SupplyOrder, balance: Balance, stop_fen: int) -> bool:
    return is_paid_enough(
        cause=Cause(order.cause), balance_fen=balance.balance_fen, stop_fen=stop_fen,
        overdue_fen=balance.money.overdue_fen,
    )  # fmt: skip


def _take_back(order: SupplyOrder, reason: str, at: datetime) -> None:
    order.state, order.ended_reason = OrderState.WITHDRAWN.value, reason
    order.save(update_fields=["state", "ended_reason"])
    note(order=order, what=OrderState.WITHDRAWN.value, by="system", at=at, detail=reason)
