"""Usage as charts: months by time of use, a day in quarters of an hour."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from dianke.application.listings.account_bills import BilledMonth
from dianke.application.listings.usage import YearUsage
from dianke.domain.readings.intervals import Curve
from dianke.interfaces.web.components.charts import Band, Chart, Colour, Series
from dianke.kernel.money import fen_to_yuan

# In the order of the key, and of the stack from its top: dear above cheap.
_COLOURS: dict[str, Colour] = {
    "sharp": "tou-sharp",
    "peak": "tou-peak",
    "flat": "tou-flat",
    "valley": "tou-valley",
    "deep": "tou-deep",
}
# By the engine's codes: sharp, peak, flat, valley, deep.
_COLOUR_OF_CODE = tuple(_COLOURS.values())
_SLOTS_A_DAY = 96
_LARGE_KWH_E2 = 1_000_000


@dataclass(frozen=True)
class HourRow:
    """An hour of a day: mean power of its quarters in kW, its energy in kWh, that of a week and a year before."""

    hour: str
    powers_kw: Sequence[float | None]
    energy_kwh: Decimal | None
    week_before_kwh: Decimal | None
    year_before_kwh: Decimal | None


def name_periods() -> dict[str, str]:
    """Return the short names of the periods: 尖 峰 平 谷 深."""
    return {
        "sharp": pgettext("short", "sharp"),
        "peak": pgettext("short", "peak"),
        "flat": pgettext("short", "flat"),
        "valley": pgettext("short", "valley"),
        "deep": pgettext("short", "deep valley"),
    }


def list_periods(months: Mapping[date, Mapping[str, int]]) -> list[tuple[str, str]]:
    """Return the periods that any month has energy of, with their short names."""
    names = name_periods()
    return [(period, names[period]) for period in _COLOURS if any(row[period] for row in months.values())]


def draw_months(months: Mapping[date, Mapping[str, int]], *, by_time_of_use: bool) -> Chart:
    """Return bars of months; by time of use where the price has one."""
    periods = list_periods(months) if by_time_of_use else []
    series = [
        Series(
            name=name,
            values=[_kwh(row[period]) for row in months.values()],
            kind="bar",
            colour=_COLOURS[period],
            stack="energy",
        )
        for period, name in periods
    ]
    if not series:
        values = [_kwh(row["total"]) for row in months.values()]
        series = [Series(name=_("Energy"), values=values, kind="bar")]
    is_large = max((row["total"] for row in months.values()), default=0) >= _LARGE_KWH_E2
    return Chart(
        labels=[f"{month:%Y-%m}" for month in months],
        series=series,
        unit=_("10⁴ kWh") if is_large else "kWh",
        value_unit="kWh",
        divisor=10_000 if is_large else 1,
        description=_("Energy of the last months"),
        label_name=_("Month"),
    )


def draw_years(years: Mapping[date, Mapping[str, int]]) -> Chart:
    """Return a bar for each year."""
    values = [_kwh(row["total"]) for row in years.values()]
    is_large = max((row["total"] for row in years.values()), default=0) >= _LARGE_KWH_E2
    return Chart(
        labels=[f"{year:%Y}" for year in years],
        series=[Series(name=_("Energy"), values=values, kind="bar")],
        unit=_("10⁴ kWh") if is_large else "kWh",
        value_unit="kWh",
        divisor=10_000 if is_large else 1,
        description=_("Energy by year"),
        label_name=_("Year"),
    )


def draw_year(usage: YearUsage, *, by_time_of_use: bool) -> Chart:
    """Return the months of a year, by time of use where the price has one, against the year before."""
    months = {date(usage.year, number, 1): usage.months.get(date(usage.year, number, 1)) for number in range(1, 13)}
    known = {month: row for month, row in months.items() if row}
    last = [usage.before.get(date(usage.year - 1, number, 1)) for number in range(1, 13)]
    empty = dict.fromkeys((*_COLOURS, "total"), 0)
    chart = draw_months({month: row or empty for month, row in months.items()}, by_time_of_use=by_time_of_use)
    if not any(last):
        return chart
    values = [_kwh(row["total"]) if row else None for row in last]
    before = Series(name=_("the year before"), values=values, colour="quiet", dashed=True)
    largest = max(row["total"] for row in [*known.values(), *filter(None, last)])
    is_large = largest >= _LARGE_KWH_E2
    return replace(
        chart,
        series=[*chart.series, before],
        unit=_("10⁴ kWh") if is_large else "kWh",
        divisor=10_000 if is_large else 1,
        description=_("Energy by month of %(year)s") % {"year": usage.year},
    )


def draw_amounts(months: Sequence[BilledMonth]) -> Chart:
    """Return what was billed month by month, oldest first."""
    return Chart(
        labels=[f"{row.month:%Y-%m}" for row in reversed(months)],
        series=[
            Series(
                name=_("Amount"), values=[float(fen_to_yuan(row.amount_fen)) for row in reversed(months)], kind="bar"
            )
        ],
        unit=_("yuan"),
        decimals=2,
        description=_("Amounts of the last months"),
        label_name=_("Month"),
    )


def draw_day(
    *, curve: Curve, week_before: Curve | None, year_before: Curve | None, period_codes: list[int] | None
) -> Chart:
    """Return a day's mean power by quarter of an hour, against the same weekday of a week and a year before."""
    powers = _powers(curve)
    series = [Series(name=_("that day"), values=powers, mark_max=True)]
    if week_before is not None:
        series.append(Series(name=_("a week before"), values=_powers(week_before), colour="quiet", dashed=True))
    if year_before is not None:
        series.append(Series(name=_("52 weeks before"), values=_powers(year_before), colour="tou-flat", dashed=True))
    largest = max((abs(power) for power in powers if power is not None), default=0.0)
    return Chart(
        labels=[f"{slot // 4:02d}:{slot % 4 * 15:02d}" for slot in range(_SLOTS_A_DAY)],
        series=series,
        unit="kW",
        decimals=0 if largest >= 100 else 1 if largest >= 10 else 2,
        description=_("Mean power of each quarter of an hour"),
        label_name=_("Time"),
        bands=_bands(period_codes) if period_codes else (),
        label_every=16,
    )


