"""The list of ratings of the last month that was rated."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dianke.application import valuation
from dianke.application.listings import accounts as listings
from dianke.domain.valuation.queries import ratings as queries
from dianke.domain.valuation.rules.grid import find_field
from dianke.domain.valuation.rules.policy import GridTerms, get_policy
from dianke.domain.valuation.types import GRADES, ClassReason, GridField
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.filters import ChoiceFilter, UnitFilter
from dianke.interfaces.web.components.lists import Column, ListSpec, register
from dianke.interfaces.web.components.page import Crumb
from dianke.interfaces.web.components.row_addresses import address_row
from dianke.interfaces.web.customers.naming import hide_names
from dianke.interfaces.web.valuation import words
from dianke.kernel.clock import SystemClock
from dianke.kernel.money import fen_to_yuan
from dianke.platform.identity.types import Actor

_CUSTOMERS = 200
_CHANGES = {
    "CHANGED": _("changed this month"),
    "UP": _("rose this month"),
    "DOWN": _("fell this month"),
    ClassReason.WAITS.value: _("another class waits"),
    ClassReason.HELD.value: _("held by an appeal"),
}


def _rows(actor: Actor) -> QuerySet[Any]:
    return queries.filter_ratings(actor=actor, run=queries.get_last_run(actor=actor))


def _search(actor: Actor, rows: QuerySet[Any], text: str) -> tuple[QuerySet[Any], bool]:
    found = listings.find_seen_account_ids(actor=actor, text=text, limit=_CUSTOMERS)
    return rows.filter(customer__accounts__in=found).distinct(), len(found) >= _CUSTOMERS


def _narrow_change(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    if value in (ClassReason.WAITS.value, ClassReason.HELD.value):
        return rows.filter(reason=value)
    changed = rows.filter(is_changed=True)
    if value == "CHANGED":
        return changed
    order = list(words.CLASSES)
    pairs = [
        Q(previous_class=before, value_class=after)
        for before in order
        for after in order
        if (order.index(after) < order.index(before)) == (value == "UP") and after != before
    ]
    fitting = Q()
    for one in pairs:
        fitting |= one
    return changed.filter(fitting)


def grid_terms() -> GridTerms:
    """Return what counts as high today."""
    return get_policy(on=SystemClock().now().date()).grid


def _narrow_field(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    terms = grid_terms()
    fitting = Q(pk__in=[])
    for code in words.CLASSES:
        for grade in GRADES:
            if find_field(code, grade, terms=terms).value == value:
                fitting |= Q(value_class=code, credit_grade=grade)
    return rows.filter(fitting)


def _enrich(actor: Actor, rows: Sequence[Any]) -> None:
    hide_names(actor, rows)
    policy = get_policy(on=SystemClock().now().date())
    brake = policy.brake
    for one in rows:
        one.reason_text = words.write_reason(one, up_months=brake.up_months, down_months=brake.down_months)
        one.field = find_field(one.value_class, one.credit_grade, terms=policy.grid).value


RATINGS = register(
    ListSpec(
        name="valuation.ratings",
        title=_("Ratings of value"),
        url_name="web:value_ratings",
        right=valuation.VIEW,
        crumbs=[Crumb(_("Credit and value"))],
        rows=_rows,
        row_url=lambda one: address_row("web:value_customer", one.customer.number),
        sort="-ranked",
        columns=[
            Column("customer", _("Customer number"), lambda one: one.customer.number, css="n", width=14),
            Column("class", _("Class in force"), lambda one: words.draw_class(one.value_class)),
            Column("name", pgettext_lazy("customer", "Name"), lambda one: one.customer.name, css="nw", width=28),
            Column("candidate", _("Class of the pyramid"), lambda one: words.draw_class(one.candidate), is_shown=False),
            Column(
                "before",
                _("Class before"),
                lambda one: words.draw_class(one.previous_class) if one.previous_class else None,
                is_shown=False,
            ),
            Column(
                "ranked",
                _("Ranked by (yuan)"),
                lambda one: fen_to_yuan(one.ranked_fen),
                show=lambda one: formats.fen(one.ranked_fen),
                order=("ranked_fen",),
                css="num",
            ),
            Column(
                "margin",
                _("Margin of 12 months (yuan)"),
                lambda one: fen_to_yuan(one.margin_fen),
                show=lambda one: formats.fen(one.margin_fen),
                css="num",
                is_shown=False,
            ),
            Column(
                "revenue",
                _("Revenue of 12 months (yuan)"),
                lambda one: fen_to_yuan(one.revenue_fen),
                show=lambda one: formats.fen(one.revenue_fen),
                css="num",
                is_shown=False,
            ),
            Column(
                "index",
                _("Value index"),
                lambda one: words.scale(one.index_e2) if one.index_e2 >= 0 else None,
                show=lambda one: formats.number(words.scale(one.index_e2), 1) if one.index_e2 >= 0 else formats.NONE,
                css="num",
            ),
            Column(
                "coverage",
                _("Known"),
                lambda one: words.scale(one.coverage_e4, 4),
                show=lambda one: formats.percent(words.scale(one.coverage_e4, 4), 0),
                css="num",
            ),
            Column("stage", _("Stage of life"), lambda one: words.draw_stage(one.life_stage)),
            Column(
                "future",
                _("Future value (yuan)"),
                lambda one: fen_to_yuan(one.future_value_fen),
                show=lambda one: formats.fen(one.future_value_fen),
                css="num",
            ),
            Column("grade", pgettext_lazy("value", "Credit grade"), lambda one: one.credit_grade or None, css="n"),
            Column("field", _("Field of the grid"), lambda one: words.FIELDS[one.field], css="nw", is_shown=False),
            Column(
                "voltage", _("Voltage group"), lambda one: words.GROUPS[one.voltage_group], css="nw", is_shown=False
            ),
            Column(
                "policy",
                _("Price by policy"),
                lambda one: _("yes") if one.is_policy_priced else None,
                css="nw",
                is_shown=False,
            ),
            Column("reason", _("Why"), lambda one: one.reason_text, css="long", width=60),
            Column("unit", _("Unit"), lambda one: one.unit.name, css="nw", is_shown=False, width=18),
        ],
        filters=[
            ChoiceFilter("class", _("Class in force"), list(words.CLASSES.items()), lookup="value_class"),
            ChoiceFilter("candidate", _("Class of the pyramid"), list(words.CLASSES.items())),
            ChoiceFilter("change", _("Change"), list(_CHANGES.items()), apply=_narrow_change),
            ChoiceFilter("stage", _("Stage of life"), list(words.STAGES.items()), lookup="life_stage"),
            ChoiceFilter(
                "field",
                _("Field of the grid"),
                [(one.value, words.FIELDS[one.value]) for one in GridField],
                apply=_narrow_field,
            ),
            ChoiceFilter(
                "voltage",
                _("Voltage group"),
                [(str(code), name) for code, name in words.GROUPS.items()],
                lookup="voltage_group",
            ),
            ChoiceFilter(
                "policy",
                _("Price by policy"),
                [("1", _("by policy")), ("0", _("by the market"))],
                apply=lambda rows, value: rows.filter(is_policy_priced=value == "1"),
            ),
            UnitFilter(),
        ],
        search=_search,
        search_hint=_("Name, pinyin, account, meter, address"),
        enrich=_enrich,
        count=lambda count: _now("%(count)s customers rated") % {"count": count},
        empty_title=_("Nobody is rated yet"),
        empty_text=_("Every month all customers that are supplied are rated, once its bills are issued."),
        empty_found_title=_("No customer fits"),
        empty_found_text=_("Take a filter out to see more."),
        help=[
            _("Of the last month that was rated. The class follows from the pyramid, braked against flapping."),
            _("Known: the share of the index's weight that something is known of; nothing unknown counts as zero."),
            _("Homes and farms pay prices by policy: they are ranked at the neutral network price."),
        ],
        brief=("class", "name", "ranked", "stage"),
        purpose=words.PURPOSE,
        export_name="value-ratings",
    )
)
