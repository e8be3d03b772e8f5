"""Reads of gateways and agents: who they are, their keys, orders, call-backs."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from dianke.domain.channels.models import Acquirer, AcquirerKey, CallBack, PaymentOrder
from dianke.domain.channels.rules.gateway.types import WITHOUT_KEYS, AcquirerKind, KeyState, OrderState
from dianke.kernel.errors import DomainError
from dianke.platform.identity.types import Actor
from dianke.platform.org.models import Unit
from dianke.platform.org.scoping import Scope

# So long a call-back that contradicts the books is shown as work.
SHOWN_AS_WORK = timedelta(days=14)
_SYSTEM = Actor.system("finding who takes money for the utility")


class AcquirerUnknown(DomainError):
    """There is no gateway or agent of the code."""

    code = "channels.acquirer_unknown"
    message = "no gateway or agent {acquirer}"


class OrderUnknown(DomainError):
    """There is no order of the number within the actor's units."""

    code = "channels.order_unknown"
    message = "no payment order {order}"


def list_acquirers(*, actor: Scope) -> list[Acquirer]:
    """Return the gateways and agents of the actor's units, by code."""
    return list(Acquirer.objects.for_actor(actor).select_related("unit").order_by("code"))


def get_acquirer(*, actor: Scope, code: str, lock: bool = False) -> Acquirer:
    """
    Return a gateway or agent.

    :raises AcquirerUnknown: if there is none within the actor's units
    """
    rows = Acquirer.objects.for_actor(actor).select_related("unit").filter(code=code)
    found: Acquirer | None = (rows.select_for_update(of=("self",)) if lock else rows).first()
    if found is None:
        raise AcquirerUnknown(field="acquirer", acquirer=code)
    return found


def list_terminals(*, actor: Scope, unit: Unit) -> list[Acquirer]:
    """Return the card terminals in use at a unit, by code."""
    rows = Acquirer.objects.for_actor(actor).filter(unit=unit, kind=AcquirerKind.TERMINAL.value, is_open=True)
    return list(rows.order_by("code"))


def list_open_gateways() -> list[Acquirer]:
    """Return the gateways at which orders can be paid: they are the utility's, whoever asks."""
    rows = Acquirer.objects.for_actor(_SYSTEM).filter(is_open=True).exclude(kind__in=WITHOUT_KEYS)
    return [one for one in rows.select_related("unit").order_by("code") if one.own_key_id and one.page_address]


def list_keys(*, actor: Scope, acquirer: Acquirer) -> list[AcquirerKey]:
    """Return the public keys of a gateway, the newest first."""
    return list(AcquirerKey.objects.for_actor(actor).filter(acquirer=acquirer).order_by("-id"))


def find_key_in_use(*, acquirer: Acquirer, key_id: str) -> AcquirerKey | None:
    """Return a key by which the gateway may sign, or None."""
    rows = AcquirerKey.objects.for_actor(_SYSTEM).filter(acquirer=acquirer, key_id=key_id)
    found: AcquirerKey | None = rows.filter(state=KeyState.IN_USE.value).first()
    return found


def filter_proposed_keys(*, actor: Scope) -> QuerySet[Any]:
    """Return the keys that wait for another person; no order."""
    rows: QuerySet[Any] = AcquirerKey.objects.for_actor(actor).select_related("acquirer")
    return rows.filter(state=KeyState.PROPOSED.value)


def filter_orders(*, actor: Scope) -> QuerySet[Any]:
    """Return the orders for accounts of the actor's units; no order."""
    rows: QuerySet[Any] = PaymentOrder.objects.for_actor(actor)
    return rows.select_related("acquirer", "customer_account__customer", "payment")


def get_order(*, actor: Scope, number: str, lock: bool = False) -> PaymentOrder:
    """
    Return an order.

    :raises OrderUnknown: if there is none within the actor's units
    """
    rows = filter_orders(actor=actor).filter(number=number)
    found: PaymentOrder | None = (rows.select_for_update(of=("self",)) if lock else rows).first()
    if found is None:
        raise OrderUnknown(field="order", order=number)
    return found


def filter_overdue_orders(*, at: datetime) -> QuerySet[Any]:
    """Return the open orders whose time is over; no order."""
    rows: QuerySet[Any] = PaymentOrder.objects.for_actor(_SYSTEM)
    return rows.filter(state=OrderState.OPEN.value, expires_at__lt=at)


def filter_call_backs(*, actor: Scope) -> QuerySet[Any]:
    """Return the call-backs of the actor's gateways; no order."""
    rows: QuerySet[Any] = CallBack.objects.for_actor(actor)
    return rows.select_related("acquirer", "outcome", "outcome__payment", "repeats__outcome")


def get_call_back(*, actor: Scope, key: int) -> CallBack | None:
    """Return a call-back within the actor's units, or None."""
    found: CallBack | None = filter_call_backs(actor=actor).filter(pk=key).first()
    return found


def list_call_backs_of(*, order: PaymentOrder) -> Sequence[CallBack]:
    """Return what the gateway told of an order that somebody may see, the first first."""
    rows = filter_call_backs(actor=_SYSTEM).filter(acquirer_id=order.acquirer_id, order_number=order.number)
    return list(rows.order_by("id")[:200])


def filter_unfinished(*, at: datetime, after: timedelta) -> QuerySet[Any]:
    """Return the call-backs that are worth something and were not dealt with in time, the first first."""
    rows: QuerySet[Any] = CallBack.objects.for_actor(_SYSTEM)
    waiting = rows.filter(fault="", repeats=None, outcome=None, received_at__lt=at - after)
    # Looked for by what came lately: an older one stays on its page until somebody deals with it.
    return waiting.filter(received_at__gte=at - timedelta(days=1)).order_by("id")
