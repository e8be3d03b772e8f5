"""One account under fee control: balance over the days, what the estimate is made of, what was told and ordered."""

from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_GET, require_POST

from dianke.application import fee_control
from dianke.domain.customers.models import CustomerAccount
from dianke.domain.customers.queries.accounts import get_account
from dianke.domain.fee_control.models import ControlExemption, ControlledAccount, DailyEstimate, PointEstimate
from dianke.domain.fee_control.operations.orders import list_refusals
from dianke.domain.fee_control.queries import accounts as queries
from dianke.domain.fee_control.queries import agreements, orders
from dianke.domain.fee_control.queries.facts import Balance, load_balances, load_facts
from dianke.domain.fee_control.types import Cause, ControlState, ProposalState
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.acting import carry_out
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.charts import Chart, Colour, Series
from dianke.interfaces.web.components.figures import Figure
from dianke.interfaces.web.components.list_views import render_list
from dianke.interfaces.web.components.page import Chip, Crumb, Page, Text
from dianke.interfaces.web.components.states import state_chip
from dianke.interfaces.web.fee_control import words
from dianke.interfaces.web.fee_control.account_list import ACCOUNTS, describe_age
from dianke.interfaces.web.fee_control.order_list import clock_chip
from dianke.interfaces.web.people import Names
from dianke.interfaces.web.requests import StaffRequest
from dianke.kernel.clock import SystemClock
from dianke.platform.identity.types import Actor
from dianke.platform.outbox.models import Message

_DAYS = 60
_FEN = 100
_WITHOUT_SUPPLY = {ControlState.DISCONNECTED.value, ControlState.TO_RECONNECT.value}


@require_GET
@page_right(fee_control.VIEW)
def list_accounts(request: StaffRequest) -> HttpResponse:
    """List accounts under control, the lowest balance first."""
    return render_list(request, ACCOUNTS)


@require_GET
@page_right(fee_control.VIEW)
def show_account(request: StaffRequest, number: str) -> HttpResponse:
    """Show how an account stands now, how it came there, and what stands in the way of cutting it off."""
    account, actor, now = _get(request, number), request.actor, SystemClock().now()
    row = queries.find_controlled(actor=actor, account_id=account.pk)
    balance = load_balances(account_ids=[account.pk], at=now)[account.pk]
    estimates = queries.list_estimates(
        actor=actor, account_id=account.pk, since=timezone.localdate(now) - timedelta(days=_DAYS)
    )
    last = estimates[-1] if estimates else None
    values = {
        **_draw_history(actor, account),
        "page": _head(account, row),
        "account": account,
        "figures": _list_figures(balance, row, now),
        "lines": _list_lines(balance),
        "balance_fen": balance.balance_fen,
        "chart": _draw(estimates, row) if len(estimates) > 1 else None,
        "last": last,
        "last_age": describe_age(last.days_old) if last else "",
        "pieces": _list_pieces(actor, account, last),
        "causes": _list_causes(account, balance, now),
        "may_order": actor.may(fee_control.ORDER),
        "may_propose": actor.may(fee_control.ORDER) and (row is None or row.state not in _WITHOUT_SUPPLY),
        "may_agree": actor.may(fee_control.AGREE),
        "may_see_messages": actor.may("outbox.view"),
        "customer_url": reverse("web:customer_account", args=[number]) if actor.may("archive.view") else "",
        "cause_words": words.CAUSES,
    }
    return render(request, "fee_control/account.html", values)


def _draw_history(actor: Actor, account: CustomerAccount) -> dict[str, Any]:
    """Return what was ordered, told, agreed and exempted, the latest first."""
    exemptions = agreements.list_exemptions(actor=actor, account_id=account.pk)
    names = Names([*(one.proposed_by for one in exemptions), *(one.decided_by for one in exemptions)])
    return {
        "orders": [
            (one, state_chip("fee_control.order", one.state), words.ORDER_KINDS[one.kind], clock_chip(one))
            for one in orders.list_orders(actor=actor, account_id=account.pk)
        ],
        "notices": [
            (one, words.NOTICES[one.kind], _draw_message(one.message))
            for one in orders.list_notices(actor=actor, account_id=account.pk)
        ],
        "agreements": [
            (one, words.AGREEMENT_KINDS[one.kind], state_chip("fee_control.proposal", one.state))
            for one in agreements.list_agreements(actor=actor, account_id=account.pk)
        ],
        "exemptions": [
            (
                one, words.EXEMPTION_KINDS[one.kind], state_chip("fee_control.proposal", one.state),
                names.of(one.proposed_by), names.of(one.decided_by), *_list_exemption_acts(actor, one),
            )
            for one in exemptions
        ],
    }  # fmt: skip


@require_POST
@page_right(fee_control.ORDER)
def propose_order(request: StaffRequest, number: str) -> HttpResponse:
    """Propose that the account is cut off; the rules that stand in the way are named."""
    _get(request, number)
    cause = Cause.OVERDUE if request.POST.get("cause") == Cause.OVERDUE.value else Cause.BALANCE
    act = partial(fee_control.propose_order, actor=request.actor, number=number, cause=cause, at=SystemClock().now())
    back = reverse("web:fee_control_account", args=[number])
    done = _now("Proposed. Another person decides on it now.")
    return carry_out(request, act, done=done, back=back, explain=words.explain)


