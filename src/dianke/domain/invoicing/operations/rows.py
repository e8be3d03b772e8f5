"""Write invoices: the next numbers of their seller and year, the rows, and the beginning of their way out."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from dianke.domain.invoicing.models import (
    Invoice,
    InvoiceBuyer,
    InvoiceDelivery,
    InvoiceLine,
    InvoiceSeller,
    InvoiceSeries,
)
from dianke.platform.org.models import Unit
from dianke.platform.org.scoping import Scope


@dataclass
class InvoiceDraft:
    """An invoice before it has a number."""

    invoice: Invoice
    lines: list[InvoiceLine]
    buyer: InvoiceBuyer | None = field(default=None)


def write_invoices(*, actor: Scope, drafts: Sequence[InvoiceDraft], at: datetime) -> list[Invoice]:
    """
    Number and write invoices with their lines and return them.

    Whoever calls holds the seller locked, so that two who invoice one bill meet before either has looked at it.
    """
    _number(actor, drafts)
    invoices = [draft.invoice for draft in drafts]
    Invoice.objects.bulk_create(invoices)
    for draft in drafts:
        for sequence, line in enumerate(draft.lines, 1):
            line.invoice, line.sequence = draft.invoice, sequence
        if draft.buyer is not None:
            draft.buyer.invoice = draft.invoice
    InvoiceLine.objects.bulk_create([line for draft in drafts for line in draft.lines])
    InvoiceBuyer.objects.bulk_create([draft.buyer for draft in drafts if draft.buyer is not None])
    InvoiceDelivery.objects.bulk_create([InvoiceDelivery(invoice=invoice, next_at=at) for invoice in invoices])
    return invoices


def name_seller(invoice: Invoice, seller: InvoiceSeller) -> None:
    """Write on an invoice who sells."""
    invoice.seller_unit = seller.unit
    for name in ("name", "tax_number", "address", "phone", "bank_name", "bank_number"):
        setattr(invoice, f"seller_{name}", getattr(seller, name))


def add_up(draft: InvoiceDraft) -> None:
    """Write on an invoice what its lines come to."""
    invoice, lines = draft.invoice, draft.lines
    invoice.net_fen = sum(line.net_fen for line in lines)
    invoice.tax_fen = sum(line.tax_fen for line in lines)
    invoice.total_fen = invoice.net_fen + invoice.tax_fen
    invoice.energy_kwh_e2 = sum(line.quantity_kwh_e2 or 0 for line in lines)
    invoice.bill_count = len({line.bill_id for line in lines})


def _number(actor: Scope, drafts: Sequence[InvoiceDraft]) -> None:
    groups: dict[tuple[int, int], list[Invoice]] = {}
    units: dict[int, Unit] = {}
    for draft in drafts:
        invoice = draft.invoice
        groups.setdefault((invoice.seller_unit_id, invoice.invoice_date.year), []).append(invoice)
        units[invoice.seller_unit_id] = invoice.seller_unit
    for (unit_id, year), invoices in groups.items():
        last = _reserve(actor, units[unit_id], year, len(invoices))
        for serial, invoice in enumerate(invoices, last + 1):
            invoice.number = f"FP{year}-{units[unit_id].code}-{serial:08d}"


def _reserve(actor: Scope, unit: Unit, year: int, count: int) -> int:
    """Return the last number that is taken, and take the next ones."""
    rows = InvoiceSeries.objects.for_actor(actor)
    series, _is_new = rows.get_or_create(unit=unit, year=year, defaults={"last_number": 0})
    locked = rows.select_for_update().get(pk=series.pk)
    last = int(locked.last_number)
    locked.last_number = last + count
    locked.save(update_fields=["last_number"])
    return last
