"""Words of tags, facts and conditions; tags and facts bring their names in both languages."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal

from django.utils.translation import get_language, pgettext, pgettext_lazy
from django.utils.translation import gettext as _now

from dianke.domain.profiles.rules.catalogue import TAG_MARK, list_facts_known
from dianke.domain.profiles.types import KnownFact, Tag
from dianke.engine.tags.language import write_value
from dianke.engine.tags.types import UNKNOWN, Comparison, Condition, Fact, FactKind, Not, Value
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.states import register_states
from dianke.interfaces.web.credit import words as credit_words

FAMILIES = {
    "BASIC": pgettext_lazy("tag", "Basic"),
    "USE": pgettext_lazy("tag", "Use of power"),
    "PAYMENT": pgettext_lazy("tag", "Payment and credit"),
    "SERVICE": pgettext_lazy("tag", "Service"),
    "MARKET": pgettext_lazy("tag", "Market"),
}
REFRESHES = {
    "DAILY": pgettext_lazy("tag", "daily"),
    "WEEKLY": pgettext_lazy("tag", "weekly"),
    "MONTHLY": pgettext_lazy("tag", "monthly"),
}
PURPOSES = {
    "CONTRACT": pgettext_lazy("purpose", "performing the contract"),
    "SERVICE": pgettext_lazy("purpose", "better service"),
    "COLLECTION": pgettext_lazy("purpose", "collecting debts"),
    "MARKETING": pgettext_lazy("purpose", "offers"),
}
CONSENTS = {
    "": pgettext_lazy("tag", "none needed"),
    "USAGE_ANALYSIS": pgettext_lazy("tag", "agreed to the analysis of use"),
    "MARKETING": pgettext_lazy("tag", "agreed to offers"),
}
RIGHTS = {
    "profiles.view": pgettext_lazy("tag", "everybody who sees tags"),
    "profiles.view_payment": pgettext_lazy("tag", "posts of payment and credit"),
    "profiles.view_care": pgettext_lazy("tag", "posts of care"),
}
SOURCES = {
    "archive": pgettext_lazy("source", "Archive"),
    "industry": pgettext_lazy("source", "Trade codes"),
    "places": pgettext_lazy("source", "Addresses"),
    "marks": pgettext_lazy("source", "Marks"),
    "contacts": pgettext_lazy("source", "Contacts"),
    "equipment": pgettext_lazy("source", "Equipment"),
    "points": pgettext_lazy("source", "Usage points"),
    "transformers": pgettext_lazy("source", "Transformers"),
    "terms": pgettext_lazy("source", "Terms of billing"),
    "bills": pgettext_lazy("source", "Bills"),
    "curves": pgettext_lazy("source", "Daily use"),
    "payments": pgettext_lazy("source", "Payments"),
    "risk": pgettext_lazy("source", "Risk of arrears"),
    "dunning": pgettext_lazy("source", "Dunning"),
    "late_fees": pgettext_lazy("source", "Late fees"),
    "fee_control": pgettext_lazy("source", "Fee control"),
    "mandates": pgettext_lazy("source", "Withholding"),
    "invoices": pgettext_lazy("source", "Invoices"),
    "credit_grade": pgettext_lazy("source", "Credit grades"),
    "value_class": pgettext_lazy("source", "Value classes"),
    "managers": pgettext_lazy("source", "Account managers"),
}
SIGNS = {
    "=": "=",
    "!=": "≠",
    "<": "<",
    "<=": "≤",
    ">": ">",
    ">=": "≥",
    "between": pgettext_lazy("condition", "between"),
    "in": pgettext_lazy("condition", "one of"),
    "true": pgettext_lazy("condition", "is so"),
    "known": pgettext_lazy("condition", "is known"),
    "unknown": pgettext_lazy("condition", "is not known"),
}
ACTS = {"NEW": pgettext_lazy("tag", "New tag"), "RETIRE": pgettext_lazy("tag", "Retire the tag")}
_EPOCH = date(1970, 1, 1)

register_states(
    "profiles.tag",
    {
        "PROPOSED": ("warn", pgettext_lazy("tag", "proposed")),
        "APPROVED": ("ok", pgettext_lazy("tag", "approved")),
        "REFUSED": ("idle", pgettext_lazy("tag", "refused")),
        "IN_FORCE": ("ok", pgettext_lazy("tag", "in force")),
        "WAITING": ("run", pgettext_lazy("tag", "from the next run")),
        "SOURCELESS": ("idle", pgettext_lazy("tag", "without a source")),
        "LAPSED": ("warn", pgettext_lazy("tag", "out of date")),
    },
)


def pick(zh: str, en: str) -> str:
    """Return the name in the reader's language."""
    return zh if (get_language() or "").startswith("zh") else en


