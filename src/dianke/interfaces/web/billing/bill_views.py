"""The list of bills and the bill itself."""

from datetime import date
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from dianke.domain.billing.models import Bill, BillDraft
from dianke.domain.billing.queries import bills as bill_queries
from dianke.domain.billing.queries import runs as run_queries
from dianke.domain.billing.rules import explain
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.billing import words
from dianke.interfaces.web.billing.paper import lay_out
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.page import Chip, Crumb, Page
from dianke.interfaces.web.components.paging import page_by_key
from dianke.interfaces.web.requests import StaffRequest
from dianke.interfaces.web.sheets import answer_xlsx
from dianke.kernel.money import fen_to_yuan, spell_yuan

EXPORT_LIMIT = 50_000


@require_GET
@page_right("billing.view")
def list_bills(request: StaffRequest) -> HttpResponse:
    """List issued bills, newest first, by account and month."""
    text = request.GET.get("q", "").strip()
    month = request.GET.get("month", "")
    bills = bill_queries.filter_bills(
        actor=request.actor, account_prefix=text, month=bill_queries.get_month(month) if month else None
    )
    if request.GET.get("format") == "xlsx":
        return _export(bills.order_by("-id")[:EXPORT_LIMIT].iterator())
    values = {
        "page": Page(title=_("Bills"), crumbs=[Crumb(_("Billing"))]),
        "bills": page_by_key(bills, order=["-id"], at=request.GET.get("at", "")),
        "text": text,
        "month": month,
    }
    return render(request, "billing/bills.html", values)


def _export(bills: Any) -> HttpResponse:
    titles = [_("Bill"), _("Account"), _("Name"), _("Class"), _("Month"), "kWh", _("Amount (yuan)")]
    rows = (
        [
            bill.number,
            bill.account_number,
            bill.customer_name,
            str(words.USAGE_CLASSES.get(bill.usage_class, bill.usage_class)),
            formats.month(bill.month),
            fen_to_yuan(bill.energy_kwh_e2),
            fen_to_yuan(bill.amount_fen),
        ]
        for bill in bills
    )
    return answer_xlsx(name="bills", titles=titles, rows=rows)


@require_GET
@page_right("billing.view")
def show_bill(request: StaffRequest, bill_id: int) -> HttpResponse:
    """Show an issued bill, every line open to its calculation, and compute it again from what it froze."""
    bill = bill_queries.get_bill(actor=request.actor, bill_id=bill_id)
    lines = bill_queries.list_lines(actor=request.actor, bill_id=bill_id)
    run = run_queries.get_run_by_id(actor=request.actor, run_id=bill.run_id)
    before, after = bill_queries.list_neighbours(actor=request.actor, bill=bill)
    values = {
        **_draw(bill, explain.lines_of(lines)),
        "run": run,
        "before": before,
        "after": after,
        "history": [
            (run.cycle_month.frozen_at, _("readings frozen"), run.cycle_month.frozen_by),
            (run.calculated_at, _("calculated"), bill.calculated_by),
            (bill.issued_at, _("issued"), bill.issued_by),
        ][::-1],
    }
    values["page"] = _head(bill, number=bill.number, run=run, explanation=values["explanation"], issued=True)
    return render(request, "billing/bill.html", values)


@require_GET
@page_right("billing.view")
def show_draft(request: StaffRequest, bill_id: int) -> HttpResponse:
    """Show a draft in the same form as a bill."""
    draft = bill_queries.get_draft(actor=request.actor, bill_id=bill_id)
    lines = bill_queries.list_draft_lines(actor=request.actor, bill_id=bill_id)
    run = run_queries.get_run_by_id(actor=request.actor, run_id=draft.run_id)
    values = {
        **_draw(draft, explain.lines_of(lines)),
        "run": run,
        "history": [(run.calculated_at, _("calculated"), run.started_by)],
    }
    values["page"] = _head(draft, number=draft.account_number, run=run, explanation=values["explanation"], issued=False)
    return render(request, "billing/bill.html", values)


def _head(bill: Bill | BillDraft, *, number: str, run: Any, explanation: explain.Explanation, issued: bool) -> Page:
    month: date = bill.month
    return Page(
        title=_("%(month)s electricity bill") % {"month": formats.month(month)},
        number=number,
        crumbs=[
            Crumb(_("Billing")),
            Crumb(_("Run %(number)s") % {"number": run.number}, reverse("web:bill_run", args=[run.number])),
            Crumb(_("Bill")),
        ],
        chips=[
            Chip("ok", _("issued")) if issued else Chip("warn", _("draft")),
            Chip("ok", _("computes again to the same fen"))
            if explanation.is_equal
            else Chip("bad", _("computes again differently")),
        ],
        menu_url=reverse("web:bills"),
    )


def _draw(bill: Bill | BillDraft, lines: list[explain.Line]) -> dict[str, Any]:
    basis: dict[str, Any] = bill.basis
    explanation = explain.explain_bill(basis=basis, lines=lines)
    price = basis["price"]
    capacity = [own for own in basis["transformers"] if own["charged"]]
    multipliers = {meter["multiplier"] for meter in basis["meters"]}
    return {
        "bill": bill,
        "explanation": explanation,
        "groups": lay_out(explanation, basis=basis),
        "spelled": spell_yuan(bill.amount_fen),
        "usage_class": words.USAGE_CLASSES.get(bill.usage_class, bill.usage_class),
        "structure": words.STRUCTURES.get(price["structure"], price["structure"]),
        "side": words.SIDES.get(basis["supply"]["side"], basis["supply"]["side"]),
        "voltage": basis["supply"]["voltage"],
        "basic_mode": words.BASIC_MODES.get(price.get("basic_mode", "NONE")),
        "kva": sum(float(own["kva"]) for own in capacity) if capacity else None,
        "multiplier": " / ".join(sorted(multipliers)),
        "price": price,
        "days": (bill.period_end - bill.period_start).days,
        "included": [line for line in lines if line.included],
        "included_total": sum((line.amount for line in lines if line.included), start=0),
        "average_price": explain.average_price(bill.amount_fen, bill.energy_kwh_e2),
        "tax": explain.split_tax(bill.amount_fen),
    }
