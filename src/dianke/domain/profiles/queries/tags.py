"""Which tags there are, what runs counted of them, and who has them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet

from dianke.domain.profiles.models import CustomerTags, TagCheck, TagFigure, TagProposal, TagRun, TagSpell
from dianke.domain.profiles.queries.columns import read_slots
from dianke.domain.profiles.rules.catalogue import list_built_in, list_facts_known, make_tag_fact, read_proposed
from dianke.domain.profiles.types import RunState, Tag, TagAct, TagState
from dianke.engine.tags.types import Fact
from dianke.platform.identity.types import Actor


@dataclass(frozen=True, slots=True)
class HeldTag:
    """A tag that a customer has: its value, the day since which it holds, and when the tag was last computed."""

    tag: Tag
    value: int
    since_date: date
    as_of_date: date


def list_tags(*, actor: Actor) -> list[Tag]:
    """Return the tags in force, by slot: those of the product and those people had approved, less retired ones."""
    rows = TagProposal.objects.for_actor(actor).filter(state=TagState.APPROVED.value).order_by("id")
    retired = {row.code for row in rows if row.act == TagAct.RETIRE.value}
    own = [
        read_proposed(code=row.code, slot=row.slot, content=row.content) for row in rows if row.act == TagAct.NEW.value
    ]
    return [one for one in (*list_built_in(), *own) if one.code not in retired]


def list_seen_tags(*, actor: Actor) -> list[Tag]:
    """Return the tags in force that the actor's posts may see."""
    return [one for one in list_tags(actor=actor) if actor.may(one.right)]


def list_language(*, tags: Iterable[Tag]) -> dict[str, Fact]:
    """Return what a condition of a segment may speak of: every fact, and the given tags."""
    facts = {code: one.fact for code, one in list_facts_known().items()}
    return facts | {one.code: one for one in map(make_tag_fact, tags)}


def get_last_run(*, actor: Actor) -> TagRun | None:
    """Return the last run that was finished, or None."""
    rows = TagRun.objects.for_actor(actor).filter(state=RunState.DONE.value)
    found: TagRun | None = rows.order_by("-as_of_date").first()
    return found


def list_runs(*, actor: Actor, limit: int) -> list[TagRun]:
    """Return the last runs, the newest first."""
    return list(TagRun.objects.for_actor(actor).order_by("-as_of_date")[:limit])


def map_last_figures(*, actor: Actor) -> dict[str, TagFigure]:
    """Return the last figures of each tag, with their runs."""
    rows = TagFigure.objects.for_actor(actor).filter(run__state=RunState.DONE.value).select_related("run")
    return {row.code: row for row in rows.order_by("code", "-run__as_of_date").distinct("code")}


def list_figures(*, actor: Actor, code: str, limit: int) -> list[TagFigure]:
    """Return the figures of a tag of the last runs, the newest first."""
    rows = TagFigure.objects.for_actor(actor).filter(code=code, run__state=RunState.DONE.value)
    return list(rows.select_related("run").order_by("-run__as_of_date")[:limit])


def list_held(*, actor: Actor, customer_id: int, tags: Sequence[Tag]) -> list[HeldTag]:
    """Return which of the given tags a customer has, none whose validity is over; the customer is the actor's."""
    row = CustomerTags.objects.for_actor(actor).filter(customer_id=customer_id).first()
    return pick_held(row, tags=tags, figures=map_last_figures(actor=actor)) if row else []


def pick_held(row: CustomerTags, *, tags: Sequence[Tag], figures: Mapping[str, TagFigure]) -> list[HeldTag]:
    """Return which of the given tags a row holds."""
    by_slot = {one.slot: one for one in tags if one.code in figures}
    return [
        HeldTag(by_slot[slot], value, since, figures[by_slot[slot].code].run.as_of_date)
        for slot, value, since in read_slots(bytes(row.slots), bytes(row.days))
        if slot in by_slot and value <= len(by_slot[slot].values)
    ]


def list_spells(*, actor: Actor, customer_id: int, tags: Sequence[Tag], limit: int) -> list[tuple[Tag, TagSpell]]:
    """Return values of the given tags that a customer had and has no more, the last that ended first."""
    by_slot = {one.slot: one for one in tags}
    rows = TagSpell.objects.for_actor(actor).filter(customer_id=customer_id, slot__in=list(by_slot))
    return [(by_slot[row.slot], row) for row in rows.order_by("-until_date", "-id")[:limit]]


def filter_proposals(*, actor: Actor) -> QuerySet[Any]:
    """Return proposals of tags; no order."""
    rows: QuerySet[Any] = TagProposal.objects.for_actor(actor)
    return rows


def count_checks(*, actor: Actor) -> dict[str, tuple[int, int]]:
    """Return of each tag how many of its values were looked at by hand, and how many of them were right."""
    found: dict[str, tuple[int, int]] = {}
    for code, is_right in TagCheck.objects.for_actor(actor).values_list("code", "is_right"):
        seen, right = found.get(code, (0, 0))
        found[code] = (seen + 1, right + int(is_right))
    return found
