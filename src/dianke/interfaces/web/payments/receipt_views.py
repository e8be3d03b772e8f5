"""Receipts: to look at, to print, as PDF."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from dianke.application import bill_documents, counter
from dianke.application.counter.receipts import Receipt, get_receipt, write_receipt_pdf
from dianke.application.counter.settled import SettledLine
from dianke.domain.receivables.queries.payments import PaymentUnknown
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.page import Chip, Crumb, Page
from dianke.interfaces.web.payments.words import TENDERS
from dianke.interfaces.web.people import Names
from dianke.interfaces.web.requests import StaffRequest
from dianke.platform.org import queries as org


@require_GET
@page_right(counter.VIEW)
def show_receipt(request: StaffRequest, number: str) -> HttpResponse:
    """Show a receipt, to be printed."""
    receipt = _find(request, number)
    values = {
        "page": _head(receipt),
        "receipt": receipt,
        "content": _write(request, receipt),
        "lines": _list_lines(receipt),
        "change_fen": receipt.change_fen,
        "may_receive": request.actor.may(counter.RECEIVE),
    }
    return render(request, "payments/receipt.html", values)


@require_GET
@page_right(counter.VIEW)
def send_receipt(request: StaffRequest, number: str) -> HttpResponse:
    """Send a receipt as PDF."""
    receipt = _find(request, number)
    fonts, families = bill_documents.find_fonts()
    content = write_receipt_pdf(_write(request, receipt), fonts=fonts, families=families)
    answer = HttpResponse(content, content_type="application/pdf")
    name = f"{receipt.payment.number}.pdf"
    answer["Content-Disposition"] = content_disposition_header(_wants_file(request), name) or "inline"
    answer["Cache-Control"] = "private, no-store"
    return answer


def _wants_file(request: HttpRequest) -> bool:
    return request.GET.get("download") == "1"


def _find(request: StaffRequest, number: str) -> Receipt:
    try:
        return get_receipt(actor=request.actor, number=number)
    except PaymentUnknown as unknown:
        raise Http404 from unknown


def _write(request: StaffRequest, receipt: Receipt) -> dict[str, Any]:
    payment = receipt.payment
    utility = org.get_utility(actor=request.actor)
    lines = _list_lines(receipt)
    return {
        "language": (get_language() or "zh").partition("-")[0],
        "title": _("Receipt"),
        "issuer": " · ".join(filter(None, [utility.name if utility else "", payment.unit.name])),
        "number_label": _("Receipt number"),
        "number": payment.number,
        "stamp": _("Reversed: not valid") if receipt.is_reversed else "",
        "facts": [[name, value] for name, value in _list_facts(receipt) if value],
        "heads": [_("For what"), _("Bill"), _("Amount (yuan)")],
        "lines": [[what, bill, amount] for what, bill, amount in lines],
        "spelled_label": _("Amount in words"),
        "spelled": receipt.spelled,
        "amount": f"¥{formats.fen(payment.amount_fen)}",
        "signatures": [
            [_("Cashier"), Names([payment.received_by]).of(payment.received_by)],
            [_("Payer's signature"), ""],
            [_("Stamp"), ""],
        ],
        "note": _("A receipt is no tax invoice."),
    }


def _list_facts(receipt: Receipt) -> list[tuple[str, str]]:
    payment, account, entry = receipt.payment, receipt.account, receipt.entry
    slip = " ".join(part for part in (entry.bank_name, entry.slip_number) if part) if entry else ""
    facts = [
        (_("Payer"), receipt.payer_name or _("not known yet")),
        (_("Account number"), account.number if account else ""),
        (_("Paid on"), formats.day(payment.paid_on)),
        (_("Received at"), formats.moment(payment.received_at)),
        (_("Paid by"), f"{TENDERS[payment.tender]} {slip}".strip()),
        (_("Shift"), entry.shift.number if entry else ""),
        (_("Note"), payment.summary),
    ]
    if entry and entry.tendered_fen is not None:
        facts.append((_("Handed over (yuan)"), formats.fen(entry.tendered_fen)))
        facts.append((_("Change (yuan)"), formats.fen(receipt.change_fen)))
    return facts


def _list_lines(receipt: Receipt) -> list[tuple[str, str, str]]:
    return [
        (
            _name_part(receipt, line),
            line.bill_number,
            formats.fen(line.amount_fen),
        )
        for line in receipt.lines
    ]


def _name_part(receipt: Receipt, line: SettledLine) -> str:
    """Return what a line is for; one receipt of a collective payer names the account of every part."""
    what = name_settled(line.what, formats.month(line.bill_month) if line.bill_month else "")
    return f"{line.account_number} {what}".strip() if receipt.payment.payer_id else what


def name_settled(what: str, month: str) -> str:
    """Return what a part of a payment was for."""
    names = {
        "PRINCIPAL": _("Electricity %(month)s"),
        "PENALTY": _("Penalty of back-billing %(month)s"),
        "LATE_FEE": _("Late fee %(month)s"),
        "PREPAYMENT": _("Prepayment"),
    }
    return (names.get(what, _("Kept until the payer is known")) % {"month": month}).strip()


def _head(receipt: Receipt) -> Page:
    return Page(
        title=_("Receipt"),
        number=receipt.payment.number,
        crumbs=[
            Crumb(_("Payments"), reverse("web:payments")),
            Crumb(receipt.payment.number, reverse("web:payment", args=[receipt.payment.number])),
        ],
        chips=[Chip("bad", _("Reversed: not valid"))] if receipt.is_reversed else [],
        menu_url=reverse("web:payments"),
        help=[_("P prints the receipt, D takes it as PDF, N goes on to the next customer.")],
    )
