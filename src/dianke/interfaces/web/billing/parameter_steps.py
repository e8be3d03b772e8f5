"""Propose what the review measures by; another person approves or refuses, or it is taken back."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from dianke.application import meter_to_cash
from dianke.domain.billing.models import ReviewParameterProposal
from dianke.domain.billing.queries import review_parameters as queries
from dianke.domain.billing.queries.review_parameters import NoSuchProposal
from dianke.domain.billing.rules.review.causes import CAUSES
from dianke.domain.billing.types import ProposalState
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.billing import parameter_words, review_words, words
from dianke.interfaces.web.billing.parameter_forms import ProposalForm
from dianke.interfaces.web.billing.parameter_views import list_reached_units
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.page import Crumb, Page
from dianke.interfaces.web.components.states import state_chip
from dianke.interfaces.web.people import Names
from dianke.interfaces.web.requests import StaffRequest
from dianke.interfaces.web.shell.errors import explain
from dianke.kernel.clock import SystemClock
from dianke.kernel.errors import DomainError
from dianke.platform.audit.use_case import PermissionRefused
from dianke.platform.org.models import Unit

_REFUSED = 422


@require_http_methods(["GET", "POST"])
@page_right("billing.set_review")
def propose(request: StaffRequest) -> HttpResponse:
    """Propose values of a rule for a unit and a class of use."""
    given = request.POST if request.method == "POST" else request.GET
    units = list_reached_units(request.actor)
    unit = next((one for one in units if one.code == given.get("unit")), units[0])
    usage_class = given.get("class", "")
    usage_class = usage_class if usage_class in words.USAGE_CLASSES else ""
    code = given.get("rule", "")
    code = code if code in CAUSES else next(iter(CAUSES))
    today = timezone.localdate(SystemClock().now())
    rules = queries.list_rules(rows=queries.list_parameters(unit=unit), usage_class=usage_class, on=today)
    rule = next(one for one in rules if one.code == code)
    form = ProposalForm(request.POST or None, rule=rule, initial={"from_date": today})
    if request.method == "POST" and form.is_valid():
        proposal = _propose(request, form, unit=unit, code=code, usage_class=usage_class)
        if proposal is not None:
            messages.success(request, _("The proposal waits for another person."))
            return redirect("web:bill_review_proposal", proposal.pk)
    values = {
        "page": _head(_("Propose other values"), facts=[review_words.name_cause(code), unit.name]),
        "form": form,
        "units": units,
        "unit": unit,
        "classes": words.USAGE_CLASSES.items(),
        "usage_class": usage_class,
        "rules": [(one, review_words.name_cause(one)) for one in CAUSES],
        "rule": rule,
    }
    return render(request, "billing/review_propose.html", values, status=_REFUSED if form.errors else 200)


def _propose(
    request: StaffRequest, form: ProposalForm, *, unit: Unit, code: str, usage_class: str
) -> ReviewParameterProposal | None:
    try:
        return meter_to_cash.propose_review_parameter(
            actor=request.actor,
            unit=unit,
            rule=code,
            usage_class=usage_class,
            from_date=form.cleaned_data["from_date"],
            values=form.values,
            reason=form.cleaned_data["reason"],
            at=SystemClock().now(),
        )
    except PermissionRefused:
        raise
    except DomainError as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, _explain(refusal, code))
    return None


@require_GET
@page_right("billing.view")
def show_proposal(request: StaffRequest, key: int) -> HttpResponse:
    """Show what is proposed beside what is in force, and who decided it."""
    proposal = _find(request, key)
    rows = queries.list_parameters(unit=proposal.unit)
    rules = queries.list_rules(rows=rows, usage_class=proposal.usage_class, on=proposal.from_date)
    before = {value.name: value.value for rule in rules if rule.code == proposal.code for value in rule.values}
    is_open = proposal.state == ProposalState.PROPOSED.value
    is_own = proposal.proposed_by == request.actor.login
    names = Names([proposal.proposed_by, proposal.decided_by])
    title = _("Proposed values") if is_open else _("Proposal of values")
    values = {
        "page": _head(title, facts=_list_facts(proposal), proposal=proposal),
        "proposal": proposal,
        "name": review_words.name_cause(proposal.code),
        "lines": [_draw_line(name, value, before) for name, value in proposal.values.items()],
        "is_open": is_open,
        "is_own": is_own,
        "proposer": names.of(proposal.proposed_by),
        "decider": names.of(proposal.decided_by) if proposal.decided_by else "",
        "may_decide": is_open and not is_own and request.actor.may("billing.approve_review"),
        "may_take_back": is_open and is_own and request.actor.may("billing.set_review"),
    }
    return render(request, "billing/review_proposal.html", values)


def _draw_line(name: str, value: Any, before: dict[str, Any]) -> dict[str, str]:
    return {
        "name": parameter_words.name_value(name),
        "before": parameter_words.write_value(name, before[name]) if name in before else formats.NONE,
        "after": parameter_words.write_value(name, value),
    }


@require_POST
@page_right("billing.approve_review")
def approve(request: StaffRequest, key: int) -> HttpResponse:
    """Put what another person proposed in force from its day on."""
    return _decide(request, key, meter_to_cash.approve_review_parameter, _("The values are approved."))


@require_POST
@page_right("billing.approve_review")
def reject(request: StaffRequest, key: int) -> HttpResponse:
    """Refuse what another person proposed."""
    return _decide(request, key, meter_to_cash.reject_review_parameter, _("The proposal is refused."))


@require_POST
@page_right("billing.set_review")
def take_back(request: StaffRequest, key: int) -> HttpResponse:
    """Take back one's own proposal."""
    return _decide(request, key, meter_to_cash.take_back_review_parameter, _("The proposed values are taken back."))


