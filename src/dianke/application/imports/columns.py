"""How a table of a file is described: its columns, what they hold, what people call them."""

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """What the cells of a column hold."""

    TEXT = "TEXT"
    CODE = "CODE"
    INTEGER = "INTEGER"
    DECIMAL = "DECIMAL"
    DATE = "DATE"
    MOMENT = "MOMENT"
    CHOICE = "CHOICE"
    CHOICES = "CHOICES"
    CODES = "CODES"
    FLAG = "FLAG"
    RATIO = "RATIO"


@dataclass(frozen=True, slots=True)
class Choice:
    """One value that a cell may hold: its code, its Chinese and English labels, other words people use."""

    code: str
    zh: str
    en: str
    also: tuple[str, ...] = ()

    def list_words(self) -> tuple[str, ...]:
        """Return everything that stands for the value."""
        return (self.code, self.zh, self.en, *self.also)


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a table; `name` and the Chinese title are both accepted in the header row."""

    name: str
    zh: str
    kind: Kind
    required: bool = False
    choices: tuple[Choice, ...] = ()
    unit: str = ""
    decimals: int = 0
    length: int = 0
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    default: Any = None
    help_zh: str = ""
    help_en: str = ""
    example: str = ""
    # Other titles that files of other systems give it.
    also: tuple[str, ...] = ()
    # What kind of personal data it holds (identity_number, phone, bank_account, email); pages mask it.
    personal: str = ""

    @property
    def title_zh(self) -> str:
        """Return the title as the template writes it, with the unit."""
        return f"{self.zh}({self.unit})" if self.unit else self.zh


@dataclass(frozen=True, slots=True, kw_only=True)
class TableSpec:
    """A table that can be loaded."""

    name: str
    zh: str
    en: str
    columns: tuple[Column, ...]
    right: str = "imports.load"
    help_zh: str = ""
    help_en: str = ""
    by_name: dict[str, Column] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.by_name.update({column.name: column for column in self.columns})
