"""The pages that a back-billing is drawn up on: the account, the months and kind, the facts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from dianke.application import bill_corrections
from dianke.domain.billing.models import Bill, BillCorrection
from dianke.domain.billing.queries import back_billing as queries
from dianke.domain.billing.queries import corrections as correction_queries
from dianke.domain.billing.rules.back_bills import UnableToWorkCase
from dianke.domain.billing.types import CorrectionKind
from dianke.domain.customers.models import CustomerAccount
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.billing import back_billing_words as words
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.page import Crumb, Page, Text
from dianke.interfaces.web.corrections.back_billing_form import CaseForm, ScopeForm, write_initial
from dianke.interfaces.web.corrections.drafts import find_bill, find_draft
from dianke.interfaces.web.requests import StaffRequest
from dianke.interfaces.web.shell.errors import explain
from dianke.kernel.clock import SystemClock, to_shanghai
from dianke.kernel.errors import DomainError


@require_GET
@page_right(bill_corrections.ASK)
def start_back_billing(request: StaffRequest) -> HttpResponse:
    """Find the bill that a back-billing starts from by the number of the account."""
    number = request.GET.get("account", "").strip()
    actor = request.actor.within(bill_corrections.ASK)
    account = CustomerAccount.objects.for_actor(actor).filter(number=number).first() if number else None
    bills = queries.list_last_bills(actor=actor, account_id=account.pk) if account is not None else []
    if len(bills) == 1:
        return redirect("web:back_billing_new", bill_id=bills[0].pk)
    values = {
        "page": Page(
            title=_("Back-billing"),
            crumbs=[Crumb(_("Billing")), Crumb(_("Corrections"), reverse("web:corrections"))],
            help=[_("Give the account; an account with several usage points asks for one of them.")],
        ),
        "number": number,
        "bills": bills,
        "is_missing": bool(number) and not bills,
    }
    return render(request, "corrections/back_billing_start.html", values)


@require_http_methods(["GET", "POST"])
@page_right(bill_corrections.ASK)
def draft_back_billing(request: StaffRequest, bill_id: int) -> HttpResponse:
    """Draw up a back-billing that ends with a bill."""
    return _answer(request, find_bill(request, bill_id), None)


@require_http_methods(["GET", "POST"])
@page_right(bill_corrections.ASK)
def change_back_billing(request: StaffRequest, key: int) -> HttpResponse:
    """Write a drafted back-billing anew."""
    order = find_draft(request, key, CorrectionKind.BACK_BILLING)
    return _answer(request, find_bill(request, order.bill_id), order) if order else redirect("web:correction", key=key)


@dataclass(frozen=True)
class _Asked:
    """What the form is about: the kind, the act of a breach, the months with their bills, what is known of them."""

    kind: str
    act: str
    from_month: date
    choices: list[Bill]
    bills: list[Bill]
    initial: dict[str, str]


def _answer(request: StaffRequest, bill: Bill, order: BillCorrection | None) -> HttpResponse:
    asked = _read_asked(request, bill, order)
    form = CaseForm(
        request.POST or None, kind=asked.kind, act=asked.act, from_month=asked.from_month, initial=asked.initial
    )
    if request.method == "POST" and form.is_valid():
        saved = _save(request, bill, order, form, asked.from_month)
        if saved is not None:
            messages.success(request, _("The draft is saved; look at what it comes to before you ask for it."))
            return redirect("web:correction", key=saved.pk)
    scope = ScopeForm(
        initial={"kind": asked.kind, "act": asked.act, "from_month": f"{asked.from_month}"},
        choices=asked.choices,
        kind=asked.kind,
    )
    values = {
        "page": _head(bill, order, asked.kind),
        "form": form,
        "scope": scope,
        "bills": asked.bills,
        "kind": words.KINDS[asked.kind],
        "months": words.name_months([one.month for one in asked.bills]),
        "energy_kwh_e2": sum(one.energy_kwh_e2 for one in asked.bills),
        "amount_fen": sum(one.amount_fen for one in asked.bills),
        "back_url": reverse("web:correction", args=[order.pk]) if order else reverse("web:bill", args=[bill.pk]),
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "corrections/back_billing_form.html", values, status=status)


def _read_asked(request: StaffRequest, bill: Bill, order: BillCorrection | None) -> _Asked:
    given = request.POST if request.method == "POST" else request.GET
    kept = _keep(request, bill, order)
    case = kept["case"]
    choices = queries.list_choices(actor=request.actor, bill=bill) or [bill]
    kind = _choose(given.get("kind"), case.get("kind"), known=words.KINDS)
    act = _choose(given.get("act"), case.get("act"), known=words.ACTS)
    months = {f"{one.month}": one.month for one in choices}
    from_month = months.get(given.get("from_month", "") or kept["from_month"], bill.month)
    bills = [one for one in choices if one.month >= from_month] or [bill]
    today = to_shanghai(SystemClock().now()).date()
    known = queries.prefill_case(actor=request.actor, kind=kind, bills=bills, day=today)
    # Other months or another kind bring other figures; the reason stays.
    own = {} if request.GET or case.get("kind") != kind else write_initial(case)
    return _Asked(kind, act, from_month, choices, bills, {**known, **own, "act": act, "reason": kept["reason"]})


def _choose(*wanted: str | None, known: Mapping[str, Text]) -> str:
    return next((one for one in wanted if one in known), next(iter(known))) or ""


def _keep(request: StaffRequest, bill: Bill, order: BillCorrection | None) -> dict[str, Any]:
    """Return what a drafted order holds, or nothing yet."""
    if order is None:
        return {"from_month": f"{bill.month}", "case": {}, "reason": ""}
    months = [item.month for item in correction_queries.list_corrected(actor=request.actor, order=order)]
    return {
        "from_month": f"{min(months, default=bill.month)}",
        "case": {name: value for name, value in order.case.items() if name != "rule_set"},
        "reason": order.reason,
    }


def _save(
    request: StaffRequest, bill: Bill, order: BillCorrection | None, form: CaseForm, from_month: date
) -> BillCorrection | None:
    case, reason = form.read_case(), form.cleaned_data["reason"]
    try:
        if order is not None:
            return bill_corrections.change_back_billing(
                actor=request.actor, key=order.pk, from_month=from_month, case=case, reason=reason
            )
        return bill_corrections.draft_back_billing(
            actor=request.actor,
            bill_id=bill.pk,
            from_month=from_month,
            case=case,
            reason=reason,
            at=SystemClock().now(),
        )
    except UnableToWorkCase as error:
        for fault in error.faults:
            form.add_error(fault.field if fault.field in form.fields else None, explain(fault))
    except DomainError as error:
        form.add_error(error.field if error.field in form.fields else None, explain(error))
    return None


def _head(bill: Bill, order: BillCorrection | None, kind: str) -> Page:
    return Page(
        title=_("Back-billing: %(kind)s") % {"kind": words.KINDS[kind]},
        number=order.number if order else bill.number,
        facts=[bill.customer_name, bill.account_number, formats.month(bill.month)],
        crumbs=[Crumb(_("Billing")), Crumb(_("Corrections"), reverse("web:corrections"))],
        menu_url=reverse("web:corrections"),
        help=[
            _("A back-billing makes one new bill beside those it concerns; none of them is changed."),
            _("Choose kind and months first and let the figures be filled in, then put them right."),
            _("Where a reading or price of a bill itself was wrong, correct that bill instead."),
        ],
    )
