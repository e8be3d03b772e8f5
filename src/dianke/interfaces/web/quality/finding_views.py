"""One finding: what is wrong, what mends it, who works on it."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from dianke.application.archive_quality import work
from dianke.domain.audits.models import QualityFinding
from dianke.domain.audits.queries import findings as queries
from dianke.domain.audits.rules.remedies import REMEDIES
from dianke.domain.audits.types import FindingState, Subject
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.acting import carry_out
from dianke.interfaces.web.components.page import Crumb, Page, Text
from dianke.interfaces.web.components.states import state_chip
from dianke.interfaces.web.people import Names
from dianke.interfaces.web.quality import words
from dianke.interfaces.web.quality.forms import ExemptionForm
from dianke.interfaces.web.requests import StaffRequest
from dianke.kernel.clock import SystemClock

_USUAL_EXEMPTION = timedelta(days=180)


@require_GET
@page_right("quality.view")
def show_finding(request: StaffRequest, finding_id: int) -> HttpResponse:
    """Show one finding."""
    return _render(request, _find(request, finding_id))


@require_POST
@page_right("quality.work")
def take_finding(request: StaffRequest, finding_id: int) -> HttpResponse:
    """Take the finding."""
    return _act(
        request,
        finding_id,
        lambda: work.take_findings(actor=request.actor, ids=[finding_id], at=SystemClock().now()),
        _("It stands in your work list now."),
    )


@require_POST
@page_right("quality.work")
def release_finding(request: StaffRequest, finding_id: int) -> HttpResponse:
    """Give the finding back."""
    return _act(
        request,
        finding_id,
        lambda: work.release_findings(actor=request.actor, ids=[finding_id]),
        _("Others may take it now."),
    )


@require_POST
@page_right("quality.work")
def ask_exemption(request: StaffRequest, finding_id: int) -> HttpResponse:
    """Hold the finding to be no fault."""
    finding = _find(request, finding_id)
    form = ExemptionForm(request.POST)
    if not form.is_valid():
        return _render(request, finding, form=form, status=422)
    values = form.cleaned_data
    return _act(
        request,
        finding_id,
        lambda: work.ask_exemption(actor=request.actor, finding_id=finding_id, at=SystemClock().now(), **values),
        _("Another person decides whether it is no fault."),
    )


@require_POST
@page_right("quality.exempt")
def decide_exemption(request: StaffRequest, finding_id: int) -> HttpResponse:
    """Agree or disagree that the finding is no fault."""
    is_granted = request.POST.get("answer") == "yes"
    return _act(
        request,
        finding_id,
        lambda: work.decide_exemption(
            actor=request.actor,
            finding_id=finding_id,
            is_granted=is_granted,
            reason=request.POST.get("reason", ""),
            at=SystemClock().now(),
        ),
        _("It counts as no fault until its day.") if is_granted else _("It is to be mended after all."),
    )


def _find(request: StaffRequest, finding_id: int) -> QualityFinding:
    try:
        return queries.get_finding(actor=request.actor, finding_id=finding_id)
    except queries.FindingNotFound as refusal:
        raise Http404 from refusal


def _act(request: StaffRequest, finding_id: int, act: Callable[[], object], done: Text) -> HttpResponse:
    _find(request, finding_id)
    return carry_out(request, act, done=str(done), back=reverse("web:quality_finding", args=[finding_id]))


def _render(
    request: StaffRequest, finding: QualityFinding, *, form: ExemptionForm | None = None, status: int = 200
) -> HttpResponse:
    actor, path = request.actor, finding.unit.path
    may_work = actor.may(work.WORK, path)
    asked = finding.state == FindingState.EXEMPTION_ASKED.value
    is_workable = finding.state in {FindingState.OPEN.value, FindingState.TAKEN.value}
    values = {
        "page": _head(finding),
        "finding": finding,
        "details": words.list_details(finding.detail),
        "remedy": REMEDIES.get(finding.rule, ""),
        "subject": words.SUBJECTS[finding.subject_label],
        "subject_url": _find_subject_url(finding),
        "names": _name_people(finding),
        "may_take": may_work and finding.state == FindingState.OPEN.value,
        "may_release": finding.state == FindingState.TAKEN.value and finding.taken_by == actor.login,
        "may_ask": may_work and is_workable,
        "may_decide": asked and actor.may(work.EXEMPT, path) and finding.asked_by != actor.login,
        "form": form or ExemptionForm(initial={"until": _today() + _USUAL_EXEMPTION}),
        "today": _today(),
    }
    return render(request, "quality/finding.html", values, status=status)


def _head(finding: QualityFinding) -> Page:
    return Page(
        title=words.RULES.get(finding.rule, finding.rule),
        number=finding.subject_number,
        facts=[finding.unit.name],
        crumbs=[
            Crumb(_("Archive quality"), reverse("web:quality")),
            Crumb(_("Faults of the archive"), reverse("web:quality_findings")),
            Crumb(finding.subject_number),
        ],
        chips=[state_chip("finding", finding.state), state_chip("finding_severity", finding.severity)],
        menu_url=reverse("web:quality"),
    )


def _find_subject_url(finding: QualityFinding) -> str:
    if finding.account_number:
        return reverse("web:customer_account", args=[finding.account_number])
    if finding.subject_label == Subject.METER.value:
        return f"{reverse('web:search')}?{urlencode({'q': finding.subject_number})}"
    return ""


def _name_people(finding: QualityFinding) -> dict[str, Any]:
    names = Names([finding.taken_by, finding.asked_by, finding.decided_by])
    return {role: names.of(getattr(finding, role)) for role in ("taken_by", "asked_by", "decided_by")}


def _today() -> date:
    return SystemClock().now().date()
