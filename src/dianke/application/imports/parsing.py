"""A cell's text becomes a value, or the reason why it is none."""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from dianke.application.imports.columns import Column, Kind
from dianke.kernel.clock import SHANGHAI

FIRST_YEAR, LAST_YEAR = 1900, 2199
MOST_SAFE_DIGITS = 15


class FormulaCell(str):
    """The text of a formula in a workbook."""

    __slots__ = ()


class ErrorCell(str):
    """An error value of a workbook, such as #N/A."""

    __slots__ = ()


class NumberCell(str):
    """A number of a workbook, which keeps no more than 15 digits."""

    __slots__ = ()


class CellFault(Exception):
    """Why a cell holds no value: a code of fault_messages.MESSAGES and its facts."""

    def __init__(self, code: str, **facts: str) -> None:
        self.code = code
        self.facts = facts
        super().__init__(code)


_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")
_THOUSANDS = re.compile(r"[+-]?[0-9]{1,3}(?:[,'\u00a0 ][0-9]{3})+(?:\.[0-9]+)?")
_SCIENTIFIC = re.compile(r"[+-]?[0-9]+(?:\.[0-9]*)?[eE][+-]?[0-9]+")
_WITH_UNIT = re.compile(r"[¥$]?\s*[+-]?[0-9][0-9.,]*\s*[^0-9.,\s].*|[¥$]\s*[0-9.,]+", re.DOTALL)
_DATE = re.compile(r"([0-9]{4})\s*[-/.年]\s*([0-9]{1,2})\s*[-/.月]\s*([0-9]{1,2})\s*日?")
_COMPACT_DATE = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_OTHER_DATE = re.compile(r"[0-9]{1,2}[-/.][0-9]{1,2}[-/.][0-9]{2,4}")
_CLOCK = re.compile(
    r"([0-9]{1,2})[:时]([0-9]{1,2})(?:[:分]([0-9]{1,2}))?分?秒?\s*(Z|[+-](?:0[0-9]|1[0-4]):?[0-5][0-9])?",
    re.IGNORECASE,
)
_RATIO = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*[/:]\s*([0-9]+(?:\.[0-9]+)?)")
_BETWEEN = re.compile(r"[;；,，、|/\s]+")
_FLAGS = {
    "是": True, "yes": True, "y": True, "true": True, "1": True, "√": True,
    "否": False, "no": False, "n": False, "false": False, "0": False,
}  # fmt: skip


def convert_column(column: Column, cells: Sequence[str]) -> tuple[list[Any], list[tuple[int, str, Mapping[str, str]]]]:
    """Return the values of a column and its faults as (place, code, facts); a faulty cell has value None."""
    parse = _PARSERS[column.kind]
    known: dict[tuple[type, str], Any] = {}
    values: list[Any] = []
    faults: list[tuple[int, str, Mapping[str, str]]] = []
    for place, cell in enumerate(cells):
        key = (type(cell), cell)
        if key not in known:
            known[key] = _convert(column, cell, parse)
        value = known[key]
        if isinstance(value, CellFault):
            faults.append((place, value.code, value.facts))
            value = None
        values.append(value)
    return values, faults


def _convert(column: Column, cell: str, parse: Callable[[Column, str], Any]) -> Any:
    try:
        if isinstance(cell, FormulaCell):
            raise CellFault("formula")
        if isinstance(cell, ErrorCell):
            raise CellFault("spreadsheet_error")
        text = cell.strip()
        if not text:
            if column.required:
                raise CellFault("value_missing")
            return column.default
        if "\ufffd" in text:
            raise CellFault("value_was_damaged")
        if any(unicodedata.category(letter) in {"Cc", "Cs", "Zl", "Zp"} for letter in text):
            raise CellFault("value_has_control_character")
        _refuse_lost_digits(column, cell)
        return parse(column, text)
    except CellFault as fault:
        return fault


def _refuse_lost_digits(column: Column, cell: str) -> None:
    is_number = isinstance(cell, NumberCell) and column.kind in {Kind.TEXT, Kind.CODE}
    if is_number and len(cell.strip("-").replace(".", "")) > MOST_SAFE_DIGITS:
        raise CellFault("digits_lost")


def _parse_text(column: Column, text: str) -> str:
    text = unicodedata.normalize("NFC", text)
    if len(text) > column.length:
        raise CellFault("value_too_long", limit=str(column.length))
    return text


def _parse_code(column: Column, text: str) -> str:
    # Codes are keys: a full-width digit or letter typed by an input method means the narrow one.
    text = unicodedata.normalize("NFKC", text)
    if any(letter.isspace() for letter in text):
        raise CellFault("code_has_blank")
    return _parse_text(column, text)


def _parse_codes(column: Column, text: str) -> tuple[str, ...]:
    return tuple(_parse_code(column, part) for part in _BETWEEN.split(text) if part)


