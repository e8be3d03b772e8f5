"""The head of a page."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.utils.functional import Promise

Text = str | Promise


@dataclass(frozen=True)
class Crumb:
    """A step above the page; without an address it is only a word."""

    label: Text
    url: Text = ""


@dataclass(frozen=True)
class Chip:
    """A state as shape, word and colour: ok, run, warn, bad, idle; or an outlined `fact`."""

    kind: str
    label: Text
    quiet: bool = False


@dataclass(frozen=True)
class Page:
    """What the head of a page shows, and where the page belongs in the menu."""

    title: Text
    number: str = ""
    # The line below the title; no part is broken across lines while it fits on one.
    facts: Sequence[Text] = field(default=())
    crumbs: Sequence[Crumb] = field(default=())
    chips: Sequence[Chip] = field(default=())
    # Lights a menu entry when the page's own address lies elsewhere.
    menu_url: str = ""
    # Lines of the panel behind the key "?": what the page is for, what is done here.
    help: Sequence[Text] = field(default=())
