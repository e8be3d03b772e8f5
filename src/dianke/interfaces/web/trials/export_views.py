"""A report as a workbook."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.http import Http404, HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET

from dianke.application.listings.exports import record_export
from dianke.application.trials import RIGHT
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.requests import StaffRequest
from dianke.interfaces.web.sheets import XLSX_TYPE, Cell, answer_stream, write_xlsx
from dianke.interfaces.web.trials import words
from dianke.interfaces.web.trials.report_views import find_trial, name_units
from dianke.kernel.clock import SystemClock
from dianke.kernel.money import fen_to_yuan
from dianke.platform.audit.use_case import PermissionRefused
from dianke.platform.preferences.types import FileFormat

EXPORT = "archive.export"
_WIDTHS = (22, 16, 24, 10, 10, 10, 16, 16, 16, 16, 12, 14, 14)


@require_GET
@page_right(RIGHT)
def export_report(request: StaffRequest, number: str) -> HttpResponseBase:
    """Give the report out as XLSX: every row of every table, then the bills that change most."""
    trial = find_trial(request, number)
    if not request.actor.may(EXPORT):
        raise PermissionRefused(field="actor", login=request.actor.login, right=EXPORT)
    if trial.report is None:
        raise Http404
    rows = list(_list_rows(trial.report, name_units(request)))
    titles = _list_titles()
    export = record_export(
        actor=request.actor,
        page="billing.trials",
        file_format=FileFormat.XLSX,
        query=trial.number,
        columns="report",
        row_count=len(rows),
        is_cut=False,
        at=SystemClock().now(),
    )
    mark = " · ".join(
        [
            _("Export %(number)s") % {"number": export.number},
            f"{request.actor.name} {request.actor.login}",
            export.unit.name,
            formats.moment(export.at),
            f"{trial.number} {trial.version.sheet_id} {formats.month(trial.month)}",
        ]
    )
    pieces = write_xlsx(titles=titles, rows=rows, note=mark, footer=mark, widths=_WIDTHS)
    return answer_stream(name=f"trial-{trial.number}-{export.number}.xlsx", pieces=pieces, content_type=XLSX_TYPE)


def _list_titles() -> list[str]:
    return [
        _("Table"), _("Code"), _("Name"), _("Bills"), _("Rise"), _("Fall"), _("Energy (kWh)"), _("As issued (yuan)"),
        _("Under the version (yuan)"), _("Difference (yuan)"), pgettext("trial", "Change"), _("Mean price before"),
        _("Mean price after"),
    ]  # fmt: skip


def _list_rows(report: dict[str, Any], units: dict[str, str]) -> Iterator[list[Cell]]:
    yield [_("All bills"), "", "", *_write(report["totals"])]
    for name, title in words.DIMENSIONS.items():
        for row in report["by"][name]:
            yield [str(title), row["code"], words.name_label(name, row["code"], units), *_write(row)]
    for place in report["histogram"]:
        difference = fen_to_yuan(place["difference_fen"])
        yield [_("Bills by their change"), "", words.name_bin(place), place["bills"], *[None] * 5, difference]
    for title, key in (
        (_("Most affected by amount"), "most_by_amount"),
        (_("Most affected by percent"), "most_by_ratio"),
    ):
        for row in report[key]:
            yield [title, row["account"], words.name_class(row["usage_class"]), *_write({"bills": 1, **row})]
    for one in report["unpriced"]:
        yield [
            _("Without a price"),
            one["code"],
            one["detail"],
            one["bills"],
            *[None] * 3,
            fen_to_yuan(one["before_fen"]),
        ]


def _write(row: dict[str, Any]) -> list[Cell]:
    prices = [_number(row.get(name)) for name in ("change", "mean_price_before", "mean_price_after")]
    return [
        row["bills"],
        row.get("rising"),
        row.get("falling"),
        Decimal(row["energy_kwh_e2"]).scaleb(-2),
        fen_to_yuan(row["before_fen"]),
        fen_to_yuan(row["after_fen"]),
        fen_to_yuan(row["difference_fen"]),
        *prices,
    ]


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
