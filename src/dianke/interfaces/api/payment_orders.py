"""Payment orders: made for an account, paid at a gateway of online payment, followed until they are paid."""

from datetime import datetime
from typing import Annotated, Any

from django.http import Http404, HttpRequest, HttpResponse
from ninja import Field, Router, Schema

from dianke.application import acquirers
from dianke.application.acquirers import ORDER, VIEW
from dianke.application.acquirers.orders import write_address
from dianke.application.acquirers.simulation import is_allowed
from dianke.domain.channels.models import PaymentOrder
from dianke.domain.channels.operations.orders import MOST_FEN
from dianke.domain.channels.queries import acquirers as queries
from dianke.domain.channels.rules.gateway.types import OrderState
from dianke.interfaces.api.access import actor_with
from dianke.interfaces.api.paging import Text
from dianke.interfaces.api.problems import REFUSALS
from dianke.interfaces.api.writes import IdempotencyKey, answer_write
from dianke.kernel.clock import SystemClock

router = Router(tags=["payment orders"])

_Fen = Annotated[int, Field(ge=1, le=MOST_FEN)]


class PaymentOrderIn(Schema):
    """For which account, and how much; without an amount it is all that the account owes now."""

    account: Text = Field(min_length=1, max_length=20, description="user number")
    amount_fen: _Fen | None = Field(None, description="fen")
    gateway: Text = Field("", max_length=12, description="code of the gateway; without it the first one")


class PaymentOrderOut(Schema):
    """An order; `address` is the page at which it is paid, while it waits. EXPIRED and CLOSED take no more money."""

    number: str
    account: str
    amount_fen: int
    state: OrderState
    gateway: str
    expires_at: datetime
    paid_at: datetime | None
    payment: str | None
    address: str


@router.post("/payment-orders", response={201: PaymentOrderOut, **REFUSALS}, summary="Make a payment order")
def make_payment_order(request: HttpRequest, body: PaymentOrderIn, idempotency_key: IdempotencyKey) -> HttpResponse:
    """Make an order that the customer pays at the gateway's page."""
    actor = actor_with(request, ORDER)

    def write() -> PaymentOrderOut:
        made = acquirers.make_order(
            actor=actor,
            account_number=body.account,
            amount_fen=body.amount_fen,
            gateway_code=body.gateway,
            at=SystemClock().now(),
        )
        return PaymentOrderOut(**_draw(made))

    return answer_write(request, key=idempotency_key, write=write)


@router.get("/payment-orders/{number}", response={200: PaymentOrderOut, **REFUSALS}, summary="Show a payment order")
def show_payment_order(request: HttpRequest, number: Text) -> dict[str, Any]:
    """Return an order as it stands: paid once the gateway has called back."""
    actor = actor_with(request, VIEW)
    try:
        order = queries.get_order(actor=actor, number=number)
    except queries.OrderUnknown as unknown:
        raise Http404 from unknown
    return _draw(order)


def _draw(order: PaymentOrder) -> dict[str, Any]:
    acquirer = order.acquirer
    is_waiting = order.state == OrderState.OPEN.value and order.expires_at > SystemClock().now()
    may_pay = is_waiting and is_allowed(acquirer.kind) and bool(acquirer.own_key_id)
    return {
        "number": order.number,
        "account": order.customer_account.number,
        "amount_fen": order.amount_fen,
        "state": order.state,
        "gateway": acquirer.code,
        "expires_at": order.expires_at,
        "paid_at": order.paid_at,
        "payment": order.payment.number if order.payment_id and order.payment else None,
        "address": write_address(order=order) if may_pay else "",
    }
