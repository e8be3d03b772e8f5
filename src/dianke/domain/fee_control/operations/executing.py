"""
Carry orders out: a command before its answer, each in a transaction of its own; or what a person did, with its proof.

Whoever dies between the command and its answer leaves a command without one; after its validity the next round takes it
as lost and tries again under the next number: a meter that is cut already may be told so twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from dianke.domain.fee_control.meter_control import Outgoing
from dianke.domain.fee_control.models import ControlledAccount, MeterAnswer, MeterCommand, SupplyOrder
from dianke.domain.fee_control.operations.orders import (
    CutOffRefused,
    OrderOutOfState,
    UnableToOrder,
    list_refusals,
    load_order_facts,
    lock_order,
    note,
    write_refusals,
)
from dianke.domain.fee_control.operations.telling import tell
from dianke.domain.fee_control.operations.watching import move
from dianke.domain.fee_control.queries.facts import Balance, load_balances
from dianke.domain.fee_control.queries.orders import is_all_restored
from dianke.domain.fee_control.queries.policies import get_policy
from dianke.domain.fee_control.rules.dlt645 import find_address
from dianke.domain.fee_control.rules.states import count_days_left, find_rung
from dianke.domain.fee_control.types import (
    Answer,
    ControlState,
    NoticeKind,
    OrderKind,
    OrderState,
    Outcome,
    Refusal,
    RuleCode,
    Way,
)
from dianke.kernel.clock import to_shanghai
from dianke.platform.documents.models import Document
from dianke.platform.identity.types import Actor

VALID = timedelta(minutes=10)
MOST_TRIES = 3
_SYSTEM = Actor.system("carrying out orders")
# What only time changes: such an order waits, it is not refused.
_OF_TIME = {
    RuleCode.HOLIDAY, RuleCode.EVE_OF_HOLIDAY, RuleCode.OUTSIDE_HOURS, RuleCode.LAST_HOUR_MISSING,
    RuleCode.LAST_HOUR_TOO_SHORT, RuleCode.CALENDAR_NOT_LOADED, RuleCode.NOTICE_TOO_SHORT,
}  # fmt: skip
_PAID = {RuleCode.PAID, RuleCode.NOT_BELOW_STOP, RuleCode.NOT_OVERDUE_LONG_ENOUGH}


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What a person found and did at the meter."""

    reading: Decimal | None
    evidence: Document | None


def begin(*, order: SupplyOrder, at: datetime) -> Outgoing | None:
    """
    Write the command of a released order, or nothing while a rule stands in its way; one that was paid goes back.

    The account is held: money that comes at the same time is either seen here, or sees an order that is under way.
    """
    lock_order(order)
    waits = order.next_try_at is not None and order.next_try_at > at
    if order.state != OrderState.RELEASED.value or order.way != Way.REMOTE.value or waits:
        return None
    if order.kind == OrderKind.DISCONNECTION.value:
        refused = list_refusals(facts=load_order_facts(orders=[order], at=at)[order.pk], at=at, is_execution=True)
        if refused:
            _stop(order, refused, at)
            return None
    address = find_address(order.meter_number)
    if not address:
        _fail(order, "the meter has no address", at)
        return None
    command = MeterCommand(order=order, number=_next_number(order), address=address, sent_at=at, valid_until=at + VALID)
    command.save()
    order.attempt_count += 1
    order.state = OrderState.EXECUTING.value
    order.save(update_fields=["state", "attempt_count"])
    note(order=order, what="COMMAND", by=order.operated_by or "system", at=at, detail=f"{command.number} {address}")
    return Outgoing(command.pk, address, OrderKind(order.kind), order.attempt_count, command.valid_until)


def record(*, order: SupplyOrder, outgoing: Outgoing, answer: Answer, at: datetime) -> SupplyOrder:
    """Keep what came back for a command; a meter that was not reached is told again, three times in all."""
    lock_order(order)
    command = MeterCommand.objects.for_actor(_SYSTEM).get(pk=outgoing.command_id)
    MeterAnswer(
        command=command, outcome=answer.outcome.value, detail=answer.detail[:200], frame_hex=answer.frame_hex,
        answer_hex=answer.answer_hex, answered_at=at,
    ).save()  # fmt: skip
    if order.state != OrderState.EXECUTING.value:
        return order
    note(order=order, what=answer.outcome.value, by="meter", at=at, detail=answer.detail)
    if answer.outcome is Outcome.DONE:
        return _complete(order, at)
    if answer.outcome is Outcome.UNREACHED and order.attempt_count < MOST_TRIES:
        order.state, order.next_try_at = OrderState.RELEASED.value, at + VALID
        order.failed_reason = answer.detail[:200]
        order.save(update_fields=["state", "next_try_at", "failed_reason"])
        return order
    _fail(order, answer.detail, at)
    return order


