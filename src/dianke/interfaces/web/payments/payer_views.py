"""One collective payer: its accounts with what they owe, its payments and where they went; asking and deciding."""

from collections.abc import Mapping, Sequence
from datetime import date
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from dianke.application import counter, payments
from dianke.application.counter.settled import SettledLine, list_settled
from dianke.domain.customers.models import CustomerAccount
from dianke.domain.receivables.models import Payer, PayerChange, PayerMember
from dianke.domain.receivables.queries import payers as queries
from dianke.domain.receivables.queries.debts import list_debts
from dianke.domain.receivables.queries.payers import PayerChangeUnknown
from dianke.domain.receivables.queries.payments import PayerUnknown, filter_payments, find_payer
from dianke.domain.receivables.types import Debt, PayerChangeKind, PayerChangeState, SpreadRule
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.acting import carry_out
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.page import Crumb, Page
from dianke.interfaces.web.components.paging import page_by_key
from dianke.interfaces.web.components.states import state_chip
from dianke.interfaces.web.payments import payer_words as words
from dianke.interfaces.web.payments.payer_forms import ChangeForm, PayerForm
from dianke.interfaces.web.payments.payer_lists import find_state
from dianke.interfaces.web.payments.payment_views import find_state as find_payment_state
from dianke.interfaces.web.people import Names
from dianke.interfaces.web.requests import StaffRequest
from dianke.kernel.clock import SystemClock, to_shanghai
from dianke.kernel.errors import DomainError
from dianke.platform.audit.use_case import PermissionRefused

_CHANGES = 50


@require_GET
@page_right(counter.VIEW)
def show_payer(request: StaffRequest, number: str) -> HttpResponse:
    """Show a payer: accounts, payments, changes."""
    payer = _find(request, number)
    actor = request.actor
    members = queries.list_members(actor=actor, payer=payer)
    accounts = _list_accounts(request, payer, members)
    page = page_by_key(filter_payments(actor=actor).filter(payer=payer), order=["-id"], at=request.GET.get("at", ""))
    changes = list(queries.filter_changes(actor=actor).filter(payer=payer).order_by("-id")[:_CHANGES])
    names = Names(login for one in changes for login in (one.asked_by, one.decided_by))
    is_open = payer.until_date is None and all(one.state != PayerChangeState.ASKED.value for one in changes)
    values = {
        "page": _head(payer),
        "payer": payer,
        "spread": words.SPREADS[payer.spread],
        "accounts": accounts,
        "owed_fen": sum(one["owed_fen"] for one in accounts),
        "paged": page,
        "payments": _list_payments(page.rows),
        "changes": [_describe(one, names) for one in changes],
        "may_ask": is_open and actor.may(counter.ASK),
        "take_url": f"{reverse('web:counter_desk')}?payer={payer.number}"
        if actor.may(counter.RECEIVE) and find_state(payer) == "ACTIVE"
        else "",
    }
    return render(request, "payments/payer.html", values)


@require_http_methods(["GET", "POST"])
@page_right(counter.ASK)
def ask_payer(request: StaffRequest) -> HttpResponse:
    """Ask for a new payer."""
    form = PayerForm(request.POST or None, today=to_shanghai(SystemClock().now()).date())
    head = Page(
        title=pgettext("payer", "New collective payer"),
        crumbs=[Crumb(_("Payment collection")), Crumb(_("Collective payers"), reverse("web:payers"))],
        menu_url=reverse("web:payers"),
        help=[_("Another person decides; until then nothing changes.")],
    )
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        made = _try(
            request,
            form,
            lambda: payments.ask_payer(
                actor=request.actor,
                number=given["number"],
                name=given["name"],
                account_number=given["account"],
                spread=SpreadRule(given["spread"]),
                account_numbers=given["accounts"],
                effective_date=given["effective_date"],
                reason=given["reason"],
                at=SystemClock().now(),
            ),
        )
        if made is not None:
            return redirect("web:payer_change", key=made.pk)
    return _render_form(request, form, head)


