"""What credit brings to the menu and the home."""

from collections.abc import Callable, Sequence
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

import dianke.interfaces.web.credit.lists  # noqa: F401 - enters the lists
from dianke.application import credit
from dianke.application.credit.demands import RIGHTS
from dianke.domain.credit.queries import facts as fact_queries
from dianke.domain.credit.queries import scores as queries
from dianke.domain.credit.queries.demands import filter_demands
from dianke.domain.credit.types import DemandState, FactState, NoticeState, ObjectionState
from dianke.interfaces.web.credit import words
from dianke.interfaces.web.customers.naming import hide_names
from dianke.interfaces.web.navigation import MenuEntry, register
from dianke.interfaces.web.shell.home import WorkItem, register_work
from dianke.platform.identity.types import Actor

_MOST = 50

register(
    MenuEntry(group="standing", label=_("Credit grades"), url_name="web:credit", right=credit.VIEW, order=10),
    MenuEntry(
        group="standing", label=_("Lower grades to be told"), url_name="web:credit_notices", right=credit.VIEW, order=12
    ),
    MenuEntry(
        group="standing", label=_("Objections against grades"), url_name="web:credit_objections", right=credit.VIEW,
        order=14,
    ),
    MenuEntry(
        group="standing", label=_("Facts about customers"), url_name="web:credit_facts", right=credit.VIEW, order=16
    ),
    MenuEntry(
        group="standing", label=_("Measures by grade as work"), url_name="web:credit_demands", right=credit.VIEW,
        order=13,
    ),
    MenuEntry(group="standing", label=_("Table of points"), url_name="web:credit_policy", right="", order=18),
)  # fmt: skip


def _list_facts(actor: Actor, at: datetime) -> Sequence[WorkItem]:
    """Return the facts and withdrawals that wait for a second person."""
    rows = fact_queries.filter_waiting(actor=actor)
    own = actor.login
    waiting = [
        one
        for one in rows.order_by("entered_at", "id")[: _MOST * 2]
        if (one.entered_by if one.state == FactState.PROPOSED.value else one.withdrawal_asked_by) != own
    ]
    hide_names(actor, waiting[:_MOST])
    return [
        WorkItem(
            kind=words.write_fact(actor, one.type, one.unit.path),
            number=one.number,
            title=one.customer.name,
            url=reverse("web:credit_fact", args=[one.pk]),
            source=pgettext_lazy("standing", "Credit"),
        )
        for one in waiting[:_MOST]
    ]


def _list_objections(actor: Actor, at: datetime) -> Sequence[WorkItem]:
    """Return the objections that wait for an answer, the first due first."""
    rows = queries.filter_objections(actor=actor).filter(state=ObjectionState.OPEN.value).exclude(filed_by=actor.login)
    found = list(rows.order_by("due_at", "id")[:_MOST])
    hide_names(actor, found)
    return [
        WorkItem(
            kind=_("Objection against a grade"),
            number=one.number,
            title=one.customer.name,
            url=reverse("web:credit_objection", args=[one.pk]),
            source=pgettext_lazy("standing", "Credit"),
            due_at=one.due_at,
        )
        for one in found
    ]


def _list_notices(actor: Actor, at: datetime) -> Sequence[WorkItem]:
    """Return the customers who must be told of a lower grade."""
    rows = queries.filter_notices(actor=actor).filter(state=NoticeState.OPEN.value).order_by("made_at", "id")
    found = list(rows[:_MOST])
    hide_names(actor, found)
    return [
        WorkItem(
            kind=_("Tell of a lower grade"),
            number=one.customer.number,
            title=one.customer.name,
            url=reverse("web:credit_customer", args=[one.customer.number]),
            source=pgettext_lazy("standing", "Credit"),
        )
        for one in found
    ]


def _work_of(right: str) -> Callable[[Actor, datetime], Sequence[WorkItem]]:
    """Return what lists the measures that are the work of whoever holds a right."""
    kinds = [measure for measure, needed in RIGHTS.items() if needed == right]

    def list_demands(actor: Actor, at: datetime) -> Sequence[WorkItem]:
        if not actor.may(credit.VIEW):
            return []
        rows = filter_demands(actor=actor.within(right)).filter(state=DemandState.OPEN.value, measure__in=kinds)
        found = list(rows.order_by("id")[:_MOST])
        hide_names(actor, found)
        return [
            WorkItem(
                kind=words.MEASURES[one.measure],
                number=one.number,
                title=one.customer.name,
                url=reverse("web:credit_demand", args=[one.pk]),
                source=pgettext_lazy("standing", "Credit"),
            )
            for one in found
        ]

    return list_demands


for _right in sorted(set(RIGHTS.values())):
    register_work(_work_of(_right), right=_right)
register_work(_list_facts, right=credit.DECIDE)
register_work(_list_objections, right=credit.DECIDE)
register_work(_list_notices, right=credit.MANAGE)
