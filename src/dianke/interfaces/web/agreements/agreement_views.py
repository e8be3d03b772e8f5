"""One agreement on instalments: its plan against what was paid, what became of it, and the acts on it."""

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from dianke.application import agreements
from dianke.application.ledger import VIEW as SEE_BOOKS
from dianke.domain.collection.types import RiskThing
from dianke.domain.receivables.models import Agreement
from dianke.domain.receivables.queries import agreements as queries
from dianke.domain.receivables.queries.agreements import MoneySource, Progress
from dianke.domain.receivables.queries.books import map_voucher_numbers
from dianke.domain.receivables.queries.standing import load_bills
from dianke.domain.receivables.rules.agreements import PartState, Settlement
from dianke.domain.receivables.types import AgreementState, FeesMeanwhile
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.acting import carry_out
from dianke.interfaces.web.agreements import words
from dianke.interfaces.web.agreements.lists import SOON_DAYS, draw_agreement, get_today
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.charts import Chart, Series
from dianke.interfaces.web.components.figures import Figure
from dianke.interfaces.web.components.page import Crumb, Page
from dianke.interfaces.web.components.states import state_chip
from dianke.interfaces.web.ledger.words import KINDS as VOUCHER_KINDS
from dianke.interfaces.web.people import Names
from dianke.interfaces.web.requests import StaffRequest
from dianke.interfaces.web.risk.leading import list_measures_of
from dianke.interfaces.web.shell.errors import explain
from dianke.kernel.clock import SystemClock
from dianke.kernel.money import fen_to_yuan
from dianke.platform.documents.typesetting import FontMissing

_ENDED = {AgreementState.SETTLED.value, AgreementState.BROKEN.value, AgreementState.ENDED.value}


@require_GET
@page_right(agreements.VIEW)
def show_agreement(request: StaffRequest, key: int) -> HttpResponse:
    """Show the plan of an agreement against what was paid."""
    agreement, actor, today = _find(request, key), request.actor, get_today()
    progress = queries.get_progress(agreement=agreement)
    items = queries.list_items(actor=actor, agreement=agreement)
    bills = load_bills(item_ids=[item.item_id for item in items])
    names = Names([agreement.proposed_by, agreement.decided_by, agreement.end_asked_by, agreement.end_decided_by])
    values: dict[str, Any] = {
        "page": _head(agreement, progress, today),
        "agreement": agreement,
        "risk_measures": list_measures_of(request.actor, RiskThing.INSTALMENTS, agreement.pk),
        "figures": _list_figures(agreement, progress, today),
        "plan": [_draw_part(number, part, today) for number, part in enumerate(progress.parts, 1)],
        "chart": _draw_chart(progress) if len(progress.parts) > 1 else None,
        "items": [(item, bills[item.item_id]) for item in items],
        "sources": _list_sources(request, progress),
        "meanwhile": words.MEANWHILE[agreement.late_fees],
        "after_break": words.AFTER_BREAK[agreement.after_break]
        if agreement.late_fees == FeesMeanwhile.FROZEN.value
        else "",
        "level": words.LEVELS.get(agreement.level, agreement.level),
        "proposer": names.of(agreement.proposed_by),
        "decider": names.of(agreement.decided_by),
        "end_asker": names.of(agreement.end_asked_by),
        "end_decider": names.of(agreement.end_decided_by),
        "is_ended": agreement.state in _ENDED,
        "may_see_bills": actor.may("billing.view"),
        "may_see_books": actor.may(SEE_BOOKS),
        "approve_hidden": {"decision": "approve"},
        "refuse_hidden": {"decision": "refuse"},
        **_list_rights(request, agreement),
    }
    return render(request, "agreements/agreement.html", values)


