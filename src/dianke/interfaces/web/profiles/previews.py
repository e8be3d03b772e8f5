"""Whom a condition fits, as pages show it: how many, some of them masked, in words, and what looking cost."""

from collections.abc import Mapping
from dataclasses import dataclass

from dianke.application import profiles
from dianke.application.profiles import Preview
from dianke.domain.customers.models import Customer
from dianke.domain.profiles.queries import tags as queries
from dianke.engine.tags.language import list_comparisons, read_condition
from dianke.engine.tags.types import Fact
from dianke.interfaces.web.profiles import words
from dianke.interfaces.web.shell.errors import explain
from dianke.kernel.errors import DomainError
from dianke.kernel.masks import mask_name
from dianke.platform.identity.types import Actor


@dataclass(frozen=True)
class ShownPreview:
    """A preview with its words: the comparisons as chips, the sample by masked names."""

    found: Preview
    in_words: str
    chips: tuple[str, ...]
    sample: tuple[tuple[str, str, str], ...]
    share: float


def try_preview(actor: Actor, text: str, *, facts: Mapping[str, Fact] | None = None) -> tuple[ShownPreview | None, str]:
    """Return the preview of a condition, or nothing and why: for an empty text neither."""
    if not text:
        return None, ""
    try:
        if facts is not None:
            # Tags are made of facts, not of other tags.
            read_condition(text, facts=facts)
        found = profiles.preview(actor=actor, text=text)
    except DomainError as error:
        return None, explain(error)
    tags = {one.code: one for one in queries.list_seen_tags(actor=actor)}
    rows = Customer.objects.for_actor(actor).filter(pk__in=found.sample_ids).select_related("unit").order_by("number")
    return (
        ShownPreview(
            found=found,
            in_words=words.write_words(found.condition, tags=tags),
            chips=tuple(words.write_comparison(one, tags=tags) for one in list_comparisons(found.condition)),
            sample=tuple((row.number, mask_name(row.name), row.unit.name) for row in rows),
            share=found.count / found.reach_count if found.reach_count else 0.0,
        ),
        "",
    )
