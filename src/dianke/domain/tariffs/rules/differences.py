"""Two versions of a plan compared: row by row, column by column, part by part, tier by tier, hour by hour."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import TypeVar

from dianke.domain.tariffs.types import (
    NO_SUCH_PRICE,
    CellChange,
    Change,
    ChangeKind,
    ComponentFacts,
    DayCondition,
    HoursChange,
    HoursTable,
    PartChange,
    PriceColumn,
    RowChange,
    RowFacts,
    Segment,
    Structure,
    TierBlock,
    TierChange,
    TierFacts,
    VersionDifference,
    VersionPage,
)

_Key = TypeVar("_Key")
_Item = TypeVar("_Item")


def compare_versions(*, before: VersionPage, after: VersionPage) -> VersionDifference:
    """Return what differs; what is the same in both is left out."""
    return VersionDifference(
        rows=tuple(_compare_rows(before.rows, after.rows)),
        parts=tuple(_compare_parts(before.components, after.components)),
        tiers=tuple(_compare_tiers(before.tiers, after.tiers)),
        tier_kinds=(before.tiers.kind if before.tiers else None, after.tiers.kind if after.tiers else None),
        hours=tuple(_compare_hours(before.hours, after.hours)),
    )


def _pair(before: dict[_Key, _Item], after: dict[_Key, _Item]) -> Iterator[tuple[_Key, _Item | None, _Item | None]]:
    """Return every key once: those of the new version in its order, then those that are gone."""
    for key in [*after, *(key for key in before if key not in after)]:
        yield key, before.get(key), after.get(key)


def _name_change(before: object, after: object) -> ChangeKind:
    if before is None:
        return ChangeKind.ADDED
    return ChangeKind.REMOVED if after is None else ChangeKind.CHANGED


def _compare_rows(before: Iterable[RowFacts], after: Iterable[RowFacts]) -> Iterator[RowChange]:
    pairs = _pair(
        {(row.structure, row.voltage): row for row in before}, {(row.structure, row.voltage): row for row in after}
    )
    for (structure, voltage), old, new in pairs:
        cells = tuple(_compare_cells(old, new))
        shown = new or old
        if cells and shown is not None:
            yield RowChange(
                kind=_name_change(old, new), structure=structure, voltage=voltage, label=shown.label, cells=cells
            )


def _compare_cells(before: RowFacts | None, after: RowFacts | None) -> Iterator[CellChange]:
    for column in PriceColumn:
        old = before.prices[column] if before else NO_SUCH_PRICE
        new = after.prices[column] if after else NO_SUCH_PRICE
        if old != new:
            yield CellChange(column=column, before=old.value, after=new.value, before_cell=old, after_cell=new)


def _compare_parts(before: Iterable[ComponentFacts], after: Iterable[ComponentFacts]) -> Iterator[PartChange]:
    pairs = _pair(
        {(part.part_of, part.code, part.label): part for part in before},
        {(part.part_of, part.code, part.label): part for part in after},
    )
    for (part_of, code, label), old, new in pairs:
        shown = new or old
        if shown is not None and (old is None or new is None or old.price != new.price):
            yield PartChange(
                kind=_name_change(old, new),
                component=shown.kind,
                code=code,
                label=label,
                part_of=part_of,
                before=old.price if old else None,
                after=new.price if new else None,
            )


def _list_blocks(tiers: TierFacts | None) -> dict[tuple[tuple[int, ...], int], TierBlock]:
    if tiers is None:
        return {}
    return {(tuple(sorted(season.months)), block.tier): block for season in tiers.seasons for block in season.blocks}


def _compare_tiers(before: TierFacts | None, after: TierFacts | None) -> Iterator[TierChange]:
    for (months, tier), old, new in _pair(_list_blocks(before), _list_blocks(after)):
        limit = Change(before=old.upper_kwh if old else None, after=new.upper_kwh if new else None)
        surcharge = Change(before=old.surcharge if old else None, after=new.surcharge if new else None)
        if old is None or new is None or limit.before != limit.after or surcharge.before != surcharge.after:
            yield TierChange(kind=_name_change(old, new), months=months, tier=tier, limit=limit, surcharge=surcharge)


_Day = tuple[Structure, DayCondition]


def _list_days(tables: Iterable[HoursTable]) -> dict[_Day, dict[int, tuple[Segment, ...]]]:
    days: dict[_Day, dict[int, tuple[Segment, ...]]] = {}
    for table in tables:
        for strip in table.strips:
            of_day = days.setdefault((table.structure, strip.condition), {})
            of_day.update(dict.fromkeys(strip.months, strip.segments))
    return days


def _compare_hours(before: Iterable[HoursTable], after: Iterable[HoursTable]) -> Iterator[HoursChange]:
    for (structure, condition), old, new in _pair(_list_days(before), _list_days(after)):
        changed = [
            (month, (old or {}).get(month, ()), (new or {}).get(month, ()))
            for month in range(1, 13)
            if (old or {}).get(month, ()) != (new or {}).get(month, ())
        ]
        # Months that changed in the same way are told once.
        changed.sort(key=lambda item: (_spell(item[1]), _spell(item[2]), item[0]))
        for _, members in groupby(changed, key=lambda item: (_spell(item[1]), _spell(item[2]))):
            alike = list(members)
            yield HoursChange(
                structure=structure,
                months=tuple(sorted(month for month, _, _ in alike)),
                condition=condition,
                before=alike[0][1],
                after=alike[0][2],
            )


def _spell(segments: tuple[Segment, ...]) -> tuple[tuple[int, int, int], ...]:
    return tuple((part.start_minute, part.end_minute, part.period) for part in segments)
