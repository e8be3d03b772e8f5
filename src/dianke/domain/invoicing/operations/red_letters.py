"""Write red invoices: always a row of its own that refers to the blue one and names it, figures below zero."""

from collections.abc import Mapping
from datetime import datetime

from dianke.domain.invoicing.models import Invoice, InvoiceBuyer, InvoiceLine, InvoiceRequest
from dianke.domain.invoicing.operations.making import NUMBERING
from dianke.domain.invoicing.operations.rows import InvoiceDraft, add_up, write_invoices
from dianke.domain.invoicing.queries import invoices as queries
from dianke.domain.invoicing.queries import parties
from dianke.domain.invoicing.rules.lines import draft_red_lines
from dianke.domain.invoicing.types import Colour, RedLine
from dianke.kernel.clock import to_shanghai
from dianke.platform.org.scoping import Scope

# A red invoice says of seller and buyer what its blue one says.
_KEPT = (
    "unit", "seller_unit", "kind", "customer", "account_number", "seller_name", "seller_tax_number", "seller_address",
    "seller_phone", "seller_bank_name", "seller_bank_number", "buyer_name", "buyer_tax_number",
)  # fmt: skip
_KEPT_LINE = ("bill_id", "bill_number", "month", "charge", "goods_code", "goods_group", "name", "rate_e4", "regulation")


def write_red_invoice(
    *, actor: Scope, blue: Invoice, parts: Mapping[int, int], request: InvoiceRequest, login: str, at: datetime
) -> Invoice:
    """
    Write the red invoice that a request asks for; the way of the blue one must be locked.

    :raises UnableToTakeBack: if less is left than is asked for
    """
    parties.find_seller(unit=blue.seller_unit, lock=True)
    taken = draft_red_lines(queries.list_invoiced_lines(invoice=blue), parts=parts)
    lines = {line.pk: line for line in queries.list_lines(actor=actor, invoice=blue)}
    red = Invoice(
        colour=Colour.RED.value, invoice_date=to_shanghai(at).date(), blue=blue, red_reason=request.red_reason,
        asked_by=request.asked_by, remark=request.reason[:200], made_by=login, made_at=at,
        **{name: getattr(blue, name) for name in _KEPT},
    )  # fmt: skip
    draft = InvoiceDraft(
        invoice=red, lines=[_draw(lines[one.line_id], one) for one in taken], buyer=_copy_buyer(actor, blue)
    )
    add_up(draft)
    (written,) = write_invoices(actor=NUMBERING, drafts=[draft], at=at)
    return written


def _draw(line: InvoiceLine, taken: RedLine) -> InvoiceLine:
    return InvoiceLine(
        blue_line=line, quantity_kwh_e2=taken.quantity_kwh_e2, unit_price=taken.unit_price, net_fen=taken.net_fen,
        tax_fen=taken.tax_fen, total_fen=taken.net_fen + taken.tax_fen,
        **{name: getattr(line, name) for name in _KEPT_LINE},
    )  # fmt: skip


def _copy_buyer(actor: Scope, blue: Invoice) -> InvoiceBuyer | None:
    buyer: InvoiceBuyer | None = InvoiceBuyer.objects.for_actor(actor).filter(invoice=blue).first()
    if buyer is None:
        return None
    return InvoiceBuyer(
        address=buyer.address, phone=buyer.phone, bank_name=buyer.bank_name, bank_number=buyer.bank_number
    )
