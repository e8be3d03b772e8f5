"""Two periods side by side: by group down to the accounts, with the change of the price split in two."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from dianke.application import statistics as use_cases
from dianke.application.statistics import ACCOUNT_MONTHS, RIGHT
from dianke.domain.billing.queries.statistics import NO_INDUSTRY_CODE, AccountChange
from dianke.domain.billing.rules.period_comparison import ComparedRow, PeriodComparison
from dianke.domain.billing.rules.statistics import measure_growth
from dianke.domain.billing.types import Dimension
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.figures import Figure
from dianke.interfaces.web.components.page import Crumb, Page
from dianke.interfaces.web.requests import StaffRequest
from dianke.interfaces.web.statistics import charts, words
from dianke.interfaces.web.statistics.asking import ACCOUNTS, Asked, list_quick_periods, read_address
from dianke.interfaces.web.statistics.average_views import EXPORT, list_tabs, list_views
from dianke.interfaces.web.statistics.paging import cut_page


@dataclass(frozen=True)
class DrawnPair:
    """A group in two periods, written."""

    name: str
    url: str
    energy: tuple[str, str, str]
    amount: tuple[str, str, str, str]
    price: tuple[str, str, str]
    by_price: str
    by_mix: str
    untold: str


@dataclass(frozen=True)
class DrawnAccount:
    """An account in two periods, written."""

    number: str
    name: str
    url: str
    energy: tuple[str, str, str]
    amount: tuple[str, str, str, str]


@require_GET
@page_right(RIGHT)
def show_comparison(request: StaffRequest) -> HttpResponse:
    """Show two periods side by side."""
    asked = read_address(request, url_name="web:period_comparison")
    if asked is None:
        return render(request, "statistics/comparison.html", {"page": _head(None), "comparison": None})
    comparison = find_comparison(request, asked)
    shown = cut_page(comparison.rows, at=request.GET.get("at", ""))
    is_told = comparison.total.effects is not None and not comparison.total.effects.untold
    values = {
        "page": _head(asked),
        "asked": asked,
        "comparison": comparison,
        "figures": _list_figures(comparison),
        "group_word": words.GROUP_WORDS[asked.dimension],
        "is_accounts": asked.by == ACCOUNTS,
        "tabs": [
            *list_tabs(asked),
            (str(_("Accounts that changed most")), asked.address(by=ACCOUNTS), asked.by == ACCOUNTS),
        ],
        "quick": list_quick_periods(asked),
        "views": list_views(asked),
        "filters": asked.list_filters(),
        "statistics_url": f"{reverse('web:average_prices')}?{asked.encode(by=asked.dimension.value)}",
        "account_months": ACCOUNT_MONTHS,
        "is_told": is_told,
        "may_export": request.actor.may(EXPORT),
        "export_url": f"{reverse('web:period_comparison_export')}?{asked.encode()}",
    }
    values |= _draw_accounts(request, asked) if asked.by == ACCOUNTS else _draw_groups(asked, comparison, shown)
    return render(request, "statistics/comparison.html", values)


def find_comparison(request: StaffRequest, asked: Asked) -> PeriodComparison:
    """Return the comparison that was asked for."""
    return use_cases.compare_periods(
        actor=request.actor, by=asked.dimension, periods=asked.periods, view=asked.view, narrowed=asked.narrowed
    )


def find_accounts(request: StaffRequest, asked: Asked) -> list[AccountChange]:
    """Return the accounts that changed most, none where the periods are too long to read their bills."""
    if not asked.is_short:
        return []
    return use_cases.compare_accounts(
        actor=request.actor, periods=asked.periods, view=asked.view, narrowed=asked.narrowed
    )


def _draw_groups(asked: Asked, comparison: PeriodComparison, shown: Any) -> dict[str, Any]:
    return {
        "chart": charts.draw_effects(asked, comparison),
        "rows": [draw_pair(asked, row) for row in shown.rows],
        "total": draw_pair(asked, comparison.total),
        "pages": shown,
        "count": _("%(count)s groups") % {"count": f"{len(comparison.rows):,}"},
    }


def _draw_accounts(request: StaffRequest, asked: Asked) -> dict[str, Any]:
    return {"accounts": [_draw_account(request, one) for one in find_accounts(request, asked)]}


def draw_pair(asked: Asked, row: ComparedRow) -> DrawnPair:
    """Return a group as the page writes it."""
    growth, effects = row.growth, row.effects
    return DrawnPair(
        name=words.name_group(asked.dimension, row.key, asked.unit_names),
        url=_open(asked, row.key),
        energy=(
            formats.kwh_e2(row.before.energy_kwh_e2, 0),
            formats.kwh_e2(row.after.energy_kwh_e2, 0),
            words.growth(growth.energy),
        ),
        amount=(
            formats.fen(row.before.amount_fen),
            formats.fen(row.after.amount_fen),
            formats.signed_fen(row.amount_change_fen),
            words.growth(growth.amount),
        ),
        price=(
            words.price_of_thousand(row.before.price),
            words.price_of_thousand(row.after.price),
            words.signed_price_of_thousand(row.price_change),
        ),
        by_price=words.signed_price_of_thousand(effects.price) if effects else formats.NONE,
        by_mix=words.signed_price_of_thousand(effects.mix) if effects else formats.NONE,
        untold=words.signed_price_of_thousand(effects.untold) if effects else formats.NONE,
    )


def _draw_account(request: StaffRequest, row: AccountChange) -> DrawnAccount:
    growth = measure_growth(row.before, row.after)
    may_open = request.actor.may("archive.view")
    return DrawnAccount(
        number=row.account_number,
        name=row.customer_name,
        url=reverse("web:customer_account", args=[row.account_number]) if may_open else "",
        energy=(
            formats.kwh_e2(row.before.energy_kwh_e2, 0),
            formats.kwh_e2(row.after.energy_kwh_e2, 0),
            formats.signed(_kwh(row.after.energy_kwh_e2 - row.before.energy_kwh_e2)),
        ),
        amount=(
            formats.fen(row.before.amount_fen),
            formats.fen(row.after.amount_fen),
            formats.signed_fen(row.change_fen),
            words.growth(growth.amount) if growth else formats.NONE,
        ),
    )


def _kwh(energy_kwh_e2: int) -> Decimal:
    return Decimal(energy_kwh_e2).scaleb(-2)


def _open(asked: Asked, key: str) -> str:
    """Return where a group leads: from a unit to its classes, from a class to the accounts that changed most."""
    dimension = asked.dimension
    if dimension is Dimension.UNIT:
        own = next((unit for unit in asked.units if unit.code == key), None)
        if own is None:
            return ""
        has_below = asked.values.get("unit") != key and any(
            unit.path.startswith(own.path) and unit.code != key for unit in asked.units
        )
        return asked.address(unit=key, by=Dimension.UNIT.value if has_below else Dimension.USAGE_CLASS.value)
    narrower = {
        Dimension.USAGE_CLASS: {"class": key, "by": ACCOUNTS},
        Dimension.INDUSTRY: {
            "industry": key or NO_INDUSTRY_CODE,
            "by": Dimension.DIVISION.value if key else ACCOUNTS,
        },
        Dimension.DIVISION: {"industry": key or NO_INDUSTRY_CODE, "by": ACCOUNTS},
        Dimension.VOLTAGE: {"voltage": key, "by": Dimension.USAGE_CLASS.value},
    }
    return asked.address(**narrower[dimension]) if dimension in narrower else ""


def _list_figures(comparison: PeriodComparison) -> list[Figure]:
    total = comparison.total
    growth, effects = total.growth, total.effects
    figures = [
        Figure(
            caption=_("Energy (kWh)"),
            value=formats.kwh_e2(total.after.energy_kwh_e2, 0),
            context=f"{formats.signed(_kwh(total.energy_change_kwh_e2))} · {words.growth(growth.energy)}",
        ),
        Figure(
            caption=_("Amount (yuan)"),
            value=formats.fen(total.after.amount_fen),
            context=f"{formats.signed_fen(total.amount_change_fen)} · {words.growth(growth.amount)}",
        ),
        Figure(
            caption=_("Average price (yuan/1000 kWh)"),
            value=words.price_of_thousand(total.after.price),
            context=f"{words.signed_price_of_thousand(total.price_change)} · {words.growth(growth.price)}",
        ),
    ]
    if effects is not None:
        figures += [
            Figure(
                caption=_("By prices (yuan/1000 kWh)"),
                value=words.signed_price_of_thousand(effects.price),
                context=_("the groups' own prices"),
            ),
            Figure(
                caption=_("By the mix (yuan/1000 kWh)"),
                value=words.signed_price_of_thousand(effects.mix),
                context=_("their parts of the energy"),
            ),
        ]
    return figures


def _head(asked: Asked | None) -> Page:
    facts: list[Any] = []
    if asked:
        facts = [
            _("%(after)s against %(before)s")
            % {"after": words.months(*asked.period), "before": words.months(*asked.before)},
            words.VIEWS[asked.view],
        ]
        facts += [f"{one.label}: {one.current}" for one in asked.list_filters() if one.current]
    return Page(
        title=_("Comparison of periods"),
        facts=facts,
        crumbs=[Crumb(_("Billing")), Crumb(_("Average prices"), reverse("web:average_prices"))],
        menu_url=reverse("web:average_prices"),
        help=[
            _("Two periods side by side; a row opens into its classes, and these into the accounts."),
            _("By price: what the groups' own prices did. By mix: what their parts of the energy did. They add up."),
            _("A group that came or went is mix. Amounts without energy cannot be told apart and stand alone."),
        ],
    )