@require_POST
@page_right(fee_control.ORDER)
def record_notice(request: StaffRequest, number: str) -> HttpResponse:
    """Keep that a notice was handed over on paper."""
    _get(request, number)
    act = partial(
        fee_control.record_written_notice, actor=request.actor, number=number,
        note=str(request.POST.get("note", "")), at=SystemClock().now(),
    )  # fmt: skip
    back = reverse("web:fee_control_account", args=[number])
    return carry_out(request, act, done=_now("The notice is kept with this moment."), back=back, explain=words.explain)


def _get(request: StaffRequest, number: str) -> CustomerAccount:
    account = get_account(actor=request.actor.within(fee_control.VIEW), number=number)
    if account is None:
        raise Http404
    return account


def _list_exemption_acts(actor: Actor, one: ControlExemption) -> tuple[bool, bool]:
    """Tell whether the reader may decide on an exemption, or take it back."""
    waits, is_own = one.state == ProposalState.PROPOSED.value, one.proposed_by == actor.login
    may_decide = waits and not is_own and actor.may(fee_control.APPROVE_AGREEMENTS)
    return may_decide, waits and is_own and actor.may(fee_control.AGREE)


def _draw_message(message: Message | None) -> Chip | None:
    return state_chip("outbox.message", message.state, quiet=True) if message is not None else None


def _list_figures(balance: Balance, row: ControlledAccount | None, now: Any) -> list[Figure]:
    last = balance.running.last_reading_date
    days = (timezone.localdate(now) - last).days if last else None
    return [
        Figure(_("Running balance (yuan)"), formats.fen(balance.balance_fen), context=_now("computed now")),
        Figure(
            _("Days left"),
            "–" if row is None or row.days_left is None else formats.number(row.days_left),
            context=_now("at the use since the last bill"),
        ),
        Figure(
            _("Reading taken into account"),
            formats.day(last) if last else "–",
            context=describe_age(days),
        ),
    ]


def _list_lines(balance: Balance) -> list[tuple[Any, int]]:
    money = balance.money
    return [
        (_("Prepayment held"), money.prepaid_fen),
        (_("Open bills"), -money.debt_fen),
        (_("Late fees until today"), -money.late_fee_fen),
        (_("Used since the last bill, estimated"), -balance.running.amount_fen),
    ]


def _list_pieces(actor: Actor, account: CustomerAccount, last: DailyEstimate | None) -> Sequence[PointEstimate]:
    if last is None:
        return ()
    return queries.list_point_estimates(actor=actor, account_id=account.pk, on=last.estimated_on)


def _list_causes(account: CustomerAccount, balance: Balance, now: Any) -> list[tuple[str, Any, list[str]]]:
    """Return for each cause what stands in the way of a disconnection at this moment."""
    found = []
    for cause in Cause:
        facts = load_facts(causes={account.pk: cause}, at=now, balances={account.pk: balance})[account.pk]
        refused = list_refusals(facts=facts, at=now)
        found.append((cause.value, words.CAUSES[cause.value], words.describe_refusals(refused)))
    return found


def _draw(estimates: Sequence[DailyEstimate], row: ControlledAccount | None) -> Chart:
    agreement = row.agreement if row is not None else None
    # Lines of their own and no thresholds: the axis then reaches to them, however low the balance is.
    limits: list[tuple[Text, int, Colour]] = (
        [
            (_("Reminder"), agreement.notice_fen, "idle"),
            (pgettext_lazy("fee control", "Warning"), agreement.warning_fen, "warn"),
            (pgettext_lazy("fee control", "Cut"), agreement.stop_fen, "bad"),
        ]
        if agreement is not None
        else []
    )
    return Chart(
        labels=[f"{one.estimated_on:%m-%d}" for one in estimates],
        series=[
            Series(_("Running balance"), [round(one.balance_fen / _FEN, 2) for one in estimates], "line", "accent"),
            *(Series(name, [fen / _FEN] * len(estimates), "line", colour, dashed=True) for name, fen, colour in limits),
        ],
        unit=_("yuan"),
        decimals=2,
        description=_now("Running balance at the end of each night, with the limits agreed"),
        label_name=_("Day"),
    )


def _head(account: CustomerAccount, row: ControlledAccount | None) -> Page:
    chips = [state_chip("fee_control.account", row.state)] if row is not None else []
    return Page(
        title=_now("Account under fee control"),
        number=account.number,
        facts=[account.customer.name, account.unit.name],
        crumbs=[
            Crumb(_("Fee control")),
            Crumb(_("Accounts under fee control"), reverse("web:fee_control_accounts")),
        ],
        chips=chips,
        menu_url=reverse("web:fee_control_accounts"),
        help=[
            _("The balance at the top is computed now; the line shows that of every night with the limits agreed."),
            _("What stands in the way of a disconnection is named with the text behind it."),
        ],
    )
