"""The rows that a seeded fleet is in the database: plain values by table, no rule of anything."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np

from dianke.interfaces.cli.bench.seeded.points import MONTHS, STEPS, Point, Spell
from dianke.interfaces.cli.bench.seeded.registers import Shown, Stay, read_point
from dianke.kernel.clock import SHANGHAI

Row = tuple[Any, ...]

_REGISTERS = ("total", "sharp", "peak", "flat", "valley", "reactive_import", "reactive_export")
_USUAL_YUAN_E4 = 7_200
_RECORDED_AT = datetime(2026, 1, 1, 9, tzinfo=SHANGHAI)
_BEGIN_OF_TERMS = date(2020, 5, 1)


@dataclass(frozen=True, slots=True)
class Keys:
    """What the rows refer to that stands in the database already."""

    unit_id: int
    feeder_id: int
    route_id: int
    plan_ids: dict[str, int]


@dataclass(slots=True)
class Rows:
    """Rows by table; meters and installations are numbered as they come."""

    keys: Keys
    by_table: dict[str, list[Row]] = field(default_factory=lambda: {table: [] for table in COLUMNS})

    def add(self, table: str, *values: Any) -> None:
        """Add a row."""
        self.by_table[table].append(values)

    def count(self, table: str) -> int:
        """Return how many rows a table has so far."""
        return len(self.by_table[table])


COLUMNS: dict[str, tuple[str, ...]] = {
    "customers_customer": (
        "id", "unit_id", "number", "name", "name_initials", "name_pinyin", "short_name", "short_name_initials",
        "short_name_pinyin", "kind", "industry_code", "since_date", "identity_kind", "identity_number", "importance",
    ),
    "customers_servicelocation": (
        "id", "unit_id", "code", "address", "building", "community", "division_code", "entrance", "house_number",
        "region", "road", "room", "town",
    ),
    "customers_customeraccount": (
        "id", "unit_id", "customer_id", "location_id", "number", "usage_class", "status", "household_size",
        "opened_date",
    ),
    "metering_usagepoint": (
        "id", "unit_id", "code", "account_id", "location_id", "feeder_id", "parent_id", "voltage", "metering_side",
        "status",
    ),
    "metering_meterasset": ("id", "unit_id", "asset_number", "model", "integer_digits", "registers"),
    "metering_meterinstallation": (
        "id", "meter_id", "usage_point_id", "period", "ct_primary", "ct_secondary", "pt_primary", "pt_secondary",
        "multiplier", "install_readings", "removal_readings",
    ),
    "network_transformer": (
        "id", "unit_id", "feeder_id", "account_id", "code", "name", "model", "capacity_kva", "interlock_group",
    ),
    "network_transformerspell": ("id", "transformer_id", "state", "period"),
    "billing_billingterms": (
        "id", "usage_point_id", "plan_id", "period", "structure", "price_voltage", "time_of_use", "basic_mode",
        "power_factor_standard", "loss_method", "line_loss_ratio",
    ),
    "billing_shareterms": (
        "id", "terms_id", "sequence", "name", "price", "ratio", "taken_from", "in_power_factor",
        "in_power_factor_base", "with_funds",
    ),
    "billing_sharecheck": ("id", "usage_point_id", "checked_date", "note", "recorded_by", "recorded_at"),
    "billing_meterticket": ("id", "usage_point_id", "number", "done_date", "recorded_by", "recorded_at"),
    "readings_routepoint": ("id", "route_id", "usage_point_id", "sequence"),
    "readings_meterreading": (
        "id", "installation_id", "read_at", "quality", "source", "batch", "recorded_at", "recorded_by",
        "rolled_over", *_REGISTERS, "demand",
    ),
}  # fmt: skip
"""Tables in the order of their keys."""

BILL_COLUMNS = (
    "id", "unit_id", "run_id", "shard_number", "usage_point_id", "account_id", "account_number", "customer_name",
    "address", "usage_class", "industry_code", "voltage", "month", "period_start", "period_end", "energy_kwh_e2",
    "basic_fen", "energy_fen", "shares_fen", "power_factor_fen", "funds_fen", "amount_fen", "calculated_by",
    "issued_by", "issued_at",
)  # fmt: skip


def build_rows(points: list[Point], keys: Keys) -> Rows:
    """Return every row of the archive, the meters and the readings; each point's last bill is corrected to them."""
    rows = Rows(keys)
    for point in points:
        for add in _PARTS:
            add(rows, point)
        _add_meters(rows, point)
    return rows


def list_bills(points: list[Point], unit_id: int) -> Iterator[Row]:
    """Yield the bills of the months before the billed one."""
    for at, month in enumerate(MONTHS[:-1]):
        first = (month.year % 100 * 100 + month.month) * 10**12
        for point in points:
            if np.isnan(point.kwh[at]):
                continue
            yield _bill(point, month, at, bill_id=first + point.serial, unit_id=unit_id)


def _bill(point: Point, month: date, at: int, *, bill_id: int, unit_id: int) -> Row:
    energy_e2 = round(float(point.kwh[at]) * 100)
    amount = energy_e2 * _USUAL_YUAN_E4 // 10_000
    end = MONTHS[at + 1]
    return (
        bill_id, unit_id, at + 1, 1, point.serial, point.serial, _number(point), _name(point), _address(point),
        point.usage_class, point.industry, point.voltage, month, max(month, point.opened), end, energy_e2,
        0, amount, 0, 0, 0, amount, "bench", "second", datetime(end.year, end.month, 3, tzinfo=SHANGHAI),
    )  # fmt: skip


