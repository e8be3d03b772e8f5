"""What administration brings: its menu, figures of the home, people and units in the search box."""

from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from dianke.application.administration import conflicts
from dianke.interfaces.web.components.figures import Figure
from dianke.interfaces.web.navigation import MenuEntry, register
from dianke.interfaces.web.shell.home import register_figures
from dianke.interfaces.web.shell.search import Hit, SearchSource, register_source
from dianke.platform.identity import queries as identity
from dianke.platform.identity.types import Actor
from dianke.platform.org import queries as org

_STAFF, _ORG = "staff.manage", "org.manage"


def _list_figures(actor: Actor) -> Sequence[Figure]:
    staff = identity.list_staff(actor=actor)
    units = org.list_units(actor=actor)
    active = sum(person.active for person in staff)
    clashes = len(conflicts.list_person_conflicts(actor=actor))
    return [
        Figure(
            caption=_("Staff who may log in"), value=f"{active:,}", of=f"/ {len(staff):,}", url=reverse("web:staff")
        ),
        Figure(caption=_("Units"), value=f"{len(units):,}", context=units[0].name if units else ""),
        Figure(caption=_("Too much in one hand"), value=f"{clashes:,}", url=reverse("web:rights_conflicts")),
    ]


def _find_people(actor: Actor, text: str, limit: int) -> Sequence[Hit]:
    found = identity.find_staff(actor=actor, right=_STAFF, text=text).order_by("login")[:limit]
    return [
        Hit(title=one.name, number=one.login, note=one.unit.name, url=reverse("web:staff_member", args=[one.login]))
        for one in found
    ]


register(
    MenuEntry(group="administration", label=_("Staff"), url_name="web:staff", right=_STAFF, order=10),
    MenuEntry(group="administration", label=_("Posts"), url_name="web:posts", right=_STAFF, order=20),
    MenuEntry(
        group="administration", label=_("Too much in one hand"), url_name="web:rights_conflicts", right=_STAFF, order=30
    ),
    MenuEntry(group="administration", label=_("Units"), url_name="web:units", right=_ORG, order=40),
    MenuEntry(
        group="administration",
        label=_("Programs' access"),
        url_name="web:api_tokens",
        right="api.manage_tokens",
        order=50,
    ),
)
register_figures(_list_figures, right=_STAFF)
register_source(SearchSource(label=_("Staff"), find=_find_people, right=_STAFF, order=80))
