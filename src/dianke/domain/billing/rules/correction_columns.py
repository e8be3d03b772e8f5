"""How the facts of a bill are kept: the column of each, in which units, and which values it may take."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

from dianke.domain.billing.rules.inputs import ENERGY_REGISTERS
from dianke.domain.billing.rules.quantities import text
from dianke.kernel.errors import DomainError

Row = dict[str, Any]
Kind = Literal["decimal", "flag", "choice", "text", "date", "whole"]

PRICES = "terms.prices"
AS_BILLED, AS_IN_FORCE = "AS_BILLED", "AS_IN_FORCE"
_LARGEST = Decimal(10) ** 9


class FactUnreadable(DomainError):
    """A corrected fact cannot be what it is said to be."""

    code = "billing.fact_unreadable"
    message = "{value!r} cannot be read here: {reason}"


class FactsUnreadable(FactUnreadable):
    """Several facts cannot be; `faults` holds each."""

    def __init__(self, faults: Sequence[FactUnreadable]) -> None:
        self.faults = tuple(faults)
        super().__init__(field=faults[0].field, **faults[0].facts)


class FactUnknown(DomainError):
    """The bill has no such fact."""

    code = "billing.fact_unknown"
    message = "the bill has no fact {fact!r}"


@dataclass(frozen=True)
class Column:
    """How a fact is kept: its column, in units of 10 ** -decimals where it is a number."""

    name: str
    kind: Kind
    decimals: int = 0
    is_optional: bool = False
    choices: tuple[str, ...] = ()


READINGS = tuple(
    Column(f"{register}_{side}", "decimal", 4) for register in ENERGY_REGISTERS for side in ("start", "end")
)
SEGMENT = {
    **{column.name: column for column in READINGS},
    "demand": Column("demand", "decimal", 4, is_optional=True),
    "multiplier": Column("multiplier_e6", "decimal", 6),
    "ct_ratio": Column("ct_ratio", "text", is_optional=True),
    "pt_ratio": Column("pt_ratio", "text", is_optional=True),
    "rolled_over": Column("rolled_over", "flag"),
}
_CHOICE: Literal["choice"] = "choice"
TERMS = {
    "plan_code": Column("plan_code", "text"),
    "structure": Column("structure", _CHOICE, choices=("SINGLE", "TWO_PART")),
    "price_voltage": Column("price_voltage", "text", is_optional=True),
    "time_of_use": Column("time_of_use", "flag"),
    "basic_mode": Column(
        "basic_mode", _CHOICE, choices=("NONE", "CAPACITY", "CONTRACT_DEMAND", "ACTUAL_DEMAND")
    ),
    "contract_kw": Column("contract_kw_e6", "decimal", 6, is_optional=True),
    "power_factor_standard": Column(
        "power_factor_standard", _CHOICE, is_optional=True, choices=("0.80", "0.85", "0.90")
    ),
    "line_loss_ratio": Column("line_loss_ratio_e6", "decimal", 6),
    "usage_class": Column(
        "usage_class", _CHOICE,
        choices=("RESIDENTIAL", "RESIDENTIAL_SHARED", "AGRICULTURAL", "COMMERCIAL_INDUSTRIAL", "LARGE_INDUSTRIAL"),
    ),
    "household_size": Column("household_size", "whole"),
}  # fmt: skip
SHARE = {
    "price": Column("price_e8", "decimal", 8),
    "fixed_kwh": Column("fixed_kwh_e2", "decimal", 2, is_optional=True),
    "ratio": Column("ratio_e6", "decimal", 6, is_optional=True),
}
CAPACITY = {
    "kva": Column("kva_e4", "decimal", 4),
    "state": Column("state", _CHOICE, choices=("RUNNING", "HOT_STANDBY", "COLD_SEALED", "SUSPENDED", "REMOVED")),
    "from_date": Column("from_date", "date", is_optional=True),
    "to_date": Column("to_date", "date", is_optional=True),
}
PRICES_COLUMN = Column("prices", _CHOICE, choices=(AS_BILLED, AS_IN_FORCE))


def _optional(columns: Mapping[str, Column]) -> dict[str, Column]:
    return {code: replace(column, is_optional=True) for code, column in columns.items()}


_NEW_METER = {
    **_optional({column.name: column for column in READINGS}),
    "demand": SEGMENT["demand"],
    "multiplier": replace(SEGMENT["multiplier"], is_optional=True),
    "ct_ratio": SEGMENT["ct_ratio"],
    "pt_ratio": SEGMENT["pt_ratio"],
    "integer_digits": Column("integer_digits", "whole", is_optional=True),
    "rolled_over": SEGMENT["rolled_over"],
}
NEW_SEGMENT = {
    "meter_number": Column("meter_number", "text"),
    "start_date": Column("start_date", "date"),
    # The paper of the exchange; it stays in the order.
    "ticket": Column("ticket", "text"),
    **_NEW_METER,
}
NEW_SHARE = {
    "name": Column("name", "text"),
    **SHARE,
    "in_power_factor": Column("in_power_factor", "flag"),
    "in_power_factor_base": Column("in_power_factor_base", "flag"),
    "with_funds": Column("with_funds", "flag"),
}
NEW_CAPACITY = {
    "code": Column("code", "text"),
    "name": Column("name", "text", is_optional=True),
    **CAPACITY,
    "kva": replace(CAPACITY["kva"], is_optional=True),
    **{code: Column(f"{code}_e4", "decimal", 4, is_optional=True) for code in ("p0", "pk", "i0", "uk")},
}
NEW_SUB = {
    "point": Column("point", "text"),
    # Found by its code when the order is drawn up.
    "point_id": Column("point_id", "whole", is_optional=True),
    "meter_number": Column("meter_number", "text", is_optional=True),
    "start_date": Column("start_date", "date", is_optional=True),
    "end_date": Column("end_date", "date", is_optional=True),
    **_NEW_METER,
}
NEW = {"segment": NEW_SEGMENT, "share": NEW_SHARE, "capacity": NEW_CAPACITY, "sub": NEW_SUB}
FLAGS_OF_NEW = {"rolled_over": "0", "in_power_factor": "1", "in_power_factor_base": "1", "with_funds": "1"}
"""What a new row's flags are unless something else is said."""

