"""Segments: saved conditions, who fits them, and what a condition would come to."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, Any

from django.http import Http404, HttpRequest, HttpResponse
from ninja import Field, Query, Router, Schema
from pydantic import Field as Described

from dianke.application import profiles
from dianke.application.profiles import opening
from dianke.domain.customers.models import Customer
from dianke.domain.profiles.models import Segment
from dianke.domain.profiles.queries import segments as queries
from dianke.domain.profiles.types import TagPurpose
from dianke.interfaces.api.access import actor_with
from dianke.interfaces.api.customers import VIEW as SEE_WHOLE
from dianke.interfaces.api.paging import PageOf, PageQuery, Text, page_of
from dianke.interfaces.api.problems import REFUSALS
from dianke.interfaces.api.writes import IdempotencyKey, answer_write
from dianke.kernel.clock import SystemClock
from dianke.kernel.masks import mask_name
from dianke.platform.identity.types import Actor

router = Router(tags=["segments"])

_Key = Annotated[int, Described(ge=1, lt=2**63)]
_MOST = 2_000


class SegmentOut(Schema):
    """A condition under a name, for a purpose; `member_count` as of the last count, null where there was none."""

    id: int
    name: str
    condition: str
    purpose: TagPurpose
    note: str
    owner: str
    unit: str
    is_shared: bool
    member_count: int
    counted_on: date | None
    made_at: datetime
    changed_at: datetime
    ended_at: datetime | None


class SegmentIn(Schema):
    """What is kept; the purpose is what its members may be used for."""

    name: Text = Field(min_length=1, max_length=60)
    condition: Text = Field(min_length=1, max_length=_MOST)
    purpose: TagPurpose
    note: Text = Field("", max_length=300)
    is_shared: bool = False


class SegmentMemberOut(Schema):
    """A customer that fitted when the segment was last counted; the name is masked without archive.view."""

    customer: str
    name: str
    kind: str
    unit: str


class ConditionIn(Schema):
    """A condition over facts and tags, as the editor writes it."""

    condition: Text = Field(min_length=1, max_length=_MOST)


class PreviewOut(Schema):
    """
    What a condition comes to by the last run: of how many customers within reach how many fit.

    `unknown_count` are those of whom a fact that decides is not known; the sample is spread over all who fit.
    """

    condition: str
    as_of_date: date
    count: int
    reach_count: int
    unknown_count: int
    milliseconds: int
    sample: list[SegmentMemberOut]


@router.get("/segments", response={200: PageOf[SegmentOut], **REFUSALS}, summary="List segments")
def list_segments(request: HttpRequest, query: Query[PageQuery]) -> dict[str, Any]:
    """Return the caller's own segments and shared ones of their units, by key; none of what their posts may not see."""
    actor = actor_with(request, profiles.VIEW)
    known = [one.pk for one in opening.list_open(actor=actor)]
    return page_of(request, queries.filter_segments(actor=actor).filter(pk__in=known), query, _draw)


@router.get("/segments/{segment_id}", response={200: SegmentOut, **REFUSALS}, summary="Show a segment")
def show_segment(request: HttpRequest, segment_id: _Key) -> dict[str, Any]:
    """Return a segment; 404 for one that speaks of what the caller's posts may not see."""
    return _draw(_find(actor_with(request, profiles.VIEW), segment_id))


@router.get(
    "/segments/{segment_id}/members",
    response={200: PageOf[SegmentMemberOut], **REFUSALS},
    summary="List the members of a segment",
)
def list_segment_members(request: HttpRequest, segment_id: _Key, query: Query[PageQuery]) -> dict[str, Any]:
    """Return the members within the caller's units, by key."""
    actor = actor_with(request, profiles.VIEW)
    rows = queries.filter_members(actor=actor, segment_id=_find(actor, segment_id).pk)
    return page_of(request, rows, query, lambda row: _draw_member(actor, row))


@router.post("/segments", response={201: SegmentOut, **REFUSALS}, summary="Keep a condition as a segment")
def keep_segment(request: HttpRequest, body: SegmentIn, idempotency_key: IdempotencyKey) -> HttpResponse:
    """Keep a condition under a name and count who fits it."""
    actor = actor_with(request, profiles.SEGMENT)

    def write() -> Segment:
        return profiles.keep_segment(
            actor=actor, segment_id=None, name=body.name, condition=body.condition, purpose=body.purpose.value,
            note=body.note, is_shared=body.is_shared, at=SystemClock().now(),
        )  # fmt: skip

    return _answer(request, idempotency_key, write, status=201)


@router.post("/segments/{segment_id}/end", response={200: SegmentOut, **REFUSALS}, summary="End a segment")
def end_segment(request: HttpRequest, segment_id: _Key, idempotency_key: IdempotencyKey) -> HttpResponse:
    """End a segment of the caller's own; its members are forgotten."""
    actor = actor_with(request, profiles.SEGMENT)

    def write() -> Segment:
        return profiles.end_segment(actor=actor, segment_id=segment_id, at=SystemClock().now())

    return _answer(request, idempotency_key, write, status=200)


@router.post("/segment-previews", response={200: PreviewOut, **REFUSALS}, summary="See whom a condition fits")
def preview_segment(request: HttpRequest, body: ConditionIn) -> dict[str, Any]:
    """Count who fits a condition and name a few; nothing is kept."""
    actor = actor_with(request, profiles.VIEW)
    found = profiles.preview(actor=actor, text=body.condition)
    rows = Customer.objects.for_actor(actor).filter(pk__in=found.sample_ids).select_related("unit").order_by("number")
    return {
        "condition": found.text,
        "as_of_date": found.as_of_date,
        "count": found.count,
        "reach_count": found.reach_count,
        "unknown_count": found.unknown_count,
        "milliseconds": found.milliseconds,
        "sample": [_draw_member(actor, row) for row in rows],
    }


def _find(actor: Actor, segment_id: int) -> Segment:
    found = queries.get_segment(actor=actor, segment_id=segment_id)
    if found is None or not opening.may_open(actor=actor, segment=found):
        raise Http404
    return found


def _answer(request: HttpRequest, key: str, act: Callable[[], Segment], *, status: int) -> HttpResponse:
    return answer_write(request, key=key, write=lambda: SegmentOut(**_draw(act())), status=status)


def _draw(row: Segment) -> dict[str, Any]:
    plain = [name for name in SegmentOut.model_fields if name not in {"id", "unit"}]
    return {"id": row.pk, "unit": row.unit.code, **{name: getattr(row, name) for name in plain}}


def _draw_member(actor: Actor, row: Customer) -> dict[str, Any]:
    is_whole = actor.may(SEE_WHOLE, row.unit.path)
    return {
        "customer": row.number,
        "name": row.name if is_whole else mask_name(row.name),
        "kind": row.kind,
        "unit": row.unit.code,
    }
