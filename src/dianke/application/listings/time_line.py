"""Everything that happened to a customer and its supply, newest first, as one list paged by key."""

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from django.db.models import Q

from dianke.application.listings import time_line_dealings as dealings
from dianke.application.listings import time_line_sources as sources
from dianke.application.listings import time_line_standing as standing
from dianke.application.listings.time_line_sources import Happening, Rows, Sight, Source, Subject
from dianke.platform.identity.types import Actor
from dianke.platform.org.kept_statements import KeptStatements
from dianke.platform.org.scoping import Scope


class EventGroup(StrEnum):
    """What the time line can be narrowed to."""

    BILLS = "BILLS"
    MONEY = "MONEY"
    COLLECTION = "COLLECTION"
    SUPPLY = "SUPPLY"
    ORDERS = "ORDERS"
    CONTRACTS = "CONTRACTS"
    READINGS = "READINGS"
    EQUIPMENT = "EQUIPMENT"
    ARCHIVE = "ARCHIVE"
    DOCUMENTS = "DOCUMENTS"
    CARE = "CARE"
    CREDIT = "CREDIT"
    VALUE = "VALUE"
    TAGS = "TAGS"
    WATCHING = "WATCHING"
    MESSAGES = "MESSAGES"


GROUPS: dict[EventGroup, tuple[Source, ...]] = {
    EventGroup.BILLS: (Source.BILL,),
    EventGroup.MONEY: (
        Source.PAYMENT, Source.PAYMENT_CHANGE, Source.CLAIM, Source.AGREEMENT, Source.GUARANTEE,
    ),
    EventGroup.COLLECTION: (Source.DUNNING_STEP,),
    EventGroup.SUPPLY: (Source.SUPPLY_PROPOSED, Source.SUPPLY_DONE),
    EventGroup.ORDERS: (Source.ORDER_NOTE, Source.ORDER_STEP),
    EventGroup.CONTRACTS: (Source.CONTRACT_DECIDED, Source.CONTRACT_SIGNED, Source.CONTRACT_FILED),
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
    EventGroup.CARE: (Source.VISIT, Source.CARE_RECORD),
    EventGroup.CREDIT: (Source.GRADE, Source.FACT),
    EventGroup.VALUE: (Source.VALUE_CLASS,),
    EventGroup.TAGS: (Source.TAG_ENDED,),
    EventGroup.WATCHING: (Source.WATCHED,),
    EventGroup.MESSAGES: (Source.DUNNING_MESSAGE, Source.CONTROL_MESSAGE, Source.GRADE_MESSAGE),
}  # fmt: skip
_GROUP_RIGHTS = {
    EventGroup.BILLS: "billing.view",
    EventGroup.MONEY: "payments.view",
    EventGroup.COLLECTION: "collection.view",
    EventGroup.SUPPLY: "fee_control.view",
    EventGroup.ORDERS: "orders.view",
    EventGroup.CONTRACTS: "contracts.view",
    EventGroup.DOCUMENTS: "documents.view",
    EventGroup.CARE: "care.view",
    EventGroup.CREDIT: "credit.view",
    EventGroup.VALUE: "valuation.view",
    EventGroup.TAGS: "profiles.view",
    EventGroup.WATCHING: "watching.view",
    EventGroup.MESSAGES: "outbox.view",
}
_ACCUSATIONS = "credit.see_sensitive"
_OF_CUSTOMER = {**sources.OF_CUSTOMER, **dealings.OF_CUSTOMER, **standing.OF_CUSTOMER}
_OF_ACCOUNT = {**sources.OF_ACCOUNT, **dealings.OF_ACCOUNT}


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


def list_groups(*, actor: Actor, subject: Subject) -> list[EventGroup]:
    """Return the groups whose happenings the actor may see at the unit of the subject."""
    path = subject.unit_path or None
    return [own for own in EventGroup if own not in _GROUP_RIGHTS or actor.may(_GROUP_RIGHTS[own], path)]


def list_happenings(
    *,
    actor: Actor,
    subject: Subject,
    group: EventGroup | None = None,
    after: Mark | None = None,
    limit: int = 12,
    tag_slots: tuple[int, ...] = (),
) -> TimeLinePage:
    """
    Return a page of what happened to a customer (and one of its accounts), of one group or of all.

    One statement: each table gives its newest rows beyond the mark, the newest of all are kept.

    :param tag_slots: the slots of the tags that the actor may see
    """
    groups = tuple(own for own in list_groups(actor=actor, subject=subject) if group in (None, own))
    sight = Sight(actor.may(_ACCUSATIONS, subject.unit_path or None), tag_slots)
    shape = _Shape(
        has_account=subject.account_id is not None,
        points=len(subject.usage_point_ids),
        places=len(subject.location_ids),
        after=after.source if after else None,
    )
    rows = _STATEMENTS.ask(
        actor=actor,
        shape=(groups, shape, sight, limit),
        write=lambda scope: _unite(scope, groups, shape, sight, limit + 1),
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


def _unite(scope: Scope, groups: tuple[EventGroup, ...], shape: _Shape, sight: Sight, size: int) -> Any:
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
    for source, rows in _list_sources(scope, subject, sight, wanted):
        beyond = rows.filter(_beyond(source, after)) if after else rows
        branches.append(beyond.order_by("-happened_at", "-happening_key")[:size])
    if not branches:
        return None
    first, *others = branches
    if not others:
        return first
    return first.union(*others, all=True).order_by("-happened_at", "-happening_source", "-happening_key")[:size]


def _list_sources(
    scope: Scope, subject: Subject, sight: Sight, wanted: Collection[Source]
) -> Iterable[tuple[Source, Rows]]:
    """Return the wanted sources with their rows; sources of an account are left out where there is none."""
    readers = _OF_CUSTOMER if subject.account_id is None else {**_OF_CUSTOMER, **_OF_ACCOUNT}
    for source, read in readers.items():
        if source in wanted:
            yield source, read(scope, subject, sight)


def _values_of(subject: Subject, after: Mark | None) -> dict[Any, Any]:
    """Return what stands for each stand-in."""
    values: dict[Any, Any] = {_CUSTOMER: subject.customer_id, _ACCOUNT: subject.account_id}
    values |= {_FIRST_POINT - at: key for at, key in enumerate(subject.usage_point_ids)}
    values |= {_FIRST_PLACE - at: key for at, key in enumerate(subject.location_ids)}
    return values | ({_AFTER_AT: after.at, _AFTER_KEY: after.key} if after else {})


def _beyond(source: Source, after: Mark) -> Q:
    """Return the rows behind the mark: moments fall, then sources, then keys."""
    if source > after.source:
        return Q(happened_at__lt=after.at)
    if source < after.source:
        return Q(happened_at__lte=after.at)
    return Q(happened_at__lt=after.at) | Q(happened_at=after.at, happening_key__lt=after.key)
