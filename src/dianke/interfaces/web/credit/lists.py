"""The lists of credit: grades of the last run, facts, notices of lower grades, objections."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dianke.application import credit
from dianke.application.credit.masking import is_masked, list_accusing_items
from dianke.application.listings import accounts as listings
from dianke.domain.credit.models import CustomerFact
from dianke.domain.credit.queries import facts as fact_queries
from dianke.domain.credit.queries import scores as queries
from dianke.domain.credit.queries.policies import get_policy
from dianke.domain.credit.types import CreditKind, FactSource, FactState, NoticeState, ObjectionState
from dianke.domain.customers.models import CustomerAccount
from dianke.interfaces.web.components.filters import ChoiceFilter, DateRangeFilter, UnitFilter
from dianke.interfaces.web.components.lists import Column, ListSpec, register
from dianke.interfaces.web.components.page import Chip, Crumb
from dianke.interfaces.web.components.row_addresses import address_row
from dianke.interfaces.web.components.states import state_chip
from dianke.interfaces.web.credit import words
from dianke.interfaces.web.customers.naming import hide_names
from dianke.interfaces.web.people import Names
from dianke.platform.identity.types import Actor

_CUSTOMERS = 200
_GROUP = Crumb(_("Credit and value"))
_PURPOSE = pgettext_lazy("purpose", "judging credit, and measures by grade")


def _search(actor: Actor, rows: QuerySet[Any], text: str) -> tuple[QuerySet[Any], bool]:
    found = listings.find_seen_account_ids(actor=actor, text=text, limit=_CUSTOMERS)
    accounts = CustomerAccount.objects.for_actor(actor).filter(pk__in=found)
    return rows.filter(customer_id__in=list(accounts.values_list("customer_id", flat=True))), len(found) >= _CUSTOMERS


def _narrow_change(rows: QuerySet[Any], change: str) -> QuerySet[Any]:
    if change == "NEW":
        return rows.filter(grade_before="")
    return rows.filter(steps__lt=0) if change == "LOWER" else rows.filter(steps__gt=0)


def _write_change(one: Any) -> str | None:
    if not one.grade_before or one.grade_before == one.grade:
        return None
    return f"{one.grade_before} → {one.grade}"


def _write_item(place: int, code: str, one: Any) -> Any:
    if one.kind != CreditKind.POWER.value:
        return None
    return words.HIDDEN if code in one.masked_items else words.scale(one.items_e2[place])


def _hide_scores(actor: Actor, rows: Sequence[Any]) -> None:
    """Hide names, and the points of items that say as much as the facts which accuse."""
    hide_names(actor, rows)
    # All of one run, so of one day.
    hidden = list_accusing_items(get_policy(on=rows[0].as_of_date), CreditKind.POWER) if rows else frozenset()
    for one in rows:
        one.masked_items = frozenset() if actor.may(credit.SENSITIVE, one.unit.path) else hidden


SCORES = register(
    ListSpec(
        name="credit.scores",
        title=_("Credit grades"),
        url_name="web:credit",
        right=credit.VIEW,
        crumbs=[_GROUP],
        rows=lambda actor: queries.filter_scores(actor=actor),
        row_url=lambda one: address_row("web:credit_customer", one.customer.number),
        sort="score",
        columns=[
            Column("customer", _("Customer"), lambda one: one.customer.number, css="n", width=16),
            Column("grade", pgettext_lazy("credit", "Grade"), lambda one: words.draw_grade(one.grade)),
            Column("name", pgettext_lazy("customer", "Name"), lambda one: one.customer.name, width=28),
            Column(
                "score",
                pgettext_lazy("credit", "Score"),
                lambda one: words.scale(one.score_e2),
                show=lambda one: words.write_points(words.scale(one.score_e2)),
                order=("score_e2",),
                css="num",
            ),
            Column("change", pgettext_lazy("credit", "Change"), _write_change, css="nw", width=14),
            Column("kind", _("Kind"), lambda one: words.KINDS[one.kind], css="nw"),
            *(
                Column(
                    f"item_{code}",
                    words.ITEMS[code],
                    partial(_write_item, place, code),
                    css="num",
                    is_shown=False,
                )
                for place, code in enumerate(("commercial", "safety", "law", "cooperation", "management", "growth"))
            ),
            Column("unit", _("Unit"), lambda one: one.unit.name, css="nw", width=18),
        ],
        filters=[
            ChoiceFilter("grade", pgettext_lazy("credit", "Grade"), [(one, one) for one in words.GRADES]),
            ChoiceFilter(
                "change", pgettext_lazy("credit", "Change"), list(words.CHANGES.items()), apply=_narrow_change
            ),
            ChoiceFilter("kind", _("Kind"), list(words.KINDS.items())),
            UnitFilter(),
        ],
        search=_search,
        search_hint=_("Name, pinyin, account, meter, address"),
        enrich=_hide_scores,
        count=lambda count: _now("%(count)s customers") % {"count": count},
        empty_title=_("No customer was scored yet"),
        empty_text=_("On the first night of a month every customer is scored from its facts, as of the month's end."),
        empty_found_title=_("No customer fits"),
        empty_found_text=_("Take a filter out to see more."),
        help=[
            _("Scores of the last monthly run; facts added since then show on the customer's page."),
            _("The grade comes from facts by the table of points; it is not the statistical risk of late payment."),
        ],
        brief=("grade", "name", "score", "change"),
        purpose=_PURPOSE,
        export_name="credit",
    )
)


def _narrow_fact_state(rows: QuerySet[Any], state: str) -> QuerySet[Any]:
    asked = Q(state=FactState.STANDING.value) & ~Q(withdrawal_asked_by="")
    if state == "WAITING":
        return rows.filter(Q(state=FactState.PROPOSED.value) | asked)
    return rows.filter(state=state)


def _narrow_by_actor(actor: Actor, rows: Sequence[CustomerFact]) -> None:
    hide_names(actor, rows)
    names = Names([one.entered_by for one in rows])
    for one in rows:
        one.masked = is_masked(actor, one.type, one.unit.path)  # type: ignore[attr-defined]
        one.words = words.write_fact(actor, one.type, one.unit.path)  # type: ignore[attr-defined]
        one.entered_name = names.of(one.entered_by)  # type: ignore[attr-defined]


def draw_fact_state(one: CustomerFact) -> Chip:
    """Return the chip of a fact: that its withdrawal waits, else its state."""
    is_asked = one.state == FactState.STANDING.value and bool(one.withdrawal_asked_by)
    return state_chip("credit.fact", "ASKED" if is_asked else one.state)


_FACT_STATES = [
    ("WAITING", _("Waits for a second person")),
    *((one.value, state_chip("credit.fact", one.value).label) for one in FactState),
]

FACTS = register(
    ListSpec(
        name="credit.facts",
        title=_("Facts about customers"),
        url_name="web:credit_facts",
        right=credit.VIEW,
        crumbs=[_GROUP],
        rows=lambda actor: fact_queries.filter_facts(actor=actor),
        row_url=lambda one: address_row("web:credit_fact", one.pk),
        sort="-entered",
        columns=[
            Column("number", pgettext_lazy("credit", "Fact"), lambda one: one.number, css="n", width=14),
            Column("state", _("State"), draw_fact_state),
            Column("type", pgettext_lazy("credit", "What"), lambda one: one.words, css="nw", width=28),
            Column("customer", _("Customer"), lambda one: one.customer.number, css="n", width=16),
            Column("name", pgettext_lazy("customer", "Name"), lambda one: one.customer.name, width=28),
            Column("on", _("On"), lambda one: None if one.masked else one.on_date, css="n"),
            Column(
                "until", pgettext_lazy("credit", "Until"), lambda one: None if one.masked else one.until_date, css="n"
            ),
            Column(
                "value",
                pgettext_lazy("credit", "Value"),
                lambda one: None if one.masked else one.value,
                show=lambda one: "–" if one.masked or one.value is None else words.write_points(one.value),
                css="num",
                is_shown=False,
            ),
            Column("source", _("Source"), lambda one: words.SOURCES[one.source], css="nw"),
            Column("by", _("Entered by"), lambda one: one.entered_name, css="nw", width=14),
            Column("entered", _("Entered at"), lambda one: one.entered_at, order=("entered_at",), css="n", width=18),
            Column("unit", _("Unit"), lambda one: one.unit.name, css="nw", is_shown=False, width=18),
        ],
        filters=[
            ChoiceFilter("state", _("State"), _FACT_STATES, apply=_narrow_fact_state),
            ChoiceFilter("type", pgettext_lazy("credit", "What"), words.list_fact_choices),
            ChoiceFilter("source", _("Source"), [(one.value, words.SOURCES[one.value]) for one in FactSource]),
            DateRangeFilter("entered", _("Entered at"), lookup="entered_at__date"),
            UnitFilter(),
        ],
        search=_search,
        search_hint=_("Name, pinyin, account, meter, address"),
        enrich=_narrow_by_actor,
        count=lambda count: _now("%(count)s facts") % {"count": count},
        empty_title=_("No fact yet"),
        empty_text=_("Facts come from files, from people and from other parts of the work; arrears from the books."),
        empty_found_title=_("No fact fits"),
        empty_found_text=_("Take a filter out to see more."),
        help=[
            _("What moves the credit score counts only when a second person confirms it."),
            _("A fact is never edited: a wrong one is withdrawn, and the score is computed again."),
            _("Facts that accuse are masked from who lacks the right to see them."),
        ],
        brief=("state", "type", "name", "on"),
        purpose=_PURPOSE,
        export_name="credit-facts",
    )
)

NOTICES = register(
    ListSpec(
        name="credit.notices",
        title=_("Lower grades to be told"),
        url_name="web:credit_notices",
        right=credit.VIEW,
        crumbs=[_GROUP],
        rows=lambda actor: queries.filter_notices(actor=actor),
        row_url=lambda one: address_row("web:credit_customer", one.customer.number),
        sort="-made",
        columns=[
            Column("customer", _("Customer"), lambda one: one.customer.number, css="n", width=16),
            Column("state", _("State"), lambda one: state_chip("credit.notice", one.state)),
            Column("name", pgettext_lazy("customer", "Name"), lambda one: one.customer.name, width=28),
            Column("change", pgettext_lazy("credit", "Change"), _write_change, css="nw", width=14),
            Column("as_of", _("As of"), lambda one: one.as_of_date, css="n"),
            Column("told", _("Told on"), lambda one: one.told_on, css="n"),
            Column("until", _("May object until"), lambda one: one.objection_until, css="n"),
            Column(
                "made", _("Made at"), lambda one: one.made_at, order=("made_at",), css="n", is_shown=False, width=18
            ),
            Column("unit", _("Unit"), lambda one: one.unit.name, css="nw", width=18),
        ],
        filters=[
            ChoiceFilter(
                "state",
                _("State"),
                [(one.value, state_chip("credit.notice", one.value).label) for one in NoticeState],
            ),
            ChoiceFilter("grade", pgettext_lazy("credit", "Grade"), [(one, one) for one in words.GRADES[1:]]),
            DateRangeFilter("made", _("Made at"), lookup="made_at__date"),
            UnitFilter(),
        ],
        search=_search,
        search_hint=_("Name, pinyin, account, meter, address"),
        enrich=hide_names,
        count=lambda count: _now("%(count)s notices") % {"count": count},
        empty_title=_("Nobody's grade fell"),
        empty_text=_("When a grade falls, the customer must be told with the reason and may object for some days."),
        empty_found_title=_("No notice fits"),
        empty_found_text=_("Take a filter out to see more."),
        help=[_("The days to object run from the day on which the customer was told, not from the run.")],
        brief=("state", "name", "change", "until"),
        purpose=_PURPOSE,
        export_name="credit-notices",
    )
)

OBJECTIONS = register(
    ListSpec(
        name="credit.objections",
        title=_("Objections against grades"),
        url_name="web:credit_objections",
        right=credit.VIEW,
        crumbs=[_GROUP],
        rows=lambda actor: queries.filter_objections(actor=actor),
        row_url=lambda one: address_row("web:credit_objection", one.pk),
        sort="-filed",
        columns=[
            Column("number", pgettext_lazy("credit", "Objection"), lambda one: one.number, css="n", width=14),
            Column("state", _("State"), lambda one: state_chip("credit.objection", one.state)),
            Column("name", pgettext_lazy("customer", "Name"), lambda one: one.customer.name, width=28),
            Column("customer", _("Customer"), lambda one: one.customer.number, css="n", width=16),
            Column("grade", _("Grade objected to"), lambda one: words.draw_grade(one.grade_before)),
            Column("due", _("Answer due"), lambda one: one.due_at, css="n", width=18),
            Column("after", _("Grade after"), lambda one: one.grade_after or None, css="n"),
            Column("filed", _("Filed at"), lambda one: one.filed_at, order=("filed_at",), css="n", width=18),
            Column("unit", _("Unit"), lambda one: one.unit.name, css="nw", is_shown=False, width=18),
        ],
        filters=[
            ChoiceFilter(
                "state",
                _("State"),
                [(one.value, state_chip("credit.objection", one.value).label) for one in ObjectionState],
            ),
            DateRangeFilter("filed", _("Filed at"), lookup="filed_at__date"),
            UnitFilter(),
        ],
        search=_search,
        search_hint=_("Name, pinyin, account, meter, address"),
        enrich=hide_names,
        count=lambda count: _now("%(count)s objections") % {"count": count},
        empty_title=_("Nobody objects"),
        empty_text=_("Objections of customers against their grade are taken on the customer's page."),
        empty_found_title=_("No objection fits"),
        empty_found_text=_("Take a filter out to see more."),
        help=[
            _("Who took an objection does not answer it."),
            _("An objection that is right withdraws facts, and the grade is computed again; no grade is edited."),
        ],
        brief=("state", "name", "grade", "due"),
        purpose=_PURPOSE,
        export_name="credit-objections",
    )
)
