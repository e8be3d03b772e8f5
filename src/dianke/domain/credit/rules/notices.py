"""What a customer is written when the grade fell: dated texts with placeholders."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from typing import Any

from dianke.kernel.errors import DomainError

SCHEMA = "credit-notices/v1"
_FIELDS = dict.fromkeys(("name", "number", "before", "grade", "day", "days", "unit"), "")


class NoticeTextsUnreadable(DomainError):
    """The texts lack one, or name a placeholder that nobody fills."""

    code = "credit.notice_texts_unreadable"
    message = "the texts of notices cannot be read: {reason}"


@dataclass(frozen=True, slots=True)
class NoticeTexts:
    """The texts in force from a day on."""

    code: str
    valid_from: date
    subject: str
    message: str
    letter: str
    asks: str
    objection: str


def read_notice_texts(text: str) -> list[NoticeTexts]:
    """
    Return the versions of a file, oldest first.

    :raises NoticeTextsUnreadable: if it is no TOML of the schema, or a text is missing or names what nobody fills
    """
    try:
        content = tomllib.loads(text)
        if content["schema"] != SCHEMA:
            raise NoticeTextsUnreadable(field="schema", reason="the schema is unknown")
        versions = [_read_version(one) for one in content["version"]]
    except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError, IndexError) as fault:
        raise NoticeTextsUnreadable(field="file", reason=f"{type(fault).__name__}: {fault}") from fault
    if not versions:
        raise NoticeTextsUnreadable(field="version", reason="there is no version")
    return sorted(versions, key=lambda one: one.valid_from)


def choose_notice_texts(versions: Sequence[NoticeTexts], *, on: date) -> NoticeTexts:
    """Return the version of a day, the oldest for days before all."""
    in_force = [one for one in versions if one.valid_from <= on]
    return in_force[-1] if in_force else versions[0]


@cache
def _load() -> tuple[NoticeTexts, ...]:
    path = resources.files("dianke.domain.credit") / "data" / "notices.toml"
    return tuple(read_notice_texts(path.read_text("utf-8")))


def get_notice_texts(*, on: date) -> NoticeTexts:
    """Return the texts in force on a day."""
    return choose_notice_texts(_load(), on=on)


def _read_version(given: Mapping[str, Any]) -> NoticeTexts:
    texts = {name: str(given[name]) for name in ("subject", "message", "letter", "asks", "objection")}
    for text in texts.values():
        text.format_map(_FIELDS)
    return NoticeTexts(code=str(given["code"]), valid_from=given["valid_from"], **texts)
