"""One box that finds everything: sources are brought by the folders of pages."""

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from dianke.domain.customers.rules import fold_pinyin, is_pinyin, spell_name
from dianke.domain.customers.types import CustomerKind
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


@dataclass(frozen=True)
class Act:
    """Something that can be begun from the box: its name, the words it is also known by, where it is done."""

    label: Text
    url_name: str
    right: str = ""
    words: str = ""


_SOURCES: list[SearchSource] = []
_ACTS: list[Act] = []


def register_source(source: SearchSource) -> None:
    """Add a source to the box."""
    _SOURCES.append(source)


def register_acts(*acts: Act) -> None:
    """Add things that can be begun from the box."""
    _ACTS.extend(acts)


def offer(*, actor: Actor, text: str, recent: Sequence[Hit]) -> list[HitGroup]:
    """Return what an empty box offers: what was open last, what can be begun; nothing for a text that found nothing."""
    if text.strip():
        return []
    groups = [
        HitGroup(_("Open lately"), recent),
        HitGroup(_("Begin"), _find_acts(actor, "", 2 * HITS_A_SOURCE)),
        HitGroup(_("Pages"), _find_pages(actor, "", 2 * HITS_A_SOURCE)),
    ]
    return [group for group in groups if group.hits]


def find(*, actor: Actor, text: str) -> list[HitGroup]:
    """Return the hits of every source the actor may ask, sources without a hit left out."""
    text = " ".join(text[:MAX_LENGTH].split())
    if not text:
        return []
    groups = []
    for source in sorted([*_SOURCES, *_OWN], key=lambda source: source.order):
        if not source.right or actor.may(source.right):
            hits = source.find(actor.within(source.right), text, HITS_A_SOURCE)
            if hits:
                groups.append(HitGroup(label=source.label, hits=hits))
    return groups


def _find_pages(actor: Actor, text: str, limit: int) -> list[Hit]:
    entries = [entry for entry in list_entries(actor=actor) if _fits(text, str(entry.label))]
    return [Hit(title=entry.label, url=reverse(entry.url_name)) for entry in entries[:limit]]


def _find_acts(actor: Actor, text: str, limit: int) -> list[Hit]:
    allowed = [act for act in _ACTS if not act.right or actor.may(act.right)]
    found = [act for act in allowed if _fits(text, f"{act.label} {act.words}")]
    return [Hit(title=act.label, url=reverse(act.url_name)) for act in found[:limit]]


def _fits(text: str, label: str) -> bool:
    """Tell whether the text is a part of a label, or the beginning of its pinyin or of its initials."""
    wanted = fold_pinyin(text) if is_pinyin(text) else ""
    return text.casefold() in label.casefold() or bool(wanted and any(own.startswith(wanted) for own in _spell(label)))


@functools.cache
def _spell(label: str) -> tuple[str, str]:
    spelled = spell_name(label, kind=CustomerKind.COMPANY)
    return spelled.initials, spelled.full


_OWN = (
    SearchSource(label=_("Begin"), find=_find_acts, order=800),
    SearchSource(label=_("Pages"), find=_find_pages, order=900),
)
