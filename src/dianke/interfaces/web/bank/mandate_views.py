"""Agreements to withhold, and the banks that withhold for us."""

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods

from dianke.application import bank_channels
from dianke.domain.channels.models import Mandate
from dianke.domain.channels.queries import withholding as queries
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.bank import words
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.filters import ChoiceFilter
from dianke.interfaces.web.components.list_views import render_list
from dianke.interfaces.web.components.lists import Column, ListSpec, register
from dianke.interfaces.web.components.page import Chip, Crumb, Page
from dianke.interfaces.web.people import Names
from dianke.interfaces.web.requests import StaffRequest
from dianke.interfaces.web.shell.errors import explain
from dianke.kernel import masks
from dianke.kernel.clock import SystemClock, to_shanghai
from dianke.kernel.errors import DomainError
from dianke.kernel.money import fen_to_yuan, yuan_to_fen
from dianke.platform.audit.use_case import PermissionRefused
from dianke.platform.identity.types import Actor

_DAY = forms.DateInput(attrs={"type": "date"})
_UNPROCESSABLE = 422


class MandateForm(forms.Form):
    """An agreement as it was signed."""

    account = forms.CharField(label=_("Account"), max_length=10, help_text=_("its bank account is the one it has now"))
    number = forms.CharField(label=_("Number of the agreement"), max_length=40)
    since_date = forms.DateField(label=_("From"), widget=_DAY)
    limit = forms.DecimalField(
        label=_("At most at once (yuan)"),
        required=False,
        min_value=Decimal("0.01"),
        max_digits=12,
        decimal_places=2,
        help_text=_("empty is without bound"),
    )


class PauseForm(forms.Form):
    """Until when nothing is withdrawn, and why."""

    until_date = forms.DateField(label=_("Paused until"), required=False, widget=_DAY,
                                 help_text=_("empty goes on at once"))  # fmt: skip
    reason = forms.CharField(label=_("Reason"), max_length=200, required=False)


class EndForm(forms.Form):
    """From when on it no longer holds."""

    end_date = forms.DateField(label=_("Ends on"), widget=_DAY)


class BankForm(forms.Form):
    """A bank that withholds for us."""

    code = forms.CharField(
        label=_("Code of the bank"), max_length=12, help_text=_("the digits its branches begin with")
    )
    name = forms.CharField(label=_("Name"), max_length=80)
    layout = forms.ChoiceField(label=_("Layout of its files"), choices=list(words.LAYOUTS.items()))
    client_number = forms.CharField(label=_("Our number at the bank"), max_length=40)
    account_number = forms.CharField(label=_("Our account there"), max_length=40)


@require_GET
@page_right(bank_channels.VIEW)
def list_mandates(request: StaffRequest) -> HttpResponse:
    """List agreements."""
    values = {"may_add": request.actor.may(bank_channels.RECONCILE)}
    return render_list(request, MANDATES, template="bank/mandates.html", values=values)


@require_http_methods(["GET", "POST"])
@page_right(bank_channels.RECONCILE)
def add_mandate(request: StaffRequest) -> HttpResponse:
    """Enter an agreement."""
    today = to_shanghai(SystemClock().now()).date()
    form = MandateForm(request.POST or None, initial={"since_date": today, "account": request.GET.get("account", "")})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            mandate = bank_channels.add_mandate(
                actor=request.actor,
                account_number=given["account"],
                number=given["number"],
                since_date=given["since_date"],
                limit_fen=yuan_to_fen(given["limit"]) if given["limit"] else None,
                at=SystemClock().now(),
            )
        except PermissionRefused:
            raise
        except DomainError as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, explain(refusal))
        else:
            messages.success(request, _now("The agreement is entered."))
            return redirect("web:bank_mandate", mandate.number)
    status = _UNPROCESSABLE if form.errors else 200
    page = Page(title=_("New agreement"), crumbs=_crumbs(), menu_url=reverse("web:bank_mandates"))
    return render(request, "bank/form.html", {"page": page, "form": form, "act": _("Enter")}, status=status)


@require_http_methods(["GET", "POST"])
@page_right(bank_channels.VIEW)
def show_mandate(request: StaffRequest, number: str) -> HttpResponse:
    """Show an agreement; pause it, let it go on, or end it."""
    mandate = _find(request, number)
    is_pause = request.POST.get("act") == "pause"
    pause = PauseForm(request.POST if is_pause else None, initial={"until_date": mandate.paused_until_date})
    end = EndForm(request.POST if request.method == "POST" and not is_pause else None)
    if request.method == "POST" and (pause if is_pause else end).is_valid():
        try:
            _change(request, mandate, pause if is_pause else end)
        except PermissionRefused:
            raise
        except DomainError as refusal:
            messages.error(request, explain(refusal))
        else:
            messages.success(request, _now("The agreement is changed."))
        return redirect("web:bank_mandate", number)
    values = {
        "page": Page(
            title=mandate.account.customer.name,
            number=mandate.number,
            crumbs=_crumbs(),
            chips=[_draw_state(mandate)],
            menu_url=reverse("web:bank_mandates"),
            help=[_("While it is paused, as for a bill that is disputed, no batch asks for money of it.")],
        ),
        "mandate": mandate,
        "bank_number": masks.mask_bank_account(mandate.bank_account.number),
        "entered_by": Names([mandate.entered_by]).of(mandate.entered_by),
        "pause": pause,
        "end": end,
        "may_change": mandate.until_date is None and request.actor.may(bank_channels.RECONCILE),
    }
    return render(request, "bank/mandate.html", values, status=_UNPROCESSABLE if pause.errors or end.errors else 200)


