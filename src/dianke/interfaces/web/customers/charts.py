"""Usage as charts: months by time of use, a day in quarters of an hour."""

from collections.abc import Mapping
from datetime import date

from django.utils.translation import gettext as _

from dianke.domain.readings.intervals import Curve
from dianke.interfaces.web.components.charts import Band, Chart, Colour, Series

PERIOD_COLOURS: tuple[tuple[str, Colour], ...] = (
    ("valley", "tou-valley"),
    ("flat", "tou-flat"),
    ("peak", "tou-peak"),
    ("sharp", "tou-sharp"),
)
# By the engine's codes: sharp, peak, flat, valley, deep.
_COLOUR_OF_CODE: tuple[Colour, ...] = ("tou-sharp", "tou-peak", "tou-flat", "tou-valley", "tou-valley")
_SLOTS_A_DAY = 96


def draw_months(months: Mapping[date, Mapping[str, int]], *, by_time_of_use: bool) -> Chart:
    """Return bars of months; by time of use where the price has one."""
    names = {"valley": _("valley"), "flat": _("flat"), "peak": _("peak"), "sharp": _("sharp")}
    labels = [f"{month:%Y-%m}" for month in months]
    if by_time_of_use:
        series = [
            Series(
                name=names[period],
                values=[row[period] / 100 for row in months.values()],
                kind="bar",
                colour=colour,
                stack="energy",
            )
            for period, colour in PERIOD_COLOURS
        ]
    else:
        values = [row["total"] / 100 for row in months.values()]
        series = [Series(name=_("Energy"), values=values, kind="bar")]
    largest = max((row["total"] for row in months.values()), default=0)
    is_large = largest >= 1_000_000
    return Chart(
        labels=labels,
        series=series,
        unit=_("10⁴ kWh") if is_large else "kWh",
        value_unit="kWh",
        divisor=10_000 if is_large else 1,
        description=_("Energy of the last months"),
        label_name=_("Month"),
    )


def draw_day(*, curve: Curve, week_before: Curve | None, period_codes: list[int] | None) -> Chart:
    """Return a day's mean power by quarter of an hour, against the same day of the week before."""
    labels = [f"{slot // 4:02d}:{slot % 4 * 15:02d}" for slot in range(_SLOTS_A_DAY)]
    series = [Series(name=_("day"), values=_powers(curve), mark_max=True)]
    if week_before is not None and week_before.is_present.any():
        series.append(Series(name=_("a week before"), values=_powers(week_before), colour="quiet", dashed=True))
    return Chart(
        labels=labels,
        series=series,
        unit="kW",
        decimals=1,
        description=_("Mean power of each quarter of an hour"),
        label_name=_("Time"),
        bands=_bands(period_codes) if period_codes else (),
        label_every=16,
    )


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
            bands.append(Band(colour=_COLOUR_OF_CODE[codes[start]], start=start, end=slot))
            start = slot
    return bands
