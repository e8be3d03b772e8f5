"""
Rows that a load created are taken out again, exactly those, and only while nobody has used them.

Works from the models themselves: whatever key points at a created row, from whichever module, stands in the way;
so does every later entry in its history. A module that adds a table need not know of bulk loads.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import models
from pghistory.models import Event

from dianke.platform.database.bulk import quicken_triggers
from dianke.platform.identity.types import Actor
from dianke.platform.import_batches.types import count_keys

Created = Mapping[str, Sequence[Sequence[int]]]
# Hears after each table which part of the work is done.
Hear = Callable[[float], None]

_EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why rows cannot be taken out: they are gone, were changed, or are referred to; how many, and some of them."""

    kind: str
    label: str
    by_label: str
    count: int
    examples: tuple[str, ...]


def list_obstacles(created: Created, *, hear: Hear | None = None) -> list[Obstacle]:
    """Return everything that stands in the way of taking rows out, or nothing."""
    system = Actor.system("looking whether a load was used")
    found: list[Obstacle] = []
    for done, (label, ranges) in enumerate(created.items(), start=1):
        model = apps.get_model(label)
        rows = _within(model.objects.for_actor(system), "pk", ranges)
        missing = count_keys(ranges) - rows.count()
        if missing:
            found.append(Obstacle("gone", model._meta.label_lower, "", missing, ()))
        found.extend(_list_changes(system, model, ranges))
        found.extend(_list_references(system, model, ranges, created))
        if hear:
            hear(done / len(created))
    return found


def remove_rows(created: Created, *, hear: Hear | None = None) -> int:
    """Remove the rows, those that refer to others first, and return how many there were."""
    system = Actor.system("undoing a load")
    waiting = dict(created)
    removed = 0
    quicken_triggers()
    while waiting:
        free = [label for label in waiting if not _is_needed(label, waiting)] or list(waiting)
        for label in free:
            model = apps.get_model(label)
            rows = _within(model.objects.for_actor(system), "pk", waiting.pop(label))
            # Nothing refers to them any more: no cascade is looked for, the database's keys would refuse.
            removed += rows._raw_delete(rows.db)
            if hear:
                hear(1 - len(waiting) / len(created))
    return removed


def _is_needed(label: str, waiting: Created) -> bool:
    """Tell whether rows of another table that still waits refer to rows of this one."""
    model = apps.get_model(label)
    return any(
        other._meta.label_lower in waiting and other._meta.label_lower != label
        for other, _field in _list_keys_to(model)
    )


def _list_changes(system: Actor, model: Any, ranges: Sequence[Sequence[int]]) -> Iterator[Obstacle]:
    for event in _list_histories(model):
        changes = _within(event.objects.for_actor(system), "pgh_obj_id", ranges).exclude(pgh_label="insert")
        keys = changes.values("pgh_obj_id").distinct()
        count = keys.count()
        if count:
            rows = model.objects.for_actor(system).filter(pk__in=keys.order_by("pgh_obj_id")[:_EXAMPLES])
            yield Obstacle("changed", model._meta.label_lower, "", count, tuple(str(row) for row in rows))


def _list_references(
    system: Actor, model: Any, ranges: Sequence[Sequence[int]], created: Created
) -> Iterator[Obstacle]:
    for other, field in _list_keys_to(model):
        rows = _within(other.objects.for_actor(system), field.attname, ranges)
        own = created.get(other._meta.label_lower)
        if own:
            rows = rows.exclude(_condition("pk", own))
        count = rows.count()
        if count:
            examples = tuple(str(row) for row in rows.order_by("pk")[:_EXAMPLES])
            yield Obstacle("used", model._meta.label_lower, other._meta.label_lower, count, examples)


def _list_keys_to(model: Any) -> list[tuple[Any, Any]]:
    """Return the columns of ordinary tables that point at a table."""
    return [
        (relation.related_model, relation.field)
        for relation in model._meta.get_fields(include_hidden=True)
        if (relation.one_to_many or relation.one_to_one)
        and relation.auto_created
        and not relation.concrete
        and not issubclass(relation.related_model, Event)
    ]


def _list_histories(model: Any) -> list[Any]:
    return [
        event
        for event in apps.get_models()
        if issubclass(event, Event) and getattr(event, "pgh_tracked_model", None) is model
    ]


def _within(rows: Any, column: str, ranges: Sequence[Sequence[int]]) -> Any:
    return rows.filter(_condition(column, ranges))


def _condition(column: str, ranges: Sequence[Sequence[int]]) -> models.Q:
    condition = models.Q(pk__in=[])
    for first, last in ranges:
        condition |= models.Q(**{f"{column}__gte": first, f"{column}__lte": last})
    return condition
