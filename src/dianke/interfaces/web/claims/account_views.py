"""The money matters of one account: what it owes, what is held for it, and what can be asked for."""

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from dianke.application import claims
from dianke.domain.customers import queries as customers
from dianke.domain.customers.models import CustomerAccount
from dianke.domain.receivables.operations.claims import NewClaim
from dianke.domain.receivables.queries import claims as queries
from dianke.domain.receivables.queries.debts import get_position
from dianke.domain.receivables.types import HeldKind, Position
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.claims import words
from dianke.interfaces.web.claims.forms import MoneyForm, WaiverForm
from dianke.interfaces.web.claims.list_views import draw_state
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.figures import Figure
from dianke.interfaces.web.components.page import Crumb, Page
from dianke.interfaces.web.requests import StaffRequest
from dianke.interfaces.web.risk.leading import prefill
from dianke.kernel.clock import SystemClock, to_shanghai
from dianke.kernel.errors import DomainError
from dianke.platform.audit.use_case import PermissionRefused

_SHOWN = 20


@require_GET
@page_right(claims.VIEW)
def show_account(request: StaffRequest, number: str) -> HttpResponse:
    """Show what an account owes and holds, what was asked for, and the forms for whoever may ask."""
    return _render(request, find_account(request, number, claims.VIEW))


@require_POST
@page_right(claims.ASK)
def ask_waiver(request: StaffRequest, number: str) -> HttpResponse:
    """Ask for late fees to be waived."""
    account = find_account(request, number, claims.ASK)
    form = _build_waiver(request, account)
    claim = _ask(request, account, form, "reason") if form.is_valid() else None
    return claim or _render(request, account, waiver=form, status=HTTPStatus.UNPROCESSABLE_ENTITY)


@require_POST
@page_right(claims.ASK)
def ask_money(request: StaffRequest, number: str) -> HttpResponse:
    """Ask for a refund, or for a deposit to be taken, used or given back."""
    account = find_account(request, number, claims.ASK)
    form = MoneyForm(request.POST)
    claim = _ask(request, account, form, "money_reason") if form.is_valid() else None
    return claim or _render(request, account, money=form, status=HTTPStatus.UNPROCESSABLE_ENTITY)


def find_account(request: StaffRequest, number: str, right: str) -> CustomerAccount:
    """Return the account of an address, within the units where the right is held."""
    account = customers.get_account(actor=request.actor.within(right), number=number)
    if account is None:
        raise Http404
    return account


def _build_waiver(request: StaffRequest, account: CustomerAccount) -> WaiverForm:
    position = _get_position(request, account)
    asked = queries.sum_asked_waivers(item_ids=[debt.item_id for debt in position.debts])
    free = {debt.item_id: debt.late_fee_fen - asked.get(debt.item_id, 0) for debt in position.debts}
    return WaiverForm(request.POST or None, debts=position.debts, free_fen=free)


def _ask(
    request: StaffRequest, account: CustomerAccount, form: WaiverForm | MoneyForm, reason: str
) -> HttpResponse | None:
    new: NewClaim = form.read_claim()
    try:
        claim = claims.ask_claim(
            actor=request.actor,
            account_number=account.number,
            new=new,
            reason=form.cleaned_data[reason],
            at=SystemClock().now(),
        )
    except PermissionRefused:
        raise
    except DomainError as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, words.explain_refusal(refusal))
        return None
    messages.success(request, _("Another person decides on it now."))
    return redirect("web:claim", claim_id=claim.pk)


def _render(
    request: StaffRequest,
    account: CustomerAccount,
    *,
    waiver: WaiverForm | None = None,
    money: MoneyForm | None = None,
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    actor = request.actor
    position = _get_position(request, account)
    if money is None:
        money = MoneyForm()
        prefill(request, account, money, reason="money_reason", amount="amount")
    earlier = queries.filter_claims(actor=actor).filter(account=account).order_by("-id")[:_SHOWN]
    values: dict[str, Any] = {
        "page": _head(account),
        "account": account,
        "figures": _list_figures(request, account, position),
        "position": position,
        "may_ask": actor.may(claims.ASK, account.unit.path),
        "waiver": waiver or _build_waiver_unbound(request, account),
        "money": money,
        "earlier": [(claim, words.KINDS[claim.kind], draw_state(claim)) for claim in earlier],
    }
    return render(request, "claims/account.html", values, status=status)


def _build_waiver_unbound(request: StaffRequest, account: CustomerAccount) -> WaiverForm:
    form = _build_waiver(request, account)
    form.is_bound = False
    return form


def _get_position(request: StaffRequest, account: CustomerAccount) -> Position:
    today = to_shanghai(SystemClock().now()).date()
    return get_position(actor=request.actor.within(claims.VIEW), customer_account_id=account.pk, on=today)


def _list_figures(request: StaffRequest, account: CustomerAccount, position: Position) -> list[Figure]:
    free = queries.get_free_money(actor=request.actor.within(claims.VIEW), account_id=account.pk)
    late_fen = sum(debt.late_fee_fen for debt in position.debts)

    def say_free(held_fen: int, kind: HeldKind) -> str:
        asked_fen = held_fen - free[kind]
        return _("%(amount)s of it asked for") % {"amount": formats.fen(asked_fen)} if asked_fen else ""

    return [
        Figure(caption=_("Owed today (yuan)"), value=formats.fen(position.owed_fen)),
        Figure(caption=_("of it late fees (yuan)"), value=formats.fen(late_fen)),
        Figure(
            caption=_("Prepayment (yuan)"),
            value=formats.fen(position.prepaid_fen),
            context=say_free(position.prepaid_fen, HeldKind.PREPAYMENT),
        ),
        Figure(
            caption=_("Deposit (yuan)"),
            value=formats.fen(position.deposit_fen),
            context=say_free(position.deposit_fen, HeldKind.DEPOSIT),
        ),
    ]


def _head(account: CustomerAccount) -> Page:
    return Page(
        title=_("Waiver, refund, deposit: %(name)s") % {"name": account.customer.name},
        number=account.number,
        facts=[account.unit.name],
        crumbs=[
            Crumb(_("Waivers, refunds, deposits"), reverse("web:claims")),
            Crumb(account.number, reverse("web:customer_account", args=[account.number])),
        ],
        menu_url=reverse("web:claims"),
        help=[
            _("Whatever is asked for here is decided by another person; nothing is booked before."),
            _("A late fee can be waived whether it is in the books or only runs. Fees of later days run on."),
            _("A refund and a deposit that is given back are paid out once the bank has a number for them."),
        ],
    )
