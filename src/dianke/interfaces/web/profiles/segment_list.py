"""Members of segments as a list: narrowed to one segment, exported with its name and purpose in the mark."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dianke.application import profiles
from dianke.application.profiles.segments import read_own_condition
from dianke.domain.customers.models import Customer
from dianke.domain.profiles.models import Segment, SegmentMember
from dianke.domain.profiles.queries import segments as queries
from dianke.engine.tags.language import ConditionNotUnderstood
from dianke.interfaces.web.components.filters import ChoiceFilter, UnitFilter
from dianke.interfaces.web.components.lists import Column, ListSpec, register
from dianke.interfaces.web.components.page import Crumb
from dianke.interfaces.web.components.row_addresses import address_row
from dianke.interfaces.web.customers import words as customer_words
from dianke.interfaces.web.profiles import words
from dianke.platform.audit.use_case import PermissionRefused
from dianke.platform.identity.types import Actor

_READER = Actor.system("listing the members of a segment that its reader may open")


def list_open(actor: Actor) -> list[Segment]:
    """Return the segments that the reader may open: theirs or shared, and of nothing that they may not see."""
    return [one for one in queries.filter_segments(actor=actor).order_by("name", "id") if may_open(actor, one)]


def may_open(actor: Actor, segment: Segment) -> bool:
    """Tell whether a segment speaks only of what the reader may see; of a retired tag nobody may."""
    try:
        read_own_condition(actor=actor, text=segment.condition)
    except (PermissionRefused, ConditionNotUnderstood):
        return False
    return True


def _choices(actor: Actor) -> Sequence[tuple[str, str]]:
    return [(str(one.pk), f"{one.name} · {words.PURPOSES[one.purpose]}") for one in list_open(actor)]


def _rows(actor: Actor) -> QuerySet[Any]:
    """Return the members of every segment that the reader may open; the filter narrows them to one."""
    own = SegmentMember.objects.for_actor(_READER).filter(segment_id__in=[one.pk for one in list_open(actor)])
    rows: QuerySet[Any] = Customer.objects.for_actor(actor).select_related("unit")
    return rows.filter(pk__in=own.values("customer_id"))


def _narrow(rows: QuerySet[Any], segment_id: str) -> QuerySet[Any]:
    members = SegmentMember.objects.for_actor(_READER).filter(segment_id=int(segment_id))
    return rows.filter(pk__in=members.values("customer_id"))


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
        count=lambda count: _now("%(count)s customers") % {"count": count},
        empty_title=_("No members"),
        empty_text=_("Keep a segment first, or choose another one."),
        help=[_("Who fitted a segment when it was last counted; exports carry its name and purpose.")],
        brief=("name", "kind", "unit"),
        export_name="segment",
    )
)