@require_http_methods(["GET", "POST"])
@page_right(counter.ASK)
def ask_change(request: StaffRequest, number: str) -> HttpResponse:
    """Ask for accounts that a payer takes on or gives up, or for its end."""
    payer = _find(request, number)
    form = ChangeForm(request.POST or None, today=to_shanghai(SystemClock().now()).date())
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        made = _try(
            request,
            form,
            lambda: payments.ask_payer_change(
                actor=request.actor,
                number=payer.number,
                kind=PayerChangeKind(given["kind"]),
                account_numbers=given["accounts"],
                effective_date=given["effective_date"],
                reason=given["reason"],
                at=SystemClock().now(),
            ),
        )
        if made is not None:
            return redirect("web:payer_change", key=made.pk)
    head = Page(
        title=_now("Change: %(name)s") % {"name": payer.name},
        number=payer.number,
        crumbs=[
            Crumb(_("Collective payers"), reverse("web:payers")),
            Crumb(payer.number, reverse("web:payer", args=[payer.number])),
        ],
        menu_url=reverse("web:payers"),
        help=[_("Another person decides; until then nothing changes.")],
    )
    return _render_form(request, form, head)


@require_GET
@page_right(counter.VIEW)
def show_change(request: StaffRequest, key: int) -> HttpResponse:
    """Show what somebody asked, to be decided."""
    change = _find_change(request, key)
    actor, is_asked = request.actor, change.state == PayerChangeState.ASKED.value
    names = Names([change.asked_by, change.decided_by])
    told = _describe(change, names)
    values = {
        "page": Page(
            title=told["kind"],
            number=change.number,
            facts=[change.name, change.unit.name],
            crumbs=[Crumb(_("Collective payers"), reverse("web:payers"))],
            chips=[told["chip"]],
            menu_url=reverse("web:payers"),
            help=[_("Who asks never approves. Until then nothing changes.")],
        ),
        "change": change,
        "told": told,
        "facts": _list_facts(change, told),
        "accounts": [
            one.customer_account
            for one in change.accounts.for_actor(actor).select_related("customer_account__customer").order_by("id")
        ],
        "may_decide": is_asked and actor.may(counter.APPROVE) and change.asked_by != actor.login,
        "may_withdraw": is_asked and actor.may(counter.ASK) and change.asked_by == actor.login,
    }
    return render(request, "payments/payer_change.html", values)


@require_POST
@page_right(counter.APPROVE)
def decide_change(request: StaffRequest, key: int) -> HttpResponse:
    """Carry out or refuse what somebody else asked for."""
    is_refused = request.POST.get("decision") == "refuse"
    act = payments.refuse_payer_change if is_refused else payments.approve_payer_change
    return carry_out(
        request,
        lambda: act(actor=request.actor, key=key, reason=request.POST.get("reason", ""), at=SystemClock().now()),
        done=_now("Refused.") if is_refused else _now("Carried out."),
        back=reverse("web:payer_change", args=[key]),
        explain=words.explain,
        missing=PayerChangeUnknown,
    )


@require_POST
@page_right(counter.ASK)
def withdraw_change(request: StaffRequest, key: int) -> HttpResponse:
    """Take one's own wish back."""
    return carry_out(
        request,
        lambda: payments.withdraw_payer_change(actor=request.actor, key=key, at=SystemClock().now()),
        done=_now("It is taken back."),
        back=reverse("web:payer_change", args=[key]),
        explain=words.explain,
        missing=PayerChangeUnknown,
    )


def _list_accounts(request: StaffRequest, payer: Payer, members: Sequence[PayerMember]) -> list[dict[str, Any]]:
    """Return the payer's own account and those it pays, paid or will pay for, with what they owe today."""
    today = to_shanghai(SystemClock().now()).date()
    keys = [payer.customer_account_id, *(one.customer_account_id for one in members)]
    debts = list_debts(actor=request.actor, customer_account_ids=keys, on=today)
    own = _draw_account(payer.customer_account, None, payer.until_date, today, debts)
    rows = [_draw_account(one.customer_account, one.since_date, one.until_date, today, debts) for one in members]
    return [{**own, "is_own": True}, *rows]


