"""
Send invoices to the tax platform and ask after those that it has not answered.

What is sent is noted before it is sent, and the platform knows an invoice by our number: a worker that is killed in
between leaves an invoice that the next one asks after, never two.
"""

import logging
from datetime import datetime

from dianke.application.invoices.platform import TaxPlatform, get_platform
from dianke.application.invoices.rights import MAKE
from dianke.domain.invoicing.models import Invoice, InvoiceDelivery
from dianke.domain.invoicing.operations import delivery as operations
from dianke.domain.invoicing.queries import documents
from dianke.domain.invoicing.queries import invoices as queries
from dianke.domain.invoicing.types import PlatformAnswer
from dianke.kernel.errors import DomainError
from dianke.platform.audit.use_case import use_case
from dianke.platform.identity import queries as identity
from dianke.platform.identity.types import Actor

_LOG = logging.getLogger(__name__)
_AT_ONCE = 200


class NoTaxPlatform(DomainError):
    """No tax platform is connected."""

    code = "invoicing.no_tax_platform"
    message = "no tax platform is connected: the invoice waits until one is"


def send_due_invoices(*, actor: Actor, at: datetime, limit: int = _AT_ONCE) -> int:
    """Send what is made and ask after what is due, and return how many invoices were answered."""
    platform = get_platform()
    if platform is None:
        return 0
    due = queries.list_due_deliveries(actor=actor, at=at, limit=limit)
    return sum(_send_one_of_many(actor, one.invoice.number, platform, at) for one in due)


def _send_one_of_many(actor: Actor, number: str, platform: TaxPlatform, at: datetime) -> bool:
    """Send an invoice; one that cannot be sent or is answered twice does not keep the others waiting."""
    try:
        return send_to(actor=actor, number=number, platform=platform, at=at)
    except (DomainError, OSError):
        _LOG.exception("invoice %s was not sent", number)
        return False


def send_invoice(*, actor: Actor, number: str, at: datetime) -> bool:
    """
    Send one invoice, or ask after it, at once; tell whether it was answered.

    :raises NoTaxPlatform: if none is connected
    """
    platform = get_platform()
    if platform is None:
        raise NoTaxPlatform(field="invoice")
    return send_to(actor=actor, number=number, platform=platform, at=at)


def send_to(*, actor: Actor, number: str, platform: TaxPlatform, at: datetime) -> bool:
    """Hand an invoice to a platform, or again, and tell whether it was answered."""
    invoice = begin_sending(actor=actor, number=number, at=at)
    if invoice is None:
        return False
    answer = _hand_in(actor, invoice, platform)
    if not answer.is_accepted and not answer.is_refused:
        return False
    record_answer(actor=actor, number=number, answer=answer, at=at)
    return True


def _hand_in(actor: Actor, invoice: Invoice, platform: TaxPlatform) -> PlatformAnswer:
    document = documents.write_structured(
        actor=actor,
        invoice=invoice,
        reader=documents.WHOLE,
        drawer=identity.get_names(logins={invoice.made_by}).get(invoice.made_by, invoice.made_by),
    )
    # Handing in the same invoice again is asking after it: the platform knows it by our number.
    return platform.submit(document)


@use_case(right=MAKE)
def begin_sending(*, actor: Actor, number: str, at: datetime) -> Invoice | None:
    """Note that an invoice is being sent and return it; None if it is answered already."""
    found = queries.get_invoice(actor=actor, number=number)
    delivery = queries.lock_delivery(actor=actor, invoice_id=found.pk)
    if not operations.begin_sending(delivery=delivery, at=at):
        return None
    return queries.get_invoice(actor=actor, number=number)


@use_case(right=MAKE)
def record_answer(*, actor: Actor, number: str, answer: PlatformAnswer, at: datetime) -> InvoiceDelivery:
    """
    Keep what the platform said of an invoice; the same again changes nothing.

    :raises AnswerDiffers: if it said something else before
    """
    found = queries.get_invoice(actor=actor, number=number)
    delivery = queries.lock_delivery(actor=actor, invoice_id=found.pk)
    return operations.record_answer(delivery=delivery, answer=answer, at=at)
