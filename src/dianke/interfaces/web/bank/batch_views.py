"""Batches of withholding: the list, a new one with its preview, one batch with its lines and acts."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from dianke.application import bank_channels
from dianke.application.listings.exports import record_export
from dianke.domain.channels.models import WithholdingBatch
from dianke.domain.channels.operations.withholding import get_file_name
from dianke.domain.channels.queries import withholding as queries
from dianke.domain.channels.queries.withholding import BankUnknown, BatchUnknown
from dianke.domain.channels.rules.withholding import BatchState, LineState
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.acting import carry_out
from dianke.interfaces.web.bank import words
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.figures import Figure
from dianke.interfaces.web.components.filters import ChoiceFilter, DateRangeFilter
from dianke.interfaces.web.components.list_views import render_list
from dianke.interfaces.web.components.lists import EXPORT_RIGHT, Column, ListSpec, register
from dianke.interfaces.web.components.page import Crumb, Page
from dianke.interfaces.web.components.paging import page_by_key
from dianke.interfaces.web.components.states import state_chip
from dianke.interfaces.web.people import Names
from dianke.interfaces.web.requests import StaffRequest
from dianke.interfaces.web.shell.errors import explain
from dianke.kernel.clock import SystemClock, to_shanghai
from dianke.kernel.errors import DomainError
from dianke.kernel.money import fen_to_yuan
from dianke.platform.audit.use_case import PermissionRefused
from dianke.platform.identity.types import Actor
from dianke.platform.preferences.types import FileFormat

_TAKEN_BACK = {BatchState.DRAFT.value, BatchState.RELEASED.value, BatchState.SENT.value}
_HAS_FILE = {BatchState.RELEASED.value, BatchState.SENT.value, BatchState.ANSWERED.value}


@require_GET
@page_right(bank_channels.VIEW)
def list_batches(request: StaffRequest) -> HttpResponse:
    """List batches, newest first."""
    values = {"may_make": request.actor.may(bank_channels.RECONCILE)}
    return render_list(request, BATCHES, template="bank/batches.html", values=values)


@require_http_methods(["GET", "POST"])
@page_right(bank_channels.RECONCILE)
def make_batch(request: StaffRequest) -> HttpResponse:
    """Show what a batch would ask for, and make it."""
    given = request.POST if request.method == "POST" else request.GET
    banks = queries.list_banks(actor=request.actor)
    chosen = next((one for one in banks if one.code == given.get("bank")), banks[0] if banks else None)
    on, again = _read_day(str(given.get("on", ""))), str(given.get("again", ""))
    try:
        before = queries.get_batch(actor=request.actor, number=again) if again else None
    except BatchUnknown as unknown:
        raise Http404 from unknown
    chosen = before.bank if before else chosen
    if request.method == "POST" and chosen is not None:
        return _make(request, chosen.code, on, again)
    values: dict[str, Any] = {"banks": banks, "chosen": chosen, "on": on, "again": before, "page": _head_new()}
    if chosen is not None:
        plan = queries.plan_batch(actor=request.actor, bank=chosen, on=on, again_of=before)
        without = 0 if before else queries.count_without_mandate(actor=request.actor, bank=chosen, on=on)
        excluded = [(words.EXCLUSIONS[key], count, plan.examples[key]) for key, count in plan.exclusions.items()]
        if without:
            excluded.append((words.EXCLUSIONS["NO_MANDATE"], without, []))
        values |= {
            "plan": plan,
            "excluded": excluded,
            "figures": [
                Figure(caption=_now("Accounts"), value=f"{len(plan.lines):,}"),
                Figure(caption=_now("Asked (yuan)"), value=formats.fen(plan.amount_fen)),
                Figure(caption=_now("Left out"), value=f"{sum(count for _why, count, _who in excluded):,}"),
            ],
        }
    return render(request, "bank/new_batch.html", values)


@require_GET
@page_right(bank_channels.VIEW)
def show_batch(request: StaffRequest, number: str) -> HttpResponse:
    """Show a batch: how far it is, what the bank answered, its lines."""
    batch, actor = _find(request, number), request.actor
    lines = queries.filter_lines(actor=actor, batch=batch)
    state = request.GET.get("state", "")
    if state in set(LineState):
        lines = lines.filter(state=state)
    page = page_by_key(lines, order=("serial", "id"), at=request.GET.get("at", ""))
    again_count = queries.filter_again(actor=actor, batch=batch).count() if batch.answered_count else 0
    names = Names([batch.made_by, batch.released_by, batch.sent_by, batch.withdrawn_by])
    values = {
        "page": _head(batch),
        "batch": batch,
        "figures": _list_figures(batch),
        "codes": [_draw_code(one) for one in queries.sum_codes(actor=actor, batch=batch)],
        "rows": page,
        "lines": [(one, state_chip("bank.line", one.state), words.CODES.get(one.code, "")) for one in page.rows],
        "state": state,
        "answers": [
            (one, state_chip("bank.answer", one.state)) for one in queries.list_answers(actor=actor, batch=batch)
        ],
        "excluded": [(words.EXCLUSIONS.get(key, key), count) for key, count in batch.exclusions.items()],
        "people": {one: names.of(one) for one in (batch.made_by, batch.released_by, batch.sent_by) if one},
        "maker": names.of(batch.made_by),
        "releaser": names.of(batch.released_by),
        "sender": names.of(batch.sent_by),
        "layout": words.LAYOUTS[batch.bank.layout],
        "again_count": again_count if actor.may(bank_channels.RECONCILE) else 0,
        **_list_leaves(actor, batch),
    }
    return render(request, "bank/batch.html", values)


@require_POST
@page_right(bank_channels.RELEASE)
def release_batch(request: StaffRequest, number: str) -> HttpResponse:
    """Release a batch that another person made."""
    _find(request, number)
    return act(
        request,
        number,
        lambda: bank_channels.release_batch(actor=request.actor, number=number, at=SystemClock().now()),
        _now("The batch is released and can be sent."),
    )


@require_POST
@page_right(bank_channels.RECONCILE)
def withdraw_batch(request: StaffRequest, number: str) -> HttpResponse:
    """Take a batch back."""
    _find(request, number)
    reason = request.POST.get("reason", "")
    return act(
        request,
        number,
        lambda: bank_channels.withdraw_batch(actor=request.actor, number=number, reason=reason, at=SystemClock().now()),
        _now("The batch is taken back; its debts are free for another."),
    )


@require_POST
@page_right(bank_channels.RECONCILE)
def send_batch(request: StaffRequest, number: str) -> HttpResponse:
    """Give the file of a batch out: it holds numbers of bank accounts, so it counts as an export."""
    batch, now = _find(request, number), SystemClock().now()
    if not request.actor.may(EXPORT_RIGHT):
        raise PermissionRefused(field="actor", login=request.actor.login, right=EXPORT_RIGHT)
    try:
        content = bank_channels.send_batch(actor=request.actor, number=number, at=now, data_dir=settings.DATA_DIR)
    except PermissionRefused:
        raise
    except DomainError as refusal:
        messages.error(request, explain(refusal))
        return redirect("web:bank_batch", number)
    record_export(
        actor=request.actor,
        page="bank.request",
        file_format=FileFormat.CSV,
        query=batch.number,
        columns="mandate,user_number,bank_account,holder,amount",
        row_count=batch.line_count,
        is_cut=False,
        at=now,
    )
    name = get_file_name(batch)
    kind = "application/xml" if name.endswith("xml") else "application/octet-stream"
    disposition = content_disposition_header(as_attachment=True, filename=name) or "attachment"
    return HttpResponse(content, content_type=kind, headers={"Content-Disposition": disposition})


def act(request: StaffRequest, number: str, do: Callable[[], Any], done: str) -> HttpResponse:
    """Carry an act on a batch out and go back to it with what came of it."""
    return carry_out(request, do, done=done, back=reverse("web:bank_batch", args=[number]))


def _make(request: StaffRequest, bank_code: str, on: date, again: str) -> HttpResponse:
    try:
        batch = bank_channels.make_batch(
            actor=request.actor, bank_code=bank_code, on=on, at=SystemClock().now(), again_of=again
        )
    except PermissionRefused:
        raise
    except BankUnknown as unknown:
        raise Http404 from unknown
    except DomainError as refusal:
        messages.error(request, explain(refusal))
        return redirect("web:bank_batch_new")
    messages.success(request, _now("The batch is made; another person releases it."))
    return redirect("web:bank_batch", batch.number)


def _find(request: StaffRequest, number: str) -> WithholdingBatch:
    try:
        return queries.get_batch(actor=request.actor, number=number)
    except BatchUnknown as unknown:
        raise Http404 from unknown


def _list_leaves(actor: Actor, batch: WithholdingBatch) -> dict[str, bool]:
    """Return what the reader may do to a batch as it stands."""
    may_work = actor.may(bank_channels.RECONCILE, batch.unit.path)
    may_release = actor.may(bank_channels.RELEASE, batch.unit.path) and batch.made_by != actor.login
    return {
        "may_release": may_release and batch.state == BatchState.DRAFT.value,
        "may_send": may_work and actor.may(EXPORT_RIGHT) and batch.state in _HAS_FILE,
        "may_answer": may_work and batch.state in {BatchState.SENT.value, BatchState.ANSWERED.value},
        "may_withdraw": may_work and batch.state in _TAKEN_BACK and not batch.answered_count,
    }


def _list_figures(batch: WithholdingBatch) -> list[Figure]:
    left = batch.line_count - batch.answered_count
    return [
        Figure(caption=_now("Asked (yuan)"), value=formats.fen(batch.amount_fen),
               context=_now("%(count)s accounts") % {"count": f"{batch.line_count:,}"}),
        Figure(caption=_now("Paid (yuan)"), value=formats.fen(batch.paid_fen),
               context=_now("%(count)s lines") % {"count": f"{batch.paid_count:,}"},
               ratio=batch.paid_fen / batch.amount_fen if batch.amount_fen else None),
        Figure(caption=_now("Answered lines"), value=f"{batch.answered_count:,}", of=f"/ {batch.line_count:,}",
               ratio=batch.answered_count / batch.line_count if batch.line_count else None),
        Figure(caption=_now("Waiting for the bank"), value=f"{left:,}"),
    ]  # fmt: skip


def _draw_code(one: dict[str, Any]) -> dict[str, Any]:
    return {
        **one,
        "chip": state_chip("bank.line", one["state"]),
        "word": words.CODES.get(one["code"], ""),
        "again": words.may_resend(one["code"]),
    }


def _read_day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return to_shanghai(SystemClock().now()).date()


def _head(batch: WithholdingBatch) -> Page:
    return Page(
        title=batch.bank.name,
        number=batch.number,
        facts=[_now("debts on %(day)s") % {"day": batch.debts_on.isoformat()}, words.LAYOUTS[batch.bank.layout]],
        crumbs=[Crumb(_("Channels and reconciliation")), Crumb(_("Bank withholding"), reverse("web:bank_batches"))],
        chips=[state_chip("bank.batch", batch.state)],
        menu_url=reverse("web:bank_batches"),
        help=[
            _("One person makes a batch, another releases it; only then can its file be taken."),
            _("The file can be taken again and is the same; every time stands in the trail and the book of exports."),
            _("An answer is checked whole. What the bank refused and may be asked again goes into a new batch."),
        ],
    )


def _head_new() -> Page:
    return Page(
        title=_("New batch of withholding"),
        crumbs=[Crumb(_("Channels and reconciliation")), Crumb(_("Bank withholding"), reverse("web:bank_batches"))],
        menu_url=reverse("web:bank_batches"),
        help=[_("Every account with an agreement is asked for its oldest bills, as far as the agreement allows.")],
    )


def _search(actor: Actor, rows: QuerySet[Any], text: str) -> tuple[QuerySet[Any], bool]:
    return rows.filter(number__startswith=text.upper()), False


def _list_bank_choices(actor: Actor) -> list[tuple[str, str]]:
    return [(one.code, one.name) for one in queries.list_banks(actor=actor)]


BATCHES = register(
    ListSpec(
        name="bank.batches",
        title=_("Bank withholding"),
        url_name="web:bank_batches",
        right=bank_channels.VIEW,
        crumbs=[Crumb(_("Channels and reconciliation"))],
        rows=lambda actor: queries.filter_batches(actor=actor),
        row_url=lambda one: reverse("web:bank_batch", args=[one.number]),
        sort="-number",
        columns=[
            Column("number", _("Batch"), lambda one: one.number, order=("id",), css="n"),
            Column("state", _("State"), lambda one: state_chip("bank.batch", one.state)),
            Column("bank", _("Bank"), lambda one: one.bank.name, css="nw"),
            Column("debts", _("Debts on"), lambda one: one.debts_on, css="n"),
            Column("lines", _("Accounts"), lambda one: one.line_count, css="num"),
            Column("asked", _("Asked (yuan)"), lambda one: fen_to_yuan(one.amount_fen),
                   show=lambda one: formats.fen(one.amount_fen), css="num"),
            Column("paid", _("Paid (yuan)"), lambda one: fen_to_yuan(one.paid_fen),
                   show=lambda one: formats.fen(one.paid_fen), css="num"),
            Column("answered", _("Answered lines"), lambda one: one.answered_count, css="num"),
            Column("made", _("Made at"), lambda one: one.made_at, css="n", is_shown=False),
        ],
        filters=[
            ChoiceFilter("bank", _("Bank"), _list_bank_choices, lookup="bank__code"),
            ChoiceFilter("state", _("State"), [
                (BatchState.DRAFT.value, _("Waits for release")), (BatchState.RELEASED.value, _("Released")),
                (BatchState.SENT.value, pgettext_lazy("bank", "Sent")),
                (BatchState.ANSWERED.value, pgettext_lazy("bank", "Answered")),
                (BatchState.WITHDRAWN.value, _("Taken back")),
            ]),
            DateRangeFilter("debts", _("Debts on"), lookup="debts_on"),
        ],
        search=_search,
        search_hint=_("Number of the batch"),
        count=lambda count: _now("%(count)s batches") % {"count": count},
        empty_title=_("No batch yet"),
        empty_text=_("A batch asks a bank for what accounts with an agreement owe."),
        empty_found_title=_("No batch fits"),
        empty_found_text=_("Take a filter out to see more."),
        help=[_("One person makes a batch, another releases it, then its file goes to the bank.")],
        brief=("state", "bank", "asked", "paid"),
        export_name="withholding",
    )
)  # fmt: skip
