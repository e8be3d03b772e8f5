"""Which segments a person may open: their own or shared ones, of nothing that their posts do not see."""

from dianke.application.profiles.segments import read_own_condition
from dianke.domain.profiles.models import Segment
from dianke.domain.profiles.queries import segments as queries
from dianke.engine.tags.language import ConditionNotUnderstood
from dianke.platform.audit.use_case import PermissionRefused
from dianke.platform.identity.types import Actor


def list_open(*, actor: Actor) -> list[Segment]:
    """Return the segments that the actor may open, by name."""
    return [
        one for one in queries.filter_segments(actor=actor).order_by("name", "id") if may_open(actor=actor, segment=one)
    ]


def may_open(*, actor: Actor, segment: Segment) -> bool:
    """Tell whether a segment speaks only of what the actor may see; of a retired tag nobody may."""
    try:
        read_own_condition(actor=actor, text=segment.condition)
    except (PermissionRefused, ConditionNotUnderstood):
        return False
    return True
