"""Make invoices of bills, and ask for them."""

from collections.abc import Sequence
from datetime import datetime

from dianke.application.invoices.rights import MAKE, VIEW
from dianke.domain.invoicing.models import Invoice, InvoiceRequest
from dianke.domain.invoicing.operations import making, requests
from dianke.domain.invoicing.operations.making import NewInvoice
from dianke.domain.invoicing.types import InvoiceKind
from dianke.platform.audit.use_case import use_case
from dianke.platform.identity.types import Actor


@use_case(right=MAKE)
def make_invoice(
    *, actor: Actor, bill_ids: Sequence[int], kind: InvoiceKind | None, at: datetime, remark: str = ""
) -> Invoice:
    """
    Make one invoice of one or more bills of a buyer; without a kind as the buyer's invoice data says.

    :raises UnableToInvoice: if a bill cannot be invoiced, or the bills do not go together
    """
    order = NewInvoice(bill_ids=tuple(bill_ids), kind=kind, remark=remark)
    return making.make_invoice(actor=actor, order=order, login=actor.login, at=at)


@use_case(right=VIEW)
def ask_invoice(
    *, actor: Actor, bill_ids: Sequence[int], kind: InvoiceKind | None, at: datetime, remark: str = ""
) -> InvoiceRequest:
    """
    Ask for an invoice that somebody with the right makes.

    :raises UnableToInvoice: if a bill cannot be invoiced
    """
    order = NewInvoice(bill_ids=tuple(bill_ids), kind=kind, remark=remark)
    return requests.ask_invoice(actor=actor, order=order, login=actor.login, at=at)
