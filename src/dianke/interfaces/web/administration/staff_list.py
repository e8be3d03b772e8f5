"""The list of staff."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy
from django.views.decorators.http import require_GET

from dianke.application.administration.reach import today
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.administration import words
from dianke.interfaces.web.components.filters import ChoiceFilter, UnitFilter
from dianke.interfaces.web.components.list_views import render_list
from dianke.interfaces.web.components.lists import Column, ListSpec, register
from dianke.interfaces.web.components.page import Chip, Crumb
from dianke.interfaces.web.components.row_addresses import address_row
from dianke.interfaces.web.components.states import state_chip
from dianke.interfaces.web.requests import StaffRequest
from dianke.kernel.clock import SystemClock
from dianke.platform.identity import locks
from dianke.platform.identity import queries as identity
from dianke.platform.identity.types import Actor

_ACTIVE, _CLOSED, _FIRST_PASSWORD = "ACTIVE", "CLOSED", "FIRST_PASSWORD"


@require_GET
@page_right("staff.manage")
def list_staff(request: StaffRequest) -> HttpResponse:
    """List the people of the units where the reader manages staff."""
    return render_list(request, STAFF, template="administration/staff.html")


def _rows(actor: Actor) -> QuerySet[Any]:
    return identity.find_staff(actor=actor, right="staff.manage")


def _search(actor: Actor, rows: QuerySet[Any], text: str) -> tuple[QuerySet[Any], bool]:
    return identity.narrow_staff(rows=rows, text=text), False


def _narrow_state(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    if value == _FIRST_PASSWORD:
        return rows.filter(active=True, must_change_password=True)
    return rows.filter(active=value == _ACTIVE)


def _narrow_post(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    return identity.narrow_to_post(rows=rows, post_code=value, on=today())


def _list_post_choices(actor: Actor) -> list[tuple[str, str]]:
    return [(post.code, words.name_post(post)) for post in identity.list_posts(actor=actor)]


def _enrich(actor: Actor, rows: Sequence[Any]) -> None:
    on = today()
    held: dict[int, list[str]] = {}
    for assignment in identity.list_assignments(staff=rows):
        if _is_held(assignment.period, on):
            text = f"{words.name_post(assignment.post)} · {assignment.unit.name}"
            held.setdefault(assignment.staff_id, []).append(text)
    locked = locks.list_locked_logins(logins=[row.login for row in rows], at=SystemClock().now())
    for row in rows:
        row.posts_held = _now(", ").join(held.get(row.pk, []))
        row.is_locked = row.login in locked


def _is_held(period: Any, on: date) -> bool:
    return not period.isempty and on in period


def _show_state(row: Any) -> Chip:
    if row.active and row.is_locked:
        return Chip("bad", _("Locked out"))
    if row.active and row.must_change_password:
        return Chip("run", _("First password"))
    return state_chip("staff", _ACTIVE if row.active else _CLOSED)


STAFF = register(
    ListSpec(
        name="administration.staff",
        title=_("Staff"),
        url_name="web:staff",
        right="staff.manage",
        crumbs=[Crumb(_("Administration"))],
        rows=_rows,
        row_url=lambda row: address_row("web:staff_member", row.login),
        sort="login",
        columns=[
            Column("login", _("Staff number"), lambda row: row.login, order=("login",), css="n", width=16),
            Column("name", pgettext_lazy("person", "Name"), lambda row: row.name, css="nw", width=16),
            Column("posts", _("Posts today"), lambda row: row.posts_held, width=50),
            Column("unit", _("Home unit"), lambda row: row.unit.name, css="nw", width=24),
            Column("state", _("State"), _show_state, width=14),
            Column("seen", _("Last log-in"), lambda row: row.last_login, css="n", width=18),
        ],
        filters=[
            ChoiceFilter(
                "state",
                _("State"),
                [(_ACTIVE, _("May log in")), (_FIRST_PASSWORD, _("First password")), (_CLOSED, _("Closed"))],
                apply=_narrow_state,
            ),
            ChoiceFilter("post", _("Post"), _list_post_choices, apply=_narrow_post),
            UnitFilter(label=_("Home unit")),
        ],
        search=_search,
        search_hint=_("Staff number or name"),
        enrich=_enrich,
        count=lambda count: ngettext("%(count)s person", "%(count)s people", _as_number(count)) % {"count": count},
        empty_title=_("Nobody works here yet"),
        empty_text=_("Add a person, then give them a post."),
        empty_found_title=_("Nobody fits"),
        empty_found_text=_("Look with fewer filters, or with part of the name."),
        help=[
            _("People of the units where you manage staff. A row opens the person."),
            _("What a person may do comes from their posts alone; a post counts for its unit and everything below."),
        ],
        brief=("name", "posts", "state"),
        export_name="staff",
    )
)


def _as_number(count: str) -> int:
    return 1 if count == "1" else 2
