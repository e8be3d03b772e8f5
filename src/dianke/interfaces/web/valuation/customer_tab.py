"""The tab of value of a customer: index by criterion, indicators, class and reason, life, future value, service."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from dianke.application import valuation
from dianke.domain.valuation.models import CustomerRating
from dianke.domain.valuation.queries import appeals, ratings
from dianke.domain.valuation.queries.service import find_service
from dianke.domain.valuation.queries.trades import find_trade
from dianke.domain.valuation.rules.grid import find_field
from dianke.domain.valuation.rules.policy import Policy, get_criterion, get_policy
from dianke.domain.valuation.types import CLASSES, AppealState, Criterion, Indicator
from dianke.engine.value.future import list_years
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.charts import Chart, Series
from dianke.interfaces.web.components.figures import Figure
from dianke.interfaces.web.components.states import state_chip
from dianke.interfaces.web.customers.account_frame import Viewed, customer_page, refuse_tab, show_tab
from dianke.interfaces.web.requests import StaffRequest
from dianke.interfaces.web.valuation import words
from dianke.interfaces.web.valuation.service_views import describe_service

_MONTHS = 24


@customer_page
def show_value(request: StaffRequest, viewed: Viewed) -> HttpResponse:
    """Show what a customer is worth, why, and what follows from it."""
    if not viewed.actor.may(valuation.VIEW):
        return refuse_tab(request, viewed, "value")
    actor, customer = viewed.actor.within(valuation.VIEW), viewed.customer
    rows = ratings.list_ratings_of(actor=actor, customer_id=customer.pk, limit=_MONTHS)
    asked = appeals.list_appeals_of(actor=actor, customer_id=customer.pk)
    policy = get_policy(on=rows[0].run.month if rows else viewed.today)
    in_force = customer.value_class
    values: dict[str, Any] = {
        "rating": rows[0] if rows else None,
        "chart": _draw_course(rows) if len(rows) > 1 else None,
        "appeals": [
            (one, state_chip("valuation.appeal", one.state), words.draw_class(one.asked_class)) for one in asked
        ],
        "in_force": words.draw_class(in_force) if in_force else None,
        "service": describe_service(find_service(in_force, viewed.today)) if in_force else {},
        "service_table": find_service(in_force, viewed.today).table,
        "may_appeal": bool(in_force) and actor.may(valuation.APPEAL)
        and not any(one.state == AppealState.OPEN.value for one in asked),
        "other_classes": [(one.value, words.CLASSES[one.value]) for one in CLASSES if one.value != in_force],
        "answer_days": policy.answer_days,
    }  # fmt: skip
    if rows:
        values |= _describe(rows[0], policy) | {"trade": _describe_trade(rows[0], customer.industry_code)}
    return show_tab(request, viewed, "value", "valuation/tab.html", values)


def _describe(one: CustomerRating, policy: Policy) -> dict[str, Any]:
    future = policy.future
    return {
        "figures": _list_figures(one, policy),
        "candidate": words.draw_class(one.candidate),
        "reason": words.write_reason(one, up_months=policy.brake.up_months, down_months=policy.brake.down_months),
        "criteria": _list_criteria(one),
        "indicators": _list_indicators(one, policy),
        "group": words.GROUPS[one.voltage_group],
        "stage": words.draw_stage(one.life_stage),
        "stage_text": _write_stage(policy),
        "years": [
            {
                "year": year.year,
                "margin_fen": round(year.margin_fen),
                "retained": year.retained,
                "discounted": year.discounted,
                "value_fen": round(year.value_fen),
            }
            for year in list_years(one.margin_fen, one.growth_e4, one.credit_grade, by=future)
        ],
        "assumptions": {
            _("Margin of 12 months (yuan)"): formats.fen(one.margin_fen),
            _("Growth a year"): formats.percent(words.scale(one.growth_e4, 4), 1),
            _("Growth at most, both ways"): formats.percent(words.scale(future.most_growth_e4, 4), 0),
            _("Kept each year"): formats.percent(future.retention[one.credit_grade], 0),
            _("Discount"): formats.percent(future.discount, 0),
            _("Policy"): policy.code,
        },
        "border": _describe_border(one),
        "field": words.FIELDS[find_field(one.value_class, one.credit_grade, terms=policy.grid).value],
    }


def _list_figures(one: CustomerRating, policy: Policy) -> list[Figure]:
    return [
        Figure(
            _("Value index"),
            formats.number(words.scale(one.index_e2), 1) if one.index_e2 >= 0 else formats.NONE,
            of="/ 100",
            context=_now("%(share)s of its weight known")
            % {"share": formats.percent(words.scale(one.coverage_e4, 4), 0)},
            ratio=max(one.index_e2, 0) / 10_000,
        ),
        Figure(
            _("Ranked by (yuan)"),
            formats.fen(one.ranked_fen),
            context=str(words.BASES[one.run.basis]),
        ),
        Figure(_("Margin of 12 months (yuan)"), formats.fen(one.margin_fen), context=_write_mark(one)),
        Figure(
            _("Future value (yuan)"),
            formats.fen(one.future_value_fen),
            context=_now("%(years)s years, %(discount)s discount")
            % {"years": policy.future.years, "discount": formats.percent(policy.future.discount, 0)},
        ),
    ]


def _write_mark(one: CustomerRating) -> str:
    return _now("price by policy: low margin is not low worth") if one.is_policy_priced else _now("as priced")


def _list_criteria(one: CustomerRating) -> list[dict[str, Any]]:
    found = []
    for criterion in Criterion:
        points, weight = one.criteria_e2[criterion], one.run.weights[criterion]
        found.append(
            {
                "name": words.CRITERIA[criterion.value],
                "weight": formats.percent(Decimal(weight), 1),
                "points": formats.number(words.scale(points), 1) if points is not None else "",
                "percent": f"{points / 100:.1f}" if points is not None else "0",
            }
        )
    return found


def _list_indicators(one: CustomerRating, policy: Policy) -> list[dict[str, Any]]:
    return [
        {
            "name": words.INDICATORS[at.value],
            "criterion": words.CRITERIA[get_criterion(at).value],
            "share": formats.percent(policy.shares[at], 0),
            "value": words.write_figure(at.value, one.figures[at]),
            "percentile": formats.number(words.scale(one.percentiles_e2[at]), 1)
            if one.percentiles_e2[at] is not None
            else "",
            "percent": f"{(one.percentiles_e2[at] or 0) / 100:.1f}",
        }
        for at in Indicator
    ]


def _describe_trade(one: CustomerRating, industry_code: str) -> str:
    """Return whose figure the growth of the trade is, or why it is not known."""
    figure, row = one.figures[Indicator.TRADE], find_trade(industry_code, on=one.run.month)
    if row is None:
        if figure is not None:
            return _now("Growth of the trade: the row that it was rated by is no longer there.")
        if not industry_code:
            return _now("Growth of the trade: the customer has no code of its trade.")
        return _now("Growth of the trade: nothing was loaded for trade %(code)s or a group above it.") % {
            "code": industry_code
        }
    values = {"code": row.code, "year": row.year, "source": row.source}
    if figure != row.growth_e4:
        return _now("Growth of the trade: trade %(code)s in %(year)s by %(source)s counts once it is rated anew.") % (
            values
        )
    return _now("Growth of the trade: trade %(code)s in %(year)s, by %(source)s.") % values


def _describe_border(one: CustomerRating) -> str:
    """Return how far the customer is from the class above it."""
    order = [code.value for code in CLASSES]
    above = order.index(one.candidate) - 1
    borders = one.run.borders
    if above < 0 or above >= len(borders) or borders[above] is None:
        return ""
    name = words.CLASSES[order[above]]
    return _now("%(class)s begins at %(amount)s yuan") % {"class": name, "amount": formats.fen(borders[above])}


def _write_stage(policy: Policy) -> str:
    life = policy.life
    return _now(
        "New below %(months)s months; growing from %(up)s and declining from %(down)s a year;"
        " dormant after %(silent)s months without energy; leaving when closed or asked for."
    ) % {
        "months": life.new_months,
        "up": formats.signed_percent(words.scale(life.growing_e4, 4), 0),
        "down": formats.signed_percent(words.scale(life.declining_e4, 4), 0),
        "silent": life.dormant_months,
    }


def _draw_course(rows: Sequence[CustomerRating]) -> Chart:
    months = list(reversed(rows))
    return Chart(
        labels=[formats.month(one.run.month) for one in months],
        series=[
            Series(_("Value index"), [one.index_e2 / 100 if one.index_e2 >= 0 else None for one in months], "line")
        ],
        description=_("Value index month by month"),
        label_name=_("Month"),
        decimals=1,
    )