def _number(point: Point) -> str:
    return f"{point.serial:010d}"


def _name(point: Point) -> str:
    return "王建国" if point.kind == "HOME" else "云泽恒锐精密铸造有限公司"


def _address(point: Point) -> str:
    return f"云泽市望湖区望湖路 {point.serial} 号"


def _range(start: date, end: date | None) -> str:
    return f"[{start},{end or ''})"


def _add_customer(rows: Rows, point: Point) -> None:
    serial, unit = point.serial, rows.keys.unit_id
    kind = "PERSON" if point.kind == "HOME" else "COMPANY"
    rows.add(
        "customers_customer", serial, unit, f"K{serial:09d}", _name(point), "", "", "", "", "", kind, point.industry,
        point.opened, "", "", "NONE",
    )  # fmt: skip
    rows.add("customers_servicelocation", serial, unit, f"L{serial:09d}", _address(point), *[""] * 9)
    rows.add(
        "customers_customeraccount", serial, unit, serial, serial, _number(point), point.usage_class, point.status,
        point.household, point.opened,
    )  # fmt: skip


def _add_point(rows: Rows, point: Point) -> None:
    serial, keys = point.serial, rows.keys
    rows.add(
        "metering_usagepoint", serial, keys.unit_id, f"P{serial:09d}", serial, serial, keys.feeder_id, point.parent,
        point.voltage, point.side, "ACTIVE",
    )  # fmt: skip
    rows.add("readings_routepoint", serial, keys.route_id, serial, serial)


def _add_terms(rows: Rows, point: Point) -> None:
    serial = point.serial
    start = max(point.opened, _BEGIN_OF_TERMS)
    rows.add(
        "billing_billingterms", serial, serial, rows.keys.plan_ids[point.plan], _range(start, None), point.structure,
        point.price_voltage, point.time_of_use, point.basic_mode, point.standard, "NONE", 0,
    )  # fmt: skip
    for sequence, share in enumerate(point.shares, start=1):
        rows.add(
            "billing_shareterms", rows.count("billing_shareterms") + 1, serial, sequence, share.name, share.price,
            share.ratio, "", True, True, True,
        )  # fmt: skip
    for day in point.checks:
        rows.add("billing_sharecheck", rows.count("billing_sharecheck") + 1, serial, day, "", "bench", _RECORDED_AT)


def _add_transformers(rows: Rows, point: Point) -> None:
    keys = rows.keys
    for one in point.transformers:
        key = rows.count("network_transformer") + 1
        rows.add(
            "network_transformer", key, keys.unit_id, keys.feeder_id, point.serial, f"T{key}", f"{key} 号变", "S13",
            one.kva, one.group,
        )  # fmt: skip
        for spell in one.spells:
            _add_spell(rows, key, spell)


def _add_spell(rows: Rows, transformer: int, spell: Spell) -> None:
    key = rows.count("network_transformerspell") + 1
    rows.add("network_transformerspell", key, transformer, spell.state, _range(spell.start, spell.end))


_PARTS: tuple[Callable[[Rows, Point], None], ...] = (_add_customer, _add_point, _add_terms, _add_transformers)


def _add_meters(rows: Rows, point: Point) -> None:
    stays, readings, before_kwh = read_point(point)
    if not np.isnan(point.kwh[-2]):
        point.kwh[-2] = before_kwh - point.sub_kwh(-2)
    installations = [_add_stay(rows, point, stay) for stay in stays]
    for shown in readings:
        _add_reading(rows, point, installations[shown.stay], shown)
    if point.change is not None and point.change.ticket:
        rows.add(
            "billing_meterticket", rows.count("billing_meterticket") + 1, point.serial, f"GD{point.serial:09d}",
            point.change.day, "bench", _RECORDED_AT,
        )  # fmt: skip


def _add_stay(rows: Rows, point: Point, stay: Stay) -> int:
    meter = rows.count("metering_meterasset")
    if stay.is_other_meter:
        meter += 1
        registers = "{" + ",".join(point.registers) + "}"
        rows.add("metering_meterasset", meter, rows.keys.unit_id, f"33{meter:011d}", "智能表", point.digits, registers)
    key = rows.count("metering_meterinstallation") + 1
    rows.add(
        "metering_meterinstallation", key, meter, point.serial, _range(stay.start, stay.end), *stay.ct, *point.pt,
        f"{stay.multiplier:.6f}", _json(point, stay.arrival) or "{}", _json(point, stay.departure),
    )  # fmt: skip
    return key


def _json(point: Point, steps: dict[str, int] | None) -> str | None:
    if steps is None:
        return None
    shown = {kind: f"{value / STEPS:.2f}" for kind, value in steps.items()}
    extra = {kind: "0" for kind in point.registers if kind not in shown}
    return json.dumps({**shown, **extra})


def _add_reading(rows: Rows, point: Point, installation: int, shown: Shown) -> None:
    values = [f"{shown.steps[kind] / STEPS:.2f}" if kind in shown.steps else None for kind in _REGISTERS]
    demand = f"{shown.demand_e4 / 10_000:.4f}" if "demand" in point.registers else None
    quality = "ESTIMATED" if shown.is_estimated else "ACTUAL"
    read_at = datetime(shown.day.year, shown.day.month, shown.day.day, 1, tzinfo=SHANGHAI)
    rows.add(
        "readings_meterreading", rows.count("readings_meterreading") + 1, installation, read_at, quality, "HEAD_END",
        "", read_at + timedelta(hours=1), "bench", shown.is_rolled_over, *values, demand,
    )  # fmt: skip
