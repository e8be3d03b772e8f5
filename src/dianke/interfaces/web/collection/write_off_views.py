"""Bad debt: the list, the proposal with bills and papers, the decision of another person, what comes back."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from dianke.application import collection
from dianke.domain.collection.models import BadWriteOff
from dianke.domain.collection.operations.write_offs import UnableToWriteOff
from dianke.domain.collection.queries import write_offs as queries
from dianke.domain.collection.queries.open_items import list_open_items
from dianke.domain.collection.rules.write_offs import get_rules
from dianke.domain.collection.types import WriteOffState
from dianke.domain.customers.models import CustomerAccount
from dianke.domain.customers.queries.accounts import get_account
from dianke.domain.receivables.queries import books
from dianke.domain.receivables.queries.standing import load_bills
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.acting import carry_out
from dianke.interfaces.web.collection import words
from dianke.interfaces.web.collection.write_off_list import WRITE_OFFS
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.list_views import render_list
from dianke.interfaces.web.components.page import Crumb, Page
from dianke.interfaces.web.components.states import state_chip
from dianke.interfaces.web.people import Names
from dianke.interfaces.web.requests import StaffRequest
from dianke.interfaces.web.shell.errors import explain
from dianke.kernel.clock import SystemClock
from dianke.platform.documents.media import find_media_type
from dianke.platform.documents.operations import DocumentMissing, UnableToAddDocument


class ProposalForm(forms.Form):
    """Which bills, why, and the paper that shows it."""

    items = forms.MultipleChoiceField(label=_("Bills"), widget=forms.CheckboxSelectMultiple)
    kind = forms.ChoiceField(label=_("Kind"))
    reason = forms.CharField(
        label=_("Reason"), max_length=400, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What was tried, and why it cannot be had."),
    )  # fmt: skip
    evidence = forms.FileField(label=_("Evidence"), help_text=_("PDF, picture or text, 20 MB at most"))

    def __init__(self, *args: Any, choices: list[tuple[str, str]], kinds: list[tuple[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["items"].choices = choices  # type: ignore[attr-defined]
        self.fields["kind"].choices = kinds  # type: ignore[attr-defined]


@require_GET
@page_right(collection.VIEW)
def list_write_offs(request: StaffRequest) -> HttpResponse:
    """List bad debt, newest first."""
    return render_list(request, WRITE_OFFS)


@require_http_methods(["GET", "POST"])
@page_right(collection.PROPOSE)
def propose_write_off(request: StaffRequest, number: str) -> HttpResponse:
    """Propose that open bills of an account are given up."""
    account = get_account(actor=request.actor, number=number)
    if account is None:
        raise Http404
    choices, amounts = _list_choices(request, account)
    kinds = [
        (one.code, words.WRITE_OFF_KINDS.get(one.code, one.code))
        for one in get_rules(on=SystemClock().now().date()).kinds
    ]
    form = ProposalForm(
        request.POST or None, request.FILES or None, choices=choices, kinds=kinds, initial={"items": list(amounts)}
    )
    if request.method == "POST" and form.is_valid():
        row = _propose(request, account, form)
        if row is not None:
            messages.success(request, _now("Another person decides on it now."))
            return redirect("web:write_off", key=row.pk)
    head = Page(
        title=_now("Propose bad debt"),
        number=account.number,
        facts=[account.customer.name, account.unit.name],
        crumbs=[Crumb(_("Collection of debts")), Crumb(_("Bad debt"), reverse("web:write_offs"))],
        menu_url=reverse("web:write_offs"),
        help=[
            _("The whole of what is open of each chosen bill is given up; it is booked when another person approves.")
        ],
    )
    status = 422 if request.method == "POST" else 200
    values = {"page": head, "form": form, "account": account, "has_bills": bool(choices)}
    return render(request, "collection/write_off_form.html", values, status=status)


@require_GET
@page_right(collection.VIEW)
def show_write_off(request: StaffRequest, key: int) -> HttpResponse:
    """Show a proposal with its bills and papers, and what the reader may do."""
    row = _get(request, key)
    actor = request.actor
    returns = queries.list_returns(actor=actor, row=row)
    names = Names([row.proposed_by, row.decided_by, *(one.returned_by for one in returns)])
    returned_fen = sum(one.amount_fen for one in returns)
    is_open = row.state == WriteOffState.PROPOSED.value
    keys = [key for key in (row.voucher_id, *(one.voucher_id for one in returns)) if key]
    vouchers = books.map_voucher_numbers(actor=actor, keys=keys) if actor.may("ledger.view") else {}
    values = {
        "page": _head(row),
        "row": row,
        "kind": words.WRITE_OFF_KINDS.get(row.kind, row.kind),
        "level": words.LEVELS.get(row.level, row.level),
        "items": queries.list_items(actor=actor, row=row),
        "evidence": queries.list_evidence(actor=actor, row=row),
        "returns": [(one, names.of(one.returned_by), vouchers.get(one.voucher_id, "")) for one in returns],
        "voucher": vouchers.get(row.voucher_id or 0, ""),
        "proposed_by": names.of(row.proposed_by),
        "decided_by": names.of(row.decided_by),
        "left_fen": row.amount_fen - returned_fen,
        "may_see_bills": actor.may("billing.view"),
        "may_decide": is_open
        and actor.may(collection.APPROVE)
        and row.proposed_by != actor.login
        and collection.may_approve(actor=actor, row=row),
        "may_withdraw": is_open and actor.may(collection.PROPOSE) and row.proposed_by == actor.login,
        "may_return": row.state == WriteOffState.BOOKED.value
        and actor.may(collection.MANAGE)
        and returned_fen < row.amount_fen,
    }
    return render(request, "collection/write_off.html", values)


@require_POST
@page_right(collection.APPROVE)
def decide_write_off(request: StaffRequest, key: int) -> HttpResponse:
    """Approve or refuse what another person proposed."""
    reason, at = str(request.POST.get("reason", "")), SystemClock().now()
    if request.POST.get("decision") == "refuse":
        act = partial(collection.refuse_write_off, actor=request.actor, key=key, reason=reason, at=at)
        return _carry_out(request, key, act, _now("Refused."))
    act = partial(collection.approve_write_off, actor=request.actor, key=key, reason=reason, at=at)
    return _carry_out(request, key, act, _now("Written off and booked."))


@require_POST
@page_right(collection.PROPOSE)
def withdraw_write_off(request: StaffRequest, key: int) -> HttpResponse:
    """Take one's own proposal back."""
    act = partial(collection.withdraw_write_off, actor=request.actor, key=key, at=SystemClock().now())
    return _carry_out(request, key, act, _now("It is taken back."))


