"""
The facts of a bill that can have been wrong, by name, out of its frozen inputs; and the inputs with other facts.

A fact's name says where it stands: `segment.1.total_end`, `terms.plan_code`, `share.2.ratio`, `capacity.1.kva`.
Values are texts as a person types them; the empty text is no value.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

import pyarrow as pa

from dianke.domain.billing.rules.inputs import ENERGY_REGISTERS, ShardInputs
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


@dataclass(frozen=True)
class Fact:
    """A fact of a bill: its name, what it is about (a meter, a share, a transformer), its value as text."""

    name: str
    column: Column
    value: str
    about: str = ""

    @property
    def part(self) -> str:
        """Return the part of the inputs that it belongs to."""
        return self.name.partition(".")[0]

    @property
    def code(self) -> str:
        """Return what it is, without its place."""
        return self.name.rpartition(".")[2]


_READINGS = tuple(
    Column(f"{register}_{side}", "decimal", 4) for register in ENERGY_REGISTERS for side in ("start", "end")
)
_SEGMENT = {
    **{column.name: column for column in _READINGS},
    "demand": Column("demand", "decimal", 4, is_optional=True),
    "multiplier": Column("multiplier_e6", "decimal", 6),
    "ct_ratio": Column("ct_ratio", "text", is_optional=True),
    "pt_ratio": Column("pt_ratio", "text", is_optional=True),
    "rolled_over": Column("rolled_over", "flag"),
}
_CHOICE: Literal["choice"] = "choice"
_TERMS = {
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
_SHARE = {
    "price": Column("price_e8", "decimal", 8),
    "fixed_kwh": Column("fixed_kwh_e2", "decimal", 2, is_optional=True),
    "ratio": Column("ratio_e6", "decimal", 6, is_optional=True),
}
_CAPACITY = {
    "kva": Column("kva_e4", "decimal", 4),
    "state": Column("state", _CHOICE, choices=("RUNNING", "HOT_STANDBY", "COLD_SEALED", "SUSPENDED", "REMOVED")),
    "from_date": Column("from_date", "date", is_optional=True),
    "to_date": Column("to_date", "date", is_optional=True),
}
_PRICES = Column("prices", _CHOICE, choices=(AS_BILLED, AS_IN_FORCE))
_PARTS = {"segment": _SEGMENT, "terms": _TERMS, "share": _SHARE, "capacity": _CAPACITY, "sub": _SEGMENT}


def list_facts(inputs: ShardInputs) -> list[Fact]:
    """Return the facts of the one point of some inputs, in the order that a form shows them."""
    return [*_list_segment_facts(inputs), *_list_terms_facts(inputs), *_list_other_facts(inputs)]


def _list_segment_facts(inputs: ShardInputs) -> Iterator[Fact]:
    for place, row in enumerate(inputs.segments.to_pylist(), 1):
        registers = (row["registers"] or "").split()
        for name, column in _SEGMENT.items():
            register = name.removesuffix("_start").removesuffix("_end")
            if (register in ENERGY_REGISTERS or register == "demand") and register not in registers:
                continue
            yield _fact(f"segment.{place}.{name}", column, row, str(row["meter_number"]))


def _list_terms_facts(inputs: ShardInputs) -> Iterator[Fact]:
    row = inputs.points.to_pylist()[0]
    for name, column in _TERMS.items():
        yield _fact(f"terms.{name}", column, row, "")
    yield Fact(PRICES, _PRICES, AS_BILLED)


def _list_other_facts(inputs: ShardInputs) -> Iterator[Fact]:
    for place, row in enumerate(inputs.shares.to_pylist(), 1):
        for name, column in _SHARE.items():
            if row[column.name] is not None:
                yield _fact(f"share.{place}.{name}", column, row, row["name"])
    for place, row in enumerate(inputs.capacities.to_pylist(), 1):
        for name, column in _CAPACITY.items():
            yield _fact(f"capacity.{place}.{name}", column, row, row["name"] or row["code"])


def _fact(name: str, column: Column, row: Row, about: str) -> Fact:
    return Fact(name, column, _write(column, row[column.name]), about)


def _write(column: Column, value: Any) -> str:
    if column.kind == "flag":
        return "1" if value else "0"
    if value is None:
        return ""
    if column.kind == "decimal":
        return text(Decimal(int(value)).scaleb(-column.decimals))
    return str(value)


def clean_changes(inputs: ShardInputs, changes: Mapping[str, str]) -> dict[str, str]:
    """
    Return the changes that change something, each in its plain form.

    :raises FactUnknown: if the bill has no such fact
    :raises FactUnreadable: naming the fact whose value cannot be
    """
    known = {fact.name: fact for fact in list_facts(inputs)}
    cleaned: dict[str, str] = {}
    for name, value in changes.items():
        fact = known.get(name)
        if fact is None:
            raise FactUnknown(field="changes", fact=name)
        plain = _write(fact.column, read_value(name, fact.column, value))
        if plain != fact.value:
            cleaned[name] = plain
    return cleaned


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


def apply_changes(inputs: ShardInputs, changes: Mapping[str, str]) -> ShardInputs:
    """Return the inputs of one point with some facts otherwise; the others stay as they were frozen."""
    tables = {
        "segment": inputs.segments.to_pylist(),
        "terms": inputs.points.to_pylist(),
        "share": inputs.shares.to_pylist(),
        "capacity": inputs.capacities.to_pylist(),
        "sub": inputs.sub_segments.to_pylist(),
    }
    for name, value in changes.items():
        if name == PRICES:
            continue
        part, place, code = _split(name)
        column = _PARTS[part][code]
        row = _find_row(tables[part], part, place)
        row[column.name] = read_value(name, column, value)
        if code == "multiplier":
            # The ratios that made the wrong multiplier would contradict the right one, unless they are stated too.
            stem = name.removesuffix("multiplier")
            row |= {ratio: None for ratio in ("ct_ratio", "pt_ratio") if f"{stem}{ratio}" not in changes}
    return replace(
        inputs,
        points=_rebuild(inputs.points, tables["terms"]),
        segments=_rebuild(inputs.segments, tables["segment"]),
        shares=_rebuild(inputs.shares, tables["share"]),
        capacities=_rebuild(inputs.capacities, tables["capacity"]),
        sub_segments=_rebuild(inputs.sub_segments, tables["sub"]),
    )


def _split(name: str) -> tuple[str, str, str]:
    part, *place, code = name.split(".")
    if part not in _PARTS or code not in _PARTS[part]:
        raise FactUnknown(field="changes", fact=name)
    return part, ".".join(place), code


def _find_row(rows: list[Row], part: str, place: str) -> Row:
    """Return the row of a place: counted from one, or of a sub-meter by its point and sequence."""
    if part == "terms":
        return rows[0]
    if part == "sub":
        point, _, sequence = place.partition(".")
        own = [row for row in rows if str(row["point_id"]) == point]
        return own[int(sequence) - 1]
    return rows[int(place) - 1]


def list_changes_of_parent(point_id: int, changes: Mapping[str, str]) -> dict[str, str]:
    """Return what a change of a sub-meter's readings means for the inputs of the meter above it."""
    return {
        f"sub.{point_id}.{name.removeprefix('segment.')}": value
        for name, value in changes.items()
        if name.startswith("segment.")
    }