def take_lost(*, order: SupplyOrder, at: datetime) -> bool:
    """Take a command that nobody answered within its validity as lost, and tell whether there was one."""
    rows = MeterCommand.objects.for_actor(_SYSTEM).filter(order=order, answer=None, valid_until__lt=at)
    command = rows.order_by("-number").first()
    if command is None:
        return False
    outgoing = Outgoing(command.pk, command.address, OrderKind(order.kind), order.attempt_count, command.valid_until)
    record(order=order, outgoing=outgoing, answer=Answer(Outcome.UNREACHED, "lost"), at=at)
    return True


def record_by_hand(*, order: SupplyOrder, proof: Proof, login: str, at: datetime) -> SupplyOrder:
    """
    Keep what a person did at the meter, at the moment that they record it.

    :raises OrderOutOfState: if it is not approved, or under way to the meter
    :raises UnableToOrder: without a reading or a picture of the meter
    :raises CutOffRefused: if a rule stands in the way at this moment
    """
    lock_order(order)
    ready = {OrderState.APPROVED.value, OrderState.FAILED.value, OrderState.RELEASED.value}
    if order.state not in ready:
        raise OrderOutOfState(field="order", number=order.number, state=order.state)
    if proof.reading is None and proof.evidence is None:
        raise UnableToOrder(field="reading", reason="give the reading of the meter, or a picture")
    if order.kind == OrderKind.DISCONNECTION.value:
        refused = list_refusals(facts=load_order_facts(orders=[order], at=at)[order.pk], at=at, is_execution=True)
        if refused:
            raise CutOffRefused(
                field="order", account=order.account.number, rules=write_refusals(refused), refusals=tuple(refused)
            )
    order.operated_by, order.way = login, Way.MANUAL.value
    order.reading, order.evidence = proof.reading, proof.evidence
    order.save(update_fields=["operated_by", "way", "reading", "evidence"])
    return _complete(order, at)


def _complete(order: SupplyOrder, at: datetime) -> SupplyOrder:
    order.state, order.executed_at, order.failed_reason, order.next_try_at = OrderState.DONE.value, at, "", None
    order.save(update_fields=["state", "executed_at", "failed_reason", "next_try_at"])
    note(order=order, what=OrderState.DONE.value, by=order.operated_by or "system", at=at)
    policy = get_policy(on=to_shanghai(at).date())
    if order.kind == OrderKind.DISCONNECTION.value:
        move(account_id=order.account_id, state=ControlState.DISCONNECTED, at=at)
        tell(
            account=order.account, kind=NoticeKind.DISCONNECTED, policy=policy, balance_fen=order.balance_fen, at=at,
            login=order.operated_by or "system", order=order,
        )  # fmt: skip
    elif is_all_restored(account_id=order.account_id):
        balance = load_balances(account_ids=[order.account_id], at=at)[order.account_id]
        settle_supplied(account_id=order.account_id, balance=balance, at=at)
        tell(
            account=order.account, kind=NoticeKind.RECONNECTED, policy=policy, balance_fen=balance.balance_fen, at=at,
            login=order.operated_by or "system", order=order,
        )  # fmt: skip
    return order


def settle_supplied(*, account_id: int, balance: Balance, at: datetime) -> None:
    """Set the state of an account that has supply and owes nothing for it by its balance, not below its warning."""
    row = ControlledAccount.objects.for_actor(_SYSTEM).filter(account_id=account_id).select_related("agreement").first()
    if row is None:
        return
    state, days_left = ControlState.NORMAL, None
    if row.agreement is not None:
        rung = find_rung(balance_fen=balance.balance_fen, thresholds=row.agreement.thresholds)
        state = ControlState.WARNED if rung is ControlState.TO_DISCONNECT else rung
        days_left = count_days_left(
            balance_fen=balance.balance_fen, stop_fen=row.agreement.stop_fen, daily_fen=balance.running.daily_fen
        )
    move(account_id=account_id, state=state, at=at)
    rows = ControlledAccount.objects.for_actor(_SYSTEM).filter(pk=row.pk)
    rows.update(balance_fen=balance.balance_fen, days_left=days_left)


def _stop(order: SupplyOrder, refused: Sequence[Refusal], at: datetime) -> None:
    """An order that time alone holds up waits; one that is paid is taken back by who looks at the account next."""
    if any(one.rule not in _OF_TIME | _PAID for one in refused):
        _fail(order, write_refusals(refused), at)


def _fail(order: SupplyOrder, reason: str, at: datetime) -> None:
    order.state, order.failed_reason, order.next_try_at = OrderState.FAILED.value, reason[:200], None
    order.save(update_fields=["state", "failed_reason", "next_try_at"])
    note(order=order, what=OrderState.FAILED.value, by="system", at=at, detail=reason)


def _next_number(order: SupplyOrder) -> int:
    return int(MeterCommand.objects.for_actor(_SYSTEM).filter(order=order).count()) + 1
