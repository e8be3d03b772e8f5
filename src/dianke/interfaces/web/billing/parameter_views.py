"""What the review measures by: every value in force for a class and a unit on a day, with its source."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from dianke.domain.billing.models import ReviewParameter, ReviewParameterProposal
from dianke.domain.billing.queries import review_parameters as queries
from dianke.domain.billing.queries.review_parameters import RuleInForce, ValueInForce
from dianke.domain.billing.rules.review.causes import CAUSES
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.billing import parameter_words, review_words, words
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.filters import FilterChip
from dianke.interfaces.web.components.page import Crumb, Page, Text
from dianke.interfaces.web.components.states import state_chip
from dianke.interfaces.web.people import Names
from dianke.interfaces.web.regulations import Regulation, get_regulation
from dianke.interfaces.web.requests import StaffRequest
from dianke.kernel.clock import SystemClock
from dianke.platform.identity.types import Actor
from dianke.platform.org import queries as org
from dianke.platform.org.models import Unit

_EARLIEST = date(2000, 1, 1)


@dataclass(frozen=True, slots=True)
class DrawnValue:
    """A value in words, who set it, and the classes that have another."""

    name: str
    text: str
    setter: ReviewParameter | None
    setter_name: str
    is_of_class: bool
    elsewhere: list[tuple[Text, str]]


@dataclass(frozen=True, slots=True)
class DrawnRule:
    """A rule as its row shows it."""

    code: str
    name: str
    rule: str
    since: date
    source: str
    regulations: list[Regulation]
    values: list[DrawnValue]
    is_off: bool
    others: list[str]


@require_GET
@page_right("billing.view")
def show_parameters(request: StaffRequest) -> HttpResponse:
    """Show the parameters of the review in force for a class of use and a unit on a day."""
    units = list_reached_units(request.actor)
    unit = next((one for one in units if one.code == request.GET.get("unit")), units[0] if units else None)
    chosen = request.GET.get("class", "")
    chosen = chosen if chosen in words.USAGE_CLASSES else ""
    today = SystemClock().now().date()
    on = _read_day(request.GET.get("on", "")) or today
    rows = queries.list_parameters(unit=unit) if unit else []
    waiting = queries.list_open_proposals(actor=request.actor)
    decided = queries.list_decided_proposals(actor=request.actor)
    names = Names(
        [row.set_by for row in rows]
        + [one.proposed_by for one in (*waiting, *decided)]
        + [one.decided_by for one in decided]
    )
    kept = {"unit": unit.code if unit and unit is not units[0] else "", "on": "" if on == today else on.isoformat()}
    values = {
        "page": _head(unit),
        "rules": _draw_rules(rows, chosen, on, names),
        "changes": [_draw_change(row, names) for row in reversed(rows)],
        "waiting": [_draw_proposal(one, names) for one in waiting],
        "decided": [_draw_proposal(one, names) for one in decided],
        "may_propose": request.actor.may("billing.set_review"),
        "classes": _class_chips(chosen, kept),
        "chosen": chosen,
        "units": units,
        "unit": unit,
        "on": on,
        "is_narrowed": bool(chosen or any(kept.values())),
    }
    return render(request, "billing/review_parameters.html", values)


def list_reached_units(actor: Actor) -> list[Unit]:
    """Return the units that a right of the actor reaches, parents first."""
    reached = actor.list_unit_paths()
    return [unit for unit in org.list_units(actor=actor) if any(unit.path.startswith(path) for path in reached)]


def _read_day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return max(day, _EARLIEST)


def _draw_rules(rows: Sequence[ReviewParameter], chosen: str, on: date, names: Names) -> list[DrawnRule]:
    by_class = {}
    if not chosen:
        by_class = {one: queries.list_rules(rows=rows, usage_class=one, on=on) for one in words.USAGE_CLASSES}
    drawn = []
    for at, rule in enumerate(queries.list_rules(rows=rows, usage_class=chosen, on=on)):
        beside = {one: rules[at] for one, rules in by_class.items()}
        drawn.append(_draw_rule(rule, beside, names))
    return drawn


def _draw_rule(rule: RuleInForce, beside: dict[str, RuleInForce], names: Names) -> DrawnRule:
    source, cited = parameter_words.write_source(rule.block.source)
    values = [
        _draw_value(one, [(code, other.values[at]) for code, other in beside.items()], names)
        for at, one in enumerate(rule.values)
    ]
    switch = next(one for one in rule.values if one.name == "is_on")
    return DrawnRule(
        code=rule.code,
        name=review_words.name_cause(rule.code),
        rule=CAUSES[rule.code].rule,
        since=rule.block.from_date,
        source=source,
        regulations=[get_regulation(one) for one in cited],
        values=[one for one, value in zip(values, rule.values, strict=True) if _is_shown(value)],
        is_off=not switch.value,
        others=[
            _("other defaults from %(day)s") % {"day": formats.day(other.from_date)} for other in rule.others
        ],
    )  # fmt: skip


def _is_shown(value: ValueInForce) -> bool:
    """Tell whether a value says something: that a rule is in use does not, unless somebody decided it."""
    return value.name != "is_on" or value.row is not None


def _draw_value(one: ValueInForce, beside: Sequence[tuple[str, ValueInForce]], names: Names) -> DrawnValue:
    return DrawnValue(
        name=parameter_words.name_value(one.name),
        text=parameter_words.write_value(one.name, one.value),
        setter=one.row,
        setter_name=names.of(one.row.set_by) if one.row else "",
        is_of_class=one.is_of_class,
        elsewhere=[
            (words.USAGE_CLASSES[code], parameter_words.write_value(other.name, other.value))
            for code, other in beside
            if other.value != one.value
        ],
    )


def _draw_values(row: ReviewParameter | ReviewParameterProposal) -> dict[str, Any]:
    return {
        "row": row,
        "name": review_words.name_cause(row.code),
        "usage_class": words.USAGE_CLASSES.get(row.usage_class, _("All classes")),
        "values": [
            (parameter_words.name_value(name), parameter_words.write_value(name, value))
            for name, value in row.values.items()
        ],
    }


def _draw_change(row: ReviewParameter, names: Names) -> dict[str, Any]:
    return {**_draw_values(row), "set_by": names.of(row.set_by)}


def _draw_proposal(one: ReviewParameterProposal, names: Names) -> dict[str, Any]:
    return {
        **_draw_values(one),
        "chip": state_chip("review_proposal", one.state, quiet=True),
        "proposer": names.of(one.proposed_by),
        "decider": names.of(one.decided_by) if one.decided_by else "",
    }


def _class_chips(chosen: str, kept: dict[str, str]) -> list[FilterChip]:
    address = reverse("web:bill_review_parameters")

    def link(value: str) -> str:
        query = urlencode({name: one for name, one in {"class": value, **kept}.items() if one})
        return f"{address}?{query}" if query else address

    chips = [FilterChip(_("All classes"), link(""), active=not chosen)]
    return chips + [FilterChip(name, link(code), active=code == chosen) for code, name in words.USAGE_CLASSES.items()]


def _head(unit: Unit | None) -> Page:
    title = _("What the review measures by")
    return Page(
        title=title,
        facts=[unit.name] if unit else [],
        crumbs=[Crumb(_("Billing")), Crumb(_("Bill runs"), reverse("web:bill_runs")), Crumb(title)],
        menu_url=reverse("web:bill_runs"),
        help=[
            _("Each rule of the review with the values in force on a day, and where they come from."),
            _("A unit may set its own values from a day on; they hold below it, a narrower unit before a wider one."),
            _("One person proposes, another approves; until then the values measure nothing."),
            _("A run is measured by what is in force on the first day of its period."),
        ],
    )
