"""The form of a condition: its text, and one more comparison that is added to it by choosing."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dianke.domain.profiles.queries import tags as queries
from dianke.domain.profiles.rules.catalogue import list_facts_known, name_tag_fact
from dianke.domain.profiles.types import Tag
from dianke.interfaces.web.profiles import words
from dianke.platform.identity.types import Actor

_MOST = 2_000
_WITHOUT_VALUE = {"true": "{fact}", "known": "{fact} is known", "unknown": "{fact} is unknown"}


@dataclass(frozen=True)
class FactLine:
    """A fact or tag that the reader may speak of: its name in conditions, its word, its kind and values."""

    code: str
    name: str
    kind: str
    values: str


def read_text(query: Mapping[str, Any]) -> str:
    """Return the condition that a form holds, with the comparison that was chosen added to it."""
    text = str(query.get("condition", "")).strip()[:_MOST]
    fact, sign = str(query.get("fact", "")), str(query.get("sign", ""))
    if not fact or sign not in words.SIGNS:
        return text
    added = _compose(fact, sign, str(query.get("value", "")).strip())
    if not text:
        return added
    return f"({text}) or {added}" if query.get("join") == "or" else f"{_guard(text)} and {added}"


def list_lines(actor: Actor, tags: list[Tag]) -> list[tuple[str, list[FactLine]]]:
    """Return what the reader may speak of, by where it comes from; tags only where they are allowed."""
    groups: dict[str, list[FactLine]] = {}
    for code, known in list_facts_known().items():
        if actor.may(known.right):
            values = ", ".join(f"{one.code} {words.pick(one.zh, one.en)}" for one in known.choices)
            line = FactLine(code, words.name_fact(known), known.fact.kind.value, values)
            groups.setdefault(words.name_source(known.source), []).append(line)
    for tag in tags:
        shown = (
            ""
            if tag.kind.value == "boolean"
            else ", ".join(f"{one.code} {words.pick(one.zh, one.en)}" for one in tag.values)
        )
        kind = "boolean" if tag.kind.value == "boolean" else "choice"
        line = FactLine(name_tag_fact(tag.code), words.name_tag(tag), kind, shown)
        groups.setdefault(words.pick("标签", "Tags"), []).append(line)
    return list(groups.items())


def form_values(actor: Actor, query: Mapping[str, Any], *, with_tags: bool) -> dict[str, Any]:
    """Return what the form of a condition draws."""
    tags = queries.list_seen_tags(actor=actor) if with_tags else []
    return {"condition": read_text(query), "lines": list_lines(actor, tags), "signs": words.SIGNS.items()}


def _compose(fact: str, sign: str, value: str) -> str:
    if sign in _WITHOUT_VALUE:
        return _WITHOUT_VALUE[sign].format(fact=fact)
    if sign == "in":
        return f"{fact} in ({value})"
    if sign == "between":
        first, _mark, last = value.replace("，", ",").partition(",")
        return f"{fact} between {first.strip()} and {last.strip()}"
    return f"{fact} {sign} {value}"


def _guard(text: str) -> str:
    return f"({text})" if " or " in text else text
