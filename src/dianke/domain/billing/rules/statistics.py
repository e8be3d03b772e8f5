"""
Statistics of average prices: sums by group, their shares, and how they compare with months before.

An average price is an exact fraction in yuan a kWh: fen over hundredths of a kWh. Where no energy was billed,
or less than none, there is no price.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from fractions import Fraction
from typing import Self


@dataclass(frozen=True)
class BilledSums:
    """What some bills come to; a reversal counts negative."""

    bill_count: int = 0
    energy_kwh_e2: int = 0
    basic_fen: int = 0
    energy_fen: int = 0
    shares_fen: int = 0
    power_factor_fen: int = 0
    funds_fen: int = 0
    # What back-billings charge or give back, and the penalties beside it (违约使用电费).
    recovery_fen: int = 0
    penalty_fen: int = 0
    amount_fen: int = 0

    def __add__(self, other: Self) -> Self:
        return type(self)(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(self)))

    @property
    def other_fen(self) -> int:
        """Return what is in the amount and in none of the parts: fixed charges, and tax where it is a line."""
        parts = self.basic_fen + self.energy_fen + self.shares_fen + self.power_factor_fen + self.funds_fen
        return self.amount_fen - parts - self.recovery_fen - self.penalty_fen

    @property
    def price(self) -> Fraction | None:
        """Return the average price in yuan a kWh."""
        return Fraction(self.amount_fen, self.energy_kwh_e2) if self.energy_kwh_e2 > 0 else None


NOTHING = BilledSums()


@dataclass(frozen=True)
class MonthSums:
    """The sums of a group in a month, and how much of them corrections are."""

    key: str
    month: date
    sums: BilledSums
    corrections: BilledSums = NOTHING


@dataclass(frozen=True)
class Growth:
    """How much of each figure came or went, as parts of what was there before; None where nothing was."""

    energy: Fraction | None
    amount: Fraction | None
    price: Fraction | None


@dataclass(frozen=True)
class StatisticsRow:
    """A group of the period, what of the whole it is, and what it was before and a year before (None: not known)."""

    key: str
    sums: BilledSums
    corrections: BilledSums
    energy_share: Fraction | None
    amount_share: Fraction | None
    before: BilledSums | None
    year_before: BilledSums | None

    @property
    def on_before(self) -> Growth | None:
        """Return the change against the period before (环比)."""
        return measure_growth(self.before, self.sums)

    @property
    def on_year(self) -> Growth | None:
        """Return the change against the same months a year before (同比)."""
        return measure_growth(self.year_before, self.sums)


@dataclass(frozen=True)
class Statistics:
    """The rows of a period, their total, and the months that the comparisons miss, so that they are not made."""

    rows: Sequence[StatisticsRow]
    total: StatisticsRow
    months: Sequence[StatisticsRow]
    missing_before: Sequence[date] = field(default=())
    missing_year_before: Sequence[date] = field(default=())


def shift_month(month: date, by: int) -> date:
    """Return the first day of the month that lies some months later."""
    years, index = divmod(month.month - 1 + by, 12)
    return date(month.year + years, index + 1, 1)


def list_months(first: date, last: date) -> list[date]:
    """Return the first days of the months from one to another, both included."""
    count = (last.year - first.year) * 12 + last.month - first.month + 1
    return [shift_month(first, at) for at in range(count)]


def measure_growth(before: BilledSums | None, now: BilledSums) -> Growth | None:
    """Return the change of use, amount and price against sums before, or None where there are none."""
    if before is None:
        return None
    return Growth(
        energy=grow(before.energy_kwh_e2, now.energy_kwh_e2),
        amount=grow(before.amount_fen, now.amount_fen),
        price=grow(before.price, now.price),
    )


def grow(before: Fraction | int | None, now: Fraction | int | None) -> Fraction | None:
    """Return the change as a part of what was before; None where nothing was, or less than nothing."""
    if before is None or now is None or before <= 0:
        return None
    return Fraction(now - before) / Fraction(before)


def build_statistics(cells: Iterable[MonthSums], *, first: date, last: date) -> Statistics:
    """
    Return the statistics of the months from `first` to `last`, both included, from cells of these months, of as
    many before and of the same months a year before.

    Months compare one by one: only the months that hold bills count before, and where the month that one of them
    compares with holds none, that comparison is not made at all, for it would show growth that is none.
    """
    found = list(cells)
    held = {cell.month for cell in found if cell.sums.bill_count > cell.corrections.bill_count}
    months = list_months(first, last)
    present = [month for month in months if month in held]
    before = {month: shift_month(month, -len(months)) for month in present}
    year_before = {month: shift_month(month, -12) for month in present}
    missing = [shifted for shifted in before.values() if shifted not in held]
    missing_year = [shifted for shifted in year_before.values() if shifted not in held]
    now = _sum_by_key(found, months)
    total = _add_all(now.values())
    earlier = None if missing or not present else _sum_by_key(found, before.values())
    year = None if missing_year or not present else _sum_by_key(found, year_before.values())
    whole = _draw_row("", total, total[0], _whole(earlier), _whole(year))
    keys = sorted(now, key=lambda key: (-now[key][0].amount_fen, key))
    return Statistics(
        rows=[_draw_row(key, now[key], total[0], _pick(earlier, key), _pick(year, key)) for key in keys],
        total=whole,
        months=_draw_months(found, months, held),
        missing_before=missing,
        missing_year_before=missing_year,
    )


_Pair = tuple[BilledSums, BilledSums]


def _draw_months(cells: Sequence[MonthSums], months: Sequence[date], held: set[date]) -> list[StatisticsRow]:
    by_month: dict[date, _Pair] = {}
    for cell in cells:
        sums, corrections = by_month.get(cell.month, (NOTHING, NOTHING))
        by_month[cell.month] = (sums + cell.sums, corrections + cell.corrections)
    shown = [month for month in months if month in by_month]
    whole = _add_all(by_month[month] for month in shown)[0]

    def of(month: date) -> BilledSums | None:
        return by_month[month][0] if month in held else None

    return [
        _draw_row(f"{month:%Y-%m}", by_month[month], whole, of(shift_month(month, -1)), of(shift_month(month, -12)))
        for month in shown
    ]


def _sum_by_key(cells: Sequence[MonthSums], months: Iterable[date]) -> dict[str, _Pair]:
    wanted = set(months)
    found: dict[str, _Pair] = {}
    for cell in cells:
        if cell.month in wanted:
            sums, corrections = found.get(cell.key, (NOTHING, NOTHING))
            found[cell.key] = (sums + cell.sums, corrections + cell.corrections)
    return found


def _add_all(pairs: Iterable[_Pair]) -> _Pair:
    sums, corrections = NOTHING, NOTHING
    for one, other in pairs:
        sums, corrections = sums + one, corrections + other
    return sums, corrections


def _whole(found: Mapping[str, _Pair] | None) -> BilledSums | None:
    return None if found is None else _add_all(found.values())[0]


def _pick(found: Mapping[str, _Pair] | None, key: str) -> BilledSums | None:
    return None if found is None else found.get(key, (NOTHING, NOTHING))[0]


def _draw_row(
    key: str, pair: _Pair, whole: BilledSums, before: BilledSums | None, year_before: BilledSums | None
) -> StatisticsRow:
    sums, corrections = pair
    return StatisticsRow(
        key=key,
        sums=sums,
        corrections=corrections,
        energy_share=Fraction(sums.energy_kwh_e2, whole.energy_kwh_e2) if whole.energy_kwh_e2 > 0 else None,
        amount_share=Fraction(sums.amount_fen, whole.amount_fen) if whole.amount_fen > 0 else None,
        before=before,
        year_before=year_before,
    )
