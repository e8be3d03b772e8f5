"""The cashier's desk: find a customer, see what is owed, see what money would settle, take it."""

from datetime import date
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from dianke.application import counter
from dianke.application.counter.desk import preview_payer_payment, preview_payment
from dianke.application.listings.search import search_archive
from dianke.domain.channels.models import Shift
from dianke.domain.channels.queries import shifts as queries
from dianke.domain.channels.queries.acquirers import list_terminals
from dianke.domain.channels.rules.shifts import compute_change
from dianke.domain.customers import queries as customers
from dianke.domain.customers.models import CustomerAccount
from dianke.domain.receivables.models import Payer
from dianke.domain.receivables.queries.payments import PayerUnknown, find_payer, search_payers
from dianke.domain.receivables.types import Tender
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.components.page import Crumb, Page
from dianke.interfaces.web.counter.entry_rows import draw_entries
from dianke.interfaces.web.counter.fields import YuanField
from dianke.interfaces.web.counter.forms import OpenForm, TakeForm
from dianke.interfaces.web.payments.words import explain_refusal
from dianke.interfaces.web.requests import StaffRequest
from dianke.interfaces.web.valuation.served import draw_served
from dianke.kernel.clock import SystemClock, to_shanghai
from dianke.kernel.errors import DomainError
from dianke.kernel.money import format_yuan
from dianke.platform.audit.use_case import PermissionRefused
from dianke.platform.org import queries as org

_HITS = 12
_ORDER = "payments.order"
_FIELDS = {name: name for name in ("amount", "tendered", "slip_number", "bank_name", "terminal")}


@require_GET
@page_right(counter.RECEIVE)
def show_desk(request: StaffRequest) -> HttpResponse:
    """Show the desk: without a shift the way to open one, else the search, the customer and the money."""
    shift = queries.find_open_shift(actor=request.actor, cashier=request.actor.login)
    if shift is None or shift.opened_on != _today():
        return _show_closed(request, shift, OpenForm(units=_list_units(request)))
    text = " ".join(request.GET.get("q", "").split())[:80]
    account = _find_account(request, request.GET.get("account", ""))
    payer = None if account else _find_payer(request, request.GET.get("payer", ""))
    if text and account is None and payer is None:
        return _show_found(request, shift, text)
    if account is None and payer is None and "unknown" not in request.GET:
        return _render(request, shift, {"recent": _list_recent(request, shift)})
    return _show_money(request, shift, account, payer)


def _show_found(request: StaffRequest, shift: Shift, text: str) -> HttpResponse:
    """Show whom a text fits, accounts and collective payers; the only one is opened at once."""
    hits = search_archive(actor=request.actor, text=text, limit=_HITS)
    payers = search_payers(actor=request.actor, text=text, limit=_HITS, on=_today())
    found = [{"account": number} for hit in hits for number in hit.account_numbers]
    found += [{"payer": payer.number} for payer in payers]
    if len(found) == 1:
        return redirect(f"{reverse('web:counter_desk')}?{urlencode(found[0])}")
    return _render(request, shift, {"text": text, "hits": hits, "payers": payers})


@require_GET
@page_right(counter.RECEIVE)
def show_preview(request: StaffRequest) -> HttpResponse:
    """Show what an amount would settle, line by line, before it is taken."""
    account = _find_account(request, request.GET.get("account", ""))
    amount = _read_yuan(request.GET.get("amount", ""))
    payer = None if account else _find_payer(request, request.GET.get("payer", ""))
    values = _describe_money(request, account, payer, amount, _read_items(request.GET.getlist("item")))
    tendered = _read_yuan(request.GET.get("tendered", ""))
    is_cash = request.GET.get("tender") == Tender.CASH.value
    if is_cash and amount and tendered is not None:
        values["is_short"] = tendered < amount
        values["change_fen"] = None if tendered < amount else compute_change(amount_fen=amount, tendered_fen=tendered)
    return render(request, "counter/allocation.html", values)


@require_POST
@page_right(counter.RECEIVE)
def open_shift(request: StaffRequest) -> HttpResponse:
    """Open a shift with a float."""
    form = OpenForm(request.POST, units=_list_units(request))
    if form.is_valid():
        try:
            shift = counter.open_shift(
                actor=request.actor,
                unit_code=form.cleaned_data["unit"],
                float_fen=form.cleaned_data["float_fen"],
                at=SystemClock().now(),
            )
        except PermissionRefused:
            raise
        except DomainError as refusal:
            form.add_error(None, explain_refusal(refusal))
        else:
            messages.success(request, _now("Shift %(number)s is open.") % {"number": shift.number})
            return redirect("web:counter_desk")
    open_one = queries.find_open_shift(actor=request.actor, cashier=request.actor.login)
    return _show_closed(request, open_one, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)


@require_POST
@page_right(counter.RECEIVE)
def take_money(request: StaffRequest) -> HttpResponse:
    """Take the money and lead to the receipt."""
    shift = queries.find_open_shift(actor=request.actor, cashier=request.actor.login)
    form = TakeForm(request.POST, terminals=_list_terminals(request, shift) if shift else ())
    items = _read_items(request.POST.getlist("item"))
    if form.is_valid():
        try:
            taken = counter.take_payment(actor=request.actor, at=SystemClock().now(), item_ids=items, **form.read())
        except PermissionRefused:
            raise
        except DomainError as refusal:
            name = _FIELDS.get(refusal.field or "")
            form.add_error(name if name in form.fields else None, explain_refusal(refusal))
        else:
            _report(request, taken.received.is_new, taken.received.number, taken.entry.amount_fen)
            return redirect("web:payment_receipt", number=taken.received.number)
    if shift is None:
        messages.error(request, _now("The shift is closed; it takes nothing more."))
        return redirect("web:counter_desk")
    account = _find_account(request, request.POST.get("account", ""))
    payer = None if account else _find_payer(request, request.POST.get("payer", ""))
    return _show_money(request, shift, account, payer, form=form, items=items, status=HTTPStatus.UNPROCESSABLE_ENTITY)


