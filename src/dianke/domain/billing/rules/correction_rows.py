"""
Rows that a bill ought to have had, and rows that it ought not: a meter after an exchange, a share, a transformer or a
spell of one, a sub-meter.

A fact of a new row is named `share.+1.price`, with a number of its own; `share.2.out` takes the second row out as the
bill froze them. Of a sub-meter a row is its point: `sub.17.out`. What an exchange of a sub-meter means for the meter
above it is named `sub.17.+1.total_end`. Places are those of the frozen rows, whatever else a correction does.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from typing import Any

from dianke.domain.billing.rules.correction_columns import (
    FLAGS_OF_NEW,
    NEW,
    PARTS,
    Column,
    FactUnknown,
    FactUnreadable,
    Row,
    read_value,
    write_value,
)
from dianke.domain.billing.rules.inputs import ENERGY_REGISTERS

OUT = "out"
OUT_COLUMN = Column(OUT, "flag")
MOST_ROWS = 9
_NAME = re.compile(r"(segment|share|capacity|sub)\.(?:(\d+)\.)?(\+\d{1,2}|\d+)\.(\w+)")
_ONE_E6 = 1_000_000
_LABELS = {"segment": "meter_number", "share": "name", "capacity": "code", "sub": "point"}

Tables = dict[str, list[Row]]


@dataclass(frozen=True)
class RowName:
    """The name of a fact of a new row, or of a row that is taken out; the owner is the point of a sub-meter."""

    part: str
    owner: str
    place: str
    code: str

    @property
    def is_new(self) -> bool:
        """Tell whether the row is a new one."""
        return self.place.startswith("+")

    @property
    def stem(self) -> str:
        """Return what the names of the row's facts begin with."""
        return f"{self.part}.{self.owner}.{self.place}" if self.owner else f"{self.part}.{self.place}"


@dataclass
class _Changed:
    """What becomes of the rows of a part: places taken out, and new rows by their stem."""

    outs: set[str] = field(default_factory=set)
    added: dict[str, dict[str, str]] = field(default_factory=dict)


def parse_row_name(name: str) -> RowName | None:
    """Return what a name says of a new row or one taken out; None of a fact of a row that stays."""
    found = _NAME.fullmatch(name)
    if found is None:
        return None
    part, owner, place, code = found.groups()
    parsed = RowName(part, owner or "", place, code)
    return parsed if parsed.is_new or code == OUT else None


def list_row_names(changes: Mapping[str, str]) -> list[tuple[str, RowName]]:
    """Return the names of rows taken out, then those of new rows in the order that a form shows them."""
    parsed = [(name, found) for name in changes if (found := parse_row_name(name))]
    known = [one for one in parsed if not one[1].is_new or one[1].code in NEW[one[1].part]]
    return sorted(known, key=lambda one: _rank(one[1]))


def _rank(name: RowName) -> tuple[bool, str, int, int]:
    place = list(NEW[name.part]).index(name.code) if name.is_new else 0
    return name.is_new, name.part, int(name.place), place


def list_places(tables: Tables) -> list[tuple[str, str, str]]:
    """Return the rows that can be taken out: part, place and what each is about. The last meter stays."""
    found = [(part, str(place), _label(part, row)) for part, place, row in _number_rows(tables)]
    if len(tables["segment"]) == 1:
        found = found[1:]
    return [*found, *((_sub_part, point, number) for _sub_part, point, number in _list_subs(tables))]


def _number_rows(tables: Tables) -> Iterator[tuple[str, int, Row]]:
    for part in ("segment", "share", "capacity"):
        for place, row in enumerate(tables[part], 1):
            yield part, place, row


def _list_subs(tables: Tables) -> Iterator[tuple[str, str, str]]:
    numbers: dict[str, str] = {}
    for row in tables["sub"]:
        key = str(row["point_id"])
        numbers[key] = " ".join(filter(None, (numbers.get(key, ""), str(row["meter_number"] or ""))))
    yield from (("sub", point, number) for point, number in numbers.items())


def _label(part: str, row: Row) -> str:
    if part == "capacity":
        spell = " → ".join(str(row[side] or "") for side in ("from_date", "to_date"))
        return f"{row['name'] or row['code']} {spell if spell.strip('→ ') else ''}".strip()
    return str(row[_LABELS[part]])


