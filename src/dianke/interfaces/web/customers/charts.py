"""Usage as charts: months by time of use, a day in quarters of an hour."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from dianke.domain.readings.intervals import Curve
from dianke.interfaces.web.components.charts import Band, Chart, Colour, Series

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


def draw_day(*, curve: Curve, week_before: Curve | None, period_codes: list[int] | None) -> Chart:
    """Return a day's mean power by quarter of an hour, against the same day of the week before."""
    powers = _powers(curve)
    series = [Series(name=_("that day"), values=powers, mark_max=True)]
    if week_before is not None:
        series.append(Series(name=_("a week before"), values=_powers(week_before), colour="quiet", dashed=True))
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