def name_tag(tag: Tag) -> str:
    """Return what a tag is called."""
    return pick(tag.zh, tag.en)


def name_value(tag: Tag, number: int) -> str:
    """Return what stands in the slot of a tag, in a word."""
    if number > 0:
        value = tag.values[number - 1]
        return pick(value.zh, value.en)
    special = {
        0: pgettext("tag value", "no"),
        -1: pgettext("tag value", "not known"),
        -2: pgettext("tag value", "does not apply"),
        -3: pgettext("tag value", "no consent"),
    }
    return special[number]


def label_held(tag: Tag, number: int) -> str:
    """Return a tag with its value, as a chip says it: of yes-or-no tags the name alone."""
    if tag.kind.value == "boolean":
        return name_tag(tag)
    return (
        f"{name_tag(tag)}：{name_value(tag, number)}"
        if pick("z", "e") == "z"
        else f"{name_tag(tag)}: {name_value(tag, number)}"
    )


def name_fact(fact: KnownFact) -> str:
    """Return what a fact is called."""
    return pick(fact.zh, fact.en)


def name_source(source: str) -> str:
    """Return where facts come from."""
    if source.startswith("fact:"):
        code = source.removeprefix("fact:")
        return _now("Facts of the type %(type)s") % {"type": credit_words.FACTS.get(code, code)}
    return str(SOURCES[source])


def list_sources(sources: Iterable[str]) -> str:
    """Return where several facts come from."""
    return list_names(name_source(one) for one in sources)


def list_names(names: Iterable[str]) -> str:
    """Return names one after the other."""
    return pick("、", ", ").join(names)


def write_words(condition: Condition, *, tags: Mapping[str, Tag]) -> str:
    """Return a condition in words."""
    if isinstance(condition, Comparison):
        return write_comparison(condition, tags=tags)
    if isinstance(condition, Not):
        return _now("not (%(condition)s)") % {"condition": write_words(condition.part, tags=tags)}
    word = pgettext("condition", "and") if condition.word == "and" else pgettext("condition", "or")
    pieces = [
        f"({write_words(one, tags=tags)})" if not isinstance(one, Comparison | Not) else write_words(one, tags=tags)
        for one in condition.parts
    ]
    return f" {word} ".join(pieces)


def write_comparison(one: Comparison, *, tags: Mapping[str, Tag]) -> str:
    """Return a comparison in words."""
    name, fact, unit = _describe(one.fact, tags)
    if one.sign == "true":
        return name
    if one.sign in ("known", "unknown"):
        return f"{name} {SIGNS[one.sign]}"
    values = [_write_value(value, one.fact, fact, tags) for value in one.values]
    if one.sign == "between":
        return f"{name} {values[0]} – {values[1]}{unit}"
    if one.sign == "in":
        return f"{name} {SIGNS['in']} {pick('、', ', ').join(values)}"
    return f"{name} {SIGNS[one.sign]} {values[0]}{unit}"


def write_fact(code: str, number: int) -> str:
    """Return a fact of a customer as it is read."""
    known = list_facts_known()[code]
    if number == UNKNOWN:
        return formats.NONE
    if known.fact.kind is FactKind.BOOLEAN:
        return pgettext("tag value", "yes") if number else pgettext("tag value", "no")
    if known.fact.kind is FactKind.DATE:
        return formats.day(_EPOCH + timedelta(days=number))
    if known.fact.kind is FactKind.CHOICE:
        return next((pick(one.zh, one.en) for one in known.choices if one.number == number), formats.NONE)
    amount = Decimal(number).scaleb(-known.fact.scale)
    return f"{formats.number(amount, min(known.fact.scale, 2))}{_unit(known)}"


def _describe(code: str, tags: Mapping[str, Tag]) -> tuple[str, Fact | None, str]:
    if code.startswith(TAG_MARK):
        tag = tags[code.removeprefix(TAG_MARK)]
        return name_tag(tag), None, ""
    known = list_facts_known()[code]
    return name_fact(known), known.fact, _unit(known)


def _write_value(value: Value, code: str, fact: Fact | None, tags: Mapping[str, Tag]) -> str:
    if fact is None:
        return name_value(tags[code.removeprefix(TAG_MARK)], value.number)
    if fact.kind is FactKind.CHOICE:
        return write_fact(code, value.number)
    if fact.kind is FactKind.DATE and value.is_relative:
        if not value.number:
            return pgettext("condition", "today")
        late = _now("%(days)s days from today") if value.number > 0 else _now("%(days)s days ago")
        return late % {"days": abs(value.number)}
    return write_value(value, fact)


def _unit(known: KnownFact) -> str:
    return f" {known.unit}" if known.unit and known.unit.isascii() else (known.unit if pick("z", "e") == "z" else "")
