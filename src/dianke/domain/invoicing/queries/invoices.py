"""Reads of invoices, of what was asked for, and of the making of a run's invoices."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import QuerySet, Sum

from dianke.domain.billing.models import BillRun
from dianke.domain.invoicing.models import Invoice, InvoiceBatch, InvoiceDelivery, InvoiceLine, InvoiceRequest
from dianke.domain.invoicing.types import OPEN_DELIVERIES, Charge, Colour, DeliveryState, InvoicedLine, RequestState
from dianke.kernel.errors import DomainError
from dianke.platform.identity.types import Actor
from dianke.platform.org.scoping import Scope

# What red letters have taken back does not depend on who asks.
_ANYBODY = Actor.system("adding up what red letters take back")


class InvoiceNotFound(DomainError):
    """No invoice of that number is within reach."""

    code = "invoicing.invoice_not_found"
    message = "no invoice {number} was found"


class RequestNotFound(DomainError):
    """No such request is within reach."""

    code = "invoicing.request_not_found"
    message = "no request {number} was found"


class BatchNotFound(DomainError):
    """No such making of invoices is within reach."""

    code = "invoicing.batch_not_found"
    message = "no making of invoices {number} was found"


def filter_invoices(*, actor: Scope) -> QuerySet[Invoice]:
    """Return the invoices that the actor may see, with how far they are."""
    rows: QuerySet[Invoice] = Invoice.objects.for_actor(actor).select_related("delivery", "unit", "blue")
    return rows


def get_invoice(*, actor: Scope, number: str) -> Invoice:
    """
    Return the invoice of a number.

    :raises InvoiceNotFound: if there is none, or it belongs to another unit
    """
    found = filter_invoices(actor=actor).select_related("seller_unit", "customer").filter(number=number).first()
    if found is None:
        raise InvoiceNotFound(field="number", number=number)
    return found


def list_lines(*, actor: Scope, invoice: Invoice) -> list[InvoiceLine]:
    """Return the lines of an invoice in printed order."""
    return list(InvoiceLine.objects.for_actor(actor).filter(invoice=invoice).order_by("sequence"))


def list_reds(*, actor: Scope, invoice: Invoice) -> list[Invoice]:
    """Return the red invoices of a blue one, the oldest first."""
    return list(filter_invoices(actor=actor).filter(blue=invoice).order_by("id"))


def list_invoiced_lines(*, invoice: Invoice) -> list[InvoicedLine]:
    """Return the lines of a blue invoice with what red ones, but those that the platform refused, took back."""
    lines = list(InvoiceLine.objects.for_actor(_ANYBODY).filter(invoice=invoice).order_by("sequence"))
    rows = InvoiceLine.objects.for_actor(_ANYBODY).filter(blue_line__in=lines)
    rows = rows.exclude(invoice__delivery__state=DeliveryState.REFUSED.value)
    sums = rows.values("blue_line").annotate(net=Sum("net_fen"), tax=Sum("tax_fen")).order_by()
    taken = {row["blue_line"]: (-row["net"], -row["tax"]) for row in sums}
    return [_draw_invoiced(line, *taken.get(line.pk, (0, 0))) for line in lines]


def _draw_invoiced(line: InvoiceLine, taken_net_fen: int, taken_tax_fen: int) -> InvoicedLine:
    return InvoicedLine(
        line_id=line.pk,
        charge=Charge(line.charge),
        quantity_kwh_e2=line.quantity_kwh_e2,
        unit_price=line.unit_price,
        rate_e4=line.rate_e4,
        net_fen=line.net_fen,
        tax_fen=line.tax_fen,
        taken_net_fen=taken_net_fen,
        taken_tax_fen=taken_tax_fen,
    )


def list_due_deliveries(*, actor: Scope, at: datetime, limit: int) -> list[InvoiceDelivery]:
    """Return what is to be sent or asked after by now, the longest waiting first."""
    rows = InvoiceDelivery.objects.for_actor(actor).filter(state__in=OPEN_DELIVERIES, next_at__lte=at)
    return list(rows.select_related("invoice").order_by("next_at", "id")[:limit])


def lock_delivery(*, actor: Scope, invoice_id: int) -> InvoiceDelivery:
    """
    Return how far an invoice is, locked until the transaction ends.

    :raises InvoiceNotFound: if it is beyond the actor's units
    """
    rows = InvoiceDelivery.objects.for_actor(actor).select_for_update(of=("self",)).select_related("invoice__unit")
    found: InvoiceDelivery | None = rows.filter(invoice_id=invoice_id).first()
    if found is None:
        raise InvoiceNotFound(field="number", number=invoice_id)
    return found


def filter_requests(*, actor: Scope, right: str | None = None) -> QuerySet[InvoiceRequest]:
    """Return what was asked for within the actor's units."""
    rows = InvoiceRequest.objects.for_actor(actor, right) if right else InvoiceRequest.objects.for_actor(actor)
    found: QuerySet[InvoiceRequest] = rows.select_related("unit", "blue", "invoice", "customer")
    return found


def get_request(*, actor: Scope, key: int, lock: bool = False) -> InvoiceRequest:
    """
    Return a request, locked for the running transaction if asked for.

    :raises RequestNotFound: if there is none, or it belongs to another unit
    """
    rows = filter_requests(actor=actor)
    if lock:
        rows = rows.select_for_update(of=("self",))
    found = rows.filter(pk=key).first()
    if found is None:
        raise RequestNotFound(field="request", number=key)
    return found


def list_open_red_requests(*, actor: Scope, invoices: Sequence[int]) -> list[InvoiceRequest]:
    """Return the red letters that are asked for of some invoices."""
    rows = filter_requests(actor=actor).filter(
        colour=Colour.RED.value, state=RequestState.ASKED.value, blue_id__in=invoices
    )
    return list(rows)


def find_newest_batch(*, actor: Scope, run: BillRun) -> InvoiceBatch | None:
    """Return the newest making of a run's invoices, whatever became of it."""
    found: InvoiceBatch | None = InvoiceBatch.objects.for_actor(actor).filter(run=run).order_by("-id").first()
    return found


def get_batch(*, actor: Scope, key: int, lock: bool = False) -> InvoiceBatch:
    """
    Return a making of invoices with its run.

    :raises BatchNotFound: if there is none, or it reaches beyond the actor's units
    """
    rows = InvoiceBatch.objects.for_actor(actor).select_related("run__unit", "run__cycle_month__cycle")
    if lock:
        rows = rows.select_for_update(of=("self",))
    found: InvoiceBatch | None = rows.filter(pk=key).first()
    if found is None:
        raise BatchNotFound(field="batch", number=key)
    return found
