"""What a notice of a gateway is worth: whether it is of now, and whose its money is."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from dianke.domain.channels.rules.gateway.types import Notice, OrderState

# Clocks of gateway and house may differ so much; a call that was caught on the way is worth nothing after it.
WINDOW = timedelta(minutes=5)


class NotOrdered(StrEnum):
    """Why money goes to suspense instead of the account of an order."""

    ORDER_UNKNOWN = "ORDER_UNKNOWN"
    AMOUNT_DIFFERS = "AMOUNT_DIFFERS"
    EXPIRED = "EXPIRED"
    CLOSED = "CLOSED"
    PAID_ALREADY = "PAID_ALREADY"


@dataclass(frozen=True, slots=True)
class Ordered:
    """What of an order decides whose money is."""

    amount_fen: int
    state: OrderState
    expires_at: datetime
    closed_at: datetime | None


def is_of_now(timestamp: str, *, at: datetime) -> bool:
    """Tell whether a call was signed within the window around a moment; its time is seconds since 1970."""
    if not timestamp.isascii() or not timestamp.isdecimal() or len(timestamp) > 11:
        return False
    return abs(at.timestamp() - int(timestamp)) <= WINDOW.total_seconds()


def judge_payment(notice: Notice, order: Ordered | None) -> NotOrdered | None:
    """
    Return why money is not what was ordered, or None where it is.

    What counts is when it was paid, not when we hear of it: a call-back may be late, its payer was not.
    """
    if order is None:
        return NotOrdered.ORDER_UNKNOWN
    if order.state in {OrderState.PAID, OrderState.REFUNDED}:
        return NotOrdered.PAID_ALREADY
    if notice.amount_fen != order.amount_fen:
        return NotOrdered.AMOUNT_DIFFERS
    if order.closed_at is not None and notice.happened_at >= order.closed_at:
        return NotOrdered.CLOSED
    return NotOrdered.EXPIRED if notice.happened_at > order.expires_at else None
