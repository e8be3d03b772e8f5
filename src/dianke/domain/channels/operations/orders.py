"""Orders to pay online: made for an account, paid by a call-back, expired by the clock, closed by a person."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from dianke.domain.channels.models import Acquirer, PaymentOrder
from dianke.domain.channels.queries import acquirers as queries
from dianke.domain.channels.rules.gateway.interface import find_gateway
from dianke.domain.channels.rules.gateway.types import AcquirerKind, OrderState, OrderTerms
from dianke.domain.customers.models import CustomerAccount
from dianke.kernel.clock import to_shanghai
from dianke.kernel.errors import DomainError

MOST_FEN = 10**11
_TRIES = 5


class UnableToMakeOrder(DomainError):
    """An order to pay cannot be made."""

    code = "channels.unable_to_make_order"
    message = "the payment order cannot be made: {reason}"


class OrderOutOfState(DomainError):
    """The order was paid or is over."""

    code = "channels.order_out_of_state"
    message = "payment order {order} cannot be changed: {reason}"


def make_order(
    *,
    acquirer: Acquirer,
    account: CustomerAccount,
    amount_fen: int,
    item_ids: Sequence[int],
    login: str,
    at: datetime,
) -> PaymentOrder:
    """
    Make an order for an account, to be paid at a gateway until it expires.

    :raises UnableToMakeOrder: if the amount is nothing or too much, or the gateway is shut
    """
    if not 0 < amount_fen <= MOST_FEN:
        raise UnableToMakeOrder(field="amount", reason="the amount is nothing or too much")
    if not acquirer.is_open or not acquirer.own_key_id:
        raise UnableToMakeOrder(field="acquirer", reason="the gateway takes no orders")
    for _try in range(_TRIES):
        order = PaymentOrder(
            unit_id=account.unit_id,
            number=f"ZF{to_shanghai(at):%y%m%d}{secrets.randbelow(10**10):010d}",
            acquirer=acquirer,
            customer_account=account,
            amount_fen=amount_fen,
            item_ids=list(item_ids),
            expires_at=(at + timedelta(minutes=acquirer.order_minutes)).replace(microsecond=0),
            made_by=login,
            made_at=at,
        )
        try:
            with transaction.atomic():
                order.save(force_insert=True)
        except IntegrityError:
            continue
        return order
    raise UnableToMakeOrder(field="number", reason="no number is free")


def write_address(*, order: PaymentOrder, subject: str) -> str:
    """Return the address at which an order is paid, signed by us."""
    acquirer = order.acquirer
    gateway = find_gateway(AcquirerKind(acquirer.kind))
    if gateway is None:
        raise UnableToMakeOrder(field="acquirer", reason="the gateway takes no orders")
    terms = OrderTerms(acquirer.merchant_number, order.number, order.amount_fen, subject, order.expires_at)
    return gateway.make_order_address(
        terms, page=acquirer.page_address, private_pem=acquirer.own_private_key, key_id=acquirer.own_key_id
    )


def close_order(*, order: PaymentOrder, login: str, at: datetime) -> PaymentOrder:
    """
    Take an order back that nobody has paid; money that comes for it later goes to suspense.

    :raises OrderOutOfState: if it was paid, or is over
    """
    if order.state != OrderState.OPEN.value:
        raise OrderOutOfState(field="state", order=order.number, reason="it is not open any more")
    order.state, order.closed_by, order.closed_at = OrderState.CLOSED.value, login, at
    order.save(update_fields=["state", "closed_by", "closed_at"])
    return order


def expire_orders(*, at: datetime) -> int:
    """Mark the orders whose time is over and return how many; one that was paid in time is still taken."""
    count: int = queries.filter_overdue_orders(at=at).update(state=OrderState.EXPIRED.value)
    return count
