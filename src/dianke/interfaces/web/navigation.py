"""The side menu: groups in words of the trade, entries brought by the folders of pages, shown by right."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from dianke.interfaces.web.components.page import Text
from dianke.platform.identity.types import Actor

# In the order of a working day: my own work, the customer, meter to cash, looking things up.
GROUPS: dict[str, Text] = {
    "work": _("Work"),
    "customers": _("Customers"),
    "standing": _("Credit and value"),
    "service_orders": _("Service orders"),
    "metering": _("Metering"),
    "readings": _("Meter reading"),
    "billing": _("Billing"),
    "payments": _("Payment collection"),
    "channels": _("Channels and reconciliation"),
    "fee_control": _("Fee control"),
    "receivables": _("Receivables"),
    "collection": _("Collection of debts"),
    "contact_center": _("Contact centre"),
    "queries": _("Queries"),
    "administration": _("Administration"),
}


@dataclass(frozen=True)
class MenuEntry:
    """
    One line of the menu.

    `right` is the right that opens the page (empty: everybody). `count` says how many things wait there; it
    runs on every page, so it must be one cheap query or none.
    """

    group: str
    label: Text
    url_name: str
    right: str = ""
    order: int = 100
    count: Callable[[Actor], int | None] | None = None


@dataclass(frozen=True)
class MenuLine:
    """An entry as drawn."""

    label: Text
    url: str
    current: bool
    count: int | None


@dataclass(frozen=True)
class MenuGroup:
    """A heading and its lines."""

    label: Text
    lines: Sequence[MenuLine]


class UnknownMenuGroup(LookupError):
    """An entry names a group that is not in GROUPS."""


_ENTRIES: dict[str, MenuEntry] = {}


def register(*entries: MenuEntry) -> None:
    """
    Add entries to the menu; the same address twice keeps the later one.

    :raises UnknownMenuGroup: if a group is not in GROUPS
    """
    for entry in entries:
        if entry.group not in GROUPS:
            raise UnknownMenuGroup(entry.group)
        _ENTRIES[entry.url_name] = entry


def list_entries(*, actor: Actor) -> list[MenuEntry]:
    """Return what the actor may open, in the order of the menu."""
    return [entry for entry in _sort(tuple(_ENTRIES.values())) if not entry.right or actor.may(entry.right)]


@lru_cache(maxsize=8)
def _sort(entries: tuple[MenuEntry, ...]) -> tuple[MenuEntry, ...]:
    # Every page draws the menu, and its order is the same for all.
    groups = list(GROUPS)
    return tuple(sorted(entries, key=lambda entry: (groups.index(entry.group), entry.order, entry.url_name)))


def build_menu(*, actor: Actor, path: str) -> list[MenuGroup]:
    """Return the menu with the entry lit that the path lies under."""
    entries = list_entries(actor=actor)
    urls = [_address(entry.url_name) for entry in entries]
    current = find_current(path=path, urls=urls)
    lines: dict[str, list[MenuLine]] = {}
    for entry, url in zip(entries, urls, strict=True):
        count = entry.count(actor.within(entry.right)) if entry.count else None
        line = MenuLine(label=entry.label, url=url, current=url == current, count=count)
        lines.setdefault(entry.group, []).append(line)
    return [MenuGroup(label=GROUPS[group], lines=of_group) for group, of_group in lines.items()]


@cache
def _address(url_name: str) -> str:
    # Every page shows all of them, and they stay what they are.
    return reverse(url_name)


def find_current(*, path: str, urls: Sequence[str]) -> str:
    """Return the longest address that the path lies under; home lights only for itself."""
    under = [url for url in urls if path == url or (url != "/" and path.startswith(url))]
    return max(under, key=len, default="")
