"""Average prices: what was billed by class, trade, voltage, unit or month, beside the months and the year before."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from dianke.application import statistics as use_cases
from dianke.application.statistics import RIGHT
from dianke.domain.billing.queries.statistics import NO_INDUSTRY_CODE
from dianke.domain.billing.rules.statistics import Growth, Statistics, StatisticsRow
from dianke.domain.billing.types import Dimension
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.figures import Figure
from dianke.interfaces.web.components.filters import FilterChip
from dianke.interfaces.web.components.page import Crumb, Page
from dianke.interfaces.web.requests import StaffRequest
from dianke.interfaces.web.statistics import charts, words
from dianke.interfaces.web.statistics.asking import Asked, list_quick_periods, read_address
from dianke.interfaces.web.statistics.paging import cut_page

EXPORT = "archive.export"
_NO_GROWTH = Growth(None, None, None)


@dataclass(frozen=True)
class DrawnRow:
    """A group, written."""

    name: str
    url: str
    bills: str
    energy: str
    energy_share: str
    amount: str
    amount_share: str
    price: str
    price_of_one: str
    before: tuple[str, str, str]
    year: tuple[str, str, str]
    parts: tuple[str, ...]
    corrected: str


@require_GET
@page_right(RIGHT)
def show_average_prices(request: StaffRequest) -> HttpResponse:
    """Show the statistics that the address asks for."""
    asked = read_address(request, url_name="web:average_prices")
    if asked is None:
        return render(request, "statistics/average_prices.html", {"page": _head(None), "statistics": None})
    statistics = find_statistics(request, asked)
    rows = statistics.months if asked.dimension is Dimension.MONTH else statistics.rows
    shown = cut_page(rows, at=request.GET.get("at", ""))
    values = {
        "page": _head(asked),
        "asked": asked,
        "statistics": statistics,
        "figures": _list_figures(statistics),
        "chart": charts.draw_prices(asked, statistics),
        "rows": [draw_row(asked, row) for row in shown.rows],
        "total": draw_row(asked, statistics.total),
        "pages": shown,
        "count": _("%(count)s groups") % {"count": f"{len(rows):,}"},
        "group_word": words.GROUP_WORDS[asked.dimension],
        "tabs": list_tabs(asked),
        "quick": list_quick_periods(asked),
        "views": list_views(asked),
        "filters": asked.list_filters(),
        "missing": _tell_missing(asked, statistics),
        "parts": list_parts(),
        "comparison_url": _compare(asked),
        "may_export": request.actor.may(EXPORT),
        "export_url": f"{reverse('web:average_prices_export')}?{asked.encode()}",
    }
    return render(request, "statistics/average_prices.html", values)


def find_statistics(request: StaffRequest, asked: Asked) -> Statistics:
    """Return the statistics that were asked for."""
    return use_cases.get_average_prices(
        actor=request.actor,
        by=asked.dimension,
        first=asked.period[0],
        last=asked.period[1],
        view=asked.view,
        narrowed=asked.narrowed,
    )


def list_tabs(asked: Asked) -> list[tuple[str, str, bool]]:
    """Return the dimensions as tabs: word, address, whether it is open."""
    return [
        (str(word), asked.address(by=one.value), asked.by == one.value)
        for one, word in words.DIMENSIONS.items()
        if not (asked.is_comparison and one is Dimension.MONTH)
    ]


def list_views(asked: Asked) -> list[FilterChip]:
    """Return where corrections may count."""
    return [
        FilterChip(word, asked.address(view=one.value), active=one is asked.view) for one, word in words.VIEWS.items()
    ]


def list_parts() -> list[str]:
    """Return the titles of the parts of an amount, in the order of `write_parts`."""
    return [
        _("Basic charge"),
        _("Energy charge"),
        _("Shares"),
        _("Power factor charge"),
        _("Funds and surcharges"),
        _("Back-billed charges"),
        _("Penalties"),
        _("Other charges"),
    ]


def list_part_amounts(row: StatisticsRow) -> tuple[int, ...]:
    """Return the parts of an amount; they add up to it."""
    sums = row.sums
    return (
        sums.basic_fen,
        sums.energy_fen,
        sums.shares_fen,
        sums.power_factor_fen,
        sums.funds_fen,
        sums.recovery_fen,
        sums.penalty_fen,
        sums.other_fen,
    )


def draw_row(asked: Asked, row: StatisticsRow) -> DrawnRow:
    """Return a group as the page writes it."""
    sums = row.sums
    return DrawnRow(
        name=words.name_group(asked.dimension, row.key, asked.unit_names),
        url=_open(asked, row.key),
        bills=formats.number(sums.bill_count),
        energy=formats.kwh_e2(sums.energy_kwh_e2, 0),
        energy_share=words.share(row.energy_share),
        amount=formats.fen(sums.amount_fen),
        amount_share=words.share(row.amount_share),
        price=words.price_of_thousand(sums.price),
        price_of_one=words.price_of_one(sums.price),
        before=_write_growth(row.on_before),
        year=_write_growth(row.on_year),
        parts=tuple(formats.fen(part) for part in list_part_amounts(row)),
        corrected=formats.signed_fen(row.corrections.amount_fen) if row.corrections.amount_fen else "",
    )


def _write_growth(growth: Growth | None) -> tuple[str, str, str]:
    found = growth or _NO_GROWTH
    return words.growth(found.energy), words.growth(found.amount), words.growth(found.price)


def _open(asked: Asked, key: str) -> str:
    """Return where a group leads: the same months of it alone, by what divides it further."""
    dimension = asked.dimension
    if dimension is Dimension.MONTH:
        return asked.address(**{"from": key, "to": key, "by": Dimension.USAGE_CLASS.value}) if key else ""
    if dimension is Dimension.UNIT:
        if not key or asked.values.get("unit") == key:
            return ""
        has_below = any(unit.parent_id and unit.path.startswith(_path(asked, key)) for unit in asked.units)
        return asked.address(unit=key, by=Dimension.UNIT.value if has_below else Dimension.USAGE_CLASS.value)
    if dimension is Dimension.USAGE_CLASS:
        return asked.address(**{"class": key, "by": Dimension.VOLTAGE.value}) if key else ""
    if dimension is Dimension.VOLTAGE:
        return asked.address(voltage=key, by=Dimension.INDUSTRY.value) if key else ""
    onward = Dimension.DIVISION if dimension is Dimension.INDUSTRY and key else Dimension.USAGE_CLASS
    return asked.address(industry=key or NO_INDUSTRY_CODE, by=onward.value)


def _path(asked: Asked, code: str) -> str:
    return next((unit.path for unit in asked.units if unit.code == code), "-")


def _compare(asked: Asked) -> str:
    by = Dimension.USAGE_CLASS if asked.dimension is Dimension.MONTH else asked.dimension
    return f"{reverse('web:period_comparison')}?{asked.encode(by=by.value)}"


def _head(asked: Asked | None) -> Page:
    facts: list[Any] = []
    if asked:
        facts = [words.months(*asked.period), words.VIEWS[asked.view]]
        facts += [f"{one.label}: {one.current}" for one in asked.list_filters() if one.current]
    return Page(
        title=_("Average prices"),
        facts=facts,
        crumbs=[Crumb(_("Billing"))],
        help=[
            _("What was billed, by class of use, industry, voltage, unit and month; a row opens into what it is of."),
            _("The average price is the amount divided by the energy, everything on the bills included."),
            _("Funds that stand inside the energy price are in the energy charge."),
            _("Industry and voltage are those of the time of the bill: later changes of the archive move nothing."),
            _("A correction counts in the month of its issue, or in the month that it bills: the choice is yours."),
            _("Where a month to compare with holds no bills, no change is shown."),
        ],
    )


def _list_figures(statistics: Statistics) -> list[Figure]:
    total = statistics.total
    before, year = _write_growth(total.on_before), _write_growth(total.on_year)

    def against(at: int) -> str:
        return _("year on year %(year)s · on the period before %(before)s") % {"year": year[at], "before": before[at]}

    corrections = total.corrections.amount_fen
    return [
        Figure(caption=_("Energy (kWh)"), value=formats.kwh_e2(total.sums.energy_kwh_e2, 0), context=against(0)),
        Figure(caption=_("Amount (yuan)"), value=formats.fen(total.sums.amount_fen), context=against(1)),
        Figure(
            caption=_("Average price (yuan/1000 kWh)"),
            value=words.price_of_thousand(total.sums.price),
            context=against(2),
        ),
        Figure(caption=_("Average price (yuan/kWh)"), value=words.price_of_one(total.sums.price)),
        Figure(
            caption=_("Bills"),
            value=formats.number(total.sums.bill_count),
            context=_("corrections %(amount)s yuan") % {"amount": formats.signed_fen(corrections)},
        ),
    ]


def _tell_missing(asked: Asked, statistics: Statistics) -> list[str]:
    """Return why comparisons are not shown; by month each row has its own."""
    if asked.dimension is Dimension.MONTH:
        return []
    told = []
    for months, text in (
        (statistics.missing_year_before, _("No change year on year: no bills of %(months)s.")),
        (statistics.missing_before, _("No change on the period before: no bills of %(months)s.")),
    ):
        if months:
            told.append(text % {"months": _list_months(months)})
    return told


def _list_months(months: Sequence[Any]) -> str:
    named = [f"{month:%Y-%m}" for month in months]
    return ", ".join(named) if len(named) <= 4 else f"{', '.join(named[:3])} … {named[-1]}"