def _draw_account(
    account: CustomerAccount, since: date | None, until: date | None, today: date, debts: Mapping[int, Sequence[Debt]]
) -> dict[str, Any]:
    is_over = until is not None and until <= today
    state = "LATER" if since is not None and since > today else "OVER" if is_over else "NOW"
    # What an account owes that it pays for no more is not the payer's.
    found = debts.get(account.pk, []) if state == "NOW" else []
    return {
        "account": account,
        "since": since,
        "until": until,
        "bills": len(found),
        "owed_fen": sum(debt.total_fen for debt in found),
        "chip": state_chip("payer.member", state, quiet=True),
    }


def _list_payments(payments_of: Sequence[Any]) -> list[dict[str, Any]]:
    settled = list_settled(voucher_ids=[one.voucher_id for one in payments_of])
    return [
        {
            "payment": one,
            "chip": state_chip("payment", find_payment_state(one), quiet=True),
            "parts": _sum_by_account(settled[one.voucher_id]),
        }
        for one in payments_of
    ]


def _sum_by_account(lines: Sequence[SettledLine]) -> list[dict[str, Any]]:
    """Return what a payment settled of each account; what is left of it stands last, without a number."""
    sums: dict[str, int] = {}
    for line in lines:
        sums[line.account_number] = sums.get(line.account_number, 0) + line.amount_fen
    return [
        {"number": number, "fen": fen} for number, fen in sorted(sums.items(), key=lambda one: (not one[0], one[0]))
    ]


def _describe(change: PayerChange, names: Names) -> dict[str, Any]:
    return {
        "change": change,
        "kind": words.KINDS[change.kind],
        "chip": state_chip("payment.change", change.state),
        "asked_by": names.of(change.asked_by),
        "decided_by": names.of(change.decided_by),
    }


def _list_facts(change: PayerChange, told: dict[str, Any]) -> list[tuple[Any, Any]]:
    facts = [
        (_("Takes effect on"), formats.day(change.effective_date)),
        (_("Own account"), change.customer_account.number),
        (_("Order of payment"), words.SPREADS[change.spread]),
        (_("Reason"), change.reason),
        (_("Asked by"), f"{told['asked_by']} {formats.moment(change.asked_at)}"),
    ]
    if change.decided_at is not None:
        facts.append((_("Decided by"), f"{told['decided_by']} {formats.moment(change.decided_at)}"))
        facts.append((_("Reason of the decision"), change.decision_reason))
    return [(name, value) for name, value in facts if value]


def _try(request: StaffRequest, form: ChangeForm, ask: Any) -> PayerChange | None:
    try:
        made: PayerChange = ask()
    except PermissionRefused:
        raise
    except DomainError as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, words.explain(refusal))
        return None
    messages.success(request, _now("Another person decides on it now."))
    return made


def _render_form(request: StaffRequest, form: ChangeForm, head: Page) -> HttpResponse:
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
    return render(request, "payments/payer_form.html", {"page": head, "form": form}, status=status)


def _find(request: StaffRequest, number: str) -> Payer:
    try:
        return find_payer(actor=request.actor, number=number)
    except PayerUnknown as unknown:
        raise Http404 from unknown


def _find_change(request: StaffRequest, key: int) -> PayerChange:
    try:
        return queries.get_change(actor=request.actor, key=key)
    except PayerChangeUnknown as unknown:
        raise Http404 from unknown


def _head(payer: Payer) -> Page:
    return Page(
        title=pgettext("thing", "Collective payer"),
        number=payer.number,
        facts=[payer.name, payer.unit.name],
        crumbs=[Crumb(_("Payment collection")), Crumb(_("Collective payers"), reverse("web:payers"))],
        chips=[state_chip("payer", find_state(payer))],
        menu_url=reverse("web:payers"),
        help=[
            _("One payment settles the bills of the payer's own account and of all accounts that it pays for."),
            _("Accounts come and go by a day; who asks never approves."),
        ],
    )
