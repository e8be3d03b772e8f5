"""
Remedies of differences with gateways and agents, and of the balance of a bank: one person asks, another agrees.

Then the books are put right.

What is booked anew under a number keeps a number of its own behind it, so that no payment is changed.
"""

from datetime import datetime
from typing import Any

from dianke.domain.channels.models import Acquirer, CollectionLine, PaymentOrder, ReconciliationDifference
from dianke.domain.channels.operations import balances
from dianke.domain.channels.operations.acquired import (
    MOST_REPEATS,
    Taken,
    hold_number,
    list_taken,
    receive_taken,
    take_back,
)
from dianke.domain.channels.operations.reconciliation import DifferenceOutOfState
from dianke.domain.channels.queries.collections import find_paid_line
from dianke.domain.channels.rules.gateway.types import OrderState
from dianke.domain.channels.rules.reconciling import REMEDIES, DayState, DifferenceKind, DifferenceState, Remedy
from dianke.domain.receivables.types import Channel
from dianke.platform.identity.types import Actor
from dianke.platform.org.scoping import Scope

_SYSTEM = Actor.system("remedying differences with gateways and agents")


def ask_remedy(
    *, difference: ReconciliationDifference, note: str, login: str, at: datetime
) -> ReconciliationDifference:
    """
    Ask for the remedy of a difference: their line booked, our payment taken back, or both.

    :raises DifferenceOutOfState: if it is done with, is no gateway's or agent's, or no reason is given
    """
    reason = ""
    if difference.state != DifferenceState.OPEN.value or difference.day.state == DayState.CLOSED.value:
        reason = "it is done with"
    elif difference.day.acquirer is None and not balances.find_remedy(difference=difference):
        reason = "its day is a bank's"
    elif not note.strip():
        reason = "say what came of it"
    if reason:
        raise DifferenceOutOfState(field="note", reference=difference.reference, reason=reason)
    remedy = REMEDIES[DifferenceKind(difference.kind)]
    difference.remedy = (balances.find_remedy(difference=difference) or remedy).value
    difference.state, difference.note = DifferenceState.ASKED.value, note.strip()
    difference.asked_by, difference.asked_at = login, at
    difference.owner = difference.owner or login
    difference.save()
    return difference


def decide_remedy(
    *, actor: Scope, difference: ReconciliationDifference, is_approved: bool, login: str, at: datetime
) -> ReconciliationDifference:
    """
    Put the books right as another person asked for, or leave the difference open.

    :raises DifferenceOutOfState: if nothing was asked for, or the books do not allow it
    """
    acquirer = difference.day.acquirer
    if difference.state != DifferenceState.ASKED.value:
        raise DifferenceOutOfState(field="state", reference=difference.reference, reason="nothing was asked for")
    if not is_approved:
        difference.state, difference.remedy = DifferenceState.OPEN.value, ""
        difference.save(update_fields=["state", "remedy"])
        return difference
    if acquirer is None:
        balances.put_right(actor=actor, difference=difference, login=login, at=at)
    else:
        _put_right(actor, acquirer, difference, login, at)
    difference.state = DifferenceState.SOLVED.value
    difference.solved_by, difference.solved_at = login, at
    difference.save(update_fields=["state", "solved_by", "solved_at"])
    return difference


def _put_right(
    actor: Scope, acquirer: Acquirer, difference: ReconciliationDifference, login: str, at: datetime
) -> None:
    hold_number(acquirer=acquirer, number=difference.reference)
    known = list_taken(acquirer=acquirer, number=difference.reference)
    remedy = Remedy(difference.remedy)
    if remedy is not Remedy.BOOK:
        _take_back(actor, difference, known, login, at)
    if remedy is not Remedy.REVERSE:
        _book(actor, acquirer, difference, len(known), login, at)


def _take_back(actor: Scope, difference: ReconciliationDifference, known: list[Any], login: str, at: datetime) -> None:
    standing = [one for one in known if not one.is_reversed]
    if not standing:
        raise DifferenceOutOfState(field="state", reference=difference.reference, reason="there is no payment left")
    for payment in standing:
        if why_not := take_back(actor=actor, payment=payment, reason=difference.note, login=login, at=at):
            raise DifferenceOutOfState(field="state", reference=difference.reference, reason=why_not)
        orders = PaymentOrder.objects.for_actor(_SYSTEM).filter(payment_id=payment.pk)
        orders.update(state=OrderState.REFUNDED.value)


def _book(
    actor: Scope,
    acquirer: Acquirer,
    difference: ReconciliationDifference,
    repeat: int,
    login: str,
    at: datetime,
) -> None:
    line = find_paid_line(acquirer=acquirer, number=difference.reference)
    if line is None or repeat > MOST_REPEATS:
        raise DifferenceOutOfState(field="state", reference=difference.reference, reason="no line of theirs is known")
    order = _find_order(acquirer, line)
    taken = Taken(
        number=line.number,
        amount_fen=line.amount_fen,
        paid_on=difference.day.day,
        customer_account_id=order.customer_account_id if order else line.customer_account_id,
        summary=f"{acquirer.name} {line.target}",
        item_ids=tuple(order.item_ids) if order else (),
    )
    (received,) = receive_taken(actor=actor, acquirer=acquirer, taken=[taken], login=login, at=at, repeat=repeat)
    if order is not None and order.state != OrderState.PAID.value:
        # Nobody is asked to pay it again.
        order.state, order.paid_at = OrderState.PAID.value, line.paid_at
        order.external_number, order.payment_id = line.number, received.payment_id
        order.save(update_fields=["state", "paid_at", "external_number", "payment"])


def _find_order(acquirer: Acquirer, line: CollectionLine) -> PaymentOrder | None:
    """Return the order that a line of a gateway names; an agent's names an account."""
    if acquirer.channel is Channel.AGENT:
        return None
    rows = PaymentOrder.objects.for_actor(_SYSTEM).select_for_update(of=("self",))
    found: PaymentOrder | None = rows.filter(acquirer=acquirer, number=line.target).first()
    return found
