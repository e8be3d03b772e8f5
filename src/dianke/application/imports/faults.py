"""A fault of a file: where it is and what is wrong, told in Chinese and English."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from dianke.application.imports.fault_messages import MESSAGES

SHOWN_LENGTH = 60
WHOLE_FILE = 0


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong: row 0 is the file as a whole, an empty column the row as a whole."""

    row: int
    code: str
    column: str = ""
    value: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)

    def describe(self, language: str) -> tuple[str, str]:
        """Return what is wrong and what to do, in `zh` or `en`."""
        text = MESSAGES[self.code]
        facts = {"value": shorten(self.value), "column": self.column, **self.facts}
        told = (text.zh, text.zh_remedy) if language == "zh" else (text.en, text.en_remedy)
        return told[0].format_map(facts), told[1].format_map(facts)

    def as_dict(self, language: str) -> dict[str, str | int]:
        """Return the fault as commands and pages print it."""
        message, remedy = self.describe(language)
        return {
            "row": self.row,
            "column": self.column,
            "value": shorten(self.value),
            "code": self.code,
            "message": message,
            "remedy": remedy,
        }


def shorten(value: str) -> str:
    """Return a value cut to a length that a report bears, without what no terminal could print."""
    value = value if len(value) <= SHOWN_LENGTH else f"{value[:SHOWN_LENGTH]}…"
    return value.encode("utf-8", "replace").decode("utf-8")