def list_shared_changes(changes: Mapping[str, str], *, before: ShardInputs, other: ShardInputs) -> dict[str, str]:
    """Return the changes of readings that other inputs of the same meters have as they were before."""
    own, others = before.segments.to_pylist(), other.segments.to_pylist()
    shared: dict[str, str] = {}
    for name, value in changes.items():
        if not name.startswith("segment."):
            continue
        _, place, code = _split(name)
        column = _SEGMENT[code].name
        if int(place) <= len(others) and own[int(place) - 1][column] == others[int(place) - 1][column]:
            shared[name] = value
    return shared


def narrow_to_sub_meter(inputs: ShardInputs, point_id: int) -> ShardInputs:
    """Return the inputs of the meter above with the segments of one of its sub-meters in place of its own."""
    rows = [place for place, found in enumerate(inputs.sub_segments["point_id"].to_pylist()) if found == point_id]
    return replace(inputs, segments=inputs.sub_segments.take(pa.array(rows, pa.int64())))


def list_changes_of_next(*, before: ShardInputs, after: ShardInputs, following: ShardInputs) -> dict[str, str]:
    """
    Return what a changed closing reading means for the bill that follows: it opens with the same reading.

    Only a meter that went on, and only a register that was opened with the wrong reading, is followed.
    """
    if not (len(before.segments) and len(following.segments)):
        return {}
    old, new = before.segments.to_pylist()[-1], after.segments.to_pylist()[-1]
    first = following.segments.to_pylist()[0]
    if old["meter_number"] != first["meter_number"]:
        return {}
    return {
        f"segment.1.{register}_start": _write(_SEGMENT[f"{register}_start"], new[f"{register}_end"])
        for register in ENERGY_REGISTERS
        if old[f"{register}_end"] != new[f"{register}_end"]
        and first[f"{register}_start"] is not None
        and first[f"{register}_start"] == old[f"{register}_end"]
    }


def _rebuild(table: pa.Table, rows: list[Row]) -> pa.Table:
    """Return the rows as a table of the same columns; one that held nothing takes the kind of what it holds now."""
    columns = {}
    for field in table.schema:
        values = [row[field.name] for row in rows]
        columns[field.name] = pa.array(values) if pa.types.is_null(field.type) else pa.array(values, field.type)
    return pa.table(columns)
