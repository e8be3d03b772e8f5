"""Ask who fits a condition, and keep conditions as segments."""

from dataclasses import dataclass
from datetime import date, datetime

import numpy as np

from dianke.domain.profiles.models import Segment, TagRun
from dianke.domain.profiles.operations import segments
from dianke.domain.profiles.operations.segments import UnableToKeepSegment
from dianke.domain.profiles.queries import gathering
from dianke.domain.profiles.queries import segments as queries
from dianke.domain.profiles.queries import tags as tag_queries
from dianke.domain.profiles.queries.columns import Found, find_customers
from dianke.domain.profiles.rules.catalogue import list_needed_rights
from dianke.domain.profiles.types import Tag, TagPurpose
from dianke.engine.tags.language import list_facts, read_condition, write_condition
from dianke.engine.tags.types import Condition
from dianke.kernel.errors import DomainError
from dianke.platform.audit.use_case import PermissionRefused, use_case
from dianke.platform.identity.types import Actor
from dianke.platform.org.models import Unit

_SAMPLE = 10


class NoRunYet(DomainError):
    """No tags were computed yet, so nothing is known of anybody."""

    code = "profiles.no_run_yet"
    message = "no tags were computed yet"


class SegmentNotFound(DomainError):
    """There is no such segment for this person."""

    code = "profiles.segment_not_found"
    message = "there is no such segment"


@dataclass(frozen=True, slots=True)
class Preview:
    """What a condition comes to: how many customers of how many, some of them, as of which day, at what cost."""

    text: str
    condition: Condition
    count: int
    reach_count: int
    unknown_count: int
    sample_ids: tuple[int, ...]
    row_count: int
    milliseconds: int
    as_of_date: date
    found: Found


def read_own_condition(*, actor: Actor, text: str) -> Condition:
    """
    Return the condition of a text, if the actor may speak of everything in it.

    :raises ConditionNotUnderstood: if it cannot be read
    :raises PermissionRefused: if it speaks of a tag or fact that the actor's posts do not see
    """
    tags = {one.code: one for one in tag_queries.list_tags(actor=actor)}
    condition = read_condition(text, facts=tag_queries.list_language(tags=tags.values()))
    _require_rights(actor, condition, tags)
    return condition


def preview(*, actor: Actor, text: str, also: tuple[str, ...] = ()) -> Preview:
    """
    Return who of the actor's units fits a condition, by the facts of the last run.

    :raises PermissionRefused: if the actor lacks the right to look, or to speak of what the condition names
    :raises ConditionNotUnderstood: if it cannot be read
    :raises NoRunYet: if nothing was computed yet
    """
    if not actor.may("profiles.view"):
        raise PermissionRefused(field="actor", login=actor.login, right="profiles.view")
    condition = read_own_condition(actor=actor, text=text)
    run = _require_run(actor)
    today = (run.as_of_date - gathering.EPOCH).days
    found = find_customers(actor=actor, condition=condition, today=today, also=also, right="profiles.view")
    size = found.customer_ids.size
    # Spread over all who fit, and the same ones each time.
    places = np.unique(np.linspace(0, size - 1, min(_SAMPLE, size)).astype(np.int64)) if size else np.array([], int)
    return Preview(
        text=write_text(actor=actor, condition=condition),
        condition=condition,
        count=size,
        reach_count=found.reach_count,
        unknown_count=found.unknown_count,
        sample_ids=tuple(found.customer_ids[places].tolist()),
        row_count=found.row_count,
        milliseconds=found.milliseconds,
        as_of_date=run.as_of_date,
        found=found,
    )


def write_text(*, actor: Actor, condition: Condition) -> str:
    """Return a condition as it is kept."""
    tags: list[Tag] = tag_queries.list_tags(actor=actor)
    return write_condition(condition, facts=tag_queries.list_language(tags=tags))


