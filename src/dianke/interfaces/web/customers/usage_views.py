"""The usage of an account: years, months by time of use, a day of 96 points; charts come after the page."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _

from dianke.application.listings import usage
from dianke.application.listings.usage import YearUsage
from dianke.domain.billing.queries import terms as term_queries
from dianke.domain.readings import queries as readings
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.exports import export_table
from dianke.interfaces.web.customers import charts
from dianke.interfaces.web.customers.account_frame import Viewed, account_page, show_tab
from dianke.interfaces.web.requests import StaffRequest
from dianke.interfaces.web.sheets import Cell
from dianke.platform.audit.use_case import PermissionRefused

_YEARS_SHOWN = 6
_MONTHS_SHOWN = 12
_EXPORT_RIGHT = "archive.export"


@account_page
def show_usage(request: StaffRequest, viewed: Viewed) -> HttpResponse:
    """Show the places of the charts of usage; each fetches itself."""
    values = {"may_export": viewed.actor.may(_EXPORT_RIGHT), "year": request.GET.get("year", "")}
    return show_tab(request, viewed, "usage", "customers/account_usage.html", values)


@account_page
def show_months(request: StaffRequest, viewed: Viewed) -> HttpResponse:
    """Return the last months as a chart, for the overview."""
    points, last_day = _reach(viewed)
    values: dict[str, Any] = {"viewed": viewed}
    if last_day:
        months = usage.sum_last_months(
            actor=viewed.actor, usage_point_ids=points, last_day=last_day, count=_MONTHS_SHOWN
        )
        by_time = _has_time_of_use(viewed, points)
        values |= {
            "chart": charts.draw_months(months, by_time_of_use=by_time),
            "periods": charts.list_periods(months) if by_time else [],
            "energy_kwh_e2": sum(row["total"] for row in months.values()),
            "fed_in_kwh_e2": sum(row["generated"] for row in months.values()),
        }
    return render(request, "customers/months.html", values)


@account_page
def show_years(request: StaffRequest, viewed: Viewed) -> HttpResponse:
    """Return the years as bars with their table."""
    points, last_day = _reach(viewed)
    values: dict[str, Any] = {"viewed": viewed, "last_day": last_day}
    if last_day:
        years = usage.sum_years(actor=viewed.actor, usage_point_ids=points, last_day=last_day, count=_YEARS_SHOWN)
        values |= {"chart": charts.draw_years(years), "rows": _list_year_rows(years)}
    return render(request, "customers/years.html", values)


def _list_year_rows(years: usage.Months) -> list[dict[str, Any]]:
    """Return the table of years, newest first; a year is compared only where both have all their months."""
    rows = []
    for year, row in reversed(years.items()):
        before = years.get(date(year.year - 1, 1, 1))
        is_whole = before is not None and row["months"] == before["months"] == _MONTHS_SHOWN
        change = _change(row, before) if is_whole else None
        rows.append({**row, "year": year.year, "change": change, "demand_kw": Decimal(row["demand_w"]) / 1000})
    return rows


@account_page
def show_year(request: StaffRequest, viewed: Viewed) -> HttpResponse:
    """Return the months of a year as bars by time of use, against the year before, with their table."""
    points, last_day = _reach(viewed)
    values: dict[str, Any] = {"viewed": viewed, "may_export": viewed.actor.may(_EXPORT_RIGHT)}
    if last_day:
        shown = usage.get_year(
            actor=viewed.actor, usage_point_ids=points, last_day=last_day, year=_read_year(request.GET.get("year", ""))
        )
        by_time = _has_time_of_use(viewed, points)
        periods = charts.list_periods(shown.months) if by_time else []
        values |= {
            "shown": shown,
            "chart": charts.draw_year(shown, by_time_of_use=by_time) if shown.months or shown.before else None,
            "periods": periods,
            "rows": _list_month_rows(shown, [code for code, _name in periods]),
            "sums": _sum_rows(shown, [code for code, _name in periods]),
        }
    return render(request, "customers/year.html", values)


def _list_month_rows(shown: YearUsage, periods: Sequence[str]) -> list[dict[str, Any]]:
    return [
        {
            "month": month,
            "total": row["total"],
            "periods": [row[period] for period in periods],
            "generated": row["generated"],
            "demand_kw": Decimal(row["demand_w"]) / 1000,
            "change": _change(row, shown.before.get(date(month.year - 1, month.month, 1))),
        }
        for month, row in shown.months.items()
    ]


def _sum_rows(shown: YearUsage, periods: Sequence[str]) -> dict[str, Any]:
    rows = shown.months.values()
    return {
        "total": sum(row["total"] for row in rows),
        "periods": [sum(row[period] for row in rows) for period in periods],
        "generated": sum(row["generated"] for row in rows),
        "demand_kw": Decimal(max((row["demand_w"] for row in rows), default=0)) / 1000,
    }


def _change(row: dict[str, int], before: dict[str, int] | None) -> Decimal | None:
    return Decimal(row["total"]) / Decimal(before["total"]) - 1 if before and before["total"] else None


@account_page
def show_day(request: StaffRequest, viewed: Viewed) -> HttpResponse:
    """Return the curve of a day, as a part that the page fetches after itself; with a table where it is asked for."""
    shown = _get_day(request, viewed)
    values: dict[str, Any] = {
        "account": viewed.account,
        "usage": shown,
        "with_table": request.GET.get("table") == "1",
        "may_export": viewed.actor.may(_EXPORT_RIGHT),
    }
    if shown is not None and shown.day is not None:
        values["before"] = shown.day - timedelta(days=1)
        values["after"] = shown.day + timedelta(days=1) if shown.last_day and shown.day < shown.last_day else None
        if shown.curve is not None:
            values["energy_kwh"], values["load_factor"] = charts.sum_day(shown.curve)
            before = {"week_before": shown.week_before, "year_before": shown.year_before}
            values["chart"] = charts.draw_day(curve=shown.curve, period_codes=shown.period_codes, **before)
            values["hours"] = charts.list_hours(curve=shown.curve, **before) if values["with_table"] else []
    return render(request, "customers/day.html", values)


@account_page
def export_usage(request: StaffRequest, viewed: Viewed) -> HttpResponseBase:
    """Return the months of a year or the 96 points of a day as a workbook."""
    if not viewed.actor.may(_EXPORT_RIGHT):
        raise PermissionRefused(field="actor", login=viewed.actor.login, right=_EXPORT_RIGHT)
    if request.GET.get("what") == "day":
        return _export_day(request, viewed)
    return _export_year(request, viewed)


def _export_year(request: StaffRequest, viewed: Viewed) -> HttpResponseBase:
    points, last_day = _reach(viewed)
    shown = usage.get_year(
        actor=viewed.actor,
        usage_point_ids=points,
        last_day=last_day or viewed.today,
        year=_read_year(request.GET.get("year", "")),
    )
    names = charts.name_periods()
    columns = [("month", _("Month")), ("energy", _("Energy (kWh)"))]
    columns += [(code, _("%(name)s (kWh)") % {"name": name}) for code, name in names.items()]
    columns += [("fed_in", _("Fed in (kWh)")), ("demand", _("Highest load (kW)"))]
    rows: list[list[Cell]] = [
        [
            formats.month(month),
            _kwh(row["total"]),
            *(_kwh(row[period]) for period in names),
            _kwh(row["generated"]),
            Decimal(row["demand_w"]) / 1000,
        ]
        for month, row in shown.months.items()
    ]
    return export_table(
        actor=viewed.actor,
        page="customers.usage_year",
        name=f"usage-{viewed.number}-{shown.year}",
        about=_("Usage of %(number)s in %(year)s") % {"number": viewed.number, "year": shown.year},
        query=f"number={viewed.number}&year={shown.year}",
        columns=columns,
        rows=rows,
    )


def _export_day(request: StaffRequest, viewed: Viewed) -> HttpResponseBase:
    shown = _get_day(request, viewed)
    chart = None
    if shown is not None and shown.curve is not None:
        chart = charts.draw_day(
            curve=shown.curve,
            week_before=shown.week_before,
            year_before=shown.year_before,
            period_codes=shown.period_codes,
        )
    series = chart.series if chart else []
    columns = [("time", _("Time"))]
    columns += [(f"series_{place}", _("%(name)s (kW)") % {"name": one.name}) for place, one in enumerate(series, 1)]
    rows: list[list[Cell]] = [
        [str(label), *(None if value is None else Decimal(str(value)) for value in values)]
        for label, values in (chart.table_rows() if chart else [])
    ]
    day = formats.day(shown.day) if shown and shown.day else ""
    return export_table(
        actor=viewed.actor,
        page="customers.usage_day",
        name=f"load-{viewed.number}-{day}",
        about=_("Load of %(number)s on %(day)s") % {"number": viewed.number, "day": day},
        query=f"number={viewed.number}&day={day}&point={shown.point if shown else ''}",
        columns=columns,
        rows=rows,
    )


def _reach(viewed: Viewed) -> tuple[list[int], date | None]:
    """Return the points that add up to the account, and the newest day that any of them has."""
    points = usage.list_summed_points(actor=viewed.actor, account=viewed.get_account())
    return points, readings.get_last_day(actor=viewed.actor, usage_point_ids=points)


def _get_day(request: StaffRequest, viewed: Viewed) -> usage.DayUsage | None:
    return usage.get_day(
        actor=viewed.actor,
        account=viewed.get_account(),
        point=request.GET.get("point", ""),
        day=_read_day(request.GET.get("day", "")),
        root=settings.DATA_DIR / "intervals",
    )


def _has_time_of_use(viewed: Viewed, points: Sequence[int]) -> bool:
    terms = term_queries.list_terms(actor=viewed.actor, usage_point_ids=points, on=viewed.today)
    return any(term.time_of_use for term in terms)


def _kwh(kwh_e2: int) -> Decimal:
    return Decimal(kwh_e2).scaleb(-2)


def _read_year(text: str) -> int | None:
    year = int(text) if text.isascii() and text.isdigit() and len(text) == 4 else 0
    # The year before must be one that Python knows, the year after too.
    return year if date.min.year < year < date.max.year else None


def _read_day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    # Beyond the days that Python knows there is neither a year before nor a next day.
    return day if date.min.year + 1 < day.year < date.max.year else None
