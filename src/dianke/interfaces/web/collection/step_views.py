"""Steps of dunning: the list, one step with what was done before, results, promises, pauses, letters."""

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_GET, require_POST

from dianke.application import collection
from dianke.application.collection.dunning import AccountUnknown
from dianke.application.collection.letters import NoLetter
from dianke.domain.collection.models import DunningStep
from dianke.domain.collection.operations.work import StepOutOfState, UnableToRecord
from dianke.domain.collection.queries import steps as queries
from dianke.domain.collection.queries.open_items import list_open_items
from dianke.domain.collection.types import BY_MESSAGE, BY_PAPER, PauseKind, StepKind, StepResult, StepState
from dianke.domain.customers.models import CustomerAccount
from dianke.domain.customers.queries.accounts import get_account
from dianke.domain.receivables.queries.standing import load_bills
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.acting import carry_out
from dianke.interfaces.web.collection import words
from dianke.interfaces.web.collection.step_list import STEPS
from dianke.interfaces.web.components.list_views import render_list
from dianke.interfaces.web.components.page import Crumb, Page
from dianke.interfaces.web.components.states import state_chip
from dianke.interfaces.web.people import Names
from dianke.interfaces.web.requests import StaffRequest
from dianke.interfaces.web.shell.errors import explain
from dianke.kernel.clock import SystemClock
from dianke.kernel.errors import DomainError
from dianke.platform.documents.typesetting import FontMissing

_SENT_BY_HAND = {StepResult.SENT, StepResult.DELIVERED}


class ResultForm(forms.Form):
    """What a person reached."""

    result = forms.ChoiceField(label=_("Result"))
    note = forms.CharField(label=_("Note"), max_length=400, required=False)
    promise_until = forms.DateField(
        label=_("Pays until"), required=False, widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("for a promise"),
    )  # fmt: skip
    promise_yuan = forms.DecimalField(
        label=_("Amount (yuan)"), required=False, min_value=0, max_digits=12, decimal_places=2,
        help_text=_("for a promise"),
    )  # fmt: skip

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # What goes on paper is sent or handed over; a call is neither.
        is_paper = StepKind(kind) in BY_PAPER or kind == StepKind.LEGAL.value
        fitting = [one for one in StepResult if is_paper or one not in _SENT_BY_HAND]
        self.fields["result"].choices = [(one.value, words.RESULTS[one.value]) for one in fitting]  # type: ignore[attr-defined]


class PauseForm(forms.Form):
    """Why and how long an account is not dunned."""

    kind = forms.ChoiceField(label=_("Reason for the pause"), choices=list(words.PAUSES.items()))
    reason = forms.CharField(label=_("Note"), max_length=300)
    until = forms.DateField(
        label=_("Until"), required=False, widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("empty: until somebody ends it"),
    )  # fmt: skip


@require_GET
@page_right(collection.VIEW)
def list_steps(request: StaffRequest) -> HttpResponse:
    """List steps, newest first."""
    return render_list(request, STEPS)


@require_GET
@page_right(collection.VIEW)
def show_step(request: StaffRequest, key: int) -> HttpResponse:
    """Show a step with the debts and everything done before; whoever works on it records the result here."""
    step = _get(request, key)
    may_work = request.actor.may(collection.WORK) and step.state == StepState.OPEN.value
    return _render_step(request, step, ResultForm(kind=step.kind) if may_work else None)


@require_POST
@page_right(collection.WORK)
def record_result(request: StaffRequest, key: int) -> HttpResponse:
    """Record what was reached."""
    step = _get(request, key)
    form = ResultForm(request.POST, kind=step.kind)
    if form.is_valid():
        given, at = form.cleaned_data, SystemClock().now()
        try:
            collection.record_result(
                actor=request.actor, key=key, result=StepResult(given["result"]), note=given["note"], at=at,
                promise_until=given["promise_until"], promise_fen=int((given["promise_yuan"] or 0) * 100),
            )  # fmt: skip
        except (StepOutOfState, UnableToRecord) as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, explain(refusal))
        else:
            messages.success(request, _now("Recorded."))
            return redirect("web:dunning_step", key=key)
    return _render_step(request, step, form, status=422)


