"""Accounts under fee control as a list: how far they are, what is left, how old that is."""

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

from dianke.application import fee_control
from dianke.application.listings import accounts as listings
from dianke.domain.fee_control.queries import accounts as queries
from dianke.domain.fee_control.types import ControlState
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.filters import ChoiceFilter, UnitFilter
from dianke.interfaces.web.components.lists import Column, ListSpec, register
from dianke.interfaces.web.components.page import Crumb
from dianke.interfaces.web.components.row_addresses import address_row
from dianke.interfaces.web.components.states import state_chip
from dianke.interfaces.web.fee_control import words
from dianke.kernel.clock import SystemClock
from dianke.kernel.money import fen_to_yuan
from dianke.platform.identity.types import Actor

_CUSTOMERS = 200
_WEEK = 7
_FEW_DAYS = 3
_BALANCES = [("below", _("Below zero")), ("low", _("Below 50 yuan")), ("held", _("50 yuan and more"))]
_FIFTY_YUAN_FEN = 5_000
_LEFT = [("3", _("3 days or fewer")), ("7", _("7 days or fewer"))]


def search_accounts(actor: Actor, rows: QuerySet[Any], text: str) -> tuple[QuerySet[Any], bool]:
    """Return the rows of accounts that a text finds."""
    found = listings.find_account_ids(actor=actor, text=text, limit=_CUSTOMERS)
    return rows.filter(account_id__in=found), len(found) >= _CUSTOMERS


def _narrow_balance(rows: QuerySet[Any], code: str) -> QuerySet[Any]:
    if code == "below":
        return rows.filter(balance_fen__lt=0)
    if code == "low":
        return rows.filter(balance_fen__gte=0, balance_fen__lt=_FIFTY_YUAN_FEN)
    return rows.filter(balance_fen__gte=_FIFTY_YUAN_FEN)


def _narrow_left(rows: QuerySet[Any], code: str) -> QuerySet[Any]:
    return rows.filter(days_left__lte=_FEW_DAYS if code == "3" else _WEEK)


def describe_age(days: int | None) -> str:
    """Return how old the reading behind a balance is, in words; nothing where nothing was read."""
    if days is None:
        return _now("never read")
    return ngettext("%(days)d day old", "%(days)d days old", days) % {"days": days} if days else _now("of today")


def _age(one: Any) -> int | None:
    today = timezone.localdate(SystemClock().now())
    return (today - one.last_reading_date).days if one.last_reading_date else None


ACCOUNTS = register(
    ListSpec(
        name="fee_control.accounts",
        title=_("Accounts under fee control"),
        url_name="web:fee_control_accounts",
        right=fee_control.VIEW,
        crumbs=[Crumb(_("Fee control"))],
        rows=lambda actor: queries.filter_controlled(actor=actor),
        row_url=lambda one: address_row("web:fee_control_account", one.account.number),
        sort="balance",
        columns=[
            Column("number", _("Account"), lambda one: one.account.number, css="n", width=14),
            Column("state", _("State"), lambda one: state_chip("fee_control.account", one.state)),
            Column("name", pgettext_lazy("customer", "Name"), lambda one: one.account.customer.name, width=28),
            Column(
                "balance",
                _("Running balance (yuan)"),
                lambda one: None if one.balance_fen is None else fen_to_yuan(one.balance_fen),
                show=lambda one: "–" if one.balance_fen is None else formats.fen(one.balance_fen),
                order=("balance_fen",),
                css="num",
            ),
            Column("left", _("Days left"), lambda one: one.days_left, css="num"),
            Column(
                "age",
                _("Reading"),
                _age,
                show=lambda one: describe_age(_age(one)),
                css="nw",
            ),
            Column(
                "kind",
                pgettext_lazy("fee control", "Agreement"),
                lambda one: words.AGREEMENT_KINDS[one.agreement.kind] if one.agreement else None,
                css="nw",
            ),
            Column("since", pgettext_lazy("fee control", "In this state since"), lambda one: one.since_at, css="n"),
            Column("unit", _("Unit"), lambda one: one.unit.name, css="nw", is_shown=False, width=18),
        ],
        filters=[
            ChoiceFilter(
                "state",
                _("State"),
                [(one.value, state_chip("fee_control.account", one.value).label) for one in ControlState],
            ),
            ChoiceFilter("balance", _("Running balance"), _BALANCES, apply=_narrow_balance),
            ChoiceFilter("left", _("Days left"), _LEFT, apply=_narrow_left),
            UnitFilter(),
        ],
        search=search_accounts,
        search_hint=_("Name, pinyin, account, meter, address"),
        count=lambda count: _now("%(count)s accounts") % {"count": count},
        empty_title=_("No account is under fee control"),
        empty_text=_("An agreement that a second person approved puts an account under control."),
        empty_found_title=_("No account fits"),
        empty_found_text=_("Take a filter out to see more."),
        help=[
            _("The balance is what is held, less open bills and late fees, less what runs since the last bill."),
            _("It is taken anew every night; how old its reading is stands beside it."),
        ],
        brief=("state", "name", "balance", "left", "age"),
        export_name="fee-control",
    )
)
