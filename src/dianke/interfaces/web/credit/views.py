"""Credit: the grades of the last run, facts, notices, objections."""

from decimal import Decimal
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from dianke.application import credit
from dianke.application.credit.facts import CustomerUnknown, find_subject
from dianke.application.credit.masking import is_masked
from dianke.domain.credit.models import CreditRun, CustomerFact, Objection
from dianke.domain.credit.queries import facts as fact_queries
from dianke.domain.credit.queries import scores as queries
from dianke.domain.credit.types import FactState, ObjectionState
from dianke.domain.customers.queries import list_accounts
from dianke.domain.customers.types import AccountStatus
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.due import due_chip
from dianke.interfaces.web.components.figures import Figure
from dianke.interfaces.web.components.list_views import render_list
from dianke.interfaces.web.components.page import Crumb, Page
from dianke.interfaces.web.components.states import state_chip
from dianke.interfaces.web.credit import words
from dianke.interfaces.web.credit.lists import FACTS, NOTICES, OBJECTIONS, SCORES, draw_fact_state
from dianke.interfaces.web.customers.naming import hide_names
from dianke.interfaces.web.people import Names
from dianke.interfaces.web.requests import StaffRequest
from dianke.kernel.calendar import load_mainland_calendar
from dianke.kernel.clock import SystemClock
from dianke.kernel.period import DatePeriod


@require_GET
@page_right(credit.VIEW)
def list_scores(request: StaffRequest) -> HttpResponse:
    """List customers by their grade of the last run, the lowest score first, below the picture of all grades."""
    run = queries.get_last_run(actor=request.actor)
    values = {"run": run, "figures": _draw_distribution(request, run) if run else []}
    return render_list(request, SCORES, template="credit/scores.html", values=values)


@require_GET
@page_right(credit.VIEW)
def list_facts(request: StaffRequest) -> HttpResponse:
    """List facts about customers, newest first."""
    return render_list(request, FACTS)


@require_GET
@page_right(credit.VIEW)
def list_notices(request: StaffRequest) -> HttpResponse:
    """List grades that fell, newest first."""
    return render_list(request, NOTICES)


@require_GET
@page_right(credit.VIEW)
def list_objections(request: StaffRequest) -> HttpResponse:
    """List objections, newest first."""
    return render_list(request, OBJECTIONS)


@require_GET
@page_right(credit.VIEW)
def open_customer(request: StaffRequest, number: str) -> HttpResponse:
    """Open the tab of credit of a customer, through an account that is supplied where there is one."""
    try:
        customer, account_id = find_subject(actor=request.actor, number=number)
    except CustomerUnknown as unknown:
        raise Http404 from unknown
    accounts = list_accounts(actor=request.actor, customer=customer)
    if not accounts:
        return redirect("web:customer_credit", customer_number=customer.number)
    named = next((one for one in accounts if one.pk == account_id), None)
    first = named or min(accounts, key=lambda one: one.status == AccountStatus.CLOSED.value)
    return redirect("web:customer_credit", number=first.number)


@require_GET
@page_right(credit.VIEW)
def show_fact(request: StaffRequest, key: int) -> HttpResponse:
    """Show a fact, who entered it, and what the reader may do."""
    try:
        row = fact_queries.get_fact(actor=request.actor, key=key)
    except fact_queries.FactUnknown as unknown:
        raise Http404 from unknown
    hide_names(request.actor, [row])
    names = Names([row.entered_by, row.decided_by, row.withdrawal_asked_by, row.withdrawn_by])
    values = {
        "page": _head_of_fact(request, row),
        "row": row,
        "masked": is_masked(request.actor, row.type, row.unit.path),
        "what": words.write_fact(request.actor, row.type, row.unit.path),
        "source": words.SOURCES[row.source],
        "entered_by": names.of(row.entered_by),
        "decided_by": names.of(row.decided_by),
        "asked_by": names.of(row.withdrawal_asked_by),
        "withdrawn_by": names.of(row.withdrawn_by),
        "value": "" if row.value is None else words.write_points(row.value),
        **_list_rights(request, row),
    }
    return render(request, "credit/fact.html", values)


