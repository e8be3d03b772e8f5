"""Write segments and who belongs to them."""

from datetime import date, datetime
from itertools import chain, count

import numpy as np
from django.db import connection

from dianke.domain.profiles.models import Segment
from dianke.domain.profiles.types import TagPurpose
from dianke.engine.tags.types import Integers
from dianke.kernel.errors import DomainError
from dianke.platform.database.copying import copy_arrays
from dianke.platform.identity.types import Actor
from dianke.platform.org.models import Unit

_SYSTEM = Actor.system("keeping segments")
_NAME = 60


class UnableToKeepSegment(DomainError):
    """The segment cannot be kept."""

    code = "profiles.unable_to_keep_segment"
    message = "the segment cannot be kept: {reason}"


def keep_segment(
    *, segment: Segment | None, unit: Unit, name: str, condition: str, purpose: TagPurpose, note: str,
    is_shared: bool, login: str, at: datetime,
) -> Segment:  # fmt: skip
    """
    Write a segment, a new one or as its owner changed it.

    :raises UnableToKeepSegment: if it has no name, or another one of the owner has it
    """
    name = " ".join(name.split())
    if not name:
        raise UnableToKeepSegment(field="name", reason="it needs a name")
    same = Segment.objects.for_actor(_SYSTEM).filter(owner=login, name=name, ended_at=None)
    if same.exclude(pk=segment.pk if segment else None).exists():
        raise UnableToKeepSegment(field="name", reason="you have another one of this name")
    if segment is None:
        segment = Segment(unit=unit, owner=login, made_at=at)
    segment.name, segment.condition, segment.purpose = name, condition, purpose.value
    segment.note, segment.is_shared, segment.changed_at = note, is_shared, at
    segment.save()
    return segment


def end_segment(*, segment: Segment, at: datetime) -> Segment:
    """End a segment; its members are forgotten."""
    segment.ended_at = at
    segment.save(update_fields=["ended_at"])
    _forget_members(segment)
    return segment


def pass_on(*, giver: str, taker: str, at: datetime) -> int:
    """Make the living segments of a leaving person another's, numbered where the name is taken; return how many."""
    living = Segment.objects.for_actor(_SYSTEM).filter(ended_at=None).select_for_update()
    taken = {one.name for one in living.filter(owner=taker)}
    segments = list(living.filter(owner=giver).order_by("id"))
    for segment in segments:
        numbered = (f"{segment.name[: _NAME - 4]} {number}" for number in count(2))
        segment.name = next(name for name in chain([segment.name], numbered) if name not in taken)
        taken.add(segment.name)
        segment.owner, segment.changed_at = taker, at
        segment.save(update_fields=["owner", "name", "changed_at"])
    return len(segments)


def put_members(*, segment: Segment, customer_ids: Integers, on: date) -> Segment:
    """Store who belongs to a segment from now on."""
    _forget_members(segment)
    size = customer_ids.size
    if size:
        keys = np.full(size, segment.pk, dtype=np.int64)
        copy_arrays(table="profiles_segmentmember", columns={"segment_id": keys, "customer_id": customer_ids})
    segment.member_count, segment.counted_on = size, on
    segment.save(update_fields=["member_count", "counted_on"])
    return segment


def _forget_members(segment: Segment) -> None:
    with connection.cursor() as cursor:
        cursor.execute("delete from profiles_segmentmember where segment_id = %s", [segment.pk])
