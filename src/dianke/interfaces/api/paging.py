"""Lists by key: a page holds where the next one begins, so that new rows move nothing."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, Generic, TypeVar

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.http import urlencode
from ninja import Field, Schema
from pydantic import AfterValidator, AwareDatetime

from dianke.interfaces.web.components.paging import Cursor, CursorNotReadable

_LARGEST_KEY = 2**63 - 1
_FIRST_YEAR, _LAST_YEAR = 1900, 2199
_NO_MOMENT = f"a moment lies in the years {_FIRST_YEAR} to {_LAST_YEAR}"
_Item = TypeVar("_Item")


class PageQuery(Schema):
    """Which page of a list."""

    after: str = Field("", max_length=80, description="the mark from `next` of the page before")
    limit: int = Field(50, ge=1, le=200)


class PageOf(Schema, Generic[_Item]):
    """A page of a list; `next` is the address of the page that follows, null on the last."""

    items: list[_Item]
    next: str | None


def page_of(
    request: HttpRequest,
    rows: QuerySet[Any],
    query: PageQuery,
    draw: Callable[[Any], Any],
    *,
    prepare: Callable[[Sequence[Any]], object] | None = None,
) -> dict[str, Any]:
    """
    Return a page of rows in the order of their keys; `prepare` gets all of them before the first is drawn.

    :raises CursorNotReadable: if the mark is damaged
    """
    if query.after:
        rows = rows.filter(pk__gt=_read_key(query.after))
    found = list(rows.order_by("pk")[: query.limit + 1])
    shown = found[: query.limit]
    if prepare:
        prepare(shown)
    follows = None
    if len(found) > query.limit:
        given = {name: str(value) for name, value in request.GET.items() if name != "after"}
        mark = Cursor(values=(shown[-1].pk,)).encode()
        follows = request.build_absolute_uri(f"{request.path}?{urlencode({**given, 'after': mark})}")
    return {"items": [draw(row) for row in shown], "next": follows}


def _read_key(text: str) -> int:
    (key,) = Cursor.decode(text, length=1).values
    if not isinstance(key, int) or isinstance(key, bool) or not 0 <= key <= _LARGEST_KEY:
        raise CursorNotReadable(field="after")
    return key


def _refuse_nul(text: str) -> str:
    # PostgreSQL keeps no such character; as a filter it would be a fault of the database.
    if "\x00" in text:
        msg = "the text holds a NUL character"
        raise ValueError(msg)
    return text


def _keep_storable(moment: datetime) -> datetime:
    # Offsets of more than sixteen hours fit the notation and not the database; far years overflow in Shanghai time.
    try:
        stored = moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError(_NO_MOMENT) from error
    if not _FIRST_YEAR <= stored.year <= _LAST_YEAR:
        raise ValueError(_NO_MOMENT)
    return stored


Text = Annotated[str, AfterValidator(_refuse_nul)]
Moment = Annotated[AwareDatetime, AfterValidator(_keep_storable)]