@use_case(right="profiles.segment")
def keep_segment(
    *, actor: Actor, segment_id: int | None, name: str, condition: str, purpose: str, note: str, is_shared: bool,
    at: datetime,
) -> Segment:  # fmt: skip
    """
    Keep a condition under a name and count who fits it.

    :raises SegmentNotFound: if it is to be changed and is not the actor's own
    :raises UnableToKeepSegment: if the name is missing or taken, or the purpose is none
    :raises PermissionRefused, ConditionNotUnderstood, NoRunYet: as `preview`
    """
    if purpose not in set(TagPurpose):
        raise UnableToKeepSegment(field="purpose", reason="say what it is for")
    segment = None
    if segment_id is not None:
        segment = queries.get_segment(actor=actor, segment_id=segment_id)
        if segment is None or segment.owner != actor.login:
            raise SegmentNotFound(field="segment")
    found = preview(actor=actor, text=condition)
    kept = segments.keep_segment(
        segment=segment, unit=_get_own_unit(actor), name=name, condition=found.text,
        purpose=TagPurpose(purpose), note=note.strip(), is_shared=is_shared, login=actor.login, at=at,
    )  # fmt: skip
    return segments.put_members(segment=kept, customer_ids=found.found.customer_ids, on=found.as_of_date)


@use_case(right="profiles.segment")
def end_segment(*, actor: Actor, segment_id: int, at: datetime) -> Segment:
    """
    End a segment of one's own.

    :raises SegmentNotFound: if it is not the actor's own
    """
    segment = queries.get_segment(actor=actor, segment_id=segment_id)
    if segment is None or segment.owner != actor.login:
        raise SegmentNotFound(field="segment")
    return segments.end_segment(segment=segment, at=at)


@use_case(right="profiles.segment")
def count_segment(*, actor: Actor, segment: Segment, on: date) -> Segment:
    """Count a segment again after a run, within its own unit; the system does it."""
    tags = tag_queries.list_tags(actor=actor)
    condition = read_condition(segment.condition, facts=tag_queries.list_language(tags=tags))
    today = (on - gathering.EPOCH).days
    found = find_customers(actor=actor, condition=condition, today=today)
    keys = found.customer_ids[np.isin(found.unit_ids, _list_units_below(segment.unit))]
    return segments.put_members(segment=segment, customer_ids=keys, on=on)


def find_members(*, actor: Actor, segment_id: int) -> Segment:
    """
    Return a segment that the actor may open, to list its members.

    :raises SegmentNotFound: if it is not theirs, nor shared with them
    :raises PermissionRefused: if it speaks of what the actor may not see
    """
    segment = queries.get_segment(actor=actor, segment_id=segment_id)
    if segment is None or not actor.may("profiles.view"):
        raise SegmentNotFound(field="segment")
    read_own_condition(actor=actor, text=segment.condition)
    return segment


def _require_rights(actor: Actor, condition: Condition, tags: dict[str, Tag]) -> None:
    for right in sorted(list_needed_rights(list_facts(condition), tags=tags)):
        # Who holds it in some of their units alone would count and list the others by it.
        if not actor.covers(right, "profiles.view"):
            raise PermissionRefused(field="condition", login=actor.login, right=right)


def _require_run(actor: Actor) -> TagRun:
    run = tag_queries.get_last_run(actor=actor)
    if run is None:
        raise NoRunYet(field="condition")
    return run


def _get_own_unit(actor: Actor) -> Unit:
    """Return the unit that the actor belongs to; of the system that of the whole utility."""
    rows = Unit.objects.for_actor(actor)
    unit: Unit | None = rows.filter(path=actor.unit_path).first() or rows.filter(parent=None).order_by("id").first()
    if unit is None:
        raise UnableToKeepSegment(field="unit", reason="there is no unit yet")
    return unit


def _list_units_below(unit: Unit) -> list[int]:
    system = Actor.system("counting a segment within its unit")
    return list(Unit.objects.for_actor(system).filter(path__startswith=unit.path).values_list("pk", flat=True))