def _render_step(
    request: StaffRequest, step: DunningStep, form: ResultForm | None, *, status: int = 200
) -> HttpResponse:
    may_manage = request.actor.may(collection.MANAGE)
    waits = step.state in {StepState.OPEN.value, StepState.HELD.value}
    values = {
        **_draw_account(request, step.account),
        "page": _head(step),
        "step": step,
        "kind": words.KINDS[step.kind],
        "result": words.RESULTS.get(step.result, ""),
        "hold": words.HOLDS.get(step.hold_reason, step.hold_reason),
        "form": form,
        "may_release": may_manage and step.state == StepState.HELD.value,
        "may_cancel": may_manage and waits,
        "is_message": StepKind(step.kind) in BY_MESSAGE,
        "letter_url": reverse("web:dunning_letter", args=[step.pk])
        if StepKind(step.kind) in BY_PAPER and request.actor.may(collection.WORK)
        else "",
        "message_url": reverse("web:message", args=[step.message_id])
        if step.message_id and request.actor.may("outbox.view")
        else "",
        "collector": Names([step.assigned_to]).of(step.assigned_to),
    }
    return render(request, "collection/step.html", values, status=status)


@require_GET
@page_right(collection.VIEW)
def show_account(request: StaffRequest, number: str) -> HttpResponse:
    """Show what an account owes, how it was dunned, and when it was not."""
    account = get_account(actor=request.actor, number=number)
    if account is None:
        raise Http404
    values = {**_draw_account(request, account), "page": _head_of_account(account), "pause_form": PauseForm()}
    return render(request, "collection/account.html", values)


@require_POST
@page_right(collection.MANAGE)
def release_step(request: StaffRequest, key: int) -> HttpResponse:
    """Let a step go on that was held."""
    act = partial(collection.release_step, actor=request.actor, key=key, at=SystemClock().now())
    return _carry_out(request, act, _now("Released."), reverse("web:dunning_step", args=[key]))


@require_POST
@page_right(collection.MANAGE)
def cancel_step(request: StaffRequest, key: int) -> HttpResponse:
    """Leave a step out."""
    reason = str(request.POST.get("reason", ""))
    act = partial(collection.cancel_step, actor=request.actor, key=key, reason=reason, at=SystemClock().now())
    return _carry_out(request, act, _now("Left out."), reverse("web:dunning_step", args=[key]))


@require_POST
@page_right(collection.MANAGE)
def pause_account(request: StaffRequest, number: str) -> HttpResponse:
    """Let an account not be dunned for a time."""
    if get_account(actor=request.actor, number=number) is None:
        raise Http404
    back = reverse("web:collection_account", args=[number])
    form = PauseForm(request.POST)
    if not form.is_valid():
        messages.error(request, _now("Give a reason."))
        return redirect(back)
    given = form.cleaned_data
    act = partial(
        collection.pause_account, actor=request.actor, number=number, kind=PauseKind(given["kind"]),
        reason=given["reason"], until=given["until"], at=SystemClock().now(),
    )  # fmt: skip
    return _carry_out(request, act, _now("The account is not dunned while the pause holds."), back)


@require_POST
@page_right(collection.MANAGE)
def end_pause(request: StaffRequest, key: int) -> HttpResponse:
    """Let an account be dunned again."""
    try:
        pause = queries.get_pause(actor=request.actor, key=key)
    except queries.StepUnknown as unknown:
        raise Http404 from unknown
    act = partial(collection.end_pause, actor=request.actor, key=key, at=SystemClock().now())
    back = reverse("web:collection_account", args=[pause.account.number])
    return _carry_out(request, act, _now("The pause ends today."), back)


