"""Two versions of a plan side by side."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET

from dianke.domain.tariffs import queries as tariffs
from dianke.domain.tariffs.types import (
    Change,
    ChangeKind,
    Comparison,
    DayStrip,
    HoursChange,
    PartChange,
    Price,
    PriceColumn,
    RowChange,
    TierChange,
)
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.billing import words as billing_words
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.page import Crumb, Page
from dianke.interfaces.web.components.states import state_chip
from dianke.interfaces.web.requests import StaffRequest
from dianke.interfaces.web.tariffs import words
from dianke.interfaces.web.tariffs.plan_views import chip_of
from dianke.interfaces.web.tariffs.version_views import draw_strip
from dianke.kernel.clock import SystemClock

_MONTHLY = (PriceColumn.DEMAND, PriceColumn.CAPACITY)


@require_GET
@page_right("tariffs.view")
def show_difference(request: StaffRequest) -> HttpResponse:
    """Show what differs between two versions of one plan."""
    before_id, after_id = (_read_key(request.GET.get(name, "")) for name in ("before", "after"))
    try:
        comparison = tariffs.compare_versions(actor=request.actor, before_id=before_id, after_id=after_id)
    except (tariffs.NoSuchPlan, tariffs.NotOfOnePlan) as error:
        raise Http404 from error
    difference = comparison.difference
    today = SystemClock().now().date()
    sides = (
        ("before", pgettext("version", "before"), comparison.before),
        ("after", pgettext("version", "after"), comparison.after),
    )
    values = {
        "page": _head(comparison),
        "comparison": comparison,
        "sides": [(name, label, side.version, chip_of(side.version, today)) for name, label, side in sides],
        "versions": comparison.after.versions,
        "is_empty": difference.is_empty,
        "rows": [_draw_row(row) for row in difference.rows],
        "parts": [_draw_part(part) for part in difference.parts],
        "tiers": [_draw_tier(tier) for tier in difference.tiers],
        "hours": [_draw_hours(change) for change in difference.hours],
        "same": _list_same(comparison),
    }
    return render(request, "tariffs/difference.html", values)


def _read_key(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise Http404
    return int(text)


def _head(comparison: Comparison) -> Page:
    plan, after = comparison.after.plan, comparison.after.version
    return Page(
        title=_("Difference of two versions"),
        facts=[plan.name, f"{comparison.before.version.sheet_id} → {after.sheet_id}"],
        crumbs=[
            Crumb(_("Billing")),
            Crumb(_("Prices and rules"), reverse("web:tariffs")),
            Crumb(after.sheet_id, reverse("web:tariff_version", args=[after.id])),
        ],
        menu_url=reverse("web:tariffs"),
    )


def _draw_row(row: RowChange) -> dict[str, Any]:
    return {
        "structure": billing_words.STRUCTURES[row.structure.value],
        "voltage": billing_words.format_voltage(row.voltage) if row.voltage else "",
        "label": row.label,
        "chip": _chip(row.kind),
        "cells": [
            {
                "name": _name_column(cell.column),
                "before": _write_cell(cell.before_cell, cell.column),
                "after": _write_cell(cell.after_cell, cell.column),
                **_measure(cell, 2 if cell.column in _MONTHLY else 6),
            }
            for cell in row.cells
        ],
    }


def _draw_part(part: PartChange) -> dict[str, Any]:
    return {
        "name": billing_words.name_part(part.code, part.label),
        "whole": billing_words.name_part(part.part_of) if part.part_of else "",
        "chip": _chip(part.kind),
        "before": formats.price(part.before),
        "after": formats.price(part.after),
        **_measure(part, 6),
    }


def _draw_tier(tier: TierChange) -> dict[str, Any]:
    return {
        "months": words.name_months(tier.months),
        "tier": tier.tier,
        "chip": _chip(tier.kind),
        "limit_before": _write_limit(tier.limit.before, exists=tier.kind is not ChangeKind.ADDED),
        "limit_after": _write_limit(tier.limit.after, exists=tier.kind is not ChangeKind.REMOVED),
        "before": formats.price_short(tier.surcharge.before),
        "after": formats.price_short(tier.surcharge.after),
        **_measure(tier.surcharge, 4),
    }


def _draw_hours(change: HoursChange) -> dict[str, Any]:
    sides = []
    for label, segments in (
        (pgettext("version", "before"), change.before),
        (pgettext("version", "after"), change.after),
    ):
        strip = DayStrip(months=change.months, segments=segments, condition=change.condition)
        sides.append((label, draw_strip(strip) if segments else None))
    drawn = next(strip for _label, strip in sides if strip is not None)
    return {
        "structure": billing_words.STRUCTURES[change.structure.value],
        "months": drawn.months,
        "days": drawn.days,
        "sides": sides,
    }


def _list_same(comparison: Comparison) -> list[str]:
    """Return what does not differ at all, so that an empty part is told from a forgotten one."""
    difference = comparison.difference
    parts: Iterable[tuple[str, object, object]] = (
        (_("prices of the rows"), difference.rows, comparison.after.rows),
        (_("parts of the price"), difference.parts, comparison.after.components),
        (_("tiers"), difference.tiers, comparison.after.tiers),
        (_("hours of use"), difference.hours, comparison.after.hours),
    )
    return [name for name, changed, held in parts if held and not changed]


def _measure(change: Change, decimals: int) -> dict[str, str]:
    difference = change.difference
    if difference is None:
        return {"difference": formats.NONE, "percent": formats.NONE, "way": ""}
    return {
        "difference": formats.signed(difference, _decimals_of(difference, decimals)),
        "percent": formats.signed_percent(change.ratio, 2) if change.ratio is not None else formats.NONE,
        "way": "up" if difference > 0 else "down" if difference < 0 else "",
    }


def _decimals_of(number: Decimal, least: int) -> int:
    exponent = number.normalize().as_tuple().exponent
    return max(least, -exponent if isinstance(exponent, int) else least)


def _write_cell(price: Price, column: PriceColumn) -> str:
    if price.value is None:
        return _("not found") if price.exists else formats.NONE
    return formats.number(price.value, 2) if column in _MONTHLY else formats.price(price.value)


def _write_limit(limit: Decimal | None, *, exists: bool) -> str:
    if not exists:
        return formats.NONE
    return pgettext("limit", "open") if limit is None else f"{formats.number(limit)} kWh"


def _name_column(column: PriceColumn) -> str:
    if column is PriceColumn.TD_ENERGY:
        return _("transmission and distribution")
    return str(words.COLUMNS[column])


def _chip(kind: ChangeKind) -> Any:
    return state_chip("tariff_change", kind.value, quiet=True)
