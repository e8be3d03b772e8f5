"""The way of an invoice to the tax platform: sent, asked after, answered once."""

from datetime import datetime, timedelta

from dianke.domain.invoicing.models import InvoiceDelivery
from dianke.domain.invoicing.operations.requests import withdraw_moot
from dianke.domain.invoicing.types import OPEN_DELIVERIES, DeliveryState, PlatformAnswer
from dianke.kernel.errors import DomainError

# The longer an answer takes, the more seldom it is asked after: at last every hour.
_FIRST_WAIT = timedelta(seconds=30)
_LONGEST_WAIT = timedelta(hours=1)
_MOST_DOUBLINGS = 8


class AnswerDiffers(DomainError):
    """The tax platform answers an invoice otherwise than before."""

    code = "invoicing.answer_differs"
    message = "the tax platform answered {number} otherwise before: {before}, now {now}"


def begin_sending(*, delivery: InvoiceDelivery, at: datetime) -> bool:
    """Note that an invoice is being sent or asked after and tell whether it still has to be; it must be locked."""
    if delivery.state not in OPEN_DELIVERIES:
        return False
    delivery.state = DeliveryState.SENT.value
    delivery.next_at = at + min(_FIRST_WAIT * 2 ** min(delivery.attempts, _MOST_DOUBLINGS), _LONGEST_WAIT)
    delivery.attempts += 1
    delivery.save(update_fields=["state", "next_at", "attempts"])
    return True


def record_answer(*, delivery: InvoiceDelivery, answer: PlatformAnswer, at: datetime) -> InvoiceDelivery:
    """
    Keep what the platform said; the same answer again changes nothing. The row must be locked.

    :raises AnswerDiffers: if it said something else before
    """
    if not answer.is_accepted and not answer.is_refused:
        return delivery
    state = DeliveryState.ACCEPTED if answer.is_accepted else DeliveryState.REFUSED
    if delivery.state not in OPEN_DELIVERIES:
        if (delivery.state, delivery.platform_number) != (state.value, answer.platform_number):
            before, now = (f"{one} {number}".strip() for one, number in (
                (delivery.state, delivery.platform_number), (state.value, answer.platform_number),
            ))  # fmt: skip
            raise AnswerDiffers(field="answer", number=delivery.invoice.number, before=before, now=now)
        return delivery
    delivery.state, delivery.answered_at = state.value, at
    delivery.platform_number = answer.platform_number
    delivery.answer_code, delivery.answer_text = answer.code[:40], answer.text[:300]
    delivery.save()
    if state is DeliveryState.REFUSED:
        withdraw_moot(invoices=[delivery.invoice_id], at=at)
    return delivery
