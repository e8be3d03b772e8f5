"""The pyramid and the grid as pictures, and what changed this month."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from dianke.application import valuation
from dianke.domain.valuation.models import RatingRun
from dianke.domain.valuation.queries import ratings as queries
from dianke.domain.valuation.rules.grid import find_field
from dianke.domain.valuation.rules.policy import get_policy
from dianke.domain.valuation.types import CLASSES, Basis, GridField, PolicyPriced
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.figures import Figure
from dianke.interfaces.web.components.list_views import render_list
from dianke.interfaces.web.components.page import Crumb, Page, Text
from dianke.interfaces.web.requests import StaffRequest
from dianke.interfaces.web.valuation import words
from dianke.interfaces.web.valuation.rating_list import RATINGS, grid_terms

# Widths of the layers of the picture at their upper and lower edges, of 200.
_EDGES = (52, 88, 126, 163, 200)
_HEIGHT, _WIDTH = 64, 200
_SUMS = ("customer_count", "revenue_fen", "margin_fen", "ranked_fen", "future_value_fen")
_ROWS = (
    (GridField.KEEP, GridField.GUARD),
    (GridField.GROW, GridField.STANDARD),
)


@dataclass(frozen=True)
class Layer:
    """A class in the pyramid: its slice of the picture, and what it holds."""

    code: str
    name: Text
    points: str
    url: str
    customers: int
    customer_share: float
    ranked_share: float
    revenue_share: float
    sums: dict[str, int]


@dataclass(frozen=True)
class Cell:
    """A field of the grid."""

    code: str
    name: Text
    text: Text
    url: str
    sums: dict[str, int]
    share: float


@require_GET
@page_right(valuation.VIEW)
def show_pyramid(request: StaffRequest) -> HttpResponse:
    """Show the pyramid, the grid and what changed, of the last month that was rated."""
    actor = request.actor
    run = queries.get_last_run(actor=actor)
    classes = queries.sum_by(actor=actor, run=run, names=["value_class"]) if run else []
    whole = {name: sum(one[name] for one in classes) for name in _SUMS}
    values: dict[str, Any] = {
        "page": _head(run),
        "run": run,
        "whole": whole,
        "figures": _list_figures(run, whole) if run else [],
        "layers": _list_layers(classes, whole),
        "is_policy": _sum_policy(actor, run),
        "is_neutral": run is not None
        and (run.basis, run.policy_priced) == (Basis.MARGIN.value, PolicyPriced.NEUTRAL.value),
        "basis": words.BASES[run.basis] if run else "",
        "by_policy": words.POLICY_PRICED[run.policy_priced] if run else "",
        "grid": _draw_grid(actor, run, whole),
        "changes": _list_changes(actor, run),
        "stages": _list_stages(actor, run, whole),
    }
    return render(request, "valuation/pyramid.html", values)


@require_GET
@page_right(valuation.VIEW)
def list_ratings(request: StaffRequest) -> HttpResponse:
    """List the ratings of the last month."""
    return render_list(request, RATINGS)


def _list_layers(classes: Sequence[dict[str, Any]], whole: dict[str, int]) -> list[Layer]:
    of = {one["value_class"]: one for one in classes}
    return [
        _draw_layer(at, code.value, of.get(code.value, dict.fromkeys(_SUMS, 0)), whole)
        for at, code in enumerate(CLASSES)
    ]


def _draw_layer(at: int, code: str, sums: dict[str, Any], whole: dict[str, int]) -> Layer:
    middle, upper, lower = _WIDTH / 2, _EDGES[at] / 2, _EDGES[at + 1] / 2
    corners = [(middle - upper, 0), (middle + upper, 0), (middle + lower, _HEIGHT), (middle - lower, _HEIGHT)]
    return Layer(
        code=code,
        name=words.CLASSES[code],
        points=" ".join(f"{x:g},{y:g}" for x, y in corners),
        url=f"{reverse('web:value_ratings')}?class={code}",
        customers=sums["customer_count"],
        customer_share=_share(sums, whole, "customer_count"),
        ranked_share=_share(sums, whole, "ranked_fen"),
        revenue_share=_share(sums, whole, "revenue_fen"),
        sums=sums,
    )


def _share(sums: dict[str, Any], whole: dict[str, int], name: str) -> float:
    return max(sums[name], 0) / whole[name] if whole.get(name, 0) > 0 else 0.0


def _draw_grid(actor: Any, run: RatingRun | None, whole: dict[str, int]) -> dict[str, Any]:
    terms = grid_terms()
    found = {one: dict.fromkeys(_SUMS, 0) for one in GridField}
    for row in queries.sum_by(actor=actor, run=run, names=["value_class", "credit_grade"]) if run else []:
        own = found[find_field(row["value_class"], row["credit_grade"], terms=terms)]
        for name in _SUMS:
            own[name] += row[name]
    cells = {
        one: Cell(
            one.value, words.FIELDS[one.value], words.FIELD_TEXTS[one.value],
            f"{reverse('web:value_ratings')}?field={one.value}", sums, _share(sums, whole, "customer_count"),
        )
        for one, sums in found.items()
    }  # fmt: skip
    return {"rows": [[cells[one] for one in row] for row in _ROWS], "unknown": cells[GridField.NOT_JUDGED]}


def _list_changes(actor: Any, run: RatingRun | None) -> list[dict[str, Any]]:
    if run is None:
        return []
    order = list(words.CLASSES)
    rows = [
        {
            "before": words.draw_class(one["previous_class"]),
            "after": words.draw_class(one["value_class"]),
            "is_up": order.index(one["value_class"]) < order.index(one["previous_class"]),
            "count": one["customer_count"],
            "ranked_fen": one["ranked_fen"],
            "url": f"{reverse('web:value_ratings')}?class={one['value_class']}&change=CHANGED",
        }
        for one in queries.sum_by(actor=actor, run=run, names=["previous_class", "value_class"])
        if one["previous_class"] and one["previous_class"] != one["value_class"]
    ]
    return sorted(rows, key=lambda one: -one["count"])


def _list_stages(actor: Any, run: RatingRun | None, whole: dict[str, int]) -> list[dict[str, Any]]:
    of = {one["life_stage"]: one for one in queries.sum_by(actor=actor, run=run, names=["life_stage"])} if run else {}
    return [
        {
            "name": name,
            "chip": words.draw_stage(code),
            "url": f"{reverse('web:value_ratings')}?stage={code}",
            "sums": of.get(code, dict.fromkeys(_SUMS, 0)),
            "share": _share(of.get(code, dict.fromkeys(_SUMS, 0)), whole, "customer_count"),
        }
        for code, name in words.STAGES.items()
    ]


def _sum_policy(actor: Any, run: RatingRun | None) -> dict[str, Any] | None:
    rows = queries.sum_by(actor=actor, run=run, names=["is_policy_priced"]) if run else []
    return next((one for one in rows if one["is_policy_priced"]), None)


def _list_figures(run: RatingRun, whole: dict[str, int]) -> list[Figure]:
    return [
        Figure(_("Customers rated"), formats.number(whole["customer_count"]), url=reverse("web:value_ratings")),
        Figure(_("Margin of 12 months (yuan)"), formats.fen(whole["margin_fen"]), context=str(_("as priced"))),
        Figure(_("Revenue of 12 months (yuan)"), formats.fen(whole["revenue_fen"]), context=str(_("without funds"))),
        Figure(
            _("Future value (yuan)"), formats.fen(whole["future_value_fen"]), context=str(_("five years, discounted"))
        ),
        Figure(
            _("Classes changed"), formats.number(run.changed_count),
            url=f"{reverse('web:value_ratings')}?change=CHANGED", context=formats.month(run.month),
        ),
    ]  # fmt: skip


def _explain_switches(run: RatingRun | None) -> list[Text]:
    """Return which switches the month was rated by, and what a price by policy is."""
    meaning = _("A price by policy: homes and farms buy below cost, so what they leave says little of their worth.")
    if run is None:
        return [meaning]
    cuts = get_policy(on=run.month).cuts[Basis(run.basis)]
    ranked = _now("Ranked by: %(basis)s, cut at %(cuts)s %%.") % {
        "basis": words.BASES[run.basis],
        "cuts": " · ".join(formats.number(cut) for cut in cuts),
    }
    if run.basis == Basis.REVENUE.value and run.policy_priced != PolicyPriced.APART.value:
        return [ranked, meaning, _("By revenue a price by policy counts as it is billed; only standing apart differs.")]
    return [ranked, meaning, words.POLICY_HELP[run.policy_priced]]


def _head(run: RatingRun | None) -> Page:
    return Page(
        title=_("Pyramid of value"),
        facts=[_now("rated for %(month)s") % {"month": formats.month(run.month)}] if run else [],
        crumbs=[Crumb(_("Credit and value"))],
        menu_url=reverse("web:value"),
        help=[
            _("Classes are cut on the cumulative amount, never on shares of customers; press a layer for its list."),
            *_explain_switches(run),
            _("Customers with equal amounts at a border stand in the higher class."),
            _("The grid joins value and credit: press a field for its list."),
        ],
    )
