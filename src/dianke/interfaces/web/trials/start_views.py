"""Start a trial and cancel one."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from dianke.application import trials as use_cases
from dianke.application.trials import RIGHT
from dianke.domain.billing.queries import bills as bill_queries
from dianke.domain.billing.queries import trials as queries
from dianke.domain.tariffs import queries as tariffs
from dianke.domain.tariffs.types import VersionStatus
from dianke.interfaces.jobs import tasks
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.acting import carry_out
from dianke.interfaces.web.billing import words as billing_words
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.page import Crumb, Page
from dianke.interfaces.web.requests import StaffRequest
from dianke.interfaces.web.shell.errors import explain
from dianke.interfaces.web.trials.report_views import find_trial
from dianke.kernel.clock import SystemClock
from dianke.kernel.errors import DomainError
from dianke.platform.audit.use_case import PermissionRefused

_REFUSED = 422
# What was rejected or taken back is not tried any more.
_STATES = (VersionStatus.PROPOSED, VersionStatus.ACTIVE, VersionStatus.SUPERSEDED)


class TrialForm(forms.Form):
    """Which version, over which month, where."""

    version = forms.TypedChoiceField(
        label=_("Version"), coerce=int, widget=forms.Select(attrs={"class": "form-select"})
    )
    month = forms.ChoiceField(label=_("Month"), widget=forms.Select(attrs={"class": "form-select"}))
    unit = forms.ChoiceField(
        label=_("Unit"),
        widget=forms.Select(attrs={"class": "form-select"}),
        help_text=_("with everything below it"),
    )
    usage_class = forms.ChoiceField(
        label=_("Class of use"), required=False, widget=forms.Select(attrs={"class": "form-select"})
    )

    def __init__(self, request: StaffRequest, **given: Any) -> None:
        super().__init__(**given)
        actor = request.actor
        months = [f"{month:%Y-%m}" for month in queries.list_issued_months(actor=actor)]
        units = [(unit.code, f"{unit.name} {unit.code}") for unit in use_cases.list_units(actor=actor)]
        self._choose("version", _list_versions(request))
        self._choose("month", [(month, month) for month in months])
        self._choose("unit", units)
        self._choose("usage_class", [("", _("all classes")), *billing_words.USAGE_CLASSES.items()])
        self.has_months = bool(months)

    def _choose(self, name: str, choices: list[Any]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - this form's own fields
        field.choices = choices


@require_http_methods(["GET", "POST"])
@page_right(RIGHT)
def start_trial(request: StaffRequest) -> HttpResponse:
    """Ask which version is tried where, and hand the trial to the worker."""
    form = TrialForm(request, data=request.POST or None, initial={"version": request.GET.get("version", "")})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            trial = use_cases.start_trial(
                actor=request.actor,
                version_id=given["version"],
                month=bill_queries.get_month(given["month"]),
                unit_code=given["unit"],
                usage_class=given["usage_class"],
                at=SystemClock().now(),
            )
        except PermissionRefused:
            raise
        except DomainError as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, explain(refusal))
        else:
            tasks.run_trial.defer(number=trial.number, login=request.actor.login)
            messages.success(request, _now("The trial has started; this page shows its progress."))
            return redirect("web:trial", trial.number)
    page = Page(
        title=_now("Start a trial"),
        crumbs=[Crumb(_("Billing")), Crumb(_("Trials of prices"), reverse("web:trials"))],
        menu_url=reverse("web:trials"),
        help=[_("The bills stay as they are; only the report is kept.")],
    )
    status = _REFUSED if request.method == "POST" else 200
    return render(request, "trials/start.html", {"page": page, "form": form}, status=status)


@require_POST
@page_right(RIGHT)
def cancel_trial(request: StaffRequest, number: str) -> HttpResponse:
    """Stop a trial that has not ended."""
    find_trial(request, number)
    reason, at = request.POST.get("reason", "")[:300], SystemClock().now()
    return carry_out(
        request,
        lambda: use_cases.cancel_trial(actor=request.actor, number=number, reason=reason, at=at),
        done=_now("The trial is cancelled."),
        back=reverse("web:trial", args=[number]),
    )


def _list_versions(request: StaffRequest) -> list[tuple[int, str]]:
    """Return what may be tried: proposals first, then what is or was in force, the newest first."""
    allowed = [one for one in tariffs.list_versions(actor=request.actor) if one.status in _STATES]
    allowed.sort(key=lambda one: (_STATES[0] is not one.status, one.plan_code, -one.start.toordinal()))
    words = {True: _now("proposed"), False: _now("approved")}
    return [
        (one.id, f"{one.sheet_id} · {one.plan_name} · {formats.day(one.start)} · {words[not one.is_approved]}")
        for one in allowed
    ]
