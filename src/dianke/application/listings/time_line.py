"""Everything that happened to a customer and its supply, newest first, as one list paged by key."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from django.db.models import Q

from dianke.application.listings import time_line_sources as sources
from dianke.application.listings.time_line_sources import Happening, Source, Subject
from dianke.platform.identity.types import Actor
from dianke.platform.org.kept_statements import KeptStatements
from dianke.platform.org.scoping import Scope


class EventGroup(StrEnum):
    """What the time line can be narrowed to."""

    BILLS = "BILLS"
    READINGS = "READINGS"
    EQUIPMENT = "EQUIPMENT"
    ARCHIVE = "ARCHIVE"
    DOCUMENTS = "DOCUMENTS"


GROUPS: dict[EventGroup, tuple[Source, ...]] = {
    EventGroup.BILLS: (Source.BILL,),
    EventGroup.READINGS: (Source.FREEZE,),
    EventGroup.EQUIPMENT: (Source.METER_UP, Source.METER_DOWN, Source.TRANSFORMER),
    EventGroup.ARCHIVE: (
        Source.OPENED,
        Source.CLOSED,
        Source.CUSTOMER_CHANGE,
        Source.ACCOUNT_CHANGE,
        Source.PLACE_CHANGE,
        Source.CONTACT_CHANGE,
        Source.KEY_CHANGE,
        Source.KEY_DECISION,
        Source.MERGE,
    ),
    EventGroup.DOCUMENTS: (Source.DOCUMENT,),
}
_GROUP_RIGHTS = {EventGroup.BILLS: "billing.view", EventGroup.DOCUMENTS: "documents.view"}


@dataclass(frozen=True, slots=True)
class Mark:
    """The place in the list after which a page begins: the last happening of the page before."""

    at: datetime
    source: int
    key: int


@dataclass(frozen=True, slots=True)
class TimeLinePage:
    """Happenings, newest first; `next_mark` is None at the end."""

    happenings: tuple[Happening, ...]
    next_mark: Mark | None


def list_groups(*, actor: Actor) -> list[EventGroup]:
    """Return the groups whose happenings the actor may see."""
    return [group for group in EventGroup if group not in _GROUP_RIGHTS or actor.may(_GROUP_RIGHTS[group])]


def list_happenings(
    *, actor: Actor, subject: Subject, group: EventGroup | None = None, after: Mark | None = None, limit: int = 12
) -> TimeLinePage:
    """
    Return a page of what happened to a customer (and one of its accounts), of one group or of all.

    One statement: each table gives its newest rows beyond the mark, the newest of all are kept.
    """
    groups = tuple(own for own in list_groups(actor=actor) if group in (None, own))
    shape = _Shape(
        has_account=subject.account_id is not None,
        points=len(subject.usage_point_ids),
        places=len(subject.location_ids),
        after=after.source if after else None,
    )
    rows = _STATEMENTS.ask(
        actor=actor,
        shape=(groups, shape, limit),
        write=lambda scope: _unite(scope, groups, shape, limit + 1),
        values=_values_of(subject, after),
    )
    found = [Happening(at, Source(source), key, json.loads(facts)) for at, source, key, facts in rows]
    last = found[limit - 1] if len(found) > limit else None
    return TimeLinePage(tuple(found[:limit]), Mark(last.at, last.source, last.key) if last else None)


@dataclass(frozen=True, slots=True)
class _Shape:
    """What decides the text of the statement; everything else is a parameter."""

    has_account: bool
    points: int
    places: int
    after: int | None


# Stand-ins: no key or moment of a row.
_CUSTOMER, _ACCOUNT, _AFTER_KEY, _FIRST_POINT, _FIRST_PLACE = -1, -2, -3, -1_000_000, -2_000_000
_AFTER_AT = datetime(1, 1, 2, 3, 4, 5, 678_901, tzinfo=UTC)
_STATEMENTS = KeptStatements(is_prepared=True)


def _unite(scope: Scope, groups: tuple[EventGroup, ...], shape: _Shape, size: int) -> Any:
    """Return the happenings of a shape with the stand-ins in it, None where there is no branch."""
    subject = Subject(
        customer_id=_CUSTOMER,
        account_id=_ACCOUNT if shape.has_account else None,
        usage_point_ids=tuple(_FIRST_POINT - at for at in range(shape.points)),
        location_ids=tuple(_FIRST_PLACE - at for at in range(shape.places)),
    )
    after = Mark(_AFTER_AT, shape.after, _AFTER_KEY) if shape.after is not None else None
    wanted = {source for own in groups for source in GROUPS[own]}
    branches = []
    for source, rows in sources.list_sources(scope=scope, subject=subject, wanted=wanted):
        beyond = rows.filter(_beyond(source, after)) if after else rows
        branches.append(beyond.order_by("-at", "-key")[:size])
    if not branches:
        return None
    first, *others = branches
    return first.union(*others, all=True).order_by("-at", "-source", "-key")[:size] if others else first


def _values_of(subject: Subject, after: Mark | None) -> dict[Any, Any]:
    """Return what stands for each stand-in."""
    values: dict[Any, Any] = {_CUSTOMER: subject.customer_id, _ACCOUNT: subject.account_id}
    values |= {_FIRST_POINT - at: key for at, key in enumerate(subject.usage_point_ids)}
    values |= {_FIRST_PLACE - at: key for at, key in enumerate(subject.location_ids)}
    return values | ({_AFTER_AT: after.at, _AFTER_KEY: after.key} if after else {})


def _beyond(source: Source, after: Mark) -> Q:
    """Return the rows behind the mark: moments fall, then sources, then keys."""
    if source > after.source:
        return Q(at__lt=after.at)
    if source < after.source:
        return Q(at__lte=after.at)
    return Q(at__lt=after.at) | Q(at=after.at, key__lt=after.key)