def name_new_row(changes: Mapping[str, str], stem: str) -> str:
    """Return what a new row is about."""
    part = stem.partition(".")[0]
    names = (changes.get(f"{stem}.{code}", "") for code in (_LABELS[part], "meter_number"))
    return next(filter(None, names), "")


def clean_rows(tables: Tables, changes: Mapping[str, str]) -> tuple[dict[str, str], list[FactUnreadable]]:
    """
    Return the new rows and those taken out in their plain form, and what cannot be of them; empty rows are left out.

    :raises FactUnknown: if there is no such row or fact
    """
    places = {(part, place) for part, place, _about in list_places(tables)}
    cleaned: dict[str, str] = {}
    rows: dict[str, dict[str, str]] = {}
    for name, value in changes.items():
        parsed = parse_row_name(name)
        if parsed is None:
            continue
        if parsed.owner or (parsed.is_new and parsed.code not in NEW[parsed.part]):
            raise FactUnknown(field="changes", fact=name)
        if parsed.is_new:
            rows.setdefault(parsed.stem, {})[parsed.code] = value.strip()
        elif value.strip() in {"1", "on"}:
            if (parsed.part, parsed.place) not in places:
                raise FactUnknown(field="changes", fact=name)
            cleaned[name] = "1"
    faults: list[FactUnreadable] = []
    for stem, values in rows.items():
        if any(value for code, value in values.items() if code not in FLAGS_OF_NEW):
            cleaned |= _clean_row(stem, values, faults)
    return cleaned, faults


def _clean_row(stem: str, values: Mapping[str, str], faults: list[FactUnreadable]) -> dict[str, str]:
    part = stem.partition(".")[0]
    cleaned: dict[str, str] = {}
    before = len(faults)
    for code, column in NEW[part].items():
        name = f"{stem}.{code}"
        try:
            value = read_value(name, column, values.get(code, "") or FLAGS_OF_NEW.get(code, ""))
        except FactUnreadable as fault:
            faults.append(fault)
        else:
            cleaned |= {name: write_value(column, value)} if value is not None else {}
    given = {name.rpartition(".")[2]: value for name, value in cleaned.items()}
    try:
        if part == "share":
            _check_share(stem, given)
        elif list_registers(given) or (part == "segment" and len(faults) == before):
            _check_meter(stem, given)
    except FactUnreadable as fault:
        faults.append(fault)
    return cleaned


def _check_share(stem: str, given: Mapping[str, str]) -> None:
    if ("fixed_kwh" in given) == ("ratio" in given):
        raise FactUnreadable(
            field=f"{stem}.ratio",
            value=given.get("ratio", ""),
            reason="a share is either fixed energy or a ratio: fill in one of them",
        )


def _check_meter(stem: str, given: Mapping[str, str]) -> None:
    registers = list_registers(given)
    if not registers:
        raise FactUnreadable(
            field=f"{stem}.meter_number",
            value=given.get("meter_number", ""),
            reason="say what the meter showed at its beginning and at its end",
        )
    for register in registers:
        for side in ("start", "end"):
            if f"{register}_{side}" not in given:
                raise FactUnreadable(field=f"{stem}.{register}_{side}", value="", reason="a value is needed")


def list_registers(given: Mapping[str, Any]) -> list[str]:
    """Return the energy registers that a new row has a reading of."""
    return [one for one in ENERGY_REGISTERS if f"{one}_start" in given or f"{one}_end" in given]


