"""Watch lists and kinds of load curves: entries with reasons and results, the kinds of the last run."""

from datetime import date, datetime
from typing import Annotated, Any

from django.http import Http404, HttpRequest, HttpResponse
from ninja import Field, Query, Router, Schema
from pydantic import Field as Described

from dianke.application import load_shapes, watching
from dianke.application.watching.masking import hide_accusations
from dianke.domain.load_shapes.queries import runs as shape_queries
from dianke.domain.watching.models import WatchEntry
from dianke.domain.watching.queries import entries as queries
from dianke.domain.watching.types import EntryResult, EntryState, WatchLevel, WatchList
from dianke.interfaces.api.access import actor_with
from dianke.interfaces.api.paging import PageOf, PageQuery, Text, page_of
from dianke.interfaces.api.problems import REFUSALS
from dianke.interfaces.api.writes import IdempotencyKey, answer_write
from dianke.kernel.clock import SystemClock
from dianke.platform.identity.types import Actor

router = Router(tags=["watch lists"])

_Key = Annotated[int, Described(ge=1, lt=2**63)]


class WatchEntryQuery(PageQuery):
    """Which entries: of a list, a level, a state."""

    watch_list: WatchList | None = None
    level: WatchLevel | None = None
    state: EntryState | None = None


class WatchEntryOut(Schema):
    """
    An entry; `reasons` have a code and its figures, the weightiest first; `owner` is empty where it is nobody's.

    Of a reason that accuses there is only `is_masked` 1 without credit.see_sensitive.
    """

    id: int
    number: str
    watch_list: WatchList
    level: WatchLevel
    state: EntryState
    customer: str
    account: str | None
    reasons: list[dict[str, int | str]]
    action: str
    owner: str
    opened_on: date
    last_seen_on: date
    due_date: date
    result: str
    closed_at: datetime | None


class WatchResultIn(Schema):
    """What a closed entry turned out to be."""

    result: EntryResult
    note: Text = Field("", max_length=400)


class LoadShapeOut(Schema):
    """A kind of points: its typical day in multiples of the mean, 96 quarters of an hour, with quartiles."""

    rank: int
    name: str
    points: int
    middle: list[float]
    lower: list[float]
    upper: list[float]


class LoadShapesOut(Schema):
    """The kinds of the last run, how stable they are; no kinds before the first run."""

    first_day: date | None
    end_day: date | None
    verdict: str
    rand_index: float | None
    davies_bouldin_index: float | None
    shapes: list[LoadShapeOut]


@router.get("/watch-entries", response={200: PageOf[WatchEntryOut], **REFUSALS}, summary="List entries of watch lists")
def list_watch_entries(request: HttpRequest, query: Query[WatchEntryQuery]) -> dict[str, Any]:
    """Return entries in the order in which they were raised."""
    actor = actor_with(request, watching.VIEW)
    rows = queries.filter_entries(actor=actor)
    asked = {"list_code": query.watch_list, "level": query.level, "state": query.state}
    rows = rows.filter(**{name: value.value for name, value in asked.items() if value is not None})
    return page_of(request, rows, query, lambda row: _draw(actor, row))


@router.post(
    "/watch-entries/{entry_id}/result",
    response={201: WatchEntryOut, **REFUSALS},
    summary="Record what an entry turned out to be",
)
def record_watch_result(
    request: HttpRequest, entry_id: _Key, body: WatchResultIn, idempotency_key: IdempotencyKey
) -> HttpResponse:
    """Record the result of a closed entry; the last word counts."""
    actor = actor_with(request, watching.WORK)

    def write() -> WatchEntryOut:
        at = SystemClock().now()
        try:
            row = watching.judge_entry(actor=actor, key=entry_id, result=body.result, note=body.note, at=at)
        except queries.EntryUnknown as unknown:
            raise Http404 from unknown
        return WatchEntryOut(**_draw(actor, row))

    return answer_write(request, key=idempotency_key, write=write)


@router.get("/load-shapes", response={200: LoadShapesOut, **REFUSALS}, summary="Show kinds of load curves")
def show_load_shapes(request: HttpRequest) -> dict[str, Any]:
    """Return the kinds that the last run found."""
    actor = actor_with(request, load_shapes.VIEW)
    run = shape_queries.get_last_run(actor=actor)
    shapes = shape_queries.list_shapes(actor=actor, run=run) if run else []
    return {
        "first_day": run.first_day if run else None,
        "end_day": run.end_day if run else None,
        "verdict": run.verdict if run else "",
        "rand_index": _scale(run.rand_mean_e4) if run else None,
        "davies_bouldin_index": _scale(run.davies_bouldin_e4) if run else None,
        "shapes": [
            {
                "rank": one.rank, "name": one.name, "points": one.count,
                "middle": _read(one.middle_e3), "lower": _read(one.lower_e3), "upper": _read(one.upper_e3),
            }
            for one in shapes
        ],
    }  # fmt: skip


def _draw(actor: Actor, row: WatchEntry) -> dict[str, Any]:
    return {
        "id": row.pk,
        "number": row.number,
        "watch_list": row.list_code,
        "level": row.level,
        "state": row.state,
        "customer": row.customer.number,
        "account": row.account.number if row.account else None,
        "reasons": hide_accusations(actor, row.reasons, row.unit.path),
        "action": row.action,
        "owner": row.owner,
        "opened_on": row.opened_on,
        "last_seen_on": row.last_seen_on,
        "due_date": row.due_date,
        "result": row.result,
        "closed_at": row.closed_at,
    }


def _scale(value_e4: int | None) -> float | None:
    return None if value_e4 is None else value_e4 / 10_000


def _read(values_e3: list[int]) -> list[float]:
    return [value / 1000 for value in values_e3]
