"""The register of unmaskings, for those who watch over personal data."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.components.filters import ChoiceFilter, DateRangeFilter, TextFilter, UnitFilter
from dianke.interfaces.web.components.list_views import render_list
from dianke.interfaces.web.components.lists import Column, ListSpec, register
from dianke.interfaces.web.components.page import Crumb
from dianke.interfaces.web.protection import words
from dianke.interfaces.web.requests import StaffRequest
from dianke.platform.identity.types import Actor
from dianke.platform.protection import queries

RIGHT = "protection.view_register"


@require_GET
@page_right(RIGHT)
def list_unmaskings(request: StaffRequest) -> HttpResponse:
    """List who saw what, and why."""
    return render_list(request, UNMASKINGS)


def _rows(actor: Actor) -> QuerySet[Any]:
    return queries.filter_unmaskings(actor=actor, right=RIGHT)


UNMASKINGS = register(
    ListSpec(
        name="protection.unmaskings",
        title=_("Who saw personal data"),
        url_name="web:unmaskings",
        right=RIGHT,
        crumbs=[Crumb(_("Administration")), Crumb(_("Personal data"))],
        rows=_rows,
        sort="-at",
        columns=[
            Column("at", _("Time"), lambda row: row.at, order=("at",), css="n", width=18),
            Column("name", _("Who"), lambda row: row.actor_name, css="nw", width=12),
            Column("login", _("Staff number"), lambda row: row.actor_login, css="n", width=12),
            Column("kind", _("What"), lambda row: words.KINDS.get(row.kind, row.kind), css="nw", width=14),
            Column("customer", _("Customer number"), lambda row: row.customer_number, css="n", width=14),
            Column("reason", _("Why"), lambda row: row.reason, width=40),
            Column("unit", _("Unit of the customer"), lambda row: row.unit.name, css="nw", width=20),
            Column("address", _("From where"), lambda row: row.address, css="n", is_shown=False, width=16),
            Column("thing", _("Thing"), lambda row: f"{row.thing_label}:{row.thing_key}", css="n", is_shown=False),
        ],
        filters=[
            ChoiceFilter("kind", _("What"), list(words.KINDS.items())),
            TextFilter("login", _("Staff number"), lambda rows, text: rows.filter(actor_login=text)),
            TextFilter("customer", _("Customer number"), lambda rows, text: rows.filter(customer_number=text)),
            UnitFilter(),
            DateRangeFilter("day", _("Day"), lookup="at__date"),
        ],
        count=lambda count: _now("%(count)s times") % {"count": count},
        empty_title=_("Nobody has seen a masked value whole"),
        empty_text=_("Each time somebody does, the reason stands here."),
        empty_found_title=_("No entry fits"),
        empty_found_text=_("Take a filter out to see more."),
        help=[
            _("Identity numbers, phone numbers and bank accounts are masked on every page."),
            _("Whoever sees one whole gives a reason; both stand here and can never be changed."),
        ],
        brief=("name", "kind", "customer", "reason"),
        export_name="unmaskings",
    )
)
