"""The time line of a customer: beside the overview, and page by page on its own."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from dianke.application.listings import time_line
from dianke.application.listings.time_line import EventGroup, Mark
from dianke.application.listings.time_line_sources import Source
from dianke.interfaces.web.components.filters import FilterChip
from dianke.interfaces.web.components.paging import Cursor, CursorNotReadable
from dianke.interfaces.web.customers import time_line_words
from dianke.interfaces.web.customers.account_frame import Viewed, customer_page, show_tab
from dianke.interfaces.web.customers.time_line_words import EventLine
from dianke.interfaces.web.requests import StaffRequest
from dianke.kernel.clock import SystemClock

_BESIDE, _ALONE = 12, 40


_TAG_SLOTS: list[Callable[[Viewed], tuple[int, ...]]] = []


def register_tag_slots(find: Callable[[Viewed], tuple[int, ...]]) -> None:
    """Let the folder of tags say which slots a reader may see at a customer."""
    _TAG_SLOTS.append(find)


def _find_tag_slots(viewed: Viewed) -> tuple[int, ...]:
    return tuple(slot for find in _TAG_SLOTS for slot in find(viewed))


@dataclass(frozen=True)
class EventPage:
    """A page of the time line with its filters and the address of what is older."""

    lines: list[EventLine]
    filters: list[FilterChip]
    older_url: str


def read_time_line(request: StaffRequest, viewed: Viewed, *, size: int = _BESIDE) -> EventPage:
    """
    Return the page of the time line that the address asks for.

    :raises CursorNotReadable: if the mark of the page is damaged
    """
    group = _read_group(request.GET.get("kind", ""))
    page = time_line.list_happenings(
        actor=viewed.actor,
        subject=viewed.subject,
        group=group,
        after=_read_mark(request.GET.get("at", "")),
        limit=size,
        tag_slots=_find_tag_slots(viewed),
    )
    return EventPage(
        lines=time_line_words.describe(page.happenings, now=SystemClock().now()),
        filters=_list_filters(viewed, group),
        older_url=_address(viewed, group, page.next_mark) if page.next_mark else "",
    )


@customer_page
def show_time_line(request: StaffRequest, viewed: Viewed) -> HttpResponse:
    """Show the time line: as a part where the page asks for one, else as a page."""
    if request.htmx:
        values: dict[str, Any] = {"viewed": viewed, "events": read_time_line(request, viewed)}
        part = "time_line_more.html" if request.GET.get("at") else "time_line.html"
        return render(request, f"customers/{part}", values)
    values = {"events": read_time_line(request, viewed, size=_ALONE)}
    return show_tab(request, viewed, "time_line", "customers/account_time_line.html", values)


def _list_filters(viewed: Viewed, group: EventGroup | None) -> list[FilterChip]:
    chips = [FilterChip(_("All"), _address(viewed, None, None), active=group is None)]
    return chips + [
        FilterChip(time_line_words.GROUPS[own], _address(viewed, own, None), active=own == group)
        for own in time_line.list_groups(actor=viewed.actor, subject=viewed.subject)
    ]


def _address(viewed: Viewed, group: EventGroup | None, mark: Mark | None) -> str:
    query = {"kind": group.value.lower()} if group else {}
    if mark:
        query["at"] = Cursor((mark.at.isoformat(), mark.source, mark.key)).encode()
    return f"{viewed.url('time_line')}?{urlencode(query)}" if query else viewed.url("time_line")


def _read_group(text: str) -> EventGroup | None:
    return EventGroup(text.upper()) if text.upper() in set(EventGroup) else None


def _read_mark(text: str) -> Mark | None:
    if not text:
        return None
    at, source, key = Cursor.decode(text, length=3).values
    try:
        mark = Mark(datetime.fromisoformat(at), Source(source), int(key))
    except (TypeError, ValueError, OverflowError) as error:
        raise CursorNotReadable(field="at") from error
    # A moment without a zone, or a key beyond 64 bits, was never written by us.
    if mark.at.tzinfo is None or abs(mark.key) >= 2**63:
        raise CursorNotReadable(field="at")
    return mark