@require_GET
@page_right(agreements.VIEW)
def show_paper(request: StaffRequest, key: int) -> HttpResponse:
    """Give the agreement out as PDF, to be signed."""
    agreement = _find(request, key)
    try:
        content = agreements.write_agreement(actor=request.actor, key=key)
    except FontMissing as fault:
        messages.error(request, explain(fault))
        return redirect("web:agreement", key=key)
    answer = HttpResponse(content, content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{agreement.number}.pdf"'
    return answer


@require_POST
@page_right(agreements.APPROVE)
def decide_agreement(request: StaffRequest, key: int) -> HttpResponse:
    """Approve or refuse what another person proposed."""
    reason, at = request.POST.get("reason", ""), SystemClock().now()
    if request.POST.get("decision") == "refuse":
        return _act(
            request, key, _now("It is refused."),
            lambda: agreements.refuse_agreement(actor=request.actor, key=key, reason=reason, at=at),
        )  # fmt: skip
    return _act(
        request, key, _now("The agreement holds from now on."),
        lambda: agreements.approve_agreement(actor=request.actor, key=key, reason=reason, at=at),
    )  # fmt: skip


@require_POST
@page_right(agreements.PROPOSE)
def withdraw_agreement(request: StaffRequest, key: int) -> HttpResponse:
    """Take one's own proposal back."""
    return _act(
        request, key, _now("It is taken back."),
        lambda: agreements.withdraw_agreement(actor=request.actor, key=key, at=SystemClock().now()),
    )  # fmt: skip


@require_POST
@page_right(agreements.PROPOSE)
def ask_end(request: StaffRequest, key: int) -> HttpResponse:
    """Ask that an agreement ends early."""
    reason = request.POST.get("reason", "")
    return _act(
        request, key, _now("Another person decides on it now."),
        lambda: agreements.ask_agreement_end(actor=request.actor, key=key, reason=reason, at=SystemClock().now()),
    )  # fmt: skip


@require_POST
@page_right(agreements.APPROVE)
def decide_end(request: StaffRequest, key: int) -> HttpResponse:
    """End an agreement early, or let it go on."""
    is_approved = request.POST.get("decision") == "approve"
    return _act(
        request, key, _now("The agreement has ended.") if is_approved else _now("The agreement goes on."),
        lambda: agreements.decide_agreement_end(
            actor=request.actor, key=key, is_approved=is_approved, at=SystemClock().now()
        ),
    )  # fmt: skip


def _act(request: StaffRequest, key: int, done: str, act: Any) -> HttpResponse:
    back = reverse("web:agreement", args=[key])
    return carry_out(request, act, done=done, back=back, missing=queries.AgreementUnknown)


def _find(request: StaffRequest, key: int) -> Agreement:
    try:
        return queries.get_agreement(actor=request.actor.within(agreements.VIEW), key=key)
    except queries.AgreementUnknown as unknown:
        raise Http404 from unknown


def _list_rights(request: StaffRequest, agreement: Agreement) -> dict[str, bool]:
    actor, path = request.actor, agreement.account.unit.path
    is_proposed = agreement.state == AgreementState.PROPOSED.value
    holds = agreement.state == AgreementState.IN_FORCE.value
    may_approve = agreements.may_approve(actor, agreement)
    may_propose = actor.may(agreements.PROPOSE, path)
    return {
        "may_decide": is_proposed and agreement.proposed_by != actor.login and may_approve,
        "may_withdraw": is_proposed and agreement.proposed_by == actor.login and may_propose,
        "may_ask_end": holds and not agreement.end_asked_by and may_propose,
        "may_decide_end": holds
        and bool(agreement.end_asked_by)
        and agreement.end_asked_by != actor.login
        and may_approve,
    }


def _list_figures(agreement: Agreement, progress: Progress, today: date) -> list[Figure]:
    part = progress.next_part if agreement.state == AgreementState.IN_FORCE.value else None
    overdue_fen = progress.sum_overdue(today) if part else 0
    return [
        Figure(caption=_("Agreed (yuan)"), value=formats.fen(agreement.amount_fen)),
        Figure(
            caption=_("Paid of it (yuan)"),
            value=formats.fen(progress.paid_fen),
            ratio=progress.paid_fen / agreement.amount_fen,
        ),
        Figure(caption=_("Still to be paid (yuan)"), value=formats.fen(progress.left_fen)),
        Figure(
            caption=_("Next instalment (yuan)"),
            value=formats.fen(part.left_fen) if part else "–",
            context=_now("until %(day)s") % {"day": formats.day(part.due_date)} if part else "",
        ),
        Figure(
            caption=_("Late of it (yuan)"),
            value=formats.fen(overdue_fen),
            context=_now("broken after %(days)s days") % {"days": agreement.grace_days},
        ),
    ]


def _draw_part(number: int, part: PartState, today: date) -> dict[str, Any]:
    state = "OPEN"
    if not part.left_fen:
        state = "PAID"
    elif part.due_date < today:
        state = "LATE"
    elif part.due_date <= today + timedelta(days=SOON_DAYS):
        state = "SOON"
    elif part.paid_fen:
        state = "PART"
    return {"number": number, "part": part, "chip": state_chip("instalment", state, quiet=state in ("OPEN", "PAID"))}


def _draw_chart(progress: Progress) -> Chart:
    labels = [formats.day(part.due_date) for part in progress.parts]
    paid = [float(fen_to_yuan(part.paid_fen)) for part in progress.parts]
    left = [float(fen_to_yuan(part.left_fen)) for part in progress.parts]
    return Chart(
        labels=labels,
        series=[
            Series(_("Paid of it (yuan)"), paid, kind="bar", colour="ok", stack="plan"),
            Series(_("Still to be paid (yuan)"), left, kind="bar", colour="quiet", stack="plan"),
        ],
        unit=_("yuan"),
        decimals=2,
        description=_("What of each instalment is paid"),
        label_name=_("Due date"),
        height_px=180,
    )


def _list_sources(request: StaffRequest, progress: Progress) -> list[dict[str, Any]]:
    """Return the money that came, newest last, with the instalments that it paid."""
    keys = [source.key for source, _settled in progress.settlements if source.key > 0]
    numbers = map_voucher_numbers(actor=request.actor, keys=keys) if request.actor.may(SEE_BOOKS) else {}
    return [_draw_source(source, settled, numbers.get(source.key, "")) for source, settled in progress.settlements]


def _draw_source(source: MoneySource, settled: Settlement, voucher: str) -> dict[str, Any]:
    parts = [
        _now("%(number)s.: %(amount)s") % {"number": number, "amount": formats.fen(fen)}
        for number, fen in sorted(settled.parts.items())
    ]
    return {
        "day": source.occurred_on,
        "kind": VOUCHER_KINDS.get(source.kind, source.kind),
        "voucher": voucher,
        "parts": " · ".join(parts),
        "plan_fen": settled.plan_fen,
        "beside_fen": settled.beside_fen,
    }


def _head(agreement: Agreement, progress: Progress, today: date) -> Page:
    account = agreement.account
    return Page(
        title=_now("Instalments: %(name)s") % {"name": account.customer.name},
        number=agreement.number,
        facts=[account.number, account.unit.name],
        chips=[draw_agreement(agreement, progress, today)],
        crumbs=[
            Crumb(_("Agreements on instalments"), reverse("web:agreements")),
            Crumb(account.number, reverse("web:customer_money", args=[account.number])),
        ],
        menu_url=reverse("web:agreements"),
        help=[
            _("Money settles bills in the order that the house or the account's terms set; what it pays of the agreed "
              "bills fills the instalment that is due first."),
            _("Late fees that run beside the plan and parts of bills that it does not know are paid beside it."),
            _("A payment that is taken back opens the last instalment that it had paid."),
        ],
    )  # fmt: skip
