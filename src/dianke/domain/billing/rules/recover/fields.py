"""The fields of a recovery case: what each kind takes, how a value is read, and the JSON Schema of it."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeGuard

from dianke.domain.billing.rules.recover.types import (
    BreachAct,
    CrossYear,
    CustomerClass,
    PenaltyBase,
    TheftUser,
)
from dianke.kernel.clock import parse_date
from dianke.kernel.errors import DomainError

DECIMAL_PATTERN = r"^-?[0-9]{1,15}(\.[0-9]{1,30})?$"
_DECIMAL = re.compile(DECIMAL_PATTERN, re.ASCII)
_MOST_DIGITS, _MOST_DECIMALS = 15, 30


class MissingField(DomainError):
    """The case cannot be worked without this field."""

    code = "missing_field"
    message = "{name} is needed"


class UnknownField(DomainError):
    """The kind of case has no such field."""

    code = "unknown_field"
    message = "{name} is no field of {kind} cases"


class NotADecimal(DomainError):
    """A number is not written as one."""

    code = "not_a_decimal"
    message = "{value} is not a decimal such as 0.52 with at most 15 digits before the point and 30 behind"


class OutOfRange(DomainError):
    """A number lies outside what the field can mean."""

    code = "out_of_range"
    message = "{value} is not {range}"


class NotAChoice(DomainError):
    """A word is none of the words the field knows."""

    code = "not_a_choice"
    message = "{value} is none of {choices}"


class NotAFlag(DomainError):
    """A field that is true or false is neither."""

    code = "not_a_flag"
    message = "{value} is neither true nor false"


class FieldType(StrEnum):
    """How the value of a field is written."""

    DECIMAL = "DECIMAL"
    DATE = "DATE"
    CHOICE = "CHOICE"
    FLAG = "FLAG"
    TEXT = "TEXT"


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field: its type, its bounds, and what it means."""

    name: str
    type: FieldType
    meaning: str
    is_required: bool = False
    choices: tuple[str, ...] = ()
    minimum: Decimal | None = None
    is_above_minimum: bool = False
    maximum: Decimal | None = None


def _number(name: str, meaning: str, *, required: bool = True, minimum: str | None = "0") -> Field:
    least = None if minimum is None else Decimal(minimum)
    return Field(name=name, type=FieldType.DECIMAL, meaning=meaning, is_required=required, minimum=least)


def _choice(name: str, words: type[StrEnum], meaning: str, *, required: bool = False) -> Field:
    choices = tuple(word.lower() for word in words)
    return Field(name=name, type=FieldType.CHOICE, meaning=meaning, is_required=required, choices=choices)


_COMMON = (
    Field(name="id", type=FieldType.TEXT, meaning="comes back unchanged"),
    Field(name="kind", type=FieldType.TEXT, meaning="kind of case", is_required=True),
    Field(name="rule_set", type=FieldType.TEXT, meaning="code of the dated rules, for example RS-1996"),
    Field(name="on", type=FieldType.DATE, meaning="day whose rules apply where rule_set is left out"),
    _number("price", "yuan per kWh; without it nothing is priced", required=False),
    _choice("penalty_on", PenaltyBase, "which recovered amount the penalty multiplies; rounded"),
)
_MULTIPLE = _number("multiple", "penalty multiple instead of the one of the rules", required=False)
_HALF_PERIOD = Field(
    name="half_period",
    type=FieldType.FLAG,
    meaning="count half of the time; default by the rules of the kind",
)

KIND_FIELDS: Mapping[str, tuple[Field, ...]] = {
    "theft": (
        _choice("user", TheftUser, "decides the hours a day where they are unknown"),
        _number("capacity_kw", "connected or metered capacity; kVA counts as kW", required=False),
        _number("days", "days of theft; null: the days of the rules", required=False),
        Field(
            name="hours_per_day",
            type=FieldType.DECIMAL,
            meaning="hours a day; null: the hours of the rules",
            minimum=Decimal(0),
            maximum=Decimal(24),
        ),
        _number("kwh", "stolen energy where it is known, instead of capacity_kw", required=False),
        _MULTIPLE,
    ),
    "breach": (
        _choice("act", BreachAct, "what was done", required=True),
        _number(
            "kwh",
            "energy of class_change, of the last three months where the days are unknown",
            required=False,
        ),
        _number("price_paid", "yuan per kWh that was charged", required=False),
        _number("price_due", "yuan per kWh that should have been charged", required=False),
        _number("kva", "capacity used without leave", required=False),
        _number("kw", "the same in kW; one kW counts as one kVA", required=False),
        _number("months", "months of use; a part of a month in thirtieths", required=False),
        _number("basic_price", "yuan per kVA (kW) and month", required=False),
        Field(name="residential", type=FieldType.FLAG, meaning="a residential customer moved a device; false"),
        _MULTIPLE,
    ),
    "meter_error": (
        _number("recorded_kwh", "recorded since the last verification or installation"),
        _number("error_ratio", "signed error of the meter, 0.05 = 5 % fast", minimum=None),
        _HALF_PERIOD,
    ),
    "wrong_wiring": (
        _number("recorded_kwh", "recorded under the wrong wiring; negative where it ran backwards", minimum=None),
        _number("correction_factor", "G = power when right over power when wrong", minimum=None),
        _HALF_PERIOD,
    ),
    "wrong_multiplier": (
        _number("kwh", "billed with the multiplier used"),
        Field(
            name="used",
            type=FieldType.DECIMAL,
            meaning="multiplier used",
            is_required=True,
            minimum=Decimal(0),
            is_above_minimum=True,
        ),
        Field(
            name="right",
            type=FieldType.DECIMAL,
            meaning="multiplier due",
            is_required=True,
            minimum=Decimal(0),
            is_above_minimum=True,
        ),
        _HALF_PERIOD,
    ),
    "fuse": (
        _number("normal_kwh", "energy of the normal month"),
        _number("recorded_kwh", "energy recorded in the faulty month"),
        _HALF_PERIOD,
    ),
    "late_fee": (
        _number("amount", "yuan owed, without earlier late fees"),
        _choice("class", CustomerClass, "class of the customer", required=True),
        Field(name="due_on", type=FieldType.DATE, meaning="last day to pay; not counted", is_required=True),
        Field(name="paid_on", type=FieldType.DATE, meaning="day of payment; counted", is_required=True),
        _choice("cross_year", CrossYear, "arrears that cross 1 January; default by the rules"),
    ),
}

