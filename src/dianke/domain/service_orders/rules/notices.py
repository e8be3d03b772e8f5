"""What a customer is told of an order: dated texts in Chinese and English, with places that are filled in."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Any

from dianke.domain.service_orders.rules.rule_sets import OrderRulesUnreadable
from dianke.domain.service_orders.types import PauseReason

_SCHEMA = "order-notices/v1"
_FIELDS = dict.fromkeys(("unit", "number", "kind", "account_end", "day", "missing", "reason", "link"), "")


class OrderNotice(StrEnum):
    """Of what a customer is told; the value in small letters names the text."""

    ACCEPTED = "ACCEPTED"
    LINK = "LINK"
    WAITING = "WAITING"
    PLANNED = "PLANNED"
    REFUSED = "REFUSED"
    CANCELLED = "CANCELLED"
    DONE = "DONE"


_WAITED_FOR: Mapping[PauseReason, str] = {
    PauseReason.CUSTOMER_PAPERS: "papers",
    PauseReason.CUSTOMER_DESIGN: "design",
    PauseReason.CUSTOMER_WORKS: "works",
    PauseReason.CUSTOMER_PAYMENT: "payment",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderTexts:
    """The texts of a language in force from a day on."""

    valid_from: date
    subject: str
    texts: Mapping[OrderNotice, str]
    waited_for: Mapping[PauseReason, str]

    def write(self, notice: OrderNotice, **values: str) -> str:
        """Return the text of a notice with its places filled in."""
        return self.texts[notice].format_map(_FIELDS | values)


@cache
def _load() -> tuple[Mapping[str, OrderTexts], ...]:
    path = resources.files("dianke.domain.service_orders.rules") / "data" / "notices.toml"
    return tuple(read_order_texts(path.read_text("utf-8")))


def read_order_texts(text: str) -> list[Mapping[str, OrderTexts]]:
    """
    Return the versions of a file, oldest first, each by language.

    :raises OrderRulesUnreadable: if it is no TOML of the schema, or a text is missing or names what nobody fills
    """
    try:
        given = tomllib.loads(text)
        if given["schema"] != _SCHEMA:
            raise OrderRulesUnreadable(field="schema", reason=f"it is not {_SCHEMA}")
        versions = [
            {language: _read_texts(one["valid_from"], one[language]) for language in ("zh", "en")}
            for one in given["version"]
        ]
    except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError, IndexError) as fault:
        raise OrderRulesUnreadable(field="file", reason=f"{type(fault).__name__}: {fault}") from fault
    if not versions:
        raise OrderRulesUnreadable(field="version", reason="there is no version")
    return sorted(versions, key=lambda one: one["zh"].valid_from)


def choose_order_texts(versions: Sequence[Mapping[str, OrderTexts]], *, on: date, english: bool) -> OrderTexts:
    """Return the texts of a day in a language, the oldest for days before all."""
    in_force = [one for one in versions if one["zh"].valid_from <= on]
    return (in_force[-1] if in_force else versions[0])["en" if english else "zh"]


def get_order_texts(*, on: date, english: bool = False) -> OrderTexts:
    """Return the texts in force on a day."""
    return choose_order_texts(_load(), on=on, english=english)


def _read_texts(valid_from: date, given: Mapping[str, Any]) -> OrderTexts:
    if type(valid_from) is not date:
        raise OrderRulesUnreadable(field="valid_from", reason=f"{valid_from!r} is not a day")
    texts = {notice: str(given[notice.value.lower()]) for notice in OrderNotice}
    for text in texts.values():
        text.format_map(_FIELDS)
    return OrderTexts(
        valid_from=valid_from, subject=str(given["subject"]), texts=texts,
        waited_for={reason: str(given[name]) for reason, name in _WAITED_FOR.items()},
    )  # fmt: skip
