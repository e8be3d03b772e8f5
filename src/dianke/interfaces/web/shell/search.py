"""One box that finds everything: sources are brought by the folders of pages."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from dianke.interfaces.web.components.page import Text
from dianke.interfaces.web.navigation import list_entries
from dianke.platform.identity.types import Actor

HITS_A_SOURCE = 6
MAX_LENGTH = 80


@dataclass(frozen=True)
class Hit:
    """One thing found; personal data comes masked from its source."""

    title: Text
    url: str
    number: str = ""
    note: Text = ""


@dataclass(frozen=True)
class HitGroup:
    """What one source found."""

    label: Text
    hits: Sequence[Hit]


@dataclass(frozen=True)
class SearchSource:
    """A kind of thing that can be found: `find` gets the actor, the trimmed text and the number of hits."""

    label: Text
    find: Callable[[Actor, str, int], Sequence[Hit]]
    right: str = ""
    order: int = 100


_SOURCES: list[SearchSource] = []


def register_source(source: SearchSource) -> None:
    """Add a source to the box."""
    _SOURCES.append(source)


def find(*, actor: Actor, text: str) -> list[HitGroup]:
    """Return the hits of every source the actor may ask, sources without a hit left out."""
    text = " ".join(text[:MAX_LENGTH].split())
    if not text:
        return []
    groups = []
    for source in sorted([*_SOURCES, _PAGES], key=lambda source: source.order):
        if not source.right or actor.may(source.right):
            hits = source.find(actor, text, HITS_A_SOURCE)
            if hits:
                groups.append(HitGroup(label=source.label, hits=hits))
    return groups


def _find_pages(actor: Actor, text: str, limit: int) -> list[Hit]:
    wanted = text.casefold()
    entries = [entry for entry in list_entries(actor=actor) if wanted in str(entry.label).casefold()]
    return [Hit(title=entry.label, url=reverse(entry.url_name)) for entry in entries[:limit]]


_PAGES = SearchSource(label=_("Pages"), find=_find_pages, order=900)
