"""Members of segments as a list: narrowed to one segment, exported with its name and purpose in the mark."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dianke.application import profiles
from dianke.application.profiles.opening import list_open
from dianke.domain.customers.models import Customer
from dianke.domain.profiles.models import SegmentMember
from dianke.interfaces.web.components.filters import ChoiceFilter, UnitFilter
from dianke.interfaces.web.components.lists import Column, ListQuery, ListSpec, register
from dianke.interfaces.web.components.page import Crumb, Text
from dianke.interfaces.web.components.row_addresses import address_row
from dianke.interfaces.web.customers import words as customer_words
from dianke.interfaces.web.customers.naming import hide_names
from dianke.interfaces.web.profiles import words
from dianke.platform.identity.types import Actor

_READER = Actor.system("listing the members of a segment that its reader may open")


def _choices(actor: Actor) -> Sequence[tuple[str, str]]:
    return [(str(one.pk), f"{one.name} · {words.PURPOSES[one.purpose]}") for one in list_open(actor=actor)]


def _rows(actor: Actor) -> QuerySet[Any]:
    """Return the members of every segment that the reader may open; the filter narrows them to one."""
    own = SegmentMember.objects.for_actor(_READER).filter(segment_id__in=[one.pk for one in list_open(actor=actor)])
    rows: QuerySet[Any] = Customer.objects.for_actor(actor).select_related("unit")
    return rows.filter(pk__in=own.values("customer_id"))


def _narrow(rows: QuerySet[Any], segment_id: str) -> QuerySet[Any]:
    members = SegmentMember.objects.for_actor(_READER).filter(segment_id=int(segment_id))
    return rows.filter(pk__in=members.values("customer_id"))


def _write_purpose(query: ListQuery) -> Text:
    """Return what the members may be used for: as their segment says, or every segment that they are listed of."""
    chosen = query.values.get("segment", {}).get("segment", "")
    found = {one.purpose for one in list_open(actor=query.actor) if chosen in {"", str(one.pk)}}
    return words.pick("、", ", ").join(str(words.PURPOSES[one]) for one in sorted(found))


MEMBERS = register(
    ListSpec(
        name="profiles.members",
        title=_("Members of segments"),
        url_name="web:segment_members",
        right=profiles.VIEW,
        crumbs=[Crumb(_("Segments"))],
        rows=_rows,
        row_url=lambda one: address_row("web:customer", one.number),
        sort="key",
        columns=[
            Column("key", _("Customer number"), lambda one: one.number, order=("id",), css="n", width=14),
            Column("name", pgettext_lazy("customer", "Name"), lambda one: one.name, css="nw", width=30),
            Column("kind", _("Kind"), lambda one: customer_words.KINDS[one.kind], css="nw"),
            Column("unit", _("Unit"), lambda one: one.unit.name, css="nw", width=20),
            Column("since", _("Customer since"), lambda one: one.since_date, css="n"),
        ],
        filters=[ChoiceFilter("segment", pgettext_lazy("profiles", "Segment"), _choices, apply=_narrow), UnitFilter()],
        enrich=lambda actor, rows: hide_names(actor, rows, find=lambda row: row),
        count=lambda count: _now("%(count)s customers") % {"count": count},
        empty_title=_("No members"),
        empty_text=_("Keep a segment first, or choose another one."),
        help=[_("Who fitted a segment when it was last counted; exports carry its name and purpose.")],
        brief=("name", "kind", "unit"),
        purpose=_write_purpose,
        export_name="segment",
    )
)