@require_POST
@page_right(collection.MANAGE)
def return_bad_debt(request: StaffRequest, key: int) -> HttpResponse:
    """Let debt stand again for the money that came after all."""
    act = partial(collection.return_bad_debt, actor=request.actor, key=key, at=SystemClock().now())
    return _carry_out(request, key, act, _now("The debt stands again for the money that is there, and is settled."))


@require_GET
@page_right(collection.VIEW)
def show_evidence(request: StaffRequest, key: int) -> HttpResponse:
    """Give a paper out."""
    try:
        content = collection.open_evidence(actor=request.actor, key=key)
    except (queries.WriteOffUnknown, DocumentMissing) as missing:
        raise Http404 from missing
    answer = HttpResponse(content, content_type=find_media_type(content) or "application/octet-stream")
    answer["Content-Disposition"] = "inline"
    return answer


def _propose(request: StaffRequest, account: CustomerAccount, form: ProposalForm) -> BadWriteOff | None:
    given = form.cleaned_data
    file = given["evidence"]
    try:
        return collection.propose_write_off(
            actor=request.actor, number=account.number, kind=given["kind"],
            item_ids=[int(one) for one in given["items"]], reason=given["reason"],
            files=[(file.name, file.read())], at=SystemClock().now(),
        )  # fmt: skip
    except UnableToAddDocument as refusal:
        form.add_error("evidence", explain(refusal))
    except UnableToWriteOff as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, explain(refusal))
    return None


def _carry_out(request: StaffRequest, key: int, act: Callable[[], Any], done: str) -> HttpResponse:
    return carry_out(
        request, act, done=done, back=reverse("web:write_off", kwargs={"key": key}), missing=queries.WriteOffUnknown
    )


def _list_choices(request: StaffRequest, account: CustomerAccount) -> tuple[list[tuple[str, str]], dict[str, int]]:
    today = SystemClock().now().date()
    items = [
        one
        for one in list_open_items(actor=request.actor, customer_account_id=account.pk, as_of=today)
        if one.open_fen > 0
    ]
    bills = load_bills(item_ids=[one.item_id for one in items])
    choices = [
        (
            str(one.item_id),
            _now("%(bill)s · due %(due)s · %(amount)s yuan")
            % {
                "bill": bills[one.item_id].number if one.item_id in bills else one.item_id,
                "due": formats.day(one.due_date),
                "amount": formats.fen(one.open_fen),
            },
        )
        for one in items
    ]
    return choices, {str(one.item_id): one.open_fen for one in items}


def _get(request: StaffRequest, key: int) -> BadWriteOff:
    try:
        return queries.get_write_off(actor=request.actor, key=key)
    except queries.WriteOffUnknown as unknown:
        raise Http404 from unknown


def _head(row: BadWriteOff) -> Page:
    return Page(
        title=_now("Write-off of bad debt"),
        number=row.number,
        facts=[row.account.customer.name, row.account.number, row.unit.name],
        crumbs=[Crumb(_("Collection of debts")), Crumb(_("Bad debt"), reverse("web:write_offs"))],
        chips=[state_chip("collection.write_off", row.state)],
        menu_url=reverse("web:write_offs"),
        help=[
            _("Who proposed never approves. Approval books the loss against each bill; nothing is erased."),
            _("When the customer pays after all, the debt stands again for that much and the money settles it."),
        ],
    )
