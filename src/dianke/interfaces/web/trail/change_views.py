"""Looking changes up: by thing, person and time; one change; everything that one act changed."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET

from dianke.application.trail import lists
from dianke.application.trail.look_up import Change, ChangePage, Mark, NoSuchChange, get_change, label_of, list_changes
from dianke.application.trail.things import Thing, find_things, get_thing
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.components.filters import FilterChip
from dianke.interfaces.web.components.page import Chip, Crumb, Page, Text
from dianke.interfaces.web.components.paging import Cursor, CursorNotReadable, KeyPage
from dianke.interfaces.web.people import Names
from dianke.interfaces.web.requests import StaffRequest
from dianke.interfaces.web.trail import words
from dianke.platform.audit.chaining import bounds_of
from dianke.platform.database.history import list_history_models

_PAGE = 50
_SHOWN_FIELDS = 3
_THING = re.compile(r"([a-z_]{1,40}\.[a-z_]{1,60}):([0-9]{1,18})", re.ASCII)
_KEPT = ("thing", "q", "person", "from", "to", "group", "stray")


@dataclass(frozen=True)
class ChangeLine:
    """One change as the list draws it."""

    change: Change
    thing: Text
    act: Text
    fields: list[words.FieldLine]
    more: int
    url: str

    @classmethod
    def make(cls, change: Change, names: Names) -> "ChangeLine":
        """Draw a change; `names` are those of the people in all changes of the page."""
        lines = words.write_lines(change, names)
        return cls(
            change=change,
            thing=words.name_thing(change.model_label),
            act=words.name_act(change.use_case),
            fields=lines[:_SHOWN_FIELDS],
            more=max(len(lines) - _SHOWN_FIELDS, 0),
            url=reverse("web:trail_change", args=[change.model_label, change.event_id]),
        )


def draw_changes(changes: Sequence[Change]) -> list[ChangeLine]:
    """Return changes as a list draws them."""
    names = words.name_people(changes)
    return [ChangeLine.make(change, names) for change in changes]


@require_GET
@page_right("trail.view")
def search_changes(request: StaffRequest) -> HttpResponse:
    """Search the trail."""
    asked = {key: request.GET.get(key, "").strip()[:80] for key in _KEPT}
    thing, things = _find_thing(request, asked)
    is_lost = bool((asked["q"] or asked["thing"]) and thing is None)
    page = ChangePage(()) if is_lost else _find(request, asked, thing)
    head = Page(
        title=_("Changes"),
        crumbs=[Crumb(_("Administration"))],
        help=[
            _("Every change of a row, with who made it, from where, why, and the fields before and after."),
            _("Type the number of an account, a customer, a meter, or a login; narrow by person, days and kind."),
            _("Personal data stays masked here, whoever looks."),
        ],
    )
    values = {
        "page": head,
        "asked": asked,
        "thing": thing,
        "things": things if thing is None else [],
        "is_lost": is_lost,
        "is_narrowed": any(asked.values()),
        "filters": _draw_chips(asked),
        "lines": draw_changes(page.changes),
        "rows": KeyPage(rows=(), next=write_mark(page.next_after)),
    }
    return render(request, "trail/changes.html", values)


@require_GET
@page_right("trail.view")
def show_change(request: StaffRequest, model_label: str, event_id: int) -> HttpResponse:
    """Show one change whole, and what else its act changed."""
    try:
        change = get_change(actor=request.actor, model_label=model_label, event_id=event_id)
    except NoSuchChange as error:
        raise Http404 from error
    others: tuple[Change, ...] = ()
    act = None
    if change.context:
        act = lists.get_act(actor=request.actor, context=change.context)
        found = list_changes(actor=request.actor, context=change.context, limit=21).changes
        others = tuple(one for one in found if (one.model_label, one.event_id) != (model_label, event_id))[:20]
    head = Page(
        title=change.title or _("Change"),
        number=str(words.name_thing(model_label)),
        crumbs=[Crumb(_("Administration")), Crumb(_("Changes"), reverse("web:trail"))],
        chips=[],
        menu_url=reverse("web:trail"),
    )
    values = {
        "page": head,
        "change": change,
        "lines": words.write_lines(change),
        "facts": _list_facts(change),
        "act": act,
        "others": draw_changes(others),
        "chain": _chain_chip(request, timezone.localdate(change.at)),
        "thing_url": f"{reverse('web:trail')}?{urlencode({'thing': change.reference})}",
    }
    return render(request, "trail/change.html", values)


def _list_facts(change: Change) -> dict[Text, Text]:
    facts: dict[Text, Text] = {
        _("When"): f"{timezone.localtime(change.at):%Y-%m-%d %H:%M:%S}",
        pgettext("trail", "Who"): _name_person(change),
    }
    if change.deputy_for:
        facts[_("In place of")] = change.deputy_for
    if change.login:
        facts[_("From where")] = " ".join(
            str(part) for part in (words.name_origin(change.origin), change.address) if part
        )
        facts[_("What was done")] = words.name_act(change.use_case)
        facts[_("Reason")] = change.reason or "–"
    return facts


def _name_person(change: Change) -> str:
    if change.login == "system":
        return _("system")
    return f"{change.name} {change.login}" if change.login else _("nobody: no use case made this change")


def _chain_chip(request: StaffRequest, day: date) -> Chip:
    if lists.is_closed(actor=request.actor, day=day):
        return Chip("ok", _("closed by the chain"))
    return Chip("idle", _("closed tonight"))


def _find_thing(request: StaffRequest, asked: Mapping[str, str]) -> tuple[Thing | None, list[Thing]]:
    named = _THING.fullmatch(asked["thing"].lower())
    if named:
        return get_thing(actor=request.actor, model_label=named[1], key=int(named[2])), []
    if not asked["q"]:
        return None, []
    things = find_things(actor=request.actor, text=asked["q"])
    return (things[0], []) if len(things) == 1 else (None, things)


def _find(request: StaffRequest, asked: Mapping[str, str], thing: Thing | None) -> ChangePage:
    start, end = _read_day(asked["from"]), _read_day(asked["to"])
    return list_changes(
        actor=request.actor,
        model_label=thing.model_label if thing else None,
        key=thing.key if thing else None,
        login=asked["person"] or None,
        start=bounds_of(start)[0] if start else None,
        end=bounds_of(end)[1] if end else None,
        after=read_mark(request.GET.get("at", "")),
        labels=() if thing else _labels_of(asked["group"]),
        is_stray=bool(asked["stray"]),
        limit=_PAGE,
    )


def _labels_of(group: str) -> list[str]:
    if group not in words.GROUPS:
        return []
    modules = words.GROUPS[group][1]
    return [label for label in map(label_of, list_history_models()) if label.partition(".")[0] in modules]


def _draw_chips(asked: Mapping[str, str]) -> list[FilterChip]:
    def address(**changes: str) -> str:
        parts = {key: value for key, value in {**asked, **changes}.items() if value}
        return f"?{urlencode(parts)}" if parts else reverse("web:trail")

    chips = [FilterChip(_("Everything"), address(group=""), not asked["group"])]
    chips += [
        FilterChip(label, address(group=key), asked["group"] == key) for key, (label, _modules) in words.GROUPS.items()
    ]
    stray = "" if asked["stray"] else "1"
    return [*chips, FilterChip(_("Made by no use case"), address(stray=stray), bool(asked["stray"]))]


def _read_day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text) if text else None
    except ValueError:
        return None
    # A year beyond what times can hold would fail when the next day is added.
    return day if day is None or date(1900, 1, 1) <= day <= date(9999, 1, 1) - timedelta(days=1) else None


def write_mark(mark: Mark | None) -> str:
    """Return the mark of a page for an address, empty for none."""
    return Cursor((mark.at.isoformat(), mark.model_label, mark.event_id)).encode() if mark else ""


def read_mark(text: str) -> Mark | None:
    """
    Return the mark of a page that an address names.

    :raises CursorNotReadable: if it is damaged
    """
    if not text:
        return None
    at, label, event_id = Cursor.decode(text, length=3).values
    when = _read_moment(at)
    if when is None or not isinstance(label, str) or not isinstance(event_id, int):
        raise CursorNotReadable(field="at")
    return Mark(at=when, model_label=label, event_id=event_id)


def _read_moment(value: Any) -> datetime | None:
    try:
        when = parse_datetime(value)
    except (TypeError, ValueError):
        return None
    return when if when is not None and timezone.is_aware(when) else None