def change_rows(tables: Tables, columns: Mapping[str, Sequence[str]], changes: Mapping[str, str]) -> None:
    """
    Take rows out of the tables of one point, and put new ones in.

    :param columns: of each part the columns of its table, for a part may have had no row
    :raises FactUnreadable: naming the fact that contradicts the rows that are there
    """
    parts = _group(changes)
    (point,) = tables["terms"]
    span = tables["segment"][0]["start_date"], tables["segment"][-1]["end_date"]
    for (part, owner), changed in parts.items():
        if part == "segment":
            tables[part] = _change_segments(tables[part], changed)
        elif part == "sub" and owner:
            own = [row for row in tables[part] if str(row["point_id"]) == owner]
            others = [row for row in tables[part] if str(row["point_id"]) != owner]
            tables[part] = [*others, *(_change_segments(own, changed) if own else [])]
        elif part == "share":
            tables[part] = _change_shares(tables[part], changed, dict.fromkeys(columns[part]), point["point_id"])
        elif part == "capacity":
            tables[part] = _change_spells(tables[part], changed, dict.fromkeys(columns[part]), point["point_id"])
        else:
            blank = dict.fromkeys(columns[part]) | {"parent_id": point["point_id"]}
            blank |= dict(zip(("start_date", "end_date"), span, strict=True))
            tables[part] = _change_subs(tables[part], changed, blank, tables["segment"][0])
    tables["sub"].sort(key=lambda row: (row["point_id"], row["sequence"]))
    if any(name.startswith("capacity.") for name in changes):
        _require_apart(tables["capacity"], changes)


def _group(changes: Mapping[str, str]) -> dict[tuple[str, str], _Changed]:
    found: dict[tuple[str, str], _Changed] = {}
    for name, parsed in list_row_names(changes):
        changed = found.setdefault((parsed.part, parsed.owner), _Changed())
        if parsed.is_new:
            changed.added.setdefault(parsed.stem, {})[parsed.code] = changes[name]
        else:
            changed.outs.add(parsed.place)
    return found


def _read(stem: str, values: Mapping[str, str], part: str) -> Row:
    columns = NEW[part]
    return {columns[code].name: read_value(f"{stem}.{code}", columns[code], value) for code, value in values.items()}


def _change_segments(rows: list[Row], changed: _Changed) -> list[Row]:
    """Return the meters of a period without gaps: what is taken out goes to its neighbour, a new one begins within."""
    start, end = rows[0]["start_date"], rows[-1]["end_date"]
    kept = [dict(row) for place, row in enumerate(rows, 1) if str(place) not in changed.outs]
    added = sorted(
        ((_read(stem, values, "segment"), stem, values) for stem, values in changed.added.items()),
        key=lambda one: one[0]["start_date"],
    )
    for found, stem, values in added:
        new = _draw_meter(rows[0], found, values)
        if not kept:
            kept = [{**new, "start_date": start, "end_date": end}]
            continue
        kept = _stretch(kept, start, end)
        before = next((row for row in kept if row["start_date"] < new["start_date"] < row["end_date"]), None)
        if before is None:
            raise FactUnreadable(
                field=f"{stem}.start_date",
                value=str(new["start_date"]),
                reason="no meter was there before that day: give the day of the exchange, within the period",
            )
        new["end_date"], before["end_date"] = before["end_date"], new["start_date"]
        kept.insert(kept.index(before) + 1, new)
    return [row | {"sequence": place} for place, row in enumerate(_stretch(kept, start, end), 1)]


def _stretch(rows: list[Row], start: date, end: date) -> list[Row]:
    for row, following in pairwise(rows):
        row["end_date"] = following["start_date"]
    rows[0]["start_date"], rows[-1]["end_date"] = start, end
    return rows


def _draw_meter(like: Row, found: Row, values: Mapping[str, str]) -> Row:
    """Return a meter's row: its readings are those given alone, what else is not said is as of the one before."""
    readings = {f"{register}_{side}": None for register in ENERGY_REGISTERS for side in ("start", "end")}
    ratios = {"ct_ratio": None, "pt_ratio": None} if "multiplier_e6" in found else {}
    registers = [*list_registers(values), *(["demand"] if "demand" in values else [])]
    drawn = {**like, **readings, "demand": None, **ratios, **found, "registers": " ".join(registers)}
    return {name: value for name, value in drawn.items() if name in like}


def _change_shares(rows: list[Row], changed: _Changed, blank: Row, point_id: int) -> list[Row]:
    kept = [row for place, row in enumerate(rows, 1) if str(place) not in changed.outs]
    for stem, values in changed.added.items():
        found = _read(stem, values, "share")
        if found["name"] in {row["name"] for row in kept}:
            raise FactUnreadable(
                field=f"{stem}.name",
                value=found["name"],
                reason="the bill has a share of this name: change that one, or give this another name",
            )
        kept.append({**blank, "taken_from": "", **found, "point_id": point_id})
        if sum(row["ratio_e6"] or 0 for row in kept) > _ONE_E6:
            raise FactUnreadable(
                field=f"{stem}.ratio",
                value=values.get("ratio", ""),
                reason="the ratios of all shares come to more than one: lower one of them",
            )
    return [row | {"sequence": place} for place, row in enumerate(kept, 1)]