@require_GET
@page_right(credit.VIEW)
def show_objection(request: StaffRequest, key: int) -> HttpResponse:
    """Show an objection, its clock, the facts it may be about, and who answered."""
    try:
        row = queries.get_objection(actor=request.actor, key=key)
    except queries.ObjectionUnknown as unknown:
        raise Http404 from unknown
    actor, now, path = request.actor, SystemClock().now(), row.unit.path
    hide_names(actor, [row])
    is_open = row.state == ObjectionState.OPEN.value
    facts = fact_queries.list_facts(actor=actor, customer_id=row.customer_id)
    scores = queries.list_scores(actor=actor, customer_id=row.customer_id, limit=1)
    names = Names([row.filed_by, row.decided_by])
    may_decide = is_open and actor.may(credit.DECIDE) and row.filed_by != actor.login
    values = {
        "page": _head_of_objection(row),
        "row": row,
        "left": due_chip(row.due_at, now, count_working_days=_count_working_days) if is_open else None,
        "filed_by": names.of(row.filed_by),
        "decided_by": names.of(row.decided_by),
        "grade_before": words.draw_grade(row.grade_before),
        "grade_after": words.draw_grade(row.grade_after) if row.grade_after else None,
        "facts": [
            (one, words.write_fact(actor, one.type, path), is_masked(actor, one.type, path), draw_fact_state(one))
            for one in facts
            if one.state in (FactState.STANDING.value, FactState.WITHDRAWN.value)
        ],
        "withdrawn": set(row.withdrawn_fact_ids),
        "reasons": [words.describe_reason(actor, one, path) for one in scores[0].reasons] if scores else [],
        "may_decide": may_decide,
    }
    return render(request, "credit/objection.html", values)


def _draw_distribution(request: StaffRequest, run: CreditRun) -> list[Figure]:
    """Return how many customers of the reader's units have each grade, each a way into the list."""
    found = queries.count_grades(actor=request.actor)
    total = sum(found.values())
    most = max(found.values(), default=0)
    return [
        Figure(
            grade,
            formats.number(found.get(grade, 0)),
            ratio=min(found.get(grade, 0) / most, 0.9999) if most else None,
            context=formats.percent(Decimal(found.get(grade, 0)) / max(total, 1)),
            url=f"{reverse('web:credit')}?grade={grade}",
        )
        for grade in words.GRADES
    ]


def _list_rights(request: StaffRequest, row: CustomerFact) -> dict[str, bool]:
    actor = request.actor
    is_asked = row.state == FactState.STANDING.value and bool(row.withdrawal_asked_by)
    may_decide = actor.may(credit.DECIDE)
    return {
        "may_decide": row.state == FactState.PROPOSED.value and may_decide and row.entered_by != actor.login,
        "may_ask": row.state == FactState.STANDING.value and not is_asked and actor.may(credit.ENTER),
        "may_withdraw": is_asked and may_decide and row.withdrawal_asked_by != actor.login,
        "is_asked": is_asked,
    }


def _count_working_days(since: Any, until: Any) -> int:
    return load_mainland_calendar().count_working_days(DatePeriod(since, until)) if until > since else 0


def _head_of_fact(request: StaffRequest, row: CustomerFact) -> Page:
    return Page(
        title=words.write_fact(request.actor, row.type, row.unit.path),
        number=row.number,
        facts=[row.customer.name, row.customer.number, row.unit.name],
        crumbs=[Crumb(_("Credit and value")), Crumb(_("Facts about customers"), reverse("web:credit_facts"))],
        chips=[draw_fact_state(row)],
        menu_url=reverse("web:credit_facts"),
        help=[
            _("What moves the credit score counts only when a second person confirms it."),
            _("A fact is never edited: a wrong one is withdrawn, and the score is computed again."),
        ],
    )


def _head_of_objection(row: Objection) -> Page:
    days = row.due_at.date().isoformat()
    return Page(
        title=_("Objection against a grade"),
        number=row.number,
        facts=[row.customer.name, row.customer.number, row.unit.name, _now("answer due %(day)s") % {"day": days}],
        crumbs=[Crumb(_("Credit and value")), Crumb(_("Objections against grades"), reverse("web:credit_objections"))],
        chips=[state_chip("credit.objection", row.state)],
        menu_url=reverse("web:credit_objections"),
        help=[
            _("Who took an objection does not answer it."),
            _("An objection that is right withdraws facts, and the grade is computed again; no grade is edited."),
        ],
    )
