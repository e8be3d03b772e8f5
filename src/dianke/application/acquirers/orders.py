"""Payment orders: what a customer is asked to pay at a gateway, by phone or at a page."""

from collections.abc import Collection
from datetime import datetime

from dianke.application.acquirers.simulation import is_allowed, require_allowed
from dianke.domain.channels.models import Acquirer, PaymentOrder
from dianke.domain.channels.operations import orders
from dianke.domain.channels.operations.orders import UnableToMakeOrder
from dianke.domain.channels.queries import acquirers as queries
from dianke.domain.customers import queries as customers
from dianke.domain.receivables.queries.debts import get_position
from dianke.kernel.clock import to_shanghai
from dianke.kernel.errors import DomainError
from dianke.platform.audit.use_case import use_case
from dianke.platform.identity.types import Actor

_ORDER = "payments.order"


class OrderAccountUnknown(DomainError):
    """There is no account of the number within the actor's units."""

    code = "channels.order_account_unknown"
    message = "there is no account {account}"


def list_gateways() -> list[Acquirer]:
    """Return the gateways at which orders can be paid in this installation."""
    return [one for one in queries.list_open_gateways() if is_allowed(one.kind)]


def write_address(*, order: PaymentOrder) -> str:
    """Return the address at which an order is paid; its picture is what the customer reads by phone."""
    return orders.write_address(order=order, subject=f"电费 {order.customer_account.number}")


@use_case(right=_ORDER)
def make_order(
    *,
    actor: Actor,
    account_number: str,
    at: datetime,
    amount_fen: int | None = None,
    item_ids: Collection[int] = (),
    gateway_code: str = "",
) -> PaymentOrder:
    """
    Make an order for an account: an amount, or all that it owes now; bills that are named are paid first.

    :raises OrderAccountUnknown: if there is no such account within the actor's units
    :raises UnableToMakeOrder: if nothing is to be paid, or no gateway takes orders
    """
    account = customers.get_account(actor=actor, number=account_number.strip())
    if account is None:
        raise OrderAccountUnknown(field="account", account=account_number)
    position = get_position(actor=actor, customer_account_id=account.pk, on=to_shanghai(at).date())
    if set(item_ids) - {debt.item_id for debt in position.debts}:
        raise UnableToMakeOrder(field="items", reason="a bill is paid, or another account's")
    named = [debt for debt in position.debts if debt.item_id in set(item_ids)] or position.debts
    gateway = _find_gateway(gateway_code)
    return orders.make_order(
        acquirer=gateway,
        account=account,
        amount_fen=sum(debt.total_fen for debt in named) if amount_fen is None else amount_fen,
        item_ids=list(item_ids),
        login=actor.login,
        at=at,
    )


@use_case(right=_ORDER)
def close_order(*, actor: Actor, number: str, at: datetime) -> PaymentOrder:
    """
    Take an order back that nobody has paid.

    :raises OrderUnknown: if there is none within the actor's units
    :raises OrderOutOfState: if it was paid, or is over
    """
    order = queries.get_order(actor=actor, number=number, lock=True)
    return orders.close_order(order=order, login=actor.login, at=at)


@use_case(right=_ORDER)
def expire_orders(*, actor: Actor, at: datetime) -> int:
    """Mark orders whose time is over."""
    return orders.expire_orders(at=at)


def _find_gateway(code: str) -> Acquirer:
    found = next((one for one in queries.list_open_gateways() if not code or one.code == code), None)
    if found is None:
        raise UnableToMakeOrder(field="acquirer", reason="the gateway takes no orders")
    require_allowed(found.kind)
    return found
