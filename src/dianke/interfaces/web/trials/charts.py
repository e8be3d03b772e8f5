"""The picture of a trial: what it brings by class and voltage, and how many bills change by how much."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from dianke.interfaces.web.components.charts import Chart, Series
from dianke.interfaces.web.trials import words

_TEN_THOUSAND = 10_000
_BARS = 12


def draw_pictures(report: dict[str, Any], units: dict[str, str]) -> list[tuple[str, str, Chart]]:
    """Return title, key and chart of each part of the picture."""
    return [
        (_("Bills by their change"), "trial-changes", _draw_histogram(report)),
        (_("Difference by class of use"), "trial-classes", _draw_bars(report, "usage_class", units)),
        (_("Difference by voltage"), "trial-voltages", _draw_bars(report, "voltage", units)),
    ]


def _draw_histogram(report: dict[str, Any]) -> Chart:
    bins = report["histogram"]
    return Chart(
        labels=[words.name_bin(place) for place in bins],
        series=[Series(name=_("Bills"), values=[place["bills"] for place in bins], kind="bar")],
        unit=_("bills"),
        description=_("Bills by their relative change"),
        label_name=pgettext("trial", "Change"),
    )


def _draw_bars(report: dict[str, Any], dimension: str, units: dict[str, str]) -> Chart:
    rows = report["by"][dimension][:_BARS]
    # A chart is a picture, so its numbers may be floats; every table has the fen.
    values = [row["difference_fen"] / 100 for row in rows]
    is_large = max((abs(value) for value in values), default=0) >= 10 * _TEN_THOUSAND
    return Chart(
        labels=[words.name_label(dimension, row["code"], units) for row in rows],
        series=[Series(name=_("Difference"), values=values, kind="bar")],
        unit=_("10⁴ yuan") if is_large else _("yuan"),
        value_unit=_("yuan"),
        divisor=_TEN_THOUSAND if is_large else 1,
        decimals=2,
        description=_("Difference of the amounts"),
        label_name=str(words.DIMENSIONS[dimension]),
    )