def _report(request: StaffRequest, is_new: bool, number: str, amount_fen: int) -> None:
    facts = {"amount": format_yuan(amount_fen), "number": number}
    if is_new:
        messages.success(request, _now("¥%(amount)s taken, %(number)s.") % facts)
    else:
        messages.info(request, _now("It was taken already: %(number)s, ¥%(amount)s. Nothing was taken twice.") % facts)


def _show_closed(
    request: StaffRequest, shift: Shift | None, form: OpenForm, *, status: int = HTTPStatus.OK
) -> HttpResponse:
    """Show that there is no drawer to take money into, and what is to be done first."""
    waiting = [one for one in queries.list_shifts_not_closed(actor=request.actor) if one.cashier == request.actor.login]
    values = {"page": _head(None), "form": form, "old_shift": shift, "waiting": waiting}
    return render(request, "counter/closed.html", values, status=status)


def _show_money(
    request: StaffRequest,
    shift: Shift,
    account: CustomerAccount | None,
    payer: Payer | None,
    *,
    form: TakeForm | None = None,
    items: tuple[int, ...] = (),
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    serial = queries.get_next_serial(actor=request.actor, shift=shift)
    if form is None:
        preview = _describe_money(request, account, payer, 0, ()).get("preview")
        owed = preview.owed_fen if preview else 0
        form = TakeForm(
            initial={
                "shift": shift.number,
                "account": account.number if account else "",
                "payer": payer.number if payer else "",
                "amount": owed or None,
            },
            terminals=_list_terminals(request, shift),
        )
    amount = form["amount"].value()
    fen = _read_yuan(str(amount)) if isinstance(amount, str) else amount
    # What was refused took no serial; the one that another window took meanwhile is not offered again.
    values = {
        "form": form,
        "serial": serial,
        "account": account,
        "payer": payer,
        "served": draw_served(actor=request.actor, customer=account.customer, on=_today()) if account else None,
        "order_url": f"{reverse('web:payment_order_new')}?{urlencode({'account': account.number})}"
        if account and request.actor.may(_ORDER)
        else "",
        **_describe_money(request, account, payer, fen, items),
    }
    return _render(request, shift, values, status=status)


def _describe_money(
    request: StaffRequest,
    account: CustomerAccount | None,
    payer: Payer | None,
    amount_fen: int | None,
    items: tuple[int, ...],
) -> dict[str, Any]:
    if account is None and payer is None:
        return {"is_unknown": True, "amount_fen": amount_fen}
    if account is None and payer is not None:
        of_payer = preview_payer_payment(
            actor=request.actor, payer_id=payer.pk, amount_fen=max(amount_fen or 0, 0), item_ids=items, on=_today()
        )
        return {"preview": of_payer, "items": items, "amount_fen": amount_fen, "of_payer": True}
    assert account is not None  # noqa: S101 - one of the two is there
    preview = preview_payment(
        actor=request.actor,
        customer_account_id=account.pk,
        amount_fen=max(amount_fen or 0, 0),
        item_ids=items,
        on=_today(),
    )
    return {"preview": preview, "items": items, "amount_fen": amount_fen}


def _render(
    request: StaffRequest, shift: Shift, values: dict[str, Any], *, status: int = HTTPStatus.OK
) -> HttpResponse:
    drawer = queries.compute_drawer(actor=request.actor, shift=shift)
    return render(
        request, "counter/desk.html", {"page": _head(shift), "shift": shift, "drawer": drawer} | values, status=status
    )


def _list_recent(request: StaffRequest, shift: Shift) -> list[Any]:
    entries = queries.list_entries(actor=request.actor, shift=shift)
    return draw_entries(request.actor, list(reversed(entries))[:8])


def _head(shift: Shift | None) -> Page:
    return Page(
        title=_now("Cashier's desk"),
        facts=[shift.unit.name, shift.number] if shift else [],
        crumbs=[Crumb(_("Payment collection"))],
        menu_url=reverse("web:counter_desk"),
        help=[
            _("Find the customer by number, name, phone, meter or address; Enter in the amount takes the money."),
            _("What the amount settles is shown before it is taken. Tick bills that the customer wants paid first."),
            _("The same press twice is one payment. A payment of today is reversed on its page, by the same cashier."),
        ],
    )


def _find_account(request: StaffRequest, number: str) -> CustomerAccount | None:
    if not number:
        return None
    account = customers.get_account(actor=request.actor, number=number)
    if account is None:
        raise Http404
    return account


def _find_payer(request: StaffRequest, number: str) -> Payer | None:
    if not number:
        return None
    try:
        return find_payer(actor=request.actor, number=number)
    except PayerUnknown as unknown:
        raise Http404 from unknown


def _list_units(request: StaffRequest) -> list[tuple[str, str]]:
    units = org.list_units(actor=request.actor)
    return [(unit.code, unit.name) for unit in units if request.actor.may(counter.RECEIVE, unit.path)]


def _list_terminals(request: StaffRequest, shift: Shift) -> list[tuple[str, str]]:
    return [(one.code, one.name) for one in list_terminals(actor=request.actor, unit=shift.unit)]


def _read_yuan(text: str) -> int | None:
    try:
        value: int | None = YuanField(required=False).clean(text)
    except ValidationError:
        return None
    return value


def _read_items(given: list[str]) -> tuple[int, ...]:
    return tuple(int(one) for one in given if one.isascii() and one.isdecimal())


def _today() -> date:
    return to_shanghai(SystemClock().now()).date()