@require_GET
@page_right(collection.WORK)
def show_letter(request: StaffRequest, key: int) -> HttpResponse:
    """Give the letter of a step out as PDF."""
    step = _get(request, key)
    try:
        content = collection.write_letter(actor=request.actor, key=key, at=SystemClock().now())
    except NoLetter as refusal:
        raise Http404 from refusal
    except FontMissing as fault:
        messages.error(request, explain(fault))
        return redirect("web:dunning_step", key=key)
    answer = HttpResponse(content, content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{step.number}.pdf"'
    return answer


def _carry_out(request: StaffRequest, act: Callable[[], Any], done: str, back: str) -> HttpResponse:
    return carry_out(request, act, done=done, back=back, missing=(queries.StepUnknown, AccountUnknown))


def _get(request: StaffRequest, key: int) -> DunningStep:
    try:
        return queries.get_step(actor=request.actor, key=key)
    except DomainError as unknown:
        raise Http404 from unknown


def _draw_account(request: StaffRequest, account: CustomerAccount) -> dict[str, Any]:
    actor, today = request.actor, SystemClock().now().date()
    items = list_open_items(actor=actor, customer_account_id=account.pk, as_of=today)
    bills = load_bills(item_ids=[one.item_id for one in items])
    steps = queries.list_steps_of_account(actor=actor, account_id=account.pk)
    pauses = queries.list_pauses(actor=actor, account_id=account.pk)
    names = Names([*(one.done_by for one in steps), *(one.set_by for one in pauses)])
    return {
        "account": account,
        "debts": [
            (
                one,
                bills[one.item_id].number if one.item_id in bills else str(one.item_id),
                reverse("web:bill", args=[one.item_id]) if actor.may("billing.view") else "",
                max((today - one.due_date).days, 0) if one.due_date else None,
            )
            for one in items
        ],
        "open_fen": sum(one.open_fen for one in items),
        "steps": [_draw_step(one, names) for one in steps],
        "pauses": [
            (one, words.PAUSES[one.kind], names.of(one.set_by), _holds(one.until_date, today)) for one in pauses
        ],
        "may_manage": actor.may(collection.MANAGE),
        "may_propose": actor.may(collection.PROPOSE) and any(one.open_fen > 0 for one in items),
        "customer_url": reverse("web:customer_account", args=[account.number]) if actor.may("archive.view") else "",
    }


def _holds(until: date | None, today: date) -> bool:
    return until is None or until >= today


def _draw_step(one: DunningStep, names: Names) -> dict[str, Any]:
    promise = getattr(one, "promise", None)
    return {
        "step": one,
        "kind": words.KINDS[one.kind],
        "chip": state_chip("collection.step", one.state, quiet=True),
        "result": words.RESULTS.get(one.result, ""),
        "by": names.of(one.done_by),
        "promise": promise,
        "promise_chip": state_chip("collection.promise", promise.state, quiet=True) if promise else None,
    }


def _head(step: DunningStep) -> Page:
    return Page(
        title=words.KINDS[step.kind],
        number=step.number,
        facts=[step.account.customer.name, step.account.number, step.unit.name],
        crumbs=[Crumb(_("Collection of debts")), Crumb(_("Dunning"), reverse("web:dunning_steps"))],
        chips=[state_chip("collection.step", step.state)],
        menu_url=reverse("web:dunning_steps"),
        help=[
            _("What was reached is recorded once; a promise is judged by what comes until its day."),
            _("A dispute pauses the account until somebody ends the pause."),
        ],
    )


def _head_of_account(account: CustomerAccount) -> Page:
    return Page(
        title=pgettext_lazy("collection", "Debts and dunning of an account"),
        number=account.number,
        facts=[account.customer.name, account.unit.name],
        crumbs=[Crumb(_("Collection of debts")), Crumb(_("Ageing of arrears"), reverse("web:collection_ageing"))],
        menu_url=reverse("web:collection_ageing"),
        help=[_("What is open today, every step of dunning, and the times in which the account is not dunned.")],
    )