# A forgotten exchange goes on in the bills that follow: they name the meter that had been taken away.
_CHAINED = {**SEGMENT, "meter_number": Column("meter_number", "text")}
PARTS = {"segment": _CHAINED, "terms": TERMS, "share": SHARE, "capacity": CAPACITY, "sub": _CHAINED}


def write_value(column: Column, value: Any) -> str:
    """Return a kept value as a person types it; the empty text where there is none."""
    if column.kind == "flag":
        return "1" if value else "0"
    if value is None:
        return ""
    if column.kind == "decimal":
        return text(Decimal(int(value)).scaleb(-column.decimals))
    return str(value)


def read_value(name: str, column: Column, value: str) -> Any:
    """
    Return a typed value as its column keeps it.

    :raises FactUnreadable: if it cannot be
    """
    value = value.strip()
    if not value:
        if column.is_optional:
            return None
        raise FactUnreadable(field=name, value=value, reason="a value is needed")
    if column.choices and value not in column.choices:
        raise FactUnreadable(field=name, value=value, reason="it is none of the choices")
    if column.kind in {"decimal", "whole"}:
        return _read_number(name, column, value)
    if column.kind == "flag":
        return value == "1"
    if column.kind == "date":
        try:
            return date.fromisoformat(value)
        except ValueError as fault:
            raise FactUnreadable(field=name, value=value, reason="it is not a day") from fault
    return value


def _read_number(name: str, column: Column, value: str) -> int:
    try:
        number = Decimal(value.replace(",", ""))
    except InvalidOperation as fault:
        raise FactUnreadable(field=name, value=value, reason="it is not a number") from fault
    if not number.is_finite() or not 0 <= number < _LARGEST:
        raise FactUnreadable(field=name, value=value, reason="it is below nought or too large")
    units = number.scaleb(column.decimals)
    if units != units.to_integral_value():
        raise FactUnreadable(field=name, value=value, reason="it has too many decimals")
    if column.name == "multiplier_e6" and not units:
        raise FactUnreadable(field=name, value=value, reason="a multiplier is above nought")
    return int(units)
