"""Tags by slot: which of them a reader's posts show, and what they are called."""

from typing import Any

from django.core.cache import cache

from dianke.domain.profiles.queries import tags as queries
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.profiles import words
from dianke.platform.identity.types import Actor

_SECONDS = 30
_SYSTEM = Actor.system("naming the tags of a customer whom the reader sees")


def load_definitions() -> Any:
    """Return tags and their last figures, kept for half a minute: they change once a night."""
    key = "profiles.definitions"
    found = cache.get(key)
    if found is None:
        found = (queries.list_tags(actor=_SYSTEM), queries.map_last_figures(actor=_SYSTEM))
        cache.set(key, found, _SECONDS)
    return found


def list_seen_slots(actor: Actor, unit_path: str) -> tuple[int, ...]:
    """Return the slots of the tags that the actor's posts show at a unit."""
    if not actor.may("profiles.view", unit_path):
        return ()
    tags, _figures = load_definitions()
    return tuple(sorted(one.slot for one in tags if actor.may(one.right, unit_path)))


def name_held(slot: int, value: int) -> str:
    """Return the tag of a slot with its value in words."""
    tags, _figures = load_definitions()
    tag = next((one for one in tags if one.slot == slot), None)
    if tag is None or not 0 < value <= max(len(tag.values), 1):
        return formats.NONE
    return words.label_held(tag, value)
