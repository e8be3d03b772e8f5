"""
What fee control does every minute: who paid gets supply, last words are said, meters are told.

A command is written in one transaction, handed over outside of any, and answered for in another; what was paid between
the command and its answer is seen as soon as the answer is kept.
"""

from dataclasses import dataclass
from datetime import datetime

from dianke.domain.fee_control.meter_control import FindControl, MeterControl, Outgoing, find_meter_control
from dianke.domain.fee_control.models import SupplyOrder
from dianke.domain.fee_control.operations import executing, orders, restoring
from dianke.domain.fee_control.queries.orders import get_order
from dianke.domain.fee_control.queries.waiting import list_executing, list_released
from dianke.domain.fee_control.types import Answer, OrderKind, OrderState
from dianke.platform.audit.use_case import use_case
from dianke.platform.identity.types import Actor

_RIGHT = "fee_control.operate"


@dataclass(frozen=True)
class Minute:
    """What a round came to."""

    withdrawn: int
    restored: int
    last_words: int
    commands: int
    done: int


def run_minute(*, actor: Actor, at: datetime, find: FindControl = find_meter_control) -> Minute:
    """Look at accounts whose money moved, say last words, and hand over what is due; supply comes first."""
    looked = [look_at(actor=actor, account_id=key, at=at) for key in restoring.list_concerned(everybody=False)]
    for order in list_executing():
        _take_lost(actor=actor, key=order.pk, at=at)
    words = sum(_say(actor=actor, key=order.pk, at=at) for order in list_released(at=at, is_early=True))
    control = find()
    commands = done = 0
    if control is not None:
        for order in list_released(at=at, is_early=False):
            is_sent, is_done = _send(actor, control, order, at)
            commands, done = commands + is_sent, done + is_done
    return Minute(sum(one for one, _ in looked), sum(one for _, one in looked), words, commands, done)


def _send(actor: Actor, control: MeterControl, order: SupplyOrder, at: datetime) -> tuple[bool, bool]:
    outgoing = _begin(actor=actor, key=order.pk, at=at)
    if outgoing is None:
        # It may be paid by now.
        look_at(actor=actor, account_id=order.account_id, at=at)
        return False, False
    answer = control.send(outgoing, at=at)
    recorded = _record(actor=actor, key=order.pk, outgoing=outgoing, answer=answer, at=at)
    is_done = recorded.state == OrderState.DONE.value
    if is_done and recorded.kind == OrderKind.DISCONNECTION.value:
        # Money that came while the meter was told: it saw an order under way and waited for this.
        look_at(actor=actor, account_id=recorded.account_id, at=at)
    return True, is_done


@use_case(right=_RIGHT)
def look_at(*, actor: Actor, account_id: int, at: datetime) -> tuple[int, int]:
    """Take orders of an account back that is paid, and order its supply back."""
    return restoring.look_at_account(account_id=account_id, at=at)


@use_case(right=_RIGHT)
def _say(*, actor: Actor, key: int, at: datetime) -> bool:
    """Tell a customer once more before the cut."""
    order = get_order(actor=actor, key=key)
    orders.lock_order(order)
    return order.state == OrderState.RELEASED.value and orders.say_last_word(order=order, at=at)


@use_case(right=_RIGHT)
def _begin(*, actor: Actor, key: int, at: datetime) -> Outgoing | None:
    """Write the command of an order."""
    return executing.begin(order=get_order(actor=actor, key=key), at=at)


@use_case(right=_RIGHT)
def _record(*, actor: Actor, key: int, outgoing: Outgoing, answer: Answer, at: datetime) -> SupplyOrder:
    """Keep what came back for a command."""
    return executing.record(order=get_order(actor=actor, key=key), outgoing=outgoing, answer=answer, at=at)


@use_case(right=_RIGHT)
def _take_lost(*, actor: Actor, key: int, at: datetime) -> bool:
    """Take a command as lost that nobody answered."""
    return executing.take_lost(order=get_order(actor=actor, key=key), at=at)
