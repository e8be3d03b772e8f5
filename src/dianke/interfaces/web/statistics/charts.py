"""Pictures of the statistics: the average price month by month, and what moved it between two periods."""

from fractions import Fraction

from django.utils.translation import gettext as _

from dianke.domain.billing.rules.period_comparison import PeriodComparison
from dianke.domain.billing.rules.statistics import Statistics
from dianke.interfaces.web.components.charts import Chart, Series
from dianke.interfaces.web.statistics import words
from dianke.interfaces.web.statistics.asking import Asked

_BARS = 12
# Names of that many groups stand beside each other on a desk; of more the width decides.
_LABELS = 6


def draw_prices(asked: Asked, statistics: Statistics) -> Chart | None:
    """Return the price by month beside the year before; of a single month the price of its groups."""
    if len(statistics.months) > 1:
        year = [_float(row.year_before.price) if row.year_before else None for row in statistics.months]
        series = [Series(name=_("Average price"), values=[_float(row.sums.price) for row in statistics.months])]
        if any(value is not None for value in year):
            series.append(Series(name=_("A year before"), values=year, colour="quiet", dashed=True))
        return Chart(
            labels=[row.key for row in statistics.months],
            series=series,
            unit=_("yuan/1000 kWh"),
            decimals=2,
            description=_("Average price by month"),
            label_name=_("Month"),
            is_near=True,
        )
    rows = [row for row in statistics.rows if row.sums.price is not None][:_BARS]
    if len(rows) < 2:
        return None
    return Chart(
        labels=[words.name_group(asked.dimension, row.key, asked.unit_names) for row in rows],
        series=[Series(name=_("Average price"), values=[_float(row.sums.price) for row in rows], kind="bar")],
        unit=_("yuan/1000 kWh"),
        decimals=2,
        description=_("Average price of the groups with the largest amounts"),
        label_name=str(words.DIMENSIONS[asked.dimension]),
        label_every=1 if len(rows) <= _LABELS else 0,
    )


def draw_effects(asked: Asked, comparison: PeriodComparison) -> Chart | None:
    """Return what each group did to the average price: by its own price, and by its part of the energy."""
    told = [row for row in comparison.rows if row.effects is not None and row.effects.total]
    rows = sorted(told, key=lambda row: -abs(row.effects.total) if row.effects else 0)[:_BARS]
    if not rows:
        return None
    return Chart(
        labels=[words.name_group(asked.dimension, row.key, asked.unit_names) for row in rows],
        series=[
            Series(
                name=_("By price"),
                values=[_float(row.effects.price) if row.effects else None for row in rows],
                kind="bar",
                stack="effect",
            ),
            Series(
                name=_("By mix"),
                values=[_float(row.effects.mix + row.effects.untold) if row.effects else None for row in rows],
                kind="bar",
                colour="tou-valley",
                stack="effect",
            ),
        ],
        unit=_("yuan/1000 kWh"),
        decimals=2,
        description=_("What moved the average price"),
        label_name=str(words.DIMENSIONS[asked.dimension]),
        label_every=1 if len(rows) <= _LABELS else 0,
    )


def _float(price: Fraction | None) -> float | None:
    # A chart is a picture, so its numbers may be floats; every table has the exact ones.
    return None if price is None else round(float(price * 1000), 2)
