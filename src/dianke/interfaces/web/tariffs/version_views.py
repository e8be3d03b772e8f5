"""A version as people know it from the official sheet."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from dianke.domain.tariffs import queries as tariffs
from dianke.domain.tariffs.types import (
    MINUTES_PER_DAY,
    PERIOD_NAMES,
    ComponentFacts,
    DayStrip,
    PlanKind,
    PolicyFact,
    PriceColumn,
    RowFacts,
    Structure,
    TierFacts,
    TierKind,
    VersionPage,
)
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.billing import bill_words
from dianke.interfaces.web.billing import words as billing_words
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.page import Chip, Crumb, Page
from dianke.interfaces.web.regulations import get_regulation
from dianke.interfaces.web.requests import StaffRequest
from dianke.interfaces.web.tariffs import words
from dianke.interfaces.web.tariffs.plan_views import chip_of
from dianke.interfaces.web.tariffs.proposals import describe_proposal, describe_trials, find_base
from dianke.kernel.clock import SystemClock

_BY_PERIOD = (PriceColumn.SHARP, PriceColumn.PEAK, PriceColumn.FLAT, PriceColumn.VALLEY, PriceColumn.DEEP)
_MONTHLY = (PriceColumn.DEMAND, PriceColumn.CAPACITY)


@dataclass(frozen=True)
class StripPart:
    """A stretch of a day as drawn: its share of the width, its period and its hours."""

    percent: str
    period: str
    hours: str


@dataclass(frozen=True)
class Strip:
    """The 24 hours of some months."""

    months: str
    days: str
    parts: list[StripPart]
    spans: list[tuple[str, str, str]]


@require_GET
@page_right("tariffs.view")
def show_version(request: StaffRequest, version_id: int) -> HttpResponse:
    """Show a version: prices by voltage and period, tiers, hours, policies, evidence."""
    try:
        sheet = tariffs.get_version_page(actor=request.actor, version_id=version_id)
    except tariffs.NoSuchPlan as error:
        raise Http404 from error
    today = SystemClock().now().date()
    shared = [part for part in sheet.components if not part.part_of]
    periods = [column for column in _BY_PERIOD if column in sheet.columns]
    values = {
        "page": _head(sheet),
        "sheet": sheet,
        "shared": [(billing_words.COMPONENTS[part.kind.value], part) for part in shared],
        "has_own_td": PriceColumn.TD_ENERGY in sheet.columns,
        "period_columns": [words.COLUMNS[column] for column in periods],
        "month_columns": [words.COLUMNS[column] for column in _MONTHLY if column in sheet.columns],
        "rows": [_draw_row(row, sheet, periods) for row in sheet.rows],
        "has_labels": any(row.label for row in sheet.rows),
        "breakdowns": _break_down(sheet.components),
        "tiers": _draw_tiers(sheet.tiers, sheet.rows) if sheet.tiers else [],
        "is_annual": sheet.tiers is not None and sheet.tiers.kind is TierKind.ANNUAL,
        "hours": _draw_hours(sheet),
        "policies": _draw_policies(sheet.policies.facts.values(), sheet.plan.kind),
        "regulations": [get_regulation(identifier) for identifier in sheet.version.regulations],
        "findings": [(words.name_finding(one.where), one) for one in sheet.version.findings],
        "grade": words.GRADES.get(sheet.version.grade, ""),
        "versions": [
            (version, version.id == sheet.version.id, chip_of(version, today, quiet=True)) for version in sheet.versions
        ],
        "base_id": find_base(sheet),
        **describe_proposal(request.actor, sheet.version),
        **describe_trials(request.actor, sheet),
    }
    return render(request, "tariffs/version.html", values)


def _head(sheet: VersionPage) -> Page:
    version, plan = sheet.version, sheet.plan
    chips = [
        chip_of(version, SystemClock().now().date()),
        Chip("fact", _("evidence %(grade)s") % {"grade": version.grade}),
    ]
    if version.is_demo_only:
        chips.append(Chip("warn", _("for demonstrations only")))
    start, end = formats.day(version.start), version.end
    in_force = (
        _("in force %(start)s to %(end)s, end not included") % {"start": start, "end": formats.day(end)}
        if end
        else _("in force from %(start)s on") % {"start": start}
    )
    return Page(
        title=plan.name,
        number=version.sheet_id,
        facts=[plan.issuer, in_force],
        crumbs=[Crumb(_("Billing")), Crumb(_("Prices and rules"), reverse("web:tariffs")), Crumb(plan.code)],
        chips=chips,
        menu_url=reverse("web:tariffs"),
    )


def _draw_row(row: RowFacts, sheet: VersionPage, periods: Sequence[PriceColumn]) -> dict[str, Any]:
    return {
        "structure": billing_words.STRUCTURES[row.structure.value],
        "voltage": billing_words.format_voltage(row.voltage) if row.voltage else formats.NONE,
        "label": row.label,
        "td": _draw_cell(row, PriceColumn.TD_ENERGY),
        "periods": [_draw_cell(row, column) for column in periods],
        "monthly": [_draw_cell(row, column) for column in _MONTHLY if column in sheet.columns],
    }


def _draw_cell(row: RowFacts, column: PriceColumn) -> str:
    price = row.prices[column]
    if price.value is None:
        return _("not found") if price.exists else formats.NONE
    return formats.number(price.value, 2) if column in _MONTHLY else formats.price(price.value)


def _break_down(components: Sequence[ComponentFacts]) -> list[dict[str, Any]]:
    """Return the printed totals that the sheet also prints in pieces: funds, system operation."""
    found = []
    for whole in components:
        pieces = [part for part in components if part.part_of == whole.code and part.price]
        if pieces and not whole.part_of:
            found.append(
                {
                    "title": billing_words.name_part(whole.code, whole.label),
                    "pieces": [(billing_words.name_part(part.code, part.label), part.price) for part in pieces],
                    "total": whole.price,
                    "sum": sum((part.price for part in pieces), Decimal(0)),
                }
            )
    return found


def _draw_tiers(tiers: TierFacts, rows: Sequence[RowFacts]) -> list[dict[str, Any]]:
    base = rows[0].prices[PriceColumn.FLAT].value if rows else None
    drawn = []
    # The season that holds January comes first.
    for season in sorted(tiers.seasons, key=lambda season: min(season.months)):
        lower = Decimal(0)
        blocks = []
        for block in season.blocks:
            upper = "" if block.upper_kwh is None else formats.number(block.upper_kwh)
            blocks.append(
                {
                    "tier": block.tier,
                    "span": bill_words.name_span(formats.number(lower), upper),
                    "surcharge": block.surcharge,
                    "price": None if base is None else base + block.surcharge,
                }
            )
            lower = block.upper_kwh or lower
        drawn.append({"months": words.name_months(tuple(sorted(season.months))), "blocks": blocks})
    return drawn


def _draw_hours(sheet: VersionPage) -> list[tuple[str, list[Strip]]]:
    """Return the strips of each structure; structures with the same hours share them."""
    found: dict[tuple[DayStrip, ...], list[Structure]] = {}
    for table in sheet.hours:
        found.setdefault(table.strips, []).append(table.structure)
    return [
        (
            _(", ").join(str(billing_words.STRUCTURES[one.value]) for one in structures),
            [draw_strip(strip) for strip in strips],
        )
        for strips, structures in found.items()
    ]


def draw_strip(strip: DayStrip) -> Strip:
    """Return the 24 hours of some months as a page draws them."""
    spans: dict[str, list[str]] = {}
    for segment in strip.segments:
        spans.setdefault(PERIOD_NAMES[segment.period], []).append(segment.hours)
    return Strip(
        months=words.name_months(strip.months),
        days=_name_days(strip),
        parts=[
            StripPart(
                percent=f"{(segment.end_minute - segment.start_minute) * 100 / MINUTES_PER_DAY:.3f}",
                period=PERIOD_NAMES[segment.period],
                hours=segment.hours,
            )
            for segment in strip.segments
        ],
        spans=[
            (period, str(billing_words.PERIODS[period]), bill_words.name_hours(spans[period]))
            for period in PERIOD_NAMES
            if period in spans
        ],
    )


def _name_days(strip: DayStrip) -> str:
    condition = strip.condition
    names = sorted(condition.holidays)
    if condition.holiday_min_days:
        names.append(_("holidays of %(days)s days or more") % {"days": condition.holiday_min_days})
    if condition.rest_day_months:
        names.append(_("rest days"))
    if condition.event is not None:
        facts = {
            "station": condition.event.station,
            "degrees": f"{condition.event.min_temperature_c.normalize():f}",
            "days": condition.event.successive_days,
        }
        names.append(_("days from %(degrees)s °C on at %(station)s, %(days)s in a row") % facts)
    return _(", ").join(names)


def _draw_policies(facts: Iterable[PolicyFact], kind: PlanKind) -> list[dict[str, Any]]:
    """Return the values that prices of the kind depend on, in the order of their words."""
    order = list(words.POLICIES)
    shown = [fact for fact in facts if kind is not PlanKind.RESIDENTIAL or fact.code in words.POLICIES_OF_HOMES]
    return [
        _draw_policy(fact)
        for fact in sorted(shown, key=lambda fact: order.index(fact.code) if fact.code in order else len(order))
    ]


def _draw_policy(fact: PolicyFact) -> dict[str, Any]:
    text = get_regulation(fact.citation)
    is_rule = fact.citation.startswith("TR-")
    return {
        "code": fact.code,
        "name": words.name_policy(fact),
        "value": words.write_policy(fact),
        "text": text,
        "is_rule": is_rule,
        "section": "" if is_rule else fact.section,
        "grade": fact.grade,
        "grade_word": words.GRADES.get(fact.grade, ""),
        "is_unconfirmed": fact.is_unconfirmed,
    }
