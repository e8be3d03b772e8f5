"""Tags: what there is and how it is made, and which ones a customer has, with source, purpose and consent."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from django.http import Http404, HttpRequest
from ninja import Router, Schema

from dianke.application import profiles
from dianke.domain.profiles.models import TagFigure
from dianke.domain.profiles.queries import tags as queries
from dianke.domain.profiles.queries.tags import HeldTag
from dianke.domain.profiles.rules.catalogue import list_plain_facts
from dianke.domain.profiles.types import Refresh, Tag, TagFamily, TagKind, TagPurpose
from dianke.engine.tags.language import write_condition
from dianke.interfaces.api.access import actor_with
from dianke.interfaces.api.credit import find_customer
from dianke.interfaces.api.paging import Text
from dianke.interfaces.api.problems import REFUSALS
from dianke.kernel.clock import SystemClock, to_shanghai

router = Router(tags=["tags"])

_SPELLS = 200


class TagValueOut(Schema):
    """A value of a tag and the condition of it; the first whose condition holds is taken."""

    value: str
    name: str
    name_en: str
    when: str


class TagOut(Schema):
    """
    A tag: formula, refresh, validity, source, purpose, consent, and the right to see it.

    `consent` names the purpose a person must have agreed to, empty where the law asks for none. As of the last run:
    `held` counts customers of the whole utility, `coverage` is the share of whom it is known; null before it.
    """

    code: str
    name: str
    name_en: str
    family: TagFamily
    kind: TagKind
    applies: str
    values: list[TagValueOut]
    refresh: Refresh
    validity_days: int
    sources: list[str]
    purpose: TagPurpose
    consent: str
    right: str
    confidence: int
    is_built_in: bool
    about: str
    as_of_date: date | None
    held: int | None
    coverage: float | None


class TagsOut(Schema):
    """The tags in force that the caller's posts may see."""

    tags: list[TagOut]


class HeldTagOut(Schema):
    """A tag of a customer: its value, since when, as of which run, and the last day it may be relied upon."""

    code: str
    value: str
    since_date: date
    as_of_date: date
    valid_until: date
    sources: list[str]
    purpose: TagPurpose
    consent: str
    confidence: int


class FormerTagOut(Schema):
    """A value that a customer had of a tag for a time; `until_date` is not included."""

    code: str
    value: str
    since_date: date
    until_date: date


class CustomerTagsOut(Schema):
    """The tags of a customer that the caller's posts may see; what is out of date is left out."""

    customer: str
    tags: list[HeldTagOut]
    former: list[FormerTagOut]


@router.get("/tags", response={200: TagsOut, **REFUSALS}, summary="List tags")
def list_tags(request: HttpRequest) -> dict[str, Any]:
    """Return the tags in force that the caller's posts may see, with their formulas."""
    actor = actor_with(request, profiles.VIEW)
    figures = queries.map_last_figures(actor=actor)
    return {"tags": [_draw(one, figures.get(one.code)) for one in queries.list_seen_tags(actor=actor)]}


@router.get("/tags/{code}", response={200: TagOut, **REFUSALS}, summary="Show a tag")
def show_tag(request: HttpRequest, code: Text) -> dict[str, Any]:
    """Return a tag; 404 for one that the caller's posts may not see."""
    actor = actor_with(request, profiles.VIEW)
    found = next((one for one in queries.list_seen_tags(actor=actor) if one.code == code), None)
    if found is None:
        raise Http404
    return _draw(found, queries.map_last_figures(actor=actor).get(code))


@router.get("/customers/{number}/tags", response={200: CustomerTagsOut, **REFUSALS}, summary="Show a customer's tags")
def show_customer_tags(request: HttpRequest, number: Text) -> dict[str, Any]:
    """Return the tags of a customer in force, and those that were, the last that ended first."""
    actor = actor_with(request, profiles.VIEW)
    customer, today = find_customer(actor, number), to_shanghai(SystemClock().now()).date()
    path = customer.unit.path
    seen = [one for one in queries.list_seen_tags(actor=actor) if actor.may(one.right, path)]
    held = queries.list_held(actor=actor, customer_id=customer.pk, tags=seen)
    spells = queries.list_spells(actor=actor, customer_id=customer.pk, tags=seen, limit=_SPELLS)
    return {
        "customer": customer.number,
        "tags": list(_draw_held(held, today)),
        "former": [
            {
                "code": tag.code,
                "value": tag.values[row.value - 1].code,
                "since_date": row.since_date,
                "until_date": row.until_date,
            }
            for tag, row in spells
            if 0 < row.value <= len(tag.values)
        ],
    }


def _draw_held(held: Iterable[HeldTag], today: date) -> Iterable[Mapping[str, Any]]:
    for one in held:
        valid_until = one.as_of_date + timedelta(days=one.tag.validity_days)
        if valid_until < today:
            continue
        yield {
            "code": one.tag.code,
            "value": one.tag.values[one.value - 1].code,
            "since_date": one.since_date,
            "as_of_date": one.as_of_date,
            "valid_until": valid_until,
            "sources": list(one.tag.sources),
            "purpose": one.tag.purpose,
            "consent": one.tag.consent,
            "confidence": one.tag.confidence,
        }


def _draw(tag: Tag, figure: TagFigure | None) -> dict[str, Any]:
    facts = list_plain_facts()
    plain = (
        "code", "family", "kind", "refresh", "validity_days", "purpose", "consent", "right", "confidence",
        "is_built_in", "about",
    )  # fmt: skip
    return {
        **{name: getattr(tag, name) for name in plain},
        "name": tag.zh,
        "name_en": tag.en,
        "applies": write_condition(tag.applies, facts=facts) if tag.applies is not None else "",
        "values": [
            {"value": one.code, "name": one.zh, "name_en": one.en, "when": write_condition(one.when, facts=facts)}
            for one in tag.values
        ],
        "sources": list(tag.sources),
        "as_of_date": figure.run.as_of_date if figure else None,
        "held": sum(count for value, count in figure.counts.items() if int(value) > 0) if figure else None,
        "coverage": figure.coverage_e4 / 10_000 if figure else None,
    }
