"""
The text of a short message about a bill: dated templates as data, filled from the structured bill.

A message in Chinese goes as UCS-2: 70 characters in one, 67 a part where it is longer, for six bytes of each part join
them. English is counted in the same way, since networks here send it as UCS-2 too.
"""

import functools
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from importlib import resources
from typing import Any

from dianke.domain.billing.rules.documents.structured_bill import BillKind
from dianke.domain.billing.rules.documents.words import LANGUAGES
from dianke.kernel.errors import DomainError

SCHEMA = "dianke/messages/v1"
ZERO = "ZERO"
TAKEN_BACK = "TAKEN_BACK"
"""A reversal that nothing takes the place of."""
KINDS = (*(kind.value for kind in BillKind), ZERO, TAKEN_BACK)
FIELDS = frozenset(
    {"unit", "account", "account_end", "month", "start", "end", "energy", "amount", "before", "difference"}
)
ONE_SEGMENT, EACH_SEGMENT = 70, 67
LONGEST = 500

_FIELD = re.compile(r"\{([^{}]*)\}")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class MessageTemplatesUnreadable(DomainError):
    """The file of message templates cannot be used."""

    code = "billing.message_templates_unreadable"
    message = "entry {entry} of the message templates: {reason}"


@dataclass(frozen=True)
class Template:
    """The text of one kind of bill in one language, from a day on."""

    kind: str
    language: str
    from_date: date
    text: str


@dataclass(frozen=True)
class Message:
    """A text with the number of its UCS-2 characters and of the parts that it is sent in."""

    language: str
    text: str
    characters: int
    segments: int


def read_templates(text: str) -> list[Template]:
    """
    Return the templates of a file.

    :raises MessageTemplatesUnreadable: if it is no TOML, or an entry has an unknown kind, language or field
    """
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        raise MessageTemplatesUnreadable(field="file", entry=0, reason="the file is not readable") from fault
    if content.get("schema") != SCHEMA:
        raise MessageTemplatesUnreadable(field="schema", entry=0, reason="the schema is unknown")
    entries = content.get("template", [])
    return [_read_entry(number, entry) for number, entry in enumerate(entries, 1)]


@functools.cache
def list_house_templates() -> tuple[Template, ...]:
    """Return the templates that the product brings."""
    path = resources.files("dianke.domain.billing") / "data" / "messages.toml"
    return tuple(read_templates(path.read_text("utf-8")))


def write_messages(bill: Mapping[str, Any], *, templates: Sequence[Template], on: date) -> list[Message]:
    """Return the message of a structured bill in every language, by the templates in force on the day of issue."""
    kind = find_kind(bill)
    messages = []
    for language in LANGUAGES:
        own = [one for one in templates if one.kind == kind and one.language == language and one.from_date <= on]
        if own:
            template = max(enumerate(own), key=lambda pair: (pair[1].from_date, pair[0]))[1]
            messages.append(_fill(template, bill))
    return messages


def find_kind(bill: Mapping[str, Any]) -> str:
    """Return which template a structured bill takes."""
    if bill["kind"] == BillKind.REVERSAL.value and _is_for_good(bill):
        return TAKEN_BACK
    is_nothing = not Decimal(bill["total"]["amount"]) and not Decimal(bill["quantities"]["energy_kwh"])
    return ZERO if is_nothing and bill["kind"] == BillKind.ORDINARY.value else str(bill["kind"])


def _is_for_good(bill: Mapping[str, Any]) -> bool:
    """Tell whether no new bill comes with a reversal."""
    own = [one for one in bill["corrections"] if one["reversal"] == bill["number"]]
    return any(not one["replacement"] for one in own)


def count_characters(text: str) -> int:
    """Return how many UCS-2 characters a text takes: one beyond the basic plane takes two."""
    return len(text.encode("utf-16-le")) // 2


def count_segments(characters: int) -> int:
    """Return in how many parts a text of some characters is sent."""
    return 1 if characters <= ONE_SEGMENT else -(-characters // EACH_SEGMENT)


def _fill(template: Template, bill: Mapping[str, Any]) -> Message:
    values = _list_values(bill, template.language)
    text = _FIELD.sub(lambda found: values[found.group(1)], template.text)
    characters = count_characters(text)
    return Message(template.language, text, characters, count_segments(characters))


def _list_values(bill: Mapping[str, Any], language: str) -> dict[str, str]:
    start = date.fromisoformat(bill["period"]["start"])
    last = date.fromisoformat(bill["period"]["end"]) - timedelta(days=1)
    year, month = bill["month"].split("-")
    amount, energy = Decimal(bill["total"]["amount"]), Decimal(bill["quantities"]["energy_kwh"])
    before = _find_before(bill)
    is_back = bill["kind"] == BillKind.REVERSAL.value
    account = bill["account"]["number"]
    return {
        "unit": _one_line(bill["issuer"]["name"]),
        "account": account,
        "account_end": account[-4:],
        "month": f"{year}年{int(month)}月" if language == "zh-Hans" else f"{_MONTHS[int(month) - 1]} {year}",
        "start": f"{start:%m-%d}",
        "end": f"{last:%m-%d}",
        "energy": f"{abs(energy) if is_back else energy:f}",
        "amount": f"{abs(amount) if is_back else amount:.2f}",
        "before": f"{before:.2f}",
        "difference": f"{amount - before:+.2f}",
    }


def _find_before(bill: Mapping[str, Any]) -> Decimal:
    """Return what the bill that this one replaces came to."""
    own = [one for one in bill["corrections"] if one["replacement"] == bill["number"]]
    return Decimal(own[-1]["original_amount"]) if own else Decimal(0)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _read_entry(number: int, entry: Mapping[str, Any]) -> Template:
    kind, language, text, start = (entry.get(name) for name in ("kind", "language", "text", "from"))
    if kind not in KINDS:
        raise MessageTemplatesUnreadable(field="kind", entry=number, reason="the kind is unknown")
    if language not in LANGUAGES:
        raise MessageTemplatesUnreadable(field="language", entry=number, reason="the language is unknown")
    if type(start) is not date:
        raise MessageTemplatesUnreadable(field="from", entry=number, reason="the first day is missing")
    if not isinstance(text, str) or not 0 < len(text) <= LONGEST:
        raise MessageTemplatesUnreadable(field="text", entry=number, reason="the text is missing or too long")
    if not FIELDS.issuperset(_FIELD.findall(text)):
        raise MessageTemplatesUnreadable(field="text", entry=number, reason="the text names an unknown field")
    return Template(kind=str(kind), language=str(language), from_date=start, text=" ".join(text.split()))