def _decide(request: StaffRequest, key: int, act: Callable[..., Any], done: str) -> HttpResponse:
    proposal = _find(request, key)
    try:
        act(actor=request.actor, key=key, reason=request.POST.get("reason", "")[:200], at=SystemClock().now())
    except PermissionRefused:
        raise
    except DomainError as refusal:
        messages.error(request, _explain(refusal, proposal.code))
    else:
        messages.success(request, done)
    return redirect("web:bill_review_proposal", key)


def _explain(refusal: DomainError, code: str) -> str:
    """Return the refusal with the cause in words, where it names its code."""
    if "rule" in refusal.facts:
        refusal.facts["rule"] = review_words.name_cause(code)
    return explain(refusal)


def _find(request: StaffRequest, key: int) -> ReviewParameterProposal:
    try:
        return queries.get_proposal(actor=request.actor, key=key)
    except NoSuchProposal as error:
        raise Http404 from error


def _list_facts(proposal: ReviewParameterProposal) -> list[Any]:
    return [
        review_words.name_cause(proposal.code),
        proposal.unit.name,
        words.USAGE_CLASSES.get(proposal.usage_class, _("All classes")),
        _("in force from %(day)s") % {"day": formats.day(proposal.from_date)},
    ]


def _head(title: str, *, facts: list[Any], proposal: ReviewParameterProposal | None = None) -> Page:
    return Page(
        title=title,
        facts=facts,
        chips=[state_chip("review_proposal", proposal.state)] if proposal else [],
        crumbs=[
            Crumb(_("Billing")),
            Crumb(_("Bill runs"), reverse("web:bill_runs")),
            Crumb(_("What the review measures by"), reverse("web:bill_review_parameters")),
            Crumb(title),
        ],
        menu_url=reverse("web:bill_runs"),
        help=[
            _("One person proposes, another approves; until then the values measure nothing."),
            _("What is in force is never edited: other values are a new proposal with a day of its own."),
            _("A value that is left empty stays as it is. A rule that is not in use finds nothing."),
        ],
    )
