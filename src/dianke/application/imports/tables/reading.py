"""Routes, register readings and interval curves."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

import numpy as np

from dianke.application.imports.checking import Checked
from dianke.application.imports.columns import Choice, Column, Kind, TableSpec
from dianke.application.imports.tables.base import (
    UNIT,
    Context,
    Stored,
    TableLoader,
    code_column,
    in_parts,
    keys_of,
    refuse_taken,
    refuse_twice,
    resolve,
    resolve_units,
)
from dianke.application.imports.tables.meters import REGISTERS_ZH, reading_columns
from dianke.domain.metering.models import MeterInstallation, UsagePoint
from dianke.domain.readings import operations
from dianke.domain.readings.intervals import IntervalValues
from dianke.domain.readings.models import ReadingCycle, ReadingRoute
from dianke.domain.readings.types import (
    REGISTER_COLUMNS,
    SLOTS_A_DAY,
    NewReading,
    ReadingFault,
    ReadingFaultCode,
    ReadingQuality,
    ReadingSource,
)
from dianke.kernel.clock import SHANGHAI
from dianke.kernel.money import round_half_up

_ROUTES = TableSpec(
    name="routes",
    zh="抄表段",
    en="reading routes",
    help_zh="抄表周期随抄表段一起建立；同一周期各行的名称、例日、月数应一致。",
    help_en="A cycle is made with its first route; all rows of a cycle name the same day and months.",
    columns=(
        code_column("code", "抄表段编码", length=20, required=True, example="CBD01"),
        Column(name="name", zh="抄表段名称", kind=Kind.TEXT, length=80, required=True, example="城关一段"),
        code_column("cycle", "抄表周期编码", length=20, required=True, example="ZQ01"),
        Column(
            name="cycle_name",
            zh="抄表周期名称",
            kind=Kind.TEXT,
            length=80,
            required=True,
            example="每月 1 日",
        ),
        Column(
            name="reading_day",
            zh="抄表例日",
            kind=Kind.INTEGER,
            minimum=Decimal(1),
            maximum=Decimal(28),
            default=1,
            unit="日",
            example="1",
        ),
        Column(
            name="months_per_period",
            zh="抄表间隔",
            kind=Kind.CHOICE,
            choices=tuple(Choice(str(n), f"{n}个月", f"{n} months") for n in (1, 2, 3, 4, 6, 12)),
            default="1",
            unit="月",
            example="1",
        ),
        UNIT,
    ),
)

_UNIT_OF_ENERGY = Column(
    name="energy_unit",
    zh="电量单位",
    kind=Kind.CHOICE,
    choices=(Choice("kWh", "千瓦时", "kilowatt-hour", ("度",)),),
    default="kWh",
    help_zh="示数单位只能是 kWh（无功 kvarh，需量 kW）",
    help_en="registers are in kWh (kvarh, kW)",
)

_READINGS = TableSpec(
    name="readings",
    zh="抄表示数",
    en="register readings",
    right="readings.record",
    help_zh="只写日期表示该日零点。电能表和计量点填一项即可。",
    help_en="A bare date means its midnight. Name the meter, the usage point or both.",
    columns=(
        code_column("meter", "资产编号", length=24, example="3300001000000000000001"),
        code_column("usage_point", "计量点编号", length=20),
        Column(name="read_at", zh="抄表时间", kind=Kind.MOMENT, required=True, example="2026-02-01 00:00"),
        *reading_columns("", ""),
        Column(
            name="rolled_over",
            zh="翻转",
            kind=Kind.FLAG,
            default=False,
            help_zh="示数走满后从零开始时填“是”",
            help_en="yes if the register passed its last digit since the reading before",
            example="否",
        ),
        Column(
            name="quality",
            zh="数据质量",
            kind=Kind.CHOICE,
            default="ACTUAL",
            choices=(
                Choice("ACTUAL", "实抄", "actual", ("实际",)),
                Choice("ESTIMATED", "估抄", "estimated", ("估算",)),
                Choice("DERIVED", "推算", "derived"),
            ),
            help_zh="默认为实抄",
            help_en="actual if empty",
        ),
        _UNIT_OF_ENERGY,
    ),
)

# A slot is kept as a 32-bit number of watt-hours.
_MOST_WH = 2_000_000_000
_WH_OF_UNIT = {"Wh": Decimal(1), "kWh": Decimal(1000), "kW": Decimal(250)}

SLOT_NAMES = tuple(f"{slot // 4:02d}:{slot % 4 * 15:02d}" for slot in range(SLOTS_A_DAY))

_INTERVALS = TableSpec(
    name="intervals",
    zh="负荷曲线",
    en="interval curves",
    right="readings.record",
    help_zh="一行一天，96 列为各刻钟的起始时刻；空格表示缺数，负数表示上网电量；按整瓦时保存。",
    help_en=(
        "A row is a day; the 96 columns are the beginnings of the quarters of an hour. Empty is missing, "
        "negative is fed into the grid; kept in whole watt-hours."
    ),
    columns=(
        code_column("usage_point", "计量点编号", length=20, required=True, example="JLD000001"),
        Column(name="day", zh="日期", kind=Kind.DATE, required=True, example="2026-01-01"),
        Column(
            name="value_unit",
            zh="数值单位",
            kind=Kind.CHOICE,
            required=True,
            choices=(
                Choice("Wh", "瓦时", "watt-hour"),
                Choice("kWh", "千瓦时", "kilowatt-hour", ("度",)),
                Choice("kW", "千瓦", "mean kilowatts"),
            ),
            help_zh="kW 为刻钟平均功率",
            help_en="kW is the mean power of the quarter",
            example="kWh",
        ),
        *(
            Column(
                name=name,
                zh=name,
                kind=Kind.DECIMAL,
                decimals=6,
                minimum=Decimal(-_MOST_WH),
                maximum=Decimal(_MOST_WH),
            )
            for name in SLOT_NAMES
        ),
    ),
)

_CODES = {
    ReadingFaultCode.NOT_YOURS: "no_meter_then",
    ReadingFaultCode.IN_THE_FUTURE: "in_the_future",
    ReadingFaultCode.BEFORE_INSTALLATION: "before_installation",
    ReadingFaultCode.AFTER_REMOVAL: "after_removal",
    ReadingFaultCode.NOTHING_READ: "nothing_read",
    ReadingFaultCode.NO_SUCH_REGISTER: "register_not_on_meter",
    ReadingFaultCode.NEGATIVE: "number_too_small",
    ReadingFaultCode.TOO_MANY_DIGITS: "register_overflows",
    ReadingFaultCode.COMES_TWICE: "comes_twice",
    ReadingFaultCode.DIFFERS_FROM_STORED: "reading_differs",
    ReadingFaultCode.GOES_BACK: "register_goes_back",
    ReadingFaultCode.ABOVE_A_LATER_ONE: "register_above_a_later_one",
    ReadingFaultCode.ROLLOVER_NOT_SEEN: "rollover_not_seen",
}


class _Spell(NamedTuple):
    start: date
    end: date | None
    installation_id: int
    meter: str
    point: str


def _check_routes(context: Context, checked: Checked) -> None:
    refuse_twice(checked, "code")
    refuse_taken(checked, "code", ReadingRoute, "code")
    resolve_units(context, checked)
    wanted = {value for value in checked.values["cycle"] if value is not None}
    cycles = {row.code: row for row in ReadingCycle.objects.for_actor(context.actor).filter(code__in=wanted)}
    checked.found["cycle"] = cycles
    facts: dict[str, dict[str, Any]] = {
        code: {
            "cycle_name": row.name,
            "reading_day": row.reading_day,
            "months_per_period": str(row.months_per_period),
        }
        for code, row in cycles.items()
    }
    for place in checked.good():
        row = checked.row(place)
        named = {name: row[name] for name in ("cycle_name", "reading_day", "months_per_period")}
        known = facts.setdefault(row["cycle"], named)
        for name, value in named.items():
            if known[name] != value:
                zh = checked.spec.by_name[name].zh
                checked.refuse(place, name, "cycle_facts_differ", what=name, what_zh=zh)


def _store_routes(context: Context, checked: Checked, places: list[int]) -> Stored:
    cycles: dict[str, ReadingCycle] = dict(checked.found["cycle"])
    created: list[ReadingCycle | ReadingRoute] = []
    for row in map(checked.row, places):
        unit = checked.found["unit"][row["unit"]]
        if row["cycle"] not in cycles:
            cycles[row["cycle"]] = operations.add_cycle(
                actor=context.actor,
                unit=unit,
                code=row["cycle"],
                name=row["cycle_name"],
                reading_day=row["reading_day"],
                months_per_period=int(row["months_per_period"]),
            )
            created.append(cycles[row["cycle"]])
        created.append(
            operations.add_route(
                actor=context.actor, cycle=cycles[row["cycle"]], code=row["code"], name=row["name"], unit=unit
            )
        )
    return Stored(len(places), created=keys_of(created))


def _check_readings(context: Context, checked: Checked) -> None:
    for place in checked.good():
        if checked.get(place, "meter") is None and checked.get(place, "usage_point") is None:
            checked.refuse(place, "meter", "value_missing")
    by_meter, by_point = _find_spells(context, checked)
    for column, known in (("meter", by_meter), ("usage_point", by_point)):
        for place, value in enumerate(checked.values[column]):
            if value is not None and value not in known:
                checked.refuse(place, column, "not_found", what="installed meter", what_zh="在装电能表")
    installations = {place: _find_installation(checked, place, by_meter, by_point) for place in checked.good()}
    checked.found["installations"] = installations
    places = checked.good()
    readings = [_reading(checked, place) for place in places]
    for fault in operations.find_reading_faults(actor=context.actor, readings=readings, at=context.at):
        _note_reading_fault(checked, places, fault)


def _find_spells(context: Context, checked: Checked) -> tuple[dict[str, list[_Spell]], dict[str, list[_Spell]]]:
    by_meter: dict[str, list[_Spell]] = defaultdict(list)
    by_point: dict[str, list[_Spell]] = defaultdict(list)
    for column, lookup, target in (
        ("meter", "meter__asset_number__in", by_meter),
        ("usage_point", "usage_point__code__in", by_point),
    ):
        wanted = sorted({value for value in checked.values[column] if value is not None})
        for part in in_parts(wanted):
            rows = MeterInstallation.objects.for_actor(context.actor).filter(**{lookup: part})
            for key, period, meter, point in rows.order_by("period").values_list(
                "id", "period", "meter__asset_number", "usage_point__code"
            ):
                spell = _Spell(period.lower, period.upper, key, meter, point)
                target[meter if column == "meter" else point].append(spell)
    return dict(by_meter), dict(by_point)


def _find_installation(
    checked: Checked,
    place: int,
    by_meter: Mapping[str, list[_Spell]],
    by_point: Mapping[str, list[_Spell]],
) -> int | None:
    """Return the installation that a row reads, or note why there is none."""
    meter, point = checked.get(place, "meter"), checked.get(place, "usage_point")
    spells = by_meter[meter] if meter is not None else by_point[point]
    day = checked.get(place, "read_at").astimezone(SHANGHAI).date()
    # Of two that meet on the day, the later one: its install reading is the other's removal reading.
    index = bisect_right(spells, day, key=lambda spell: spell.start) - 1
    if index < 0:
        checked.refuse(place, "read_at", "before_installation", limit=spells[0].start.isoformat())
        return None
    spell = spells[index]
    if spell.end is not None and day > spell.end:
        is_last = index == len(spells) - 1
        checked.refuse(place, "read_at", "after_removal" if is_last else "no_meter_then", limit=spell.end.isoformat())
        return None
    if meter is not None and point is not None and spell.point != point:
        checked.refuse(place, "usage_point", "meter_and_point_differ")
        return None
    return spell.installation_id


def _note_reading_fault(checked: Checked, places: list[int], fault: ReadingFault) -> None:
    place, kind = places[fault.index], fault.register
    facts = {"limit": fault.limit, "what": kind, "what_zh": REGISTERS_ZH.get(kind, "")}
    if fault.code is ReadingFaultCode.NO_SUCH_REGISTER:
        facts["known"] = fault.limit
        facts["known_zh"] = "、".join(REGISTERS_ZH[name] for name in fault.limit.split())
    elif fault.code is ReadingFaultCode.COMES_TWICE:
        facts["first"] = str(checked.lines[places[int(fault.limit)]])
    elif fault.code is ReadingFaultCode.NEGATIVE:
        facts["limit"] = "0"
    by_column = {
        ReadingFaultCode.NOTHING_READ: "total",
        ReadingFaultCode.ROLLOVER_NOT_SEEN: "rolled_over",
    }
    checked.refuse(place, kind or by_column.get(fault.code, "read_at"), _CODES[fault.code], **facts)


def _reading(checked: Checked, place: int) -> NewReading:
    row = checked.row(place)
    return NewReading(
        installation_id=checked.found["installations"][place],
        read_at=row["read_at"],
        values={name: row[name] for name in REGISTER_COLUMNS if row[name] is not None},
        quality=ReadingQuality(row["quality"]),
        rolled_over=row["rolled_over"],
    )


def _store_readings(context: Context, checked: Checked, places: list[int]) -> Stored:
    recorded = operations.record_readings(
        actor=context.actor,
        readings=[_reading(checked, place) for place in places],
        source=ReadingSource.FILE,
        batch=context.batch,
        at=context.at,
        # Checked a moment ago; rows without a fault have none either when the faulty ones are left out.
        is_checked=True,
    )
    return Stored(recorded.stored, recorded.unchanged)


def _check_intervals(context: Context, checked: Checked) -> None:
    refuse_twice(checked, "usage_point", "day")
    points = resolve(context, checked, "usage_point", UsagePoint, what="usage point", what_zh="计量点")
    spells: dict[int, list[tuple[date, date | None]]] = defaultdict(list)
    for part in in_parts(sorted(point.pk for point in points.values())):
        rows = MeterInstallation.objects.for_actor(context.actor).filter(usage_point_id__in=part)
        for key, period in rows.values_list("usage_point_id", "period"):
            spells[key].append((period.lower, period.upper))
    today = context.at.astimezone(SHANGHAI).date()
    for place in checked.good():
        day = checked.get(place, "day")
        if day > today:
            checked.refuse(place, "day", "in_the_future")
        elif not any(
            start <= day and (end is None or day <= end)
            for start, end in spells[points[checked.get(place, "usage_point")].pk]
        ):
            checked.refuse(place, "day", "no_meter_then")
        else:
            _check_slots(checked, place)


def _check_slots(checked: Checked, place: int) -> None:
    values = {name: value for name in SLOT_NAMES if (value := checked.get(place, name)) is not None}
    if not values:
        checked.refuse(place, SLOT_NAMES[0], "nothing_read")
    most = _MOST_WH / _WH_OF_UNIT[checked.get(place, "value_unit")]
    for name, value in values.items():
        if abs(value) > most:
            checked.refuse(place, name, "number_too_large", limit=f"{most:f}")


def _store_intervals(context: Context, checked: Checked, places: list[int]) -> Stored:
    point: list[int] = []
    day: list[date] = []
    slot: list[int] = []
    wh: list[int] = []
    for place in places:
        key = checked.found["usage_point"][checked.get(place, "usage_point")].pk
        factor = _WH_OF_UNIT[checked.get(place, "value_unit")]
        for number, name in enumerate(SLOT_NAMES):
            value = checked.get(place, name)
            if value is not None:
                point.append(key)
                day.append(checked.get(place, "day"))
                slot.append(number)
                wh.append(int(round_half_up(value * factor, decimals=0)))
    if point:
        values = IntervalValues(
            usage_point_id=np.array(point, dtype=np.int64),
            day=np.array(day, dtype="datetime64[D]"),
            slot=np.array(slot, dtype=np.uint8),
            wh=np.array(wh, dtype=np.int32),
        )
        operations.record_intervals(actor=context.actor, root=context.data_dir / "intervals", values=values)
    return Stored(len(places))


ROUTES = TableLoader(spec=_ROUTES, check=_check_routes, store=_store_routes)
READINGS = TableLoader(spec=_READINGS, check=_check_readings, store=_store_readings)
INTERVALS = TableLoader(spec=_INTERVALS, check=_check_intervals, store=_store_intervals)
