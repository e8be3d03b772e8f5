"""Ask for invoices and for red letters; make them, refuse them, take them back."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from dianke.domain.billing.models import Bill, BillCorrection, CorrectedBill
from dianke.domain.invoicing.models import Invoice, InvoiceLine, InvoiceRequest
from dianke.domain.invoicing.operations.making import NewInvoice, UnableToInvoice, make_invoice
from dianke.domain.invoicing.operations.red_letters import write_red_invoice
from dianke.domain.invoicing.queries import invoices as queries
from dianke.domain.invoicing.queries import parties, standings
from dianke.domain.invoicing.rules.lines import UnableToTakeBack, draft_red_lines
from dianke.domain.invoicing.types import (
    Colour,
    DeliveryState,
    InvoiceKind,
    RedReason,
    RequestOrigin,
    RequestState,
)
from dianke.kernel.errors import DomainError
from dianke.platform.identity.types import Actor
from dianke.platform.org.scoping import Scope

# An invoice of a bill may hold bills of other units of its buyer.
_ANYBODY = Actor.system("asking for the red letter of a corrected bill")


class RequestDecided(DomainError):
    """A request is settled already."""

    code = "invoicing.request_decided"
    message = "the request is settled already"


class RequestReasonNeeded(DomainError):
    """A refusal or a red letter without a reason."""

    code = "invoicing.reason_needed"
    message = "say why"


def ask_invoice(*, actor: Scope, order: NewInvoice, login: str, at: datetime) -> InvoiceRequest:
    """
    Ask for an invoice of bills that somebody else makes.

    :raises UnableToInvoice: if a bill cannot be invoiced
    """
    bills = list(Bill.objects.for_actor(actor).select_related("unit").filter(pk__in=order.bill_ids).order_by("id"))
    found = standings.list_standings(bills=bills)
    for bill in bills:
        if found[bill.pk].obstacle:
            raise UnableToInvoice(field="bills", bill=bill.number, reason=found[bill.pk].obstacle)
    if not bills:
        raise UnableToInvoice(field="bills", bill="", reason="no bill is chosen")
    buyer = parties.list_buyers(bills=bills)[bills[0].pk]
    request = InvoiceRequest(
        unit=bills[0].unit, colour=Colour.BLUE.value, customer=buyer.customer, account_number=bills[0].account_number,
        buyer_name=buyer.party.name, bill_ids=[bill.pk for bill in bills], kind=(order.kind or buyer.kind).value,
        total_fen=sum(bill.amount_fen for bill in bills), reason=order.remark.strip(), asked_by=login, asked_at=at,
    )  # fmt: skip
    request.save()
    return request


def ask_red_letter(
    *,
    actor: Scope,
    blue: Invoice,
    red_reason: RedReason,
    reason: str,
    parts: Mapping[int, int],
    login: str,
    at: datetime,
    origin: RequestOrigin = RequestOrigin.STAFF,
) -> InvoiceRequest:
    """
    Ask that an invoice be taken back, of each line the fen that `parts` says by its key.

    :raises RequestReasonNeeded: if no reason is given
    :raises UnableToTakeBack: if it does not stand, its red letter is asked for already, or an amount is wrong
    """
    if not reason.strip():
        raise RequestReasonNeeded(field="reason")
    delivery = queries.lock_delivery(actor=actor, invoice_id=blue.pk)
    if blue.colour != Colour.BLUE.value:
        raise UnableToTakeBack(field="invoice", reason="a red invoice takes back already")
    if delivery.state == DeliveryState.REFUSED.value:
        raise UnableToTakeBack(field="invoice", reason="the tax platform refused it: it does not stand")
    if queries.list_open_red_requests(actor=_ANYBODY, invoices=[blue.pk]):
        raise UnableToTakeBack(field="invoice", reason="its red letter is asked for already")
    lines = draft_red_lines(queries.list_invoiced_lines(invoice=blue), parts=parts)
    keys = {line.line_id for line in lines}
    bill_ids = InvoiceLine.objects.for_actor(actor).filter(pk__in=keys).values_list("bill_id", flat=True)
    request = InvoiceRequest(
        unit=blue.unit, colour=Colour.RED.value, origin=origin.value, customer=blue.customer,
        account_number=blue.account_number, buyer_name=blue.buyer_name, bill_ids=sorted(set(bill_ids)),
        kind=blue.kind, total_fen=-sum(parts.values()), blue=blue, red_reason=red_reason.value,
        parts={str(key): fen for key, fen in parts.items()}, reason=reason.strip(), asked_by=login, asked_at=at,
    )  # fmt: skip
    request.save()
    return request


def ask_after_correction(*, order: BillCorrection, at: datetime) -> list[InvoiceRequest]:
    """
    Ask for red letters of the invoices whose bills a correction has reversed, in the name of who asked for it.

    What is asked for already is left as it is; an invoice of several bills is taken back for those alone.
    """
    rows = CorrectedBill.objects.for_actor(_ANYBODY).filter(correction=order, reversal_id__isnull=False)
    bills = set(rows.values_list("bill_id", flat=True))
    lines = InvoiceLine.objects.for_actor(_ANYBODY).filter(bill_id__in=bills, invoice__colour=Colour.BLUE.value)
    standing = lines.exclude(invoice__delivery__state=DeliveryState.REFUSED.value).values_list("invoice", flat=True)
    invoices = queries.filter_invoices(actor=_ANYBODY).select_related("customer").filter(pk__in=standing)
    asked = [_ask_for(invoice, bills, order, at) for invoice in invoices.order_by("id")]
    return [request for request in asked if request is not None]


def _ask_for(invoice: Invoice, bills: set[int], order: BillCorrection, at: datetime) -> InvoiceRequest | None:
    own = {line.pk for line in queries.list_lines(actor=_ANYBODY, invoice=invoice) if line.bill_id in bills}
    known = queries.list_invoiced_lines(invoice=invoice)
    parts = {line.line_id: line.left_fen for line in known if line.line_id in own and line.left_fen > 0}
    if not parts or queries.list_open_red_requests(actor=_ANYBODY, invoices=[invoice.pk]):
        return None
    return ask_red_letter(
        actor=_ANYBODY, blue=invoice, red_reason=RedReason.WRONG_INVOICE, reason=f"{order.number} {order.reason}"[:300],
        parts=parts, login=order.asked_by, at=at, origin=RequestOrigin.CORRECTION,
    )  # fmt: skip


def make_requested(*, actor: Scope, request: InvoiceRequest, login: str, at: datetime) -> Invoice:
    """
    Make what was asked for; the request must be locked.

    :raises RequestDecided: if it is settled
    :raises UnableToInvoice: if a bill can no longer be invoiced
    :raises UnableToTakeBack: if the invoice can not, or not yet, be taken back
    """
    require_open(request)
    if request.colour == Colour.RED.value:
        invoice = _make_red(actor, request, login, at)
    else:
        new = NewInvoice(bill_ids=tuple(request.bill_ids), kind=InvoiceKind(request.kind), remark=request.reason)
        invoice = make_invoice(actor=actor, order=new, login=login, at=at, but_request=request.pk)
    request.invoice = invoice
    _settle(request, RequestState.MADE, login, at, "")
    return invoice


def refuse_request(*, request: InvoiceRequest, reason: str, login: str, at: datetime) -> InvoiceRequest:
    """
    Refuse what was asked for.

    :raises RequestDecided: if it is settled
    :raises RequestReasonNeeded: if no reason is given
    """
    require_open(request)
    if not reason.strip():
        raise RequestReasonNeeded(field="reason")
    return _settle(request, RequestState.REFUSED, login, at, reason)


def withdraw_request(*, request: InvoiceRequest, reason: str, login: str, at: datetime) -> InvoiceRequest:
    """
    Take a request back.

    :raises RequestDecided: if it is settled
    """
    require_open(request)
    return _settle(request, RequestState.WITHDRAWN, login, at, reason)


def withdraw_moot(*, invoices: Sequence[int], at: datetime) -> None:
    """Take back the red letters of invoices that the tax platform has refused: there is nothing to take back."""
    for request in queries.list_open_red_requests(actor=_ANYBODY, invoices=invoices):
        _settle(request, RequestState.WITHDRAWN, "system", at, "the tax platform refused the invoice")


def require_open(request: InvoiceRequest) -> None:
    """
    Refuse what is settled.

    :raises RequestDecided: if it is
    """
    if request.state != RequestState.ASKED.value:
        raise RequestDecided(field="request")


def _make_red(actor: Scope, request: InvoiceRequest, login: str, at: datetime) -> Invoice:
    blue = request.blue
    assert blue is not None  # noqa: S101 - a red request names its invoice
    delivery = queries.lock_delivery(actor=actor, invoice_id=blue.pk)
    if delivery.state != DeliveryState.ACCEPTED.value:
        raise UnableToTakeBack(field="invoice", reason="the tax platform has not accepted it yet")
    parts = {int(key): int(fen) for key, fen in request.parts.items()}
    return write_red_invoice(actor=actor, blue=blue, parts=parts, request=request, login=login, at=at)


def _settle(request: InvoiceRequest, state: RequestState, login: str, at: datetime, reason: str) -> InvoiceRequest:
    request.state, request.decided_by, request.decided_at = state.value, login, at
    request.decision_reason = reason.strip()[:300]
    request.save()
    return request
