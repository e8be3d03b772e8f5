"""What administration brings to the home: people and units."""

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from dianke.interfaces.web.components.figures import Figure
from dianke.interfaces.web.shell.home import register_figures
from dianke.platform.identity import queries as identity
from dianke.platform.identity.types import Actor
from dianke.platform.org import queries as org


def _list_figures(actor: Actor) -> Sequence[Figure]:
    staff = identity.list_staff(actor=actor)
    units = org.list_units(actor=actor)
    active = sum(person.active for person in staff)
    return [
        Figure(caption=_("Staff who may log in"), value=f"{active:,}", of=f"/ {len(staff):,}"),
        Figure(caption=_("Units"), value=f"{len(units):,}", context=units[0].name if units else ""),
    ]


register_figures(_list_figures, right="staff.manage")
