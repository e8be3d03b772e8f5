"""
An invoice as data: what the tax platform gets, what files hold, and what the paper is written from.

The form is that of data/invoice.schema.json. Numbers are decimal texts, days are ISO dates, amounts are yuan.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from dianke.domain.invoicing.models import Invoice, InvoiceBuyer, InvoiceLine
from dianke.domain.invoicing.queries import invoices as queries
from dianke.kernel.masks import mask_bank_account, mask_phone
from dianke.kernel.money import fen_to_yuan, spell_yuan
from dianke.platform.org.scoping import Scope

SCHEMA = "dianke/invoice/v1"
UNIT = "千瓦时"
Row = dict[str, Any]


@dataclass(frozen=True)
class Reader:
    """What of a buyer's personal data a reader may see whole."""

    sees_phone: bool = False
    sees_bank: bool = False


WHOLE = Reader(sees_phone=True, sees_bank=True)


def write_structured(*, actor: Scope, invoice: Invoice, reader: Reader, drawer: str = "") -> Row:
    """Return an invoice as data; `drawer` is the name of who made it."""
    lines = queries.list_lines(actor=actor, invoice=invoice)
    delivery = invoice.delivery
    return {
        "schema": SCHEMA,
        "number": invoice.number,
        "platform_number": delivery.platform_number or None,
        "state": delivery.state,
        "colour": invoice.colour,
        "kind": invoice.kind,
        "invoice_date": invoice.invoice_date.isoformat(),
        "seller": _draw_seller(invoice),
        "buyer": _draw_buyer(actor, invoice, reader),
        "account_number": invoice.account_number,
        "lines": [_draw_line(line) for line in lines],
        "totals": {
            "net_amount": _money(invoice.net_fen),
            "tax_amount": _money(invoice.tax_fen),
            "total_amount": _money(invoice.total_fen),
            "total_in_words": spell_yuan(invoice.total_fen),
        },
        "red_letter": _draw_red_letter(invoice),
        "remark": invoice.remark or None,
        "drawer": drawer or None,
    }


def _draw_seller(invoice: Invoice) -> Row:
    return {
        "name": invoice.seller_name,
        "tax_number": invoice.seller_tax_number,
        "address": invoice.seller_address or None,
        "phone": invoice.seller_phone or None,
        "bank_name": invoice.seller_bank_name or None,
        "bank_number": invoice.seller_bank_number or None,
    }


def _draw_buyer(actor: Scope, invoice: Invoice, reader: Reader) -> Row:
    contact: InvoiceBuyer | None = InvoiceBuyer.objects.for_actor(actor).filter(invoice=invoice).first()
    found = contact or InvoiceBuyer()
    return {
        "name": invoice.buyer_name,
        "tax_number": invoice.buyer_tax_number or None,
        "address": found.address or None,
        "phone": (found.phone if reader.sees_phone else mask_phone(found.phone)) or None,
        "bank_name": found.bank_name or None,
        "bank_number": (found.bank_number if reader.sees_bank else mask_bank_account(found.bank_number)) or None,
    }


def _draw_line(line: InvoiceLine) -> Row:
    has_quantity = line.quantity_kwh_e2 is not None
    return {
        "sequence": line.sequence,
        "bill": line.bill_number,
        "month": f"{line.month:%Y-%m}",
        "goods_code": line.goods_code,
        "goods_name": f"*{line.goods_group}*{line.name}",
        "unit": UNIT if has_quantity else None,
        "quantity": _plain(Decimal(line.quantity_kwh_e2 or 0).scaleb(-2)) if has_quantity else None,
        "unit_price": _plain(line.unit_price) if line.unit_price is not None else None,
        "net_amount": _money(line.net_fen),
        "tax_rate": _plain(Decimal(line.rate_e4).scaleb(-4)),
        "tax_amount": _money(line.tax_fen),
        "total_amount": _money(line.total_fen),
        "regulation": line.regulation,
    }


def _draw_red_letter(invoice: Invoice) -> Row | None:
    if invoice.blue is None:
        return None
    return {
        "blue_number": invoice.blue.number,
        "blue_platform_number": invoice.blue.delivery.platform_number or None,
        "reason": invoice.red_reason,
    }


def _money(amount_fen: int) -> str:
    return f"{fen_to_yuan(amount_fen):.2f}"


def _plain(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