ACT_NEEDS: Mapping[BreachAct, tuple[str, ...]] = {
    BreachAct.CLASS_CHANGE: ("kwh", "price_paid", "price_due"),
    BreachAct.OVER_CAPACITY_TWO_PART: ("months", "basic_price"),
    BreachAct.OVER_CAPACITY_OTHER: (),
    BreachAct.SEALED_TWO_PART: ("months", "basic_price"),
    BreachAct.SEALED_OTHER: (),
    BreachAct.MOVED_DEVICE: (),
    BreachAct.OWN_SOURCE: (),
}
ACTS_BY_CAPACITY = frozenset(ACT_NEEDS) - {BreachAct.CLASS_CHANGE, BreachAct.MOVED_DEVICE}


def list_fields(*, kind: str) -> tuple[Field, ...]:
    """Return every field a kind takes."""
    return (*_COMMON, *KIND_FIELDS[kind])


def read_fields(case: Mapping[str, Any], *, kind: str) -> tuple[dict[str, Any], list[DomainError]]:
    """Return the values that can be read, null and absent ones left out, and every fault of the others."""
    values: dict[str, Any] = {}
    faults: list[DomainError] = []
    fields = {field.name: field for field in list_fields(kind=kind)}
    faults += [UnknownField(field=str(name), name=name, kind=kind) for name in case if name not in fields]
    for field in fields.values():
        raw = case.get(field.name)
        if raw is None:
            if field.is_required:
                faults.append(MissingField(field=field.name, name=field.name))
            continue
        try:
            values[field.name] = _READERS[field.type](field, raw)
        except DomainError as fault:
            faults.append(fault)
    return values, faults


def _read_decimal(field: Field, raw: object) -> Decimal:
    """Read a decimal string, or a JSON number that the reader kept exact; a float has lost its decimals."""
    if not _is_decimal(raw):
        raise NotADecimal(field=field.name, value=_show(raw))
    value = Decimal(raw)
    exponent = value.as_tuple().exponent
    if not isinstance(exponent, int) or value.adjusted() >= _MOST_DIGITS or exponent < -_MOST_DECIMALS:
        raise NotADecimal(field=field.name, value=_show(raw))
    is_low = field.minimum is not None and (value <= field.minimum if field.is_above_minimum else value < field.minimum)
    if is_low or (field.maximum is not None and value > field.maximum):
        raise OutOfRange(field=field.name, value=value, range=_range(field))
    return value


def _is_decimal(raw: object) -> TypeGuard[str | int | Decimal]:
    if isinstance(raw, str):
        return bool(_DECIMAL.fullmatch(raw))
    return isinstance(raw, int | Decimal) and not isinstance(raw, bool)


def _range(field: Field) -> str:
    least = f"more than {field.minimum}" if field.is_above_minimum else f"{field.minimum} or more"
    return least if field.maximum is None else f"from {field.minimum} to {field.maximum}"


def _read_choice(field: Field, raw: object) -> str:
    if not isinstance(raw, str) or raw not in field.choices:
        raise NotAChoice(field=field.name, value=_show(raw), choices=", ".join(field.choices))
    return raw.upper()


def _read_flag(field: Field, raw: object) -> bool:
    if not isinstance(raw, bool):
        raise NotAFlag(field=field.name, value=_show(raw))
    return raw


def _read_date(field: Field, raw: object) -> object:
    return parse_date(raw if isinstance(raw, str) else _show(raw), field=field.name)


def _read_text(_field: Field, raw: object) -> object:
    return raw


def _show(raw: object) -> str:
    # repr of an integer of thousands of digits is refused by Python itself.
    text = str(Decimal(raw)) if isinstance(raw, int | Decimal) and not isinstance(raw, bool) else repr(raw)
    return text if len(text) <= 40 else text[:40] + "…"


_READERS: Mapping[FieldType, Callable[[Field, object], object]] = {
    FieldType.DECIMAL: _read_decimal,
    FieldType.CHOICE: _read_choice,
    FieldType.FLAG: _read_flag,
    FieldType.DATE: _read_date,
    FieldType.TEXT: _read_text,
}