@require_http_methods(["GET", "POST"])
@page_right(bank_channels.VIEW)
def list_banks(request: StaffRequest) -> HttpResponse:
    """Show the banks that withhold for us, and add one."""
    form = BankForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            bank_channels.add_bank(actor=request.actor, **form.cleaned_data)
        except PermissionRefused:
            raise
        except DomainError as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, explain(refusal))
        else:
            messages.success(request, _now("The bank is added."))
            return redirect("web:banks")
    values = {
        "page": Page(title=_("Banks"), crumbs=_crumbs(), menu_url=reverse("web:bank_mandates")),
        "banks": [(one, words.LAYOUTS[one.layout]) for one in queries.list_banks(actor=request.actor)],
        "form": form,
        "may_add": request.actor.may(bank_channels.RELEASE),
    }
    return render(request, "bank/banks.html", values, status=_UNPROCESSABLE if form.errors else 200)


def _change(request: StaffRequest, mandate: Mandate, form: forms.Form) -> None:
    given = form.cleaned_data
    if isinstance(form, PauseForm):
        bank_channels.pause_mandate(
            actor=request.actor, number=mandate.number, until_date=given["until_date"], reason=given["reason"]
        )
    else:
        bank_channels.end_mandate(actor=request.actor, number=mandate.number, until_date=given["end_date"])


def _find(request: StaffRequest, number: str) -> Mandate:
    rows = queries.filter_mandates(actor=request.actor).select_related("bank_account")
    mandate: Mandate | None = rows.filter(number=number).first()
    if mandate is None:
        raise Http404
    return mandate


def _crumbs() -> list[Crumb]:
    return [Crumb(_("Channels and reconciliation")), Crumb(_("Withholding agreements"), reverse("web:bank_mandates"))]


def _draw_state(mandate: Mandate) -> Chip:
    today = to_shanghai(SystemClock().now()).date()
    if mandate.until_date is not None and mandate.until_date <= today:
        return Chip("idle", _now("Ended"))
    if mandate.paused_until_date is not None and today < mandate.paused_until_date:
        return Chip("warn", _now("Paused"))
    return Chip("ok", _now("In force"))


def _search(actor: Actor, rows: QuerySet[Any], text: str) -> tuple[QuerySet[Any], bool]:
    return rows.filter(Q(number__startswith=text) | Q(account__number__startswith=text)), False


MANDATES = register(
    ListSpec(
        name="bank.mandates",
        title=_("Withholding agreements"),
        url_name="web:bank_mandates",
        right=bank_channels.VIEW,
        crumbs=[Crumb(_("Channels and reconciliation"))],
        rows=lambda actor: queries.filter_mandates(actor=actor),
        row_url=lambda one: reverse("web:bank_mandate", args=[one.number]),
        sort="number",
        columns=[
            Column("number", _("Agreement"), lambda one: one.number, order=("number",), css="n"),
            Column("state", _("State"), _draw_state),
            Column("account", _("Account"), lambda one: one.account.number, css="n"),
            Column("customer", _("Customer"), lambda one: one.account.customer.name),
            Column("bank", _("Bank"), lambda one: one.bank.name, css="nw"),
            Column("since", _("From"), lambda one: one.since_date, css="n"),
            Column("until", _("Until"), lambda one: one.until_date, css="n"),
            Column("limit", _("At most at once (yuan)"),
                   lambda one: fen_to_yuan(one.limit_fen) if one.limit_fen else None,
                   show=lambda one: formats.fen(one.limit_fen) if one.limit_fen else "–", css="num"),
        ],
        filters=[
            ChoiceFilter("bank", _("Bank"),
                         lambda actor: [(one.code, one.name) for one in queries.list_banks(actor=actor)],
                         lookup="bank__code"),
        ],
        search=_search,
        search_hint=_("Number of the agreement or of the account"),
        count=lambda count: _now("%(count)s agreements") % {"count": count},
        empty_title=_("No agreement yet"),
        empty_text=_("An agreement lets a bank withdraw the bills of an account."),
        empty_found_title=_("No agreement fits"),
        empty_found_text=_("Take a filter out to see more."),
        brief=("state", "customer", "bank", "account"),
        export_name="mandates",
    )
)  # fmt: skip
