"""
The facts of a bill that can have been wrong, by name, out of its frozen inputs; and the inputs with other facts.

A fact's name says where it stands: `segment.1.total_end`, `terms.plan_code`, `share.2.ratio`, `capacity.1.kva`; rows
that come or go are named in `correction_rows`. Values are texts as a person types them; the empty text is no value.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

import pyarrow as pa

from dianke.domain.billing.rules import correction_rows as rows
from dianke.domain.billing.rules.correction_columns import (
    AS_BILLED,
    CAPACITY,
    NEW,
    PARTS,
    PRICES,
    PRICES_COLUMN,
    SEGMENT,
    SHARE,
    TERMS,
    Column,
    FactsUnreadable,
    FactUnknown,
    FactUnreadable,
    Row,
    read_value,
    write_value,
)
from dianke.domain.billing.rules.inputs import ENERGY_REGISTERS, ShardInputs
from dianke.kernel.errors import DomainError

_TABLES = {
    "terms": "points",
    "segment": "segments",
    "share": "shares",
    "capacity": "capacities",
    "sub": "sub_segments",
}


class MetersNotShared(DomainError):
    """An exchange of a meter reaches a bill that it cannot be followed into."""

    code = "billing.meters_not_shared"
    message = (
        "the exchange of the meter goes on in a bill that was read otherwise (other days or registers):"
        " correct that bill first"
    )


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


def list_facts(inputs: ShardInputs) -> list[Fact]:
    """Return the facts of the one point of some inputs, in the order that a form shows them."""
    return [*_list_segment_facts(inputs), *_list_terms_facts(inputs), *_list_other_facts(inputs)]


def _list_segment_facts(inputs: ShardInputs) -> Iterator[Fact]:
    for place, row in enumerate(inputs.segments.to_pylist(), 1):
        registers = (row["registers"] or "").split()
        for name, column in SEGMENT.items():
            register = name.removesuffix("_start").removesuffix("_end")
            if (register in ENERGY_REGISTERS or register == "demand") and register not in registers:
                continue
            yield _fact(f"segment.{place}.{name}", column, row, str(row["meter_number"]))


def _list_terms_facts(inputs: ShardInputs) -> Iterator[Fact]:
    row = inputs.points.to_pylist()[0]
    for name, column in TERMS.items():
        yield _fact(f"terms.{name}", column, row, "")
    yield Fact(PRICES, PRICES_COLUMN, AS_BILLED)


def _list_other_facts(inputs: ShardInputs) -> Iterator[Fact]:
    for place, row in enumerate(inputs.shares.to_pylist(), 1):
        for name, column in SHARE.items():
            if row[column.name] is not None:
                yield _fact(f"share.{place}.{name}", column, row, row["name"])
    for place, row in enumerate(inputs.capacities.to_pylist(), 1):
        for name, column in CAPACITY.items():
            yield _fact(f"capacity.{place}.{name}", column, row, _name_transformer(row))


def _name_transformer(row: Row) -> str:
    return " ".join(dict.fromkeys(filter(None, (row["name"], row["code"]))))


def _fact(name: str, column: Column, row: Row, about: str) -> Fact:
    return Fact(name, column, write_value(column, row[column.name]), about)


def list_places(inputs: ShardInputs) -> list[tuple[str, str, str]]:
    """Return the rows that can be taken out of a bill: part, place and what each is about."""
    return rows.list_places(_list_rows(inputs))


@dataclass(frozen=True)
class ChangedFact:
    """A fact that a correction changes, adds with a row, or takes out with one; a text may be empty."""

    fact: Fact
    act: Literal["change", "add", "out"]
    before: str
    after: str


def list_changed(inputs: ShardInputs, changes: Mapping[str, str]) -> list[ChangedFact]:
    """Return what a correction does to the facts of a bill: what changes, then what is taken out and what is added."""
    known = {fact.name: fact for fact in list_facts(inputs)}
    places = {(part, place): about for part, place, about in rows.list_places(_list_rows(inputs))}
    found = [
        ChangedFact(fact, "change", fact.value, changes[fact.name]) for fact in known.values() if fact.name in changes
    ]
    # A database keeps the changes in an order of its own.
    for name, parsed in rows.list_row_names(changes):
        if parsed.is_new:
            fact = Fact(name, NEW[parsed.part][parsed.code], changes[name], rows.name_new_row(changes, parsed.stem))
            found.append(ChangedFact(fact, "add", "", changes[name]))
        else:
            about = places.get((parsed.part, parsed.place), "")
            found.append(ChangedFact(Fact(name, rows.OUT_COLUMN, "0", about), "out", "", changes[name]))
    return found


def clean_changes(inputs: ShardInputs, changes: Mapping[str, str]) -> dict[str, str]:
    """
    Return the changes that change something, each in its plain form, with the rows that come and go.

    :raises FactUnknown: if the bill has no such fact
    :raises FactUnreadable: naming the fact whose value cannot be; of several, FactsUnreadable with each
    """
    known = {fact.name: fact for fact in list_facts(inputs)}
    cleaned, faults = rows.clean_rows(_list_rows(inputs), changes)
    plain: dict[str, str] = {}
    for name, value in changes.items():
        if rows.parse_row_name(name) is not None:
            continue
        fact = known.get(name)
        if fact is None:
            raise FactUnknown(field="changes", fact=name)
        try:
            written = write_value(fact.column, read_value(name, fact.column, value))
        except FactUnreadable as fault:
            faults.append(fault)
        else:
            plain |= {name: written} if written != fact.value else {}
    if faults:
        raise faults[0] if len(faults) == 1 else FactsUnreadable(faults)
    return {**plain, **cleaned}


def apply_changes(inputs: ShardInputs, changes: Mapping[str, str]) -> ShardInputs:
    """
    Return the inputs of one point with some facts otherwise; the others stay as they were frozen.

    :raises FactUnreadable: naming the fact of a new row that contradicts the others
    """
    tables = _list_rows(inputs)
    for name, value in changes.items():
        if name == PRICES or rows.parse_row_name(name) is not None:
            continue
        part, place, code = _split(name)
        column = rows.require_part(part, code, name)
        row = _find_row(tables[part], part, place)
        row[column.name] = read_value(name, column, value)
        if code == "multiplier":
            # The ratios that made the wrong multiplier would contradict the right one, unless they are stated too.
            stem = name.removesuffix("multiplier")
            row |= {ratio: None for ratio in ("ct_ratio", "pt_ratio") if f"{stem}{ratio}" not in changes}
    rows.change_rows(tables, {part: getattr(inputs, name).schema.names for part, name in _TABLES.items()}, changes)
    return replace(inputs, **{name: _rebuild(getattr(inputs, name), tables[part]) for part, name in _TABLES.items()})


def _list_rows(inputs: ShardInputs) -> rows.Tables:
    return {part: getattr(inputs, name).to_pylist() for part, name in _TABLES.items()}


def _split(name: str) -> tuple[str, str, str]:
    part, *place, code = name.split(".")
    return part, ".".join(place), code


def _find_row(own: list[Row], part: str, place: str) -> Row:
    """Return the row of a place: counted from one, or of a sub-meter by its point and sequence."""
    if part == "terms":
        return own[0]
    if part == "sub":
        point, _, sequence = place.partition(".")
        return [row for row in own if str(row["point_id"]) == point][int(sequence) - 1]
    return own[int(place) - 1]


def list_changes_of_parent(point_id: int, changes: Mapping[str, str]) -> dict[str, str]:
    """Return what a change of a sub-meter's readings means for the inputs of the meter above it."""
    return {
        f"sub.{point_id}.{name.removeprefix('segment.')}": value
        for name, value in changes.items()
        if name.startswith("segment.")
    }


