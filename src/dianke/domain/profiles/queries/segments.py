"""Reads of segments."""

from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from dianke.domain.customers.models import Customer
from dianke.domain.profiles.models import Segment, SegmentMember
from dianke.platform.identity.types import Actor


def filter_segments(*, actor: Actor) -> QuerySet[Any]:
    """Return the segments that the actor may open: their own, and shared ones of their units; no order."""
    rows = Segment.objects.for_actor(actor).filter(ended_at=None).select_related("unit")
    found: QuerySet[Any] = rows.filter(Q(owner=actor.login) | Q(is_shared=True))
    return found


def list_uncounted(*, actor: Actor, on: date) -> list[Segment]:
    """Return every living segment of the actor's units that was not counted as of a day."""
    rows = Segment.objects.for_actor(actor).filter(ended_at=None).exclude(counted_on=on)
    return list(rows.select_related("unit").order_by("id"))


def get_segment(*, actor: Actor, segment_id: int) -> Segment | None:
    """Return a segment that the actor may open, or None."""
    found: Segment | None = filter_segments(actor=actor).filter(pk=segment_id).first()
    return found


def filter_members(*, actor: Actor, segment_id: int) -> QuerySet[Any]:
    """Return the customers of the actor's units who fitted a segment when it was last counted; no order."""
    members = SegmentMember.objects.for_actor(actor).filter(segment_id=segment_id)
    rows: QuerySet[Any] = Customer.objects.for_actor(actor).select_related("unit")
    return rows.filter(pk__in=members.values("customer_id"))


def list_member_ids(*, actor: Actor, segment_id: int, after: int, limit: int) -> list[int]:
    """Return members of a segment in the actor's units by key, those after a key."""
    rows = SegmentMember.objects.for_actor(actor).filter(segment_id=segment_id, customer_id__gt=after)
    return list(rows.order_by("customer_id").values_list("customer_id", flat=True)[:limit])
