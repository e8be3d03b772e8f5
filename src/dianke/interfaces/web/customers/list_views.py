"""The list of customers."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_GET

from dianke.application.listings import customers as listings
from dianke.domain.customers.types import AccountStatus, Importance, UsageClass
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.billing import words as billing_words
from dianke.interfaces.web.components.filters import ChoiceFilter, DateRangeFilter, TextFilter, UnitFilter
from dianke.interfaces.web.components.list_views import render_list
from dianke.interfaces.web.components.lists import Column, ListSpec, register
from dianke.interfaces.web.components.page import Crumb, Text
from dianke.interfaces.web.components.row_addresses import address_row
from dianke.interfaces.web.components.states import state_chip, state_label
from dianke.interfaces.web.customers import words
from dianke.interfaces.web.requests import StaffRequest
from dianke.kernel.clock import SystemClock
from dianke.platform.identity.types import Actor

_ANY = "ANY"


@require_GET
@page_right("archive.view")
def list_accounts(request: StaffRequest) -> HttpResponse:
    """List accounts, filtered, sorted, searched."""
    return render_list(request, ACCOUNTS)


def _rows(actor: Actor) -> QuerySet[Any]:
    return listings.list_rows(actor=actor)


def _search(actor: Actor, rows: QuerySet[Any], text: str) -> tuple[QuerySet[Any], bool]:
    return listings.narrow_to_text(actor=actor, rows=rows, text=text)


def _enrich(actor: Actor, rows: Sequence[Any]) -> None:
    listings.attach_places(actor=actor, rows=rows, on=SystemClock().now().date())


def _narrow_importance(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    if value == _ANY:
        return rows.exclude(customer__importance=Importance.NONE.value)
    return rows.filter(customer__importance=value)


def _narrow_marks(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    kind = "" if value == _ANY else value
    return listings.narrow_to_mark(rows=rows, kind=kind, on=SystemClock().now().date())


def _narrow_place(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    return listings.narrow_to_place(rows=rows, text=value)


def _name_class(account: Any) -> Text:
    code: str = account.usage_class
    return billing_words.USAGE_CLASSES.get(code, code)


def _name_importance(account: Any) -> Text:
    level: str = account.customer.importance
    return "" if level == Importance.NONE.value else words.IMPORTANCES[level]


def _name_value(account: Any) -> Text:
    return words.VALUE_CLASSES.get(account.customer.value_class, "")


def _name_marks(account: Any) -> str:
    return _now(", ").join(str(words.MARKS[kind]) for kind in account.mark_kinds)


ACCOUNTS = register(
    ListSpec(
        name="customers.accounts",
        title=_("Customer list"),
        url_name="web:customers",
        right="archive.view",
        crumbs=[Crumb(_("Customers"))],
        rows=_rows,
        row_url=lambda account: address_row("web:customer_account", account.number),
        sort="number",
        columns=[
            Column("number", _("Account"), lambda account: account.number, order=("number",), css="n", width=13),
            Column(
                "name",
                pgettext_lazy("customer", "Name"),
                lambda account: account.customer.name,
                order=("customer__name_pinyin",),
                width=30,
            ),
            Column("class", _("Class"), _name_class, css="nw"),
            Column("address", _("Address"), lambda account: account.address, width=40),
            Column("unit", _("Unit"), lambda account: account.unit.name, css="nw", width=20),
            Column("state", _("State"), lambda account: state_chip("account", account.status), width=10),
            Column("opened", _("Opened"), lambda account: account.opened_date, order=("opened_date",), css="n"),
            Column("kind", _("Kind"), lambda account: words.KINDS[account.customer.kind], css="nw", is_shown=False),
            Column("customer", _("Customer number"), lambda account: account.customer.number, css="n", is_shown=False),
            Column("short_name", _("Short name"), lambda account: account.customer.short_name, is_shown=False),
            Column("importance", _("Importance"), _name_importance, css="nw", is_shown=False, width=20),
            Column("value", pgettext_lazy("value", "Class"), _name_value, css="nw", is_shown=False, width=14),
            Column(
                "credit",
                pgettext_lazy("grade", "Credit"),
                lambda account: account.customer.credit_grade,
                css="nw",
                is_shown=False,
                width=8,
            ),
            Column("marks", _("Marks"), _name_marks, is_shown=False, width=24),
            Column("feeder", _("Feeder"), lambda account: account.feeder_name, css="nw", is_shown=False, width=24),
            Column("area", _("Transformer area"), lambda account: account.area_name, css="nw", is_shown=False),
            Column(
                "household",
                _("Persons of the household"),
                lambda account: account.household_size or None,
                css="num",
                is_shown=False,
            ),
            Column("closed", _("Closed on"), lambda account: account.closed_date, css="n", is_shown=False),
        ],
        filters=[
            ChoiceFilter(
                "class",
                _("Class"),
                [(own.value, billing_words.USAGE_CLASSES[own.value]) for own in UsageClass],
                lookup="usage_class",
            ),
            ChoiceFilter(
                "state",
                _("State"),
                lambda actor: [(own.value, state_label("account", own.value)) for own in AccountStatus],
                lookup="status",
            ),
            ChoiceFilter("kind", _("Kind"), list(words.KINDS.items()), lookup="customer__kind"),
            UnitFilter(),
            ChoiceFilter(
                "importance",
                _("Importance"),
                [(_ANY, _("any level")), *((code, word) for code, word in words.IMPORTANCES.items() if code != "NONE")],
                apply=_narrow_importance,
            ),
            ChoiceFilter(
                "value",
                pgettext_lazy("value", "Class"),
                list(words.VALUE_CLASSES.items()),
                lookup="customer__value_class",
            ),
            ChoiceFilter(
                "credit",
                pgettext_lazy("grade", "Credit"),
                [(grade, grade) for grade in words.CREDIT_GRADES],
                lookup="customer__credit_grade",
            ),
            ChoiceFilter("mark", _("Marks"), [(_ANY, _("any mark")), *words.MARKS.items()], apply=_narrow_marks),
            TextFilter("place", _("Feeder or area"), _narrow_place, hint=_("Code, or a part of the name")),
            DateRangeFilter("opened", _("Opened"), lookup="opened_date"),
        ],
        search=_search,
        search_hint=_("Name, pinyin, account, meter, phone, address"),
        enrich=_enrich,
        count=lambda count: _now("%(count)s accounts") % {"count": count},
        empty_title=_("No customer yet"),
        empty_text=_("Customers come in by entry at the counter or by a load of files."),
        empty_found_title=_("Nobody fits"),
        empty_found_text=_("Two characters of a name suffice; pinyin, numbers, phones and addresses are searched too."),
        help=[
            _("Every account of your units. A row opens the customer's page."),
            _("Two characters of a name or its pinyin suffice; numbers, phones and addresses are found too."),
            _("Chips narrow the list; several hold together. Filters, order and columns can be saved as a view."),
            _("An export holds what is shown, carries your name and a number, and is entered in the trail."),
        ],
        brief=("name", "class", "address", "state"),
        reads=(
            "id",
            "number",
            "usage_class",
            "status",
            "opened_date",
            "closed_date",
            "household_size",
            "customer__name",
            "customer__kind",
            "customer__number",
            "customer__short_name",
            "customer__importance",
            "customer__value_class",
            "customer__credit_grade",
            "unit__name",
        ),
        export_name="customers",
    )
)
