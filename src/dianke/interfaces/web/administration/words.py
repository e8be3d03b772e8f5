"""Words of posts, departments, units and rights."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from dianke.application.administration.conflicts import find_pairs
from dianke.application.rights import RIGHTS
from dianke.interfaces.web.components.page import Text
from dianke.interfaces.web.components.states import register_states
from dianke.platform.identity.models import Post
from dianke.platform.identity.types import Department
from dianke.platform.org.types import UnitKind

DEPARTMENTS: dict[str, Text] = {
    Department.MARKETING.value: _("Marketing"),
    Department.BILLING.value: _("Billing department"),
    Department.COUNTER.value: _("Customer counter"),
    Department.METERING.value: _("Metering centre"),
    Department.INSPECTION.value: _("Usage inspection"),
    Department.DISPATCH.value: _("Dispatch"),
    Department.PLANNING.value: _("Planning department"),
    Department.SAFETY.value: _("Safety department"),
    Department.CONTACT_CENTER.value: _("95598 contact centre"),
    Department.AUDIT.value: _("Marketing audit"),
    Department.ADMINISTRATION.value: _("General administration"),
    "": _("No department"),
}

UNIT_KINDS: dict[str, Text] = {
    UnitKind.UTILITY.value: _("Company"),
    UnitKind.BRANCH.value: _("Branch"),
    UnitKind.STATION.value: _("Supply station"),
    UnitKind.DEPARTMENT.value: _("Department"),
}

# The kinds of data that rights speak of, by the part of a right before its point.
AREAS: dict[str, Text] = {
    "archive": _("Customer archive"),
    "documents": _("Documents"),
    "protection": _("Personal data"),
    "quality": _("Quality of the archive"),
    "imports": _("Bulk loads"),
    "readings": _("Meter reading"),
    "tariffs": _("Tariffs"),
    "billing": _("Billing"),
    "trail": _("Trail of changes"),
    "alarms": _("Alarms of sensitive changes"),
    "staff": _("Staff and posts"),
    "org": _("Units"),
    "api": _("Access of programs"),
    "demo": _("Demo utility"),
}

register_states("staff", {"ACTIVE": ("ok", _("May log in")), "CLOSED": ("idle", _("Closed"))})
register_states(
    "assignment",
    {"NOW": ("ok", _("In force")), "LATER": ("run", _("Begins later")), "ENDED": ("idle", _("Ended"))},
)


@dataclass(frozen=True)
class RightLine:
    """A right as a post's table shows it."""

    code: str
    words: str
    held: bool
    clashes: tuple[str, ...]


@dataclass(frozen=True)
class Area:
    """A kind of data and the rights over it."""

    label: Text
    lines: tuple[RightLine, ...]

    @property
    def held(self) -> int:
        """Return how many of its rights are held."""
        return sum(line.held for line in self.lines)


def name_right(right: str) -> str:
    """Return what a right lets somebody do."""
    return gettext(RIGHTS.get(right, right))


def name_post(post: Post) -> str:
    """Return the name of a post in the reader's language."""
    return post.name_en if get_language() == "en" and post.name_en else post.name


def name_pair(pair: Iterable[str]) -> str:
    """Return what two rights do that one person should not."""
    first, second = pair
    return gettext("%(first)s + %(second)s") % {"first": name_right(first), "second": name_right(second)}


def group_rights(held: Iterable[str]) -> list[Area]:
    """Return every right by kind of data, those held marked, and what they clash with among those held."""
    mine = set(held)
    pairs = find_pairs(mine)
    areas: dict[str, list[RightLine]] = {}
    for right in RIGHTS:
        clashes = tuple(name_right(other) for pair in pairs if right in pair for other in pair if other != right)
        line = RightLine(code=right, words=name_right(right), held=right in mine, clashes=clashes)
        areas.setdefault(right.partition(".")[0], []).append(line)
    order = {area: place for place, area in enumerate(AREAS)}
    return [
        Area(label=AREAS.get(area, area), lines=tuple(areas[area]))
        for area in sorted(areas, key=lambda area: order.get(area, len(order)))
    ]


def list_choices(words: Mapping[str, Text], *, leave_out: Iterable[str] = ()) -> list[tuple[str, Text]]:
    """Return words as the choices of a form."""
    return [(code, word) for code, word in words.items() if code not in set(leave_out)]
