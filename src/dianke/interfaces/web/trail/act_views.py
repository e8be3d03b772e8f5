"""The list of acts: use cases and log-ins."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_GET

from dianke.application.trail import lists, masking
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.components.filters import ChoiceFilter, TextFilter
from dianke.interfaces.web.components.list_views import render_list
from dianke.interfaces.web.components.lists import Column, ListSpec, register
from dianke.interfaces.web.components.page import Crumb, Text
from dianke.interfaces.web.requests import StaffRequest
from dianke.interfaces.web.trail import words
from dianke.interfaces.web.trail.act_words import ACTS as ACT_WORDS
from dianke.interfaces.web.trail.days import MomentRangeFilter
from dianke.interfaces.web.trail.fact_words import write_facts
from dianke.platform.identity.types import Actor

_WHO = pgettext_lazy("trail", "Who")


@require_GET
@page_right("trail.view")
def list_acts(request: StaffRequest) -> HttpResponse:
    """List what people and jobs did."""
    return render_list(request, ACTS)


def _rows(actor: Actor) -> QuerySet[Any]:
    return lists.list_acts(actor=actor)


def _of_person(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    return rows.filter(actor_login=text)


def _write_origin(record: Any) -> str:
    return " ".join(str(part) for part in (words.name_origin(record.origin), record.address) if part)


def _name_person(record: Any) -> str:
    # What the system calls itself in the book is a purpose in English.
    return _now("system") if record.actor_login == "system" else str(record.actor_name)


def _hide_accusations(actor: Actor, records: Sequence[Any]) -> None:
    """Write masks over what the acts say of accusations, for who may not see such facts."""
    if masking.sees_accusations(actor):
        return
    for record in records:
        record.facts = masking.hide_facts(record.use_case, record.facts)
        if record.reason and masking.is_accusing(record.use_case):
            record.reason = masking.HIDDEN


def _draw_person(record: Any) -> Text:
    if not record.deputy_for:
        return _name_person(record)
    return format_html(
        "{} <span class='cap'>{}</span>", record.actor_name, _now("for %(login)s") % {"login": record.deputy_for}
    )


ACTS = register(
    ListSpec(
        name="trail.acts",
        title=_("Acts"),
        url_name="web:trail_acts",
        right="trail.view",
        crumbs=[Crumb(_("Administration"))],
        rows=_rows,
        row_url=lambda record: f"{reverse('web:trail')}?person={record.actor_login}",
        sort="-at",
        columns=[
            Column("at", _("When"), lambda record: record.at, order=("at",), css="n", width=20),
            Column("person", pgettext_lazy("trail", "Who"), _name_person, show=_draw_person, css="nw"),
            Column("login", _("Login"), lambda record: record.actor_login, css="n"),
            Column("act", _("What was done"), lambda record: words.name_act(record.use_case), width=28),
            Column("facts", _("On what"), lambda record: write_facts(record.facts), width=50),
            Column("reason", _("Reason"), lambda record: record.reason, width=30),
            Column("origin", _("From where"), _write_origin, css="nw", width=22),
            Column("right", _("Right used"), lambda record: record.right, css="n", is_shown=False),
        ],
        filters=[
            TextFilter("person", pgettext_lazy("trail", "Person"), _of_person, hint=_("Login")),
            ChoiceFilter("act", _("What was done"), list(ACT_WORDS.items()), lookup="use_case"),
            MomentRangeFilter("day", _("When"), lookup="at"),
        ],
        enrich=_hide_accusations,
        count=lambda count: _now("%(count)s acts") % {"count": count},
        empty_title=_("Nothing was done yet"),
        empty_text=_("Every use case and every log-in leaves a line here."),
        empty_found_title=_("Nothing fits"),
        empty_found_text=_("Widen the days, or look for another person."),
        brief=("act", "person", "facts"),
        help=[_("Every use case and every log-in, with who, from where, on what and why. Nobody can change a line.")],
    )
)
