"""A manager's portfolio: figures, what changed since last week, whom to visit, on a map and as a list."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext, pgettext_lazy
from django.views.decorators.http import require_GET

from dianke.application import care
from dianke.application.care.call_backs import CallBack, list_call_backs
from dianke.application.care.changes import Change, ChangeKind
from dianke.application.care.portfolio import MOST_CUSTOMERS, Managed, Portfolio, read_portfolio
from dianke.domain.customers.rules.care import get_care_policy
from dianke.domain.valuation.queries.service import list_services
from dianke.domain.valuation.types import Service
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.care import words
from dianke.interfaces.web.care.map import draw_map
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.due import due_chip
from dianke.interfaces.web.components.figures import Figure
from dianke.interfaces.web.components.page import Chip, Crumb, Page, Text
from dianke.interfaces.web.credit.words import FACTS as FACT_TYPES
from dianke.interfaces.web.customers import words as customer_words
from dianke.interfaces.web.customers.naming import hide_names
from dianke.interfaces.web.requests import StaffRequest
from dianke.interfaces.web.valuation import words as value_words
from dianke.kernel.clock import SystemClock
from dianke.platform.identity.types import Actor

_LISTED, _CHANGES = 200, 30
# Complaints and calls are facts of credit.
_FACTS = "credit.view"


@require_GET
@page_right(care.VIEW)
def show_portfolio(request: StaffRequest) -> HttpResponse:
    """Show the customers of a person, oneself to begin with."""
    actor, today = request.actor.within(care.VIEW), SystemClock().now().date()
    people = {one.login: one.name for one in care.list_workers(actor=actor, on=today)}
    chosen = str(request.GET.get("manager", ""))
    login = chosen if chosen in people else actor.login
    sees_money = actor.may("billing.view") and actor.may("payments.view")
    found = read_portfolio(actor=actor, login=login, today=today, sees_money=sees_money)
    services, now = list_services(on=today), SystemClock().now()
    calls = _list_calls(actor, found, services, now)
    hide_names(actor, found.rows)
    soon = today + timedelta(days=get_care_policy(on=today).visit_ahead_days)
    values = {
        "page": _head(people.get(login, actor.name)),
        "figures": _list_figures(found, today, soon, sees_money=sees_money),
        "rows": [(one, _draw_due(one, today, soon)) for one in found.rows[:_LISTED]],
        "rest": max(found.total - _LISTED, 0),
        "is_cut": found.total > MOST_CUSTOMERS,
        "most": MOST_CUSTOMERS,
        "changes": [(one, words.CHANGES[one.kind.value], _write_change(one)) for one in found.changes[:_CHANGES]],
        "picture": draw_map(found.rows, today=today, soon=soon),
        "classes": customer_words.VALUE_CLASSES,
        "served": {one.value_class.value: _write_served(one) for one in services},
        "calls": [(one, FACT_TYPES[one.kind.value], due_chip(one.due_at, now)) for one in calls[:_CHANGES]],
        "sees_money": sees_money,
        "people": sorted(people.items(), key=lambda one: one[1]),
        "login": login,
        "may_work": request.actor.may(care.WORK),
    }
    return render(request, "care/portfolio.html", values)


def _list_calls(actor: Actor, found: Portfolio, services: Sequence[Service], at: datetime) -> list[CallBack]:
    """Return whom to call back, to who may see what customers said."""
    if not actor.may(_FACTS):
        return []
    customers = [one.customer for one in found.rows]
    return list_call_backs(actor=actor.within(_FACTS), customers=customers, services=services, at=at)


def _write_served(one: Service) -> str:
    channel = value_words.CHANNELS[one.channel.value]
    return _now("%(channel)s, call back: %(minutes)s min") % {
        "channel": channel, "minutes": formats.number(one.call_back_minutes),
    }  # fmt: skip


def _list_figures(found: Portfolio, today: date, soon: date, *, sees_money: bool) -> list[Figure]:
    due = sum(1 for one in found.rows if one.visit_due and one.visit_due <= soon)
    late = sum(1 for one in found.rows if one.visit_due and one.visit_due < today)
    figures = [
        Figure(_("My customers"), formats.number(found.total), context=_count(found.rows)),
        Figure(
            _("To be visited soon"),
            formats.number(due),
            context=_now("%(count)s of them late") % {"count": late},
        ),
    ]
    if sees_money:
        owing = sum(1 for one in found.rows if one.overdue_fen)
        figures += [
            Figure(_("Billed in twelve months (yuan)"), formats.fen(found.revenue_fen)),
            Figure(
                _("Overdue (yuan)"),
                formats.fen(found.overdue_fen),
                context=_now("%(count)s customers") % {"count": owing},
            ),
        ]
    return figures


def _count(rows: Sequence[Managed]) -> str:
    counts: dict[str, int] = {}
    for one in rows:
        counts[one.customer.value_class] = counts.get(one.customer.value_class, 0) + 1
    known = [
        (customer_words.VALUE_CLASSES[code], counts[code]) for code in customer_words.VALUE_CLASSES if code in counts
    ]
    return " · ".join(f"{name} {formats.number(count)}" for name, count in known)


def _draw_due(one: Managed, today: date, soon: date) -> Chip | None:
    if one.visit_due is None:
        return None
    if one.visit_due < today:
        return Chip("bad", pgettext("visit", "%(days)s days late") % {"days": (today - one.visit_due).days})
    return Chip("warn" if one.visit_due <= soon else "fact", formats.day(one.visit_due))


def _write_change(change: Change) -> Text:
    if change.kind is ChangeKind.OVERDUE:
        return _now("%(amount)s yuan") % {"amount": formats.fen(change.amount_fen)}
    if change.kind is ChangeKind.KEY_DATA:
        return customer_words.KEY_FIELDS[change.code]
    if change.kind is ChangeKind.CREDIT_GRADE:
        return f"{change.code_before} → {change.code}"
    if change.kind is ChangeKind.VALUE_CLASS:
        names = customer_words.VALUE_CLASSES
        return f"{names[change.code_before]} → {names[change.code]}"
    return pgettext_lazy("supply", "suspended") if change.code == "SUSPENDED" else pgettext_lazy("supply", "closed")


def _head(name: str) -> Page:
    return Page(
        title=_("My customers"),
        facts=[name],
        crumbs=[Crumb(_("Customers"))],
        menu_url=reverse("web:portfolio"),
        help=[
            _("The customers that a person looks after, those to be visited first in front."),
            _("Below the class: by which way it is reached first, and within how many minutes it is called back."),
            _("A visit falls due by the rhythm of the service table or of importance, counted from the last one."),
            _("Who complained or called is called back as soon as the class asks for; a recorded visit ends it."),
            _("The map shows where they are supplied; colour and shape say whether a visit is due."),
        ],
    )
