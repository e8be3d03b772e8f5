"""The facts and tags that come with the product, read from data, and tags proposed by people."""

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any

from dianke.domain.profiles.types import ChoiceName, KnownFact, Refresh, Tag, TagFamily, TagKind, TagPurpose, TagValue
from dianke.engine.tags.language import list_facts, read_condition
from dianke.engine.tags.types import Fact, FactKind

VIEW, VIEW_PAYMENT, VIEW_CARE = "profiles.view", "profiles.view_payment", "profiles.view_care"
YES = "YES"
TAG_MARK = "tag."
_PAYMENT_SOURCES = {
    "payments", "risk", "dunning", "late_fees", "fee_control", "mandates", "invoices", "credit_grade", "value_class",
    "fact:debit_failed", "fact:channel_changed",
}  # fmt: skip
_CARE_SOURCES = {"marks", "fact:language_care"}


@cache
def list_facts_known() -> Mapping[str, KnownFact]:
    """Return every fact by its code."""
    return {one["code"]: _read_fact(one) for one in _load("facts.toml")["fact"]}


@cache
def list_plain_facts() -> Mapping[str, Fact]:
    """Return every fact as the language of conditions takes it."""
    return {code: one.fact for code, one in list_facts_known().items()}


@cache
def list_built_in() -> tuple[Tag, ...]:
    """Return the tags that come with the product, by slot."""
    return tuple(_read_tag(one) for one in _load("tags.toml")["tag"])


def read_proposed(*, code: str, slot: int, content: Mapping[str, Any]) -> Tag:
    """
    Return a tag that people proposed; it speaks of facts alone, not of other tags.

    :raises ConditionNotUnderstood: if its condition cannot be read
    """
    when = read_condition(content["when"], facts=list_plain_facts())
    known = list_facts_known()
    spoken = sorted(list_facts(when))
    return Tag(
        code=code,
        slot=slot,
        family=TagFamily(content["family"]),
        kind=TagKind.BOOLEAN,
        zh=content["name"],
        en=content["name"],
        refresh=Refresh(content["refresh"]),
        validity_days=int(content["validity_days"]),
        sources=tuple(sorted({known[one].source for one in spoken})),
        purpose=TagPurpose(content["purpose"]),
        consent=content.get("consent", ""),
        right=find_strictest([known[one].right for one in spoken]),
        confidence=int(content.get("confidence", 80)),
        applies=None,
        values=(TagValue(YES, "是", "yes", when),),
        is_built_in=False,
        about=content.get("about", ""),
    )


def find_strictest(rights: Sequence[str]) -> str:
    """Return the right that what is made of several facts asks for: that of the most protected one."""
    order = (VIEW, VIEW_PAYMENT, VIEW_CARE)
    return max((one for one in rights if one in order), key=order.index, default=VIEW)


def name_tag_fact(code: str) -> str:
    """Return the name by which a condition speaks of a tag."""
    return TAG_MARK + code


def make_tag_fact(tag: Tag) -> Fact:
    """Return a tag as a fact that conditions of segments may speak of."""
    name = name_tag_fact(tag.code)
    if tag.kind is TagKind.BOOLEAN:
        return Fact(name, FactKind.BOOLEAN)
    return Fact(name, FactKind.CHOICE, choices={one.code: at for at, one in enumerate(tag.values, start=1)})


def list_needed_rights(spoken: set[str], *, tags: Mapping[str, Tag]) -> set[str]:
    """Return the rights to speak of facts and tags by their names in a condition."""
    known = list_facts_known()
    return {tags[one.removeprefix(TAG_MARK)].right if one.startswith(TAG_MARK) else known[one].right for one in spoken}


def _load(name: str) -> dict[str, Any]:
    path = resources.files("dianke.domain.profiles") / "data" / name
    return tomllib.loads(path.read_text("utf-8"))


def _read_fact(content: Mapping[str, Any]) -> KnownFact:
    choices = tuple(ChoiceName(one["code"], one["number"], one["zh"], one["en"]) for one in content.get("choices", ()))
    fact = Fact(
        content["code"],
        FactKind(content["kind"]),
        content.get("scale", 0),
        {one.code: one.number for one in choices},
    )
    source = content["source"]
    return KnownFact(fact, source, content.get("unit", ""), content["zh"], content["en"], _find_right(source), choices)


def _find_right(source: str) -> str:
    if source in _PAYMENT_SOURCES:
        return VIEW_PAYMENT
    return VIEW_CARE if source in _CARE_SOURCES else VIEW


def _read_tag(content: Mapping[str, Any]) -> Tag:
    facts = list_plain_facts()
    values = content.get("values") or [{"code": YES, "zh": "是", "en": "yes", "when": content["when"]}]
    return Tag(
        code=content["code"],
        slot=content["slot"],
        family=TagFamily(content["family"]),
        kind=TagKind(content["kind"]),
        zh=content["zh"],
        en=content["en"],
        refresh=Refresh(content["refresh"]),
        validity_days=content["validity_days"],
        sources=tuple(content["sources"]),
        purpose=TagPurpose(content["purpose"]),
        consent=content.get("consent", ""),
        right=content["right"],
        confidence=content["confidence"],
        applies=read_condition(content["applies"], facts=facts) if "applies" in content else None,
        values=tuple(
            TagValue(one["code"], one["zh"], one["en"], read_condition(one["when"], facts=facts)) for one in values
        ),
    )
