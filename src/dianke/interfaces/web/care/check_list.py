"""The equipment of customers whose check falls due: a list by unit, manager and days left."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.urls import reverse_lazy
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext, pgettext_lazy
from django.views.decorators.http import require_GET

from dianke.application import care
from dianke.domain.customers.queries.care import filter_checks
from dianke.domain.customers.queries.managers import find_managers
from dianke.domain.customers.types import EquipmentCondition
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.components.filters import ChoiceFilter, UnitFilter
from dianke.interfaces.web.components.list_views import render_list
from dianke.interfaces.web.components.lists import Column, ListSpec, register
from dianke.interfaces.web.components.page import Chip, Crumb
from dianke.interfaces.web.components.row_addresses import address_row
from dianke.interfaces.web.components.states import state_chip, state_label
from dianke.interfaces.web.customers import words as customer_words
from dianke.interfaces.web.customers.naming import hide_names
from dianke.interfaces.web.requests import StaffRequest
from dianke.kernel.clock import SystemClock
from dianke.platform.identity.types import Actor

_OVERDUE, _NOBODY = "LATE", "NOBODY"
_SOON_DAYS = 30
_SPANS = (30, 60, 90)


@require_GET
@page_right(care.VIEW)
def list_checks(request: StaffRequest) -> HttpResponse:
    """List equipment that is to be checked, the one that is due first in front."""
    return render_list(request, CHECKS)


def _rows(actor: Actor) -> QuerySet[Any]:
    return filter_checks(actor=actor, right=care.VIEW)


def _enrich(actor: Actor, rows: Sequence[Any]) -> None:
    today = _today()
    hide_names(actor, rows)
    managers = find_managers(actor=actor, customer_ids={row.customer_id for row in rows}, on=today)
    for row in rows:
        row.manager_name = managers.get(row.customer_id)
        row.days_left = (row.next_check_date - today).days


def _today() -> date:
    return SystemClock().now().date()


def _list_spans(actor: Actor) -> Sequence[tuple[str, Any]]:
    within = [(str(days), _now("within %(days)s days") % {"days": days}) for days in _SPANS]
    return [(_OVERDUE, pgettext_lazy("check of equipment", "Overdue")), *within]


def _narrow_span(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    today = _today()
    if value == _OVERDUE:
        return rows.filter(next_check_date__lt=today)
    # What is overdue is due within any number of days too: it must not be lost behind a filter.
    return rows.filter(next_check_date__lte=today + timedelta(days=int(value)))


def _list_managers(actor: Actor) -> Sequence[tuple[str, Any]]:
    people = care.list_workers(actor=actor.within(care.VIEW), on=_today())
    return [(_NOBODY, _("nobody's")), *((one.login, one.name) for one in people)]


def _narrow_manager(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    held = {"customer__managements__period__contains": _today()}
    if value == _NOBODY:
        return rows.exclude(customer__in=rows.filter(**held).values("customer"))
    return rows.filter(customer__managements__manager__login=value, **held)


def _draw_left(row: Any) -> Chip:
    days = row.days_left
    if days < 0:
        return Chip("bad", ngettext("%(days)s day late", "%(days)s days late", -days) % {"days": -days})
    if days == 0:
        return Chip("warn", pgettext("check of equipment", "today"))
    kind = "warn" if days <= _SOON_DAYS else "idle"
    return Chip(kind, ngettext("in %(days)s day", "in %(days)s days", days) % {"days": days})


CHECKS = register(
    ListSpec(
        name="care.checks",
        title=_("Checks of equipment due"),
        url_name="web:care_checks",
        right=care.VIEW,
        crumbs=[Crumb(_("Customers")), Crumb(_("Care calendar"), reverse_lazy("web:care_calendar"))],
        rows=_rows,
        row_url=lambda row: address_row("web:customer", row.customer.number),
        sort="due",
        columns=[
            Column("customer", _("Customer"), lambda row: row.customer.name, width=30),
            Column("number", _("Customer number"), lambda row: row.customer.number, css="n", width=14),
            Column("equipment", _("Equipment"), lambda row: row.name, width=24),
            Column("kind", _("Kind"), lambda row: customer_words.EQUIPMENT_KINDS[row.kind], css="nw", width=16),
            Column("condition", _("Condition"), lambda row: state_chip("equipment", row.condition), width=12),
            Column("checked", _("Last checked"), lambda row: row.checked_date, css="n", width=12),
            Column(
                "due", _("Next check"), lambda row: row.next_check_date, order=("next_check_date",), css="n", width=12
            ),
            Column("left", _("Due"), _draw_left, css="nw", width=12),
            Column("manager", _("Account manager"), lambda row: row.manager_name, css="nw", width=14),
            Column("unit", _("Unit"), lambda row: row.customer.unit.name, css="nw", width=20),
            Column("tested", _("Tested on"), lambda row: row.tested_date, css="n", is_shown=False, width=12),
        ],
        filters=[
            ChoiceFilter("span", _("Due"), _list_spans, apply=_narrow_span),
            ChoiceFilter("manager", _("Account manager"), _list_managers, apply=_narrow_manager),
            ChoiceFilter("kind", _("Kind"), list(customer_words.EQUIPMENT_KINDS.items())),
            ChoiceFilter(
                "condition",
                _("Condition"),
                lambda actor: [(one.value, state_label("equipment", one.value)) for one in EquipmentCondition],
            ),
            UnitFilter(lookup="customer__unit"),
        ],
        enrich=_enrich,
        count=lambda count: _now("%(count)s checks") % {"count": count},
        empty_title=_("No check is due"),
        empty_text=_("Equipment with a day for its next check stands here."),
        empty_found_title=_("No check fits"),
        empty_found_text=_("Take a filter out to see more."),
        help=[
            _("Equipment of customers with a day for its next check; the earliest day stands in front."),
            _("What is overdue stands with what falls due soon, too."),
            _("A check is recorded at the customer, under places and meters."),
        ],
        brief=("left", "equipment", "condition", "due", "manager"),
        purpose=pgettext_lazy("purpose", "better service"),
        export_name="equipment-checks",
    )
)
