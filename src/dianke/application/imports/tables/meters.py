"""Meters and how they hang: put up, taken down, rescaled."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q

from dianke.application.imports.checking import Checked
from dianke.application.imports.columns import Choice, Column, Kind, TableSpec
from dianke.application.imports.tables.base import (
    Context,
    Stored,
    TableLoader,
    code_column,
    in_parts,
    keys_of,
    resolve,
    resolve_units,
)
from dianke.domain.metering import operations, rules
from dianke.domain.metering.models import MeterAsset, MeterInstallation, UsagePoint
from dianke.domain.metering.types import DIRECT, NewInstallation, NewMeter, Ratio, RegisterKind
from dianke.platform.identity.types import Actor

REGISTERS = (
    Choice("total", "总", "total", ("有功总", "正向有功总")),
    Choice("sharp", "尖", "sharp", ("尖峰",)),
    Choice("peak", "峰", "peak", ("高峰",)),
    Choice("flat", "平", "flat", ("平段",)),
    Choice("valley", "谷", "valley", ("低谷",)),
    Choice("deep", "深谷", "deep"),
    Choice("reactive_import", "正向无功", "reactive import", ("无功",)),
    Choice("reactive_export", "反向无功", "reactive export"),
    Choice("demand", "需量", "demand", ("最大需量",)),
)
REGISTERS_ZH = {choice.code: choice.zh for choice in REGISTERS}

_FACTS = {"model": "型号", "integer_digits": "整数位数", "registers": "示数类型"}


def reading_columns(prefix: str, prefix_zh: str) -> tuple[Column, ...]:
    """Return a column for what each register showed."""
    return tuple(
        Column(
            name=f"{prefix}{choice.code}",
            zh=f"{prefix_zh}{choice.zh}示数",
            kind=Kind.DECIMAL,
            decimals=rules.READING_DECIMALS,
            minimum=Decimal(0),
            maximum=Decimal(99_999_999) + Decimal("0.9999"),
        )
        for choice in REGISTERS
    )


_METERS = TableSpec(
    name="meters",
    zh="电能表",
    en="meters and their installations",
    help_zh=(
        "一行是一只表的一次安装；库存表不填计量点。换表写两行：旧表填拆表日期和拆表示数，新表同日装上。"
        "换互感器也写两行：同一资产编号，旧变比一行、新变比一行，当日示数既是拆表示数也是装表示数。"
    ),
    help_en=(
        "A row is a meter put up once; a meter in stock names no usage point. An exchange takes two rows: "
        "the old meter with its removal, the new one put up the same day. A change of ratio takes two rows "
        "of one meter: the reading of the day ends the first and begins the second."
    ),
    columns=(
        code_column("asset_number", "资产编号", length=24, required=True, example="3300001000000000000001"),
        Column(name="model", zh="型号", kind=Kind.TEXT, length=40, default="", example="DTZY341"),
        Column(
            name="integer_digits",
            zh="整数位数",
            kind=Kind.INTEGER,
            minimum=Decimal(1),
            maximum=Decimal(rules.MOST_DIGITS),
            default=6,
            help_zh="示数小数点前的位数，默认 6",
            help_en="digits before the point; 6 if empty",
            example="6",
        ),
        Column(
            name="registers",
            zh="示数类型",
            kind=Kind.CHOICES,
            choices=REGISTERS,
            required=True,
            help_zh="用分号隔开",
            help_en="with semicolons between",
            example="总;峰;平;谷",
        ),
        code_column("unit", "单位编码", length=20, required=True, example="GS01"),
        code_column("usage_point", "计量点编号", length=20, help_zh="库存表不填", help_en="empty for a meter in stock"),
        Column(name="installed_date", zh="装表日期", kind=Kind.DATE, example="2025-12-01"),
        Column(name="ct", zh="电流互感器变比", kind=Kind.RATIO, example="150/5", help_zh="直接接入不填"),
        Column(name="pt", zh="电压互感器变比", kind=Kind.RATIO, example="10000/100", help_zh="直接接入不填"),
        Column(
            name="multiplier",
            zh="综合倍率",
            kind=Kind.DECIMAL,
            decimals=rules.MULTIPLIER_DECIMALS,
            minimum=Decimal("0.000001"),
            maximum=Decimal(9_999_999_999),
            help_zh="可不填；填写时必须等于 CT×PT",
            help_en="may be empty; if given it must equal CT × PT",
        ),
        *reading_columns("install_", "装表"),
        Column(name="removed_date", zh="拆表日期", kind=Kind.DATE),
        Column(name="removal_rolled_over", zh="拆表前翻转", kind=Kind.FLAG, default=False),
        *reading_columns("removal_", "拆表"),
    ),
)


def _check_meters(context: Context, checked: Checked) -> None:
    resolve_units(context, checked)
    points = resolve(context, checked, "usage_point", UsagePoint, what="usage point", what_zh="计量点")
    stored = _find_meters(context, checked)
    _check_facts(checked, stored)
    for place in checked.good():
        if checked.get(place, "usage_point") is None:
            _check_stock(checked, place)
        else:
            _check_installation(checked, place)
    _check_overlaps(checked, stored, points)


def _find_meters(context: Context, checked: Checked) -> dict[str, MeterAsset]:
    wanted = sorted({number for number in checked.values["asset_number"] if number is not None})
    system = Actor.system("finding meters whose numbers are taken")
    stored: dict[str, MeterAsset] = {}
    for part in in_parts(wanted):
        stored.update({m.asset_number: m for m in MeterAsset.objects.for_actor(system).filter(asset_number__in=part)})
    visible = set(
        MeterAsset.objects.for_actor(context.actor)
        .filter(id__in=[meter.pk for meter in stored.values()])
        .values_list("id", flat=True)
    )
    for place, number in enumerate(checked.values["asset_number"]):
        meter = stored.get(number)
        if meter is not None and (meter.pk not in visible or checked.get(place, "usage_point") is None):
            checked.refuse(place, "asset_number", "taken")
    checked.found["meters"] = stored
    return stored


def _check_facts(checked: Checked, stored: Mapping[str, MeterAsset]) -> None:
    """A meter may stand in several rows, one for each time it was put up, and is the same meter in all."""
    known: dict[str, dict[str, Any]] = {
        number: {"model": m.model, "integer_digits": m.integer_digits, "registers": set(m.registers)}
        for number, m in stored.items()
    }
    in_stock: dict[str, int] = {}
    for place in checked.good():
        row = checked.row(place)
        number = row["asset_number"]
        facts = {**{name: row[name] for name in _FACTS}, "registers": set(row["registers"])}
        for name, zh in _FACTS.items():
            if known.setdefault(number, facts)[name] != facts[name]:
                checked.refuse(place, name, "meter_facts_differ", what=name, what_zh=zh)
        before = in_stock.setdefault(number, place)
        if before != place and None in (row["usage_point"], checked.get(before, "usage_point")):
            checked.refuse(place, "asset_number", "comes_twice", first=str(checked.lines[before]))


def _check_stock(checked: Checked, place: int) -> None:
    title = checked.title_of("usage_point")
    for name in checked.values:
        is_of_installation = name.startswith(("install", "remov")) or name in {"ct", "pt", "multiplier"}
        if is_of_installation and checked.get(place, name) not in {None, False}:
            checked.refuse(place, name, "comes_only_with", what=title)


def _check_installation(checked: Checked, place: int) -> None:
    row = checked.row(place)
    title = checked.title_of("usage_point")
    if row["installed_date"] is None:
        checked.refuse(place, "installed_date", "comes_with", what=title)
    multiplier = rules.compute_multiplier(_ratio(row["ct"]), _ratio(row["pt"]))
    if multiplier is None:
        checked.refuse(place, "ct", "multiplier_inexact")
    elif row["multiplier"] is not None and row["multiplier"] != multiplier:
        checked.refuse(place, "multiplier", "multiplier_mismatch", expected=f"{multiplier:f}")
    _check_registers(checked, place, row, "install_")
    if row["removed_date"] is None:
        for name in ("removal_rolled_over", *(f"removal_{kind}" for kind in RegisterKind)):
            if row[name] not in {None, False}:
                checked.refuse(place, name, "comes_only_with", what=checked.title_of("removed_date"))
        return
    if row["installed_date"] is not None and row["removed_date"] <= row["installed_date"]:
        checked.refuse(place, "removed_date", "ends_before_it_begins", start=row["installed_date"].isoformat())
    _check_registers(checked, place, row, "removal_")
    backwards = rules.find_backwards_register(
        _readings(row, "install_"), _readings(row, "removal_"), rolled_over=row["removal_rolled_over"]
    )
    if backwards is not None:
        limit = f"{row[f'install_{backwards}']:f}"
        checked.refuse(place, f"removal_{backwards}", "register_goes_back", limit=limit)


def _check_registers(checked: Checked, place: int, row: Mapping[str, Any], prefix: str) -> None:
    registers = row["registers"]
    known_zh = "、".join(REGISTERS_ZH[kind] for kind in registers)
    for kind in RegisterKind:
        value, column = row[f"{prefix}{kind}"], f"{prefix}{kind}"
        what = {"what": kind.value, "what_zh": REGISTERS_ZH[kind]}
        if kind in registers and value is None:
            checked.refuse(place, column, "register_not_read", **what)
        elif kind not in registers and value is not None:
            checked.refuse(place, column, "register_not_on_meter", known=" ".join(registers), known_zh=known_zh, **what)
        elif value is not None and value >= 10 ** row["integer_digits"]:
            checked.refuse(place, column, "register_overflows", limit=str(row["integer_digits"]))


def _check_overlaps(checked: Checked, stored: Mapping[str, MeterAsset], points: Mapping[str, UsagePoint]) -> None:
    places = [place for place in checked.good() if checked.get(place, "usage_point") is not None]
    system = Actor.system("checking that meters and points are free")
    meter_ids = {meter.pk for meter in stored.values()}
    point_ids = {point.pk for point in points.values()}
    rows: list[MeterInstallation] = []
    for part in in_parts(sorted(meter_ids | point_ids)):
        condition = Q(meter_id__in=set(part) & meter_ids) | Q(usage_point_id__in=set(part) & point_ids)
        found = MeterInstallation.objects.for_actor(system).filter(condition)
        rows.extend(found.select_related("meter", "usage_point"))
    unique = {row.pk: row for row in rows}.values()
    _refuse_overlaps(checked, places, unique, "asset_number", "meter_hangs_elsewhere")
    _refuse_overlaps(checked, places, unique, "usage_point", "point_has_a_meter")


def _refuse_overlaps(
    checked: Checked, places: list[int], stored: Iterable[MeterInstallation], column: str, code: str
) -> None:
    def key_of(row: MeterInstallation) -> str:
        return row.meter.asset_number if column == "asset_number" else row.usage_point.code

    spells: list[tuple[str, date, date | None, int | None]] = [
        (key_of(row), row.period.lower, row.period.upper, None) for row in stored
    ]
    spells += [
        (
            checked.get(place, column),
            checked.get(place, "installed_date"),
            checked.get(place, "removed_date"),
            place,
        )
        for place in places
        if place not in checked.bad
    ]
    last: dict[str, tuple[date, date | None, int | None]] = {}
    for key, start, end, place in sorted(spells, key=lambda spell: spell[:2]):
        before = last.get(key)
        if before is not None and (before[1] is None or start < before[1]):
            # Of a stored row and one of the file, the one of the file is at fault, whichever is later.
            blamed = place if place is not None else before[2]
            if blamed is not None:
                checked.refuse(blamed, column, code, since=(before[0] if place is not None else start).isoformat())
            if place is not None:
                continue
        last[key] = (start, end, place)


def _store_meters(context: Context, checked: Checked, places: list[int]) -> Stored:
    meters: dict[str, MeterAsset] = dict(checked.found["meters"])
    new: dict[str, NewMeter] = {}
    for row in map(checked.row, places):
        if row["asset_number"] not in meters:
            new[row["asset_number"]] = NewMeter(
                unit_id=checked.found["unit"][row["unit"]].pk,
                asset_number=row["asset_number"],
                registers=tuple(RegisterKind(kind) for kind in row["registers"]),
                integer_digits=row["integer_digits"],
                model=row["model"],
            )
    added = operations.register_meters(actor=context.actor, meters=list(new.values()))
    meters.update({meter.asset_number: meter for meter in added})
    installations = [
        _installation(row, meters[row["asset_number"]], checked.found["usage_point"][row["usage_point"]])
        for row in map(checked.row, places)
        if row["usage_point"] is not None
    ]
    installed = operations.install_meters(actor=context.actor, installations=installations)
    return Stored(len(places), created=keys_of(added, installed))


def _installation(row: Mapping[str, Any], meter: MeterAsset, point: UsagePoint) -> NewInstallation:
    return NewInstallation(
        meter_id=meter.pk,
        usage_point_id=point.pk,
        installed_date=row["installed_date"],
        readings=_readings(row, "install_"),
        ct=_ratio(row["ct"]),
        pt=_ratio(row["pt"]),
        removed_date=row["removed_date"],
        removal_readings=_readings(row, "removal_") if row["removed_date"] else None,
        rolled_over=row["removal_rolled_over"],
    )


def _ratio(value: tuple[Decimal, Decimal] | None) -> Ratio:
    return DIRECT if value is None else Ratio(*value)


def _readings(row: Mapping[str, Any], prefix: str) -> dict[RegisterKind, Decimal]:
    return {kind: row[f"{prefix}{kind}"] for kind in RegisterKind if row[f"{prefix}{kind}"] is not None}


METERS = TableLoader(spec=_METERS, check=_check_meters, store=_store_meters)