def sum_day(curve: Curve) -> tuple[Decimal, float | None]:
    """Return the energy of a day in kWh and its load factor: mean over highest power."""
    wh = curve.wh[0][curve.is_present[0]]
    highest = int(wh.max())
    energy_kwh = Decimal(int(wh.sum())).scaleb(-3)
    return energy_kwh, float(wh.mean() / highest) if highest > 0 else None


def _kwh(kwh_e2: int) -> float:
    return kwh_e2 / 100


def _powers(curve: Curve) -> list[float | None]:
    """Return kW for drawing: Wh of a quarter of an hour times four."""
    return [
        float(wh) * 4 / 1000 if known else None
        for wh, known in zip(curve.wh[0].tolist(), curve.is_present[0].tolist(), strict=True)
    ]


def _bands(codes: list[int]) -> list[Band]:
    bands: list[Band] = []
    start = 0
    for slot in range(1, len(codes) + 1):
        if slot == len(codes) or codes[slot] != codes[start]:
            # The last label of the axis is 23:45, so the strip ends there.
            bands.append(Band(colour=_COLOUR_OF_CODE[codes[start]], start=start, end=min(slot, len(codes) - 1)))
            start = slot
    return bands


def list_hours(*, curve: Curve, week_before: Curve | None, year_before: Curve | None) -> list[HourRow]:
    """Return the table behind a day: mean power of each quarter of an hour, energy of each hour."""
    powers = _powers(curve)
    hours = [_sum_hours(one) if one is not None else [None] * 24 for one in (curve, week_before, year_before)]
    return [
        HourRow(f"{hour:02d}:00", powers[hour * 4 : hour * 4 + 4], *(energies[hour] for energies in hours))
        for hour in range(24)
    ]


def _sum_hours(curve: Curve) -> list[Decimal | None]:
    """Return kWh by hour; an hour that lacks a quarter has none."""
    quarters = list(zip(curve.wh[0].tolist(), curve.is_present[0].tolist(), strict=True))
    hours = [quarters[start : start + 4] for start in range(0, _SLOTS_A_DAY, 4)]
    return [
        Decimal(sum(wh for wh, _known in hour)).scaleb(-3) if all(known for _wh, known in hour) else None
        for hour in hours
    ]
