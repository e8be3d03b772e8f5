"""The calendar of one cycle: its template, its interim readings, the months that are planned."""

from collections.abc import Callable
from datetime import date

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from dianke.application import reading_calendars
from dianke.domain.billing.queries import calendars
from dianke.domain.collection.types import RiskThing
from dianke.domain.readings import queries as readings
from dianke.domain.readings.models import ReadingCycle
from dianke.domain.readings.rules import add_months
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.components.page import Crumb, Page
from dianke.interfaces.web.readings import words
from dianke.interfaces.web.readings.calendar_views import draw_state
from dianke.interfaces.web.readings.forms import GenerateForm, InterimForm, TemplateForm
from dianke.interfaces.web.requests import StaffRequest
from dianke.interfaces.web.risk.leading import list_measures_of
from dianke.interfaces.web.shell.errors import explain
from dianke.kernel.clock import SystemClock
from dianke.kernel.errors import DomainError
from dianke.platform.audit.use_case import PermissionRefused

_USUAL_MONTHS = 3
_Form = TemplateForm | InterimForm | GenerateForm


@require_GET
@page_right("readings.view_calendar")
def show_cycle(request: StaffRequest, code: str) -> HttpResponse:
    """Show the calendar of a cycle."""
    return _render(request, _find_cycle(request, code), {})


@require_POST
@page_right("readings.plan")
def set_template(request: StaffRequest, code: str) -> HttpResponse:
    """Let the steps be due by other rules from a month on."""
    form = TemplateForm(request.POST)

    def act() -> str:
        reading_calendars.set_template(
            actor=request.actor,
            cycle_code=code,
            from_month=form.cleaned_data["from_month"],
            step_rules=form.list_rules(),
        )
        return _("The template is kept; plan the months again for it to take hold.")

    return _act(request, code, "template", form, act)


@require_POST
@page_right("readings.plan")
def set_interim_days(request: StaffRequest, code: str) -> HttpResponse:
    """Let the cycle be read and billed on further days."""
    form = InterimForm(request.POST)

    def act() -> str:
        reading_calendars.set_interim_days(actor=request.actor, cycle_code=code, **form.cleaned_data)
        return _("The interim readings are kept; they hold for months that are opened from now on.")

    return _act(request, code, "interim", form, act)


@require_POST
@page_right("readings.plan")
def generate_days(request: StaffRequest, code: str) -> HttpResponse:
    """Make the calendar of some months."""
    form = GenerateForm(request.POST)

    def act() -> str:
        made = reading_calendars.generate_days(
            actor=request.actor, cycle_code=code, at=SystemClock().now(), **form.cleaned_data
        )
        return ngettext("%(count)d day was planned.", "%(count)d days were planned.", made) % {"count": made}

    return _act(request, code, "generate", form, act)


def _act(request: StaffRequest, code: str, name: str, form: _Form, act: Callable[[], str]) -> HttpResponse:
    cycle = _find_cycle(request, code)
    if not form.is_valid():
        return _render(request, cycle, {name: form}, status=422)
    try:
        done = act()
    except PermissionRefused:
        raise
    except DomainError as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, explain(refusal))
        return _render(request, cycle, {name: form}, status=422)
    messages.success(request, done)
    return redirect("web:cycle_calendar", code)


def _find_cycle(request: StaffRequest, code: str) -> ReadingCycle:
    found = next((one for one in readings.list_visible_cycles(actor=request.actor) if one.code == code), None)
    if found is None:
        raise Http404
    return found


def _render(request: StaffRequest, cycle: ReadingCycle, forms: dict[str, _Form], *, status: int = 200) -> HttpResponse:
    now = SystemClock().now()
    month = now.date().replace(day=1)
    rules = readings.get_step_rules(cycle=cycle, month=month)
    found = calendars.list_progress(actor=request.actor, at=now, start=month, cycle_id=cycle.pk)
    interim = ", ".join(map(str, cycle.interim_days))
    values = {
        "page": _head(cycle),
        "cycle": cycle,
        "risk_measures": list_measures_of(request.actor, RiskThing.INTERIM_CYCLE, cycle.pk),
        "rules": [(words.STEPS[rule.step.value], rule.offset_days, words.SHIFTS[rule.shift.value]) for rule in rules],
        "is_usual": not readings.has_template(cycle=cycle, month=month),
        "template_form": forms.get("template") or TemplateForm.fill(rules, month),
        "interim_form": forms.get("interim") or InterimForm(initial={"interim_days": interim}),
        "generate_form": forms.get("generate") or GenerateForm(initial=_suggest(found, month)),
        "open_form": next(iter(forms), ""),
        "days": [
            (one.day, words.STEPS[one.day.step], words.name_month(one.day.month, one.day.stage, one.day.stages),
             draw_state(one, now))
            for one in sorted(found, key=lambda one: (one.day.planned_date, one.day.pk))
        ],
        "may_plan": request.actor.may(reading_calendars.plan.PLAN, cycle.unit.path),
    }  # fmt: skip
    return render(request, "readings/cycle.html", values, status=status)


def _suggest(found: list[calendars.DayProgress], month: date) -> dict[str, object]:
    last = max((one.day.month for one in found), default=None)
    return {"first_month": add_months(last, 1) if last else month, "months": _USUAL_MONTHS}


def _head(cycle: ReadingCycle) -> Page:
    facts = [cycle.unit.name, _("read on day %(day)d") % {"day": cycle.reading_day}]
    if cycle.interim_days:
        days = ", ".join(map(str, cycle.interim_days))
        facts.append(_("interim readings on %(days)s") % {"days": days})
    if cycle.months_per_period > 1:
        facts.append(_("a bill every %(count)d months") % {"count": cycle.months_per_period})
    return Page(
        title=cycle.name,
        number=cycle.code,
        facts=facts,
        crumbs=[
            Crumb(_("Meter reading")),
            Crumb(_("Calendar"), reverse("web:reading_calendar")),
            Crumb(cycle.code),
        ],
        menu_url=reverse("web:reading_calendar"),
    )