def _change_spells(rows: list[Row], changed: _Changed, blank: Row, point_id: int) -> list[Row]:
    """Return the spells of transformers; a new one of a code that is there is another spell of that transformer."""
    kept = [dict(row) for place, row in enumerate(rows, 1) if str(place) not in changed.outs]
    known = {row["code"]: row for row in rows}
    for number, (stem, values) in enumerate(changed.added.items(), 1):
        found = _read(stem, values, "capacity")
        spell = {name: found.get(name) for name in ("state", "from_date", "to_date")}
        like = known.get(found["code"])
        if like is None and found.get("kva_e4") is None:
            raise FactUnreadable(
                field=f"{stem}.kva", value="", reason="a transformer that the bill does not know needs its capacity"
            )
        # Keys of the archive are above nought; this transformer is known to the bill alone.
        new = like or {**blank, "point_id": point_id, "transformer_id": -number, "name": "", **found}
        known[found["code"]] = new
        kept.append({**new, **spell})
    return sorted(kept, key=lambda row: (row["transformer_id"], row["from_date"] or date.min))


def _require_apart(rows: Sequence[Row], changes: Mapping[str, str]) -> None:
    """Refuse spells of one transformer that overlap: their days would count twice."""
    where = next(name for name in changes if name.startswith("capacity."))
    where = next((name for name in changes if name.startswith("capacity.") and name.endswith("_date")), where)
    for row in rows:
        if row["from_date"] and row["to_date"] and row["from_date"] >= row["to_date"]:
            raise FactUnreadable(
                field=where,
                value=str(row["to_date"]),
                reason="it ends before it begins: the last day must lie after the first",
            )
    for row, following in pairwise(rows):
        if row["transformer_id"] != following["transformer_id"]:
            continue
        if (row["to_date"] or date.max) > (following["from_date"] or date.min):
            raise FactUnreadable(
                field=where,
                value=str(following["from_date"] or ""),
                reason="two states of the transformer overlap: end the one before on the day that the next begins",
            )


def _change_subs(rows: list[Row], changed: _Changed, blank: Row, main: Row) -> list[Row]:
    kept = [row for row in rows if str(row["point_id"]) not in changed.outs]
    taken = {row["point_id"] for row in kept} | {blank["parent_id"]}
    for stem, values in changed.added.items():
        found = _read(stem, values, "sub")
        point_id = found.get("point_id")
        if point_id is None or point_id in taken:
            raise FactUnreadable(
                field=f"{stem}.point",
                value=values.get("point", ""),
                reason="it is taken off already, or is no point that can be taken off here",
            )
        like = {**blank, "quality": main["quality"], "integer_digits": main["integer_digits"]}
        new = _draw_meter(like, {"multiplier_e6": _ONE_E6, **found}, values)
        own = [row for row in kept if row["point_id"] == point_id]
        kept.append(new | {"sequence": len(own) + 1, "rolled_over": bool(found["rolled_over"])})
    return kept


def list_sub_rows(point: str, point_id: int, segments: Sequence[Row], *, first: int) -> dict[str, str]:
    """Return the facts of new rows that take a sub-meter off, from what its own bill measured."""
    facts: dict[str, str] = {}
    for number, row in enumerate(segments, first):
        values = {code: write_value(column, row.get(column.name)) for code, column in NEW["sub"].items()}
        values |= {"point": point, "point_id": str(point_id)}
        facts |= {f"sub.+{number}.{code}": value for code, value in values.items() if value}
    return facts


def require_part(part: str, code: str, name: str) -> Column:
    """
    Return the column of a fact of a row that is there.

    :raises FactUnknown: if the part has no such fact
    """
    if part not in PARTS or code not in PARTS[part]:
        raise FactUnknown(field="changes", fact=name)
    return PARTS[part][code]
