"""Alarms of sensitive changes: the list, one with both versions side by side, the decision."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_GET, require_POST

from dianke.application.trail import decide_alarm, lists
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.components.filters import ChoiceFilter, UnitFilter
from dianke.interfaces.web.components.list_views import render_list
from dianke.interfaces.web.components.lists import Column, ListSpec, register
from dianke.interfaces.web.components.page import Crumb, Page, Text
from dianke.interfaces.web.components.row_addresses import address_row
from dianke.interfaces.web.components.states import state_chip, state_label
from dianke.interfaces.web.people import Names
from dianke.interfaces.web.requests import StaffRequest
from dianke.interfaces.web.shell.errors import explain
from dianke.interfaces.web.trail import words
from dianke.interfaces.web.trail.days import MomentRangeFilter
from dianke.kernel.clock import SystemClock
from dianke.kernel.errors import DomainError
from dianke.platform.audit.models import ChangeAlarm
from dianke.platform.audit.types import AlarmState
from dianke.platform.identity.types import Actor


@require_GET
@page_right("alarms.review")
def list_alarms(request: StaffRequest) -> HttpResponse:
    """List alarms, those that wait first by the filter."""
    return render_list(request, ALARMS)


@require_GET
@page_right("alarms.review")
def show_alarm(request: StaffRequest, alarm_id: int) -> HttpResponse:
    """Show one alarm with the fields before and after."""
    return _draw(request, _get(request, alarm_id))


@require_POST
@page_right("alarms.review")
def decide(request: StaffRequest, alarm_id: int) -> HttpResponse:
    """Take the decision of a second person."""
    alarm = _get(request, alarm_id)
    given = request.POST.get("state", "")
    state = AlarmState(given) if given in set(AlarmState) else AlarmState.OPEN
    note = request.POST.get("note", "")[:400]
    try:
        decide_alarm(actor=request.actor, alarm_id=alarm_id, state=state, note=note, at=SystemClock().now())
    except DomainError as error:
        return _draw(request, alarm, note=note, fault=explain(error), status=422)
    messages.success(request, _now("The decision is kept."))
    return redirect("web:trail_alarms")


def _get(request: StaffRequest, alarm_id: int) -> ChangeAlarm:
    alarm = lists.get_alarm(actor=request.actor, alarm_id=alarm_id)
    if alarm is None:
        raise Http404
    return alarm


def _draw(
    request: StaffRequest, alarm: ChangeAlarm, *, note: str = "", fault: Text = "", status: int = 200
) -> HttpResponse:
    change = lists.describe_alarms([alarm]).get(alarm.pk)
    if change is None:
        raise Http404
    decision = getattr(alarm, "decision", None)
    names = Names([alarm.actor_login, decision.decided_by if decision else None])
    lines = words.write_lines(change)
    watched = {words.name_field(alarm.model_label, name) for name in alarm.fields}
    head = Page(
        title=change.title or str(words.name_thing(alarm.model_label)),
        number=str(words.name_thing(alarm.model_label)),
        crumbs=[Crumb(_("Administration")), Crumb(_("Alarms"), reverse("web:trail_alarms"))],
        chips=[words.alarm_chip(alarm.kind), state_chip("alarm", alarm.state)],
        menu_url=reverse("web:trail_alarms"),
        help=[
            _("A change of price, multiplier, capacity, identity or bank data waits here for a second person."),
            _("Compare both versions with the papers. Whoever made the change cannot decide it, nor who stands in."),
        ],
    )
    values = {
        "page": head,
        "alarm": alarm,
        "change": change,
        "lines": [(line, line.label in watched) for line in lines],
        "facts": _list_facts(alarm, change, names),
        "decision": decision,
        "decided_by": names.of(decision.decided_by) if decision else "",
        "may_decide": alarm.actor_login not in {request.actor.login, *request.actor.deputises_for},
        "note": note,
        "fault": fault,
        "change_url": reverse("web:trail_change", args=[alarm.model_label, alarm.event_id]),
    }
    return render(request, "trail/alarm.html", values, status=status)


def _list_facts(alarm: ChangeAlarm, change: Any, names: Names) -> dict[Text, Text]:
    where = " ".join(str(part) for part in (words.name_origin(change.origin), change.address) if part)
    return {
        _now("Changed at"): f"{timezone.localtime(alarm.at):%Y-%m-%d %H:%M}",
        _now("Changed by"): names.of(alarm.actor_login) or _now("nobody: no use case made this change"),
        _now("From where"): where or "–",
        _now("What was done"): words.name_act(alarm.use_case) if alarm.use_case else "–",
        _now("Reason"): alarm.reason or "–",
        _now("Unit"): alarm.unit.name,
    }


def _rows(actor: Actor) -> QuerySet[Any]:
    return lists.list_alarms(actor=actor)


def _enrich(actor: Actor, rows: Sequence[Any]) -> None:
    changes = lists.describe_alarms(rows)
    names = Names(row.actor_login for row in rows)
    people = words.name_people(changes.values())
    for row in rows:
        change = changes.get(row.pk)
        row.title = change.title if change else f"{row.model_label}:{row.key}"
        row.person = names.of(row.actor_login) or "–"
        lines = words.write_lines(change, people) if change else []
        watched = {words.name_field(row.model_label, name) for name in row.fields}
        row.words = "; ".join(
            f"{line.label} {line.before or '–'} → {line.after or '–'}" for line in lines if line.label in watched
        ) or ", ".join(str(words.name_field(row.model_label, name)) for name in row.fields)


ALARMS = register(
    ListSpec(
        name="trail.alarms",
        title=_("Alarms"),
        url_name="web:trail_alarms",
        right="alarms.review",
        crumbs=[Crumb(_("Administration"))],
        rows=_rows,
        row_url=lambda alarm: address_row("web:trail_alarm", alarm.pk),
        sort="-at",
        columns=[
            Column("thing", _("Thing"), lambda alarm: alarm.title, width=30),
            Column("kind", _("Kind of alarm"), lambda alarm: words.ALARM_KINDS[alarm.kind], css="nw"),
            Column("change", _("Change"), lambda alarm: alarm.words, width=50),
            Column("at", _("When"), lambda alarm: alarm.at, order=("at",), css="n", width=20),
            Column("person", pgettext_lazy("trail", "Who"), lambda alarm: alarm.person, css="nw"),
            Column("reason", _("Reason"), lambda alarm: alarm.reason, width=30),
            Column("unit", _("Unit"), lambda alarm: alarm.unit.name, css="nw", width=20),
            Column("state", _("State"), lambda alarm: state_chip("alarm", alarm.state), width=12),
        ],
        filters=[
            ChoiceFilter(
                "state",
                _("State"),
                lambda actor: [(state.value, state_label("alarm", state.value)) for state in AlarmState],
                lookup="state",
            ),
            ChoiceFilter("kind", _("Kind of alarm"), list(words.ALARM_KINDS.items()), lookup="kind"),
            UnitFilter(),
            MomentRangeFilter("day", _("When"), lookup="at"),
        ],
        enrich=_enrich,
        count=lambda count: _now("%(count)s alarms") % {"count": count},
        empty_title=_("No alarm"),
        empty_text=_("A change of a price, a multiplier, a capacity, an identity or bank data appears here."),
        empty_found_title=_("No alarm fits"),
        brief=("kind", "change", "at", "state"),
        help=[_("Changes that a second pair of eyes must look at. A row opens both versions side by side.")],
    )
)