def _parse_decimal(column: Column, text: str) -> Decimal:
    text = unicodedata.normalize("NFKC", text)
    if not _NUMBER.fullmatch(text):
        raise CellFault(_tell_number_fault(text), unit=column.unit or "—")
    value = Decimal(text)
    if column.minimum is not None and value < column.minimum:
        raise CellFault("number_too_small", limit=f"{column.minimum:f}")
    if column.maximum is not None and value > column.maximum:
        raise CellFault("number_too_large", limit=f"{column.maximum:f}")
    exponent = value.normalize().as_tuple().exponent
    if isinstance(exponent, int) and -exponent > column.decimals:
        raise CellFault("number_too_fine" if column.decimals else "not_whole", limit=str(column.decimals))
    return value


def _tell_number_fault(text: str) -> str:
    if _THOUSANDS.fullmatch(text):
        return "number_has_thousands_marks"
    if _SCIENTIFIC.fullmatch(text):
        return "number_is_scientific"
    if _WITH_UNIT.fullmatch(text):
        return "number_has_unit"
    return "not_a_number"


def _parse_integer(column: Column, text: str) -> int:
    return int(_parse_decimal(column, text))


def _parse_date(column: Column, text: str) -> date:
    text = unicodedata.normalize("NFKC", text)
    # A workbook shows a day as midnight.
    text = re.sub(r"[ T]0{1,2}:00(:00)?$", "", text)
    found = _DATE.fullmatch(text) or _COMPACT_DATE.fullmatch(text)
    if not found:
        raise CellFault("date_ambiguous" if _OTHER_DATE.fullmatch(text) else "not_a_date")
    return _make_date(*(int(part) for part in found.groups()))


def _make_date(year: int, month: int, day: int) -> date:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise CellFault("date_out_of_range")
    try:
        return date(year, month, day)
    except ValueError:
        raise CellFault("date_impossible") from None


def _parse_moment(column: Column, text: str) -> datetime:
    text = unicodedata.normalize("NFKC", text)
    found = _DATE.match(text) or _COMPACT_DATE.match(text)
    if not found:
        raise CellFault("date_ambiguous" if _OTHER_DATE.match(text) else "not_a_moment")
    day = _make_date(*(int(part) for part in found.groups()))
    rest = text[found.end() :].lstrip(" T")
    if not rest:
        return datetime(day.year, day.month, day.day, tzinfo=SHANGHAI)
    clock = _CLOCK.fullmatch(rest)
    if not clock:
        raise CellFault("not_a_moment")
    hour, minute, second = (int(part or 0) for part in clock.groups()[:3])
    zone = datetime.strptime(clock[4].upper(), "%z").tzinfo if clock[4] else SHANGHAI
    # The trade writes the end of a day as 24:00.
    if (hour, minute, second) == (24, 0, 0):
        hour, day = 0, day + timedelta(days=1)
    if hour > 23 or minute > 59 or second > 59:
        raise CellFault("not_a_moment")
    return datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=zone)


def _parse_choice(column: Column, text: str) -> str:
    wanted = unicodedata.normalize("NFKC", text).casefold()
    for choice in column.choices:
        if any(unicodedata.normalize("NFKC", word).casefold() == wanted for word in choice.list_words()):
            return choice.code
    known = "、".join(f"{choice.zh} ({choice.code})" for choice in column.choices)
    raise CellFault("not_a_choice", known=known)


def _parse_choices(column: Column, text: str) -> tuple[str, ...]:
    parts = [part for part in _BETWEEN.split(text) if part]
    codes = [_parse_choice(column, part) for part in parts]
    for code, part in zip(codes, parts, strict=True):
        if codes.count(code) > 1:
            raise CellFault("choice_twice", what=part)
    return tuple(codes)


def _parse_flag(column: Column, text: str) -> bool:
    value = _FLAGS.get(unicodedata.normalize("NFKC", text).casefold())
    if value is None:
        raise CellFault("not_a_flag")
    return value


def _parse_ratio(column: Column, text: str) -> tuple[Decimal, Decimal]:
    text = unicodedata.normalize("NFKC", text)
    found = _RATIO.fullmatch(text)
    if found:
        primary, secondary = Decimal(found[1]), Decimal(found[2])
    elif _NUMBER.fullmatch(text):
        # "30" is what people write for 150/5 once the plate is out of sight.
        primary, secondary = Decimal(text), Decimal(1)
    else:
        raise CellFault("not_a_ratio")
    for part in (primary, secondary):
        if not 0 < part < 10**7 or part != round(part, 3):
            raise CellFault("not_a_ratio")
    return primary, secondary


_PARSERS: dict[Kind, Callable[[Column, str], Any]] = {
    Kind.TEXT: _parse_text,
    Kind.CODE: _parse_code,
    Kind.CODES: _parse_codes,
    Kind.INTEGER: _parse_integer,
    Kind.DECIMAL: _parse_decimal,
    Kind.DATE: _parse_date,
    Kind.MOMENT: _parse_moment,
    Kind.CHOICE: _parse_choice,
    Kind.CHOICES: _parse_choices,
    Kind.FLAG: _parse_flag,
    Kind.RATIO: _parse_ratio,
}