def list_shared_changes(changes: Mapping[str, str], *, before: ShardInputs, other: ShardInputs) -> dict[str, str]:
    """
    Return the changes of readings that other inputs of the same meters have as they were before.

    A meter that comes or goes means the same to both only where both have the same days.

    :raises MetersNotShared: if they have not
    """
    own, others = before.segments.to_pylist(), other.segments.to_pylist()
    shared: dict[str, str] = {}
    for name, value in changes.items():
        if not name.startswith("segment."):
            continue
        if rows.parse_row_name(name) is not None:
            days = [[(row["start_date"], row["end_date"]) for row in meters] for meters in (own, others)]
            if others and days[0] != days[1]:
                raise MetersNotShared(field=name)
            shared |= {name: value} if others else {}
            continue
        _, place, code = _split(name)
        column = PARTS["segment"][code].name
        if int(place) <= len(others) and own[int(place) - 1][column] == others[int(place) - 1][column]:
            shared[name] = value
    return shared


def narrow_to_sub_meter(inputs: ShardInputs, point_id: int) -> ShardInputs:
    """Return the inputs of the meter above with the segments of one of its sub-meters in place of its own."""
    places = [place for place, found in enumerate(inputs.sub_segments["point_id"].to_pylist()) if found == point_id]
    return replace(inputs, segments=inputs.sub_segments.take(pa.array(places, pa.int64())))


def list_changes_of_next(*, before: ShardInputs, after: ShardInputs, following: ShardInputs) -> dict[str, str]:
    """
    Return what a changed closing reading means for the bill that follows: it opens with the same reading.

    Only a meter that went on, and only a register that was opened with the wrong reading, is followed. Where another
    meter closes the period now, the bill that follows was read on that one too.

    :raises MetersNotShared: if the bill that follows has a register that the other meter has not
    """
    if not (len(before.segments) and len(following.segments)):
        return {}
    old, new = before.segments.to_pylist()[-1], after.segments.to_pylist()[-1]
    first = following.segments.to_pylist()[0]
    if old["meter_number"] != first["meter_number"]:
        return {}
    found = {
        f"segment.1.{register}_start": write_value(SEGMENT[f"{register}_start"], new[f"{register}_end"])
        for register in ENERGY_REGISTERS
        if old[f"{register}_end"] != new[f"{register}_end"]
        and first[f"{register}_start"] is not None
        and first[f"{register}_start"] == old[f"{register}_end"]
    }
    return found if old["meter_number"] == new["meter_number"] else found | _name_next_meter(new, first, found)


def _name_next_meter(new: Row, first: Row, found: Mapping[str, str]) -> dict[str, str]:
    """Return the meter that the bill that follows was truly read on, in place of the one that it names."""
    if not all(found.values()) or set((first["registers"] or "").split()) - set((new["registers"] or "").split()):
        raise MetersNotShared(field="segment.1.meter_number")
    named = {"segment.1.meter_number": str(new["meter_number"])}
    if first["multiplier_e6"] != new["multiplier_e6"]:
        for code in ("multiplier", "ct_ratio", "pt_ratio"):
            named[f"segment.1.{code}"] = write_value(SEGMENT[code], new[SEGMENT[code].name])
    return named


def _rebuild(table: pa.Table, own: list[Row]) -> pa.Table:
    """Return the rows as a table of the same columns; one that held nothing takes the kind of what it holds now."""
    columns = {}
    for field in table.schema:
        values = [row[field.name] for row in own]
        columns[field.name] = pa.array(values) if pa.types.is_null(field.type) else pa.array(values, field.type)
    return pa.table(columns)
