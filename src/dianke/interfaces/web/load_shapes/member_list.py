"""Points that belong to kinds of load curves."""

from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dianke.application import load_shapes
from dianke.application.listings import accounts as listings
from dianke.domain.load_shapes.queries import runs as queries
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.filters import ChoiceFilter, UnitFilter
from dianke.interfaces.web.components.lists import Column, ListSpec, register
from dianke.interfaces.web.components.page import Crumb, Text
from dianke.interfaces.web.components.row_addresses import address_row
from dianke.interfaces.web.customers.naming import hide_names
from dianke.interfaces.web.load_shapes import words
from dianke.platform.identity.types import Actor

_CUSTOMERS = 200


def _rows(actor: Actor) -> QuerySet[Any]:
    return queries.filter_members(actor=actor, run=queries.get_last_run(actor=actor))


def _search(actor: Actor, rows: QuerySet[Any], text: str) -> tuple[QuerySet[Any], bool]:
    found = listings.find_seen_account_ids(actor=actor, text=text, limit=_CUSTOMERS)
    return rows.filter(account_id__in=found), len(found) >= _CUSTOMERS


def _list_kinds(actor: Actor) -> list[tuple[str, Text]]:
    run = queries.get_last_run(actor=actor)
    shapes = queries.list_shapes(actor=actor, run=run) if run else []
    return [(str(one.pk), f"{one.rank} {words.NAMES[one.name]}") for one in shapes]


MEMBERS = register(
    ListSpec(
        name="load_shapes.members",
        title=_("Points by kind of load curve"),
        url_name="web:load_shape_members",
        right=load_shapes.VIEW,
        crumbs=[Crumb(_("Credit and value"))],
        rows=_rows,
        row_url=lambda one: address_row("web:customer_usage", one.account.number),
        sort="near",
        columns=[
            Column("account", _("Account"), lambda one: one.account.number, css="n", width=14),
            Column(
                "name", pgettext_lazy("customer", "Name"), lambda one: one.account.customer.name, css="nw", width=28
            ),
            Column("point", _("Usage point"), lambda one: one.usage_point.code, css="n", width=16),
            Column(
                "kind",
                _("Kind of curve"),
                lambda one: f"{one.shape.rank} {words.NAMES[one.shape.name]}",
                css="nw",
                width=20,
            ),
            Column(
                "near",
                _("Distance from the middle"),
                lambda one: Decimal(one.distance_e4).scaleb(-4),
                show=lambda one: formats.number(Decimal(one.distance_e4).scaleb(-4), 2),
                order=("distance_e4",),
                css="num",
            ),
            Column(
                "night",
                _("Used from 0 to 6 o'clock"),
                lambda one: Decimal(one.night_e4).scaleb(-4),
                show=lambda one: formats.percent4(one.night_e4, 1),
                css="num",
            ),
            Column(
                "weekend",
                _("Used on weekends"),
                lambda one: Decimal(one.weekend_e4).scaleb(-4),
                show=lambda one: formats.percent4(one.weekend_e4, 1),
                css="num",
            ),
            Column("days", _("Whole days"), lambda one: one.day_count, css="num", is_shown=False),
            Column("unit", _("Unit"), lambda one: one.unit.name, css="nw", is_shown=False, width=18),
        ],
        filters=[ChoiceFilter("kind", _("Kind of curve"), _list_kinds, lookup="shape_id"), UnitFilter()],
        search=_search,
        search_hint=_("Name, pinyin, account, meter, address"),
        enrich=lambda actor, rows: hide_names(actor, rows, find=lambda row: row.account.customer),
        count=lambda count: _now("%(count)s usage points") % {"count": count},
        empty_title=_("No curve was sorted yet"),
        empty_text=_("Once a month the curves of eight weeks are sorted into kinds."),
        empty_found_title=_("No point fits"),
        empty_found_text=_("Take a filter out to see more."),
        help=[_("As of the last run. The nearer to the middle, the more a point is like its kind.")],
        brief=("kind", "name", "night", "weekend"),
        purpose=pgettext_lazy("purpose", "better service"),
        export_name="load-shapes",
    )
)
