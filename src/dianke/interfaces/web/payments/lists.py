"""Lists of payments: all of them, and the money that nobody knows."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_GET

from dianke.application import counter
from dianke.application.listings import accounts as listings
from dianke.domain.channels.queries.shifts import list_moved_to
from dianke.domain.customers.models import CustomerAccount
from dianke.domain.receivables.models import Payer
from dianke.domain.receivables.queries import payments as queries
from dianke.domain.receivables.types import Channel, Tender
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.filters import ChoiceFilter, DateRangeFilter, TextFilter, UnitFilter
from dianke.interfaces.web.components.list_views import render_list
from dianke.interfaces.web.components.lists import Column, ListSpec, register
from dianke.interfaces.web.components.page import Crumb
from dianke.interfaces.web.components.row_addresses import address_row
from dianke.interfaces.web.components.states import state_chip
from dianke.interfaces.web.payments.payment_views import find_state
from dianke.interfaces.web.payments.words import CHANNELS, TENDERS
from dianke.interfaces.web.people import Names
from dianke.interfaces.web.requests import StaffRequest
from dianke.kernel.clock import SystemClock, to_shanghai
from dianke.kernel.money import fen_to_yuan
from dianke.platform.identity.types import Actor

_CUSTOMERS = 200


@require_GET
@page_right(counter.VIEW)
def list_payments(request: StaffRequest) -> HttpResponse:
    """List the payments, newest first."""
    return render_list(request, PAYMENTS)


@require_GET
@page_right(counter.VIEW)
def list_suspense(request: StaffRequest) -> HttpResponse:
    """List the money that nobody knows, oldest first."""
    return render_list(request, SUSPENSE)


def _enrich(actor: Actor, rows: Sequence[Any]) -> None:
    keys = {row.current_account_id for row in rows if row.current_account_id is not None}
    found = CustomerAccount.objects.for_actor(actor).filter(pk__in=keys).select_related("customer")
    accounts = {account.pk: account for account in found}
    names = Names(row.received_by for row in rows)
    payer_ids = {row.payer_id for row in rows if row.payer_id is not None}
    payers = dict(Payer.objects.for_actor(actor).filter(pk__in=payer_ids).values_list("pk", "name"))
    today = to_shanghai(SystemClock().now()).date()
    for row in rows:
        account = accounts.get(row.current_account_id)
        payer = payers.get(row.payer_id)
        row.account_number = account.number if account else None
        row.customer_name = account.customer.name if account else payer
        row.cashier_name = names.of(row.received_by)
        row.days_waiting = (today - row.paid_on).days


def _search(actor: Actor, rows: QuerySet[Any], text: str) -> tuple[QuerySet[Any], bool]:
    key = queries.find_key(text)
    if key is not None:
        return rows.filter(pk=key), False
    # Every channel by name, for the index begins with it.
    by_number = rows.filter(channel__in=list(CHANNELS), external_number=text)
    if by_number.exists():
        return by_number, False
    found = listings.find_account_ids(actor=actor, text=text, limit=_CUSTOMERS)
    moved = list_moved_to(actor=actor, account_ids=found)
    return rows.filter(Q(customer_account_id__in=found) | Q(pk__in=moved)), len(found) >= _CUSTOMERS


def _narrow_state(rows: QuerySet[Any], state: str) -> QuerySet[Any]:
    if state == "REVERSED":
        return rows.filter(is_reversed=True)
    # The plain column first, for it has an index: what came for an account is in no suspense.
    in_suspense = Q(customer_account_id=None, current_account_id=None, payer=None)
    rows = rows.filter(is_reversed=False)
    return rows.filter(in_suspense) if state == "SUSPENSE" else rows.exclude(in_suspense)


def _narrow_cashier(rows: QuerySet[Any], login: str) -> QuerySet[Any]:
    return rows.filter(received_by=login)


def _amount(row: Any) -> str:
    return formats.fen(row.amount_fen)


_NUMBER = Column(
    "number", pgettext_lazy("payment", "Payment"), lambda row: row.number, order=("id",), css="n", width=20
)
_CUSTOMER = Column("customer", pgettext_lazy("customer", "Name"), lambda row: row.customer_name, width=24)
_ACCOUNT = Column("account", _("Account"), lambda row: row.account_number, css="n", width=14)
_AMOUNT = Column("amount", _("Amount (yuan)"), lambda row: fen_to_yuan(row.amount_fen), show=_amount, css="num")
_PAID_ON = Column("paid_on", _("Paid on"), lambda row: row.paid_on, css="n", width=12)
_CHANNEL = Column("channel", _("Channel"), lambda row: CHANNELS[row.channel], css="nw")
_TENDER = Column("tender", _("Paid by"), lambda row: TENDERS[row.tender], css="nw")
_CASHIER = Column("cashier", _("Received by"), lambda row: row.cashier_name, css="nw")
_UNIT = Column("unit", _("Unit"), lambda row: row.unit.name, css="nw", width=18)
_OUTSIDE = Column(
    "external", _("Number at the channel"), lambda row: row.external_number, css="n", is_shown=False, width=30
)
_NOTE = Column("note", _("Note"), lambda row: row.summary or None, is_shown=False, width=30)

PAYMENTS = register(
    ListSpec(
        name="payments.payments",
        title=_("Payments"),
        url_name="web:payments",
        right=counter.VIEW,
        crumbs=[Crumb(_("Payment collection"))],
        rows=lambda actor: queries.filter_payments(actor=actor),
        row_url=lambda row: address_row("web:payment", row.number),
        # Keys begin with the month of receipt, and rise.
        sort="-number",
        columns=[
            _NUMBER,
            _CUSTOMER,
            _ACCOUNT,
            _AMOUNT,
            _PAID_ON,
            _CHANNEL,
            _TENDER,
            Column("state", _("State"), lambda row: state_chip("payment", find_state(row), quiet=True)),
            _CASHIER,
            _UNIT,
            _OUTSIDE,
            _NOTE,
        ],
        filters=[
            DateRangeFilter("day", _("Paid on"), lookup="paid_on"),
            ChoiceFilter("channel", _("Channel"), [(one.value, CHANNELS[one.value]) for one in Channel]),
            ChoiceFilter("tender", _("Paid by"), [(one.value, TENDERS[one.value]) for one in Tender]),
            ChoiceFilter(
                "state",
                _("State"),
                [
                    ("SETTLED", pgettext_lazy("payment", "Booked")),
                    ("SUSPENSE", pgettext_lazy("payment", "In suspense")),
                    ("REVERSED", pgettext_lazy("payment", "Reversed")),
                ],
                apply=_narrow_state,
            ),
            TextFilter("cashier", _("Received by"), _narrow_cashier, hint=_("log-in")),
            UnitFilter(),
        ],
        search=_search,
        search_hint=_("Payment, name, pinyin, account, address"),
        enrich=_enrich,
        count=lambda count: _now("%(count)s payments") % {"count": count},
        empty_title=_("No payment yet"),
        empty_text=_("Payments appear here as soon as a channel takes them."),
        empty_found_title=_("No payment fits"),
        empty_found_text=_("Take a filter out to see more."),
        help=[_("Every payment of your units, by whatever channel. Its page shows what it settled fen by fen.")],
        brief=("amount", "customer", "paid_on", "state"),
        export_name="payments",
    )
)
SUSPENSE = register(
    ListSpec(
        name="payments.suspense",
        title=_("Suspense"),
        url_name="web:payments_suspense",
        right=counter.VIEW,
        crumbs=[Crumb(_("Payment collection")), Crumb(_("Payments"))],
        rows=lambda actor: queries.filter_suspense(actor=actor).filter(customer_account_id=None),
        row_url=lambda row: address_row("web:payment", row.number),
        sort="number",
        columns=[
            _NUMBER,
            _AMOUNT,
            _PAID_ON,
            Column("waiting", _("Days waiting"), lambda row: row.days_waiting, css="num", width=10),
            _CHANNEL,
            _TENDER,
            Column("note", _("Note"), lambda row: row.summary or None, width=40),
            _CASHIER,
            _UNIT,
            _OUTSIDE,
        ],
        filters=[
            DateRangeFilter("day", _("Paid on"), lookup="paid_on"),
            ChoiceFilter("channel", _("Channel"), [(one.value, CHANNELS[one.value]) for one in Channel]),
            UnitFilter(),
        ],
        enrich=_enrich,
        count=lambda count: _now("%(count)s payments") % {"count": count},
        empty_title=_("Nothing waits in suspense"),
        empty_text=_("Money that comes without a known account waits here until somebody gives it to one."),
        empty_found_title=_("No payment fits"),
        empty_found_text=_("Take a filter out to see more."),
        help=[_("Open a line and give the money to the account that it was meant for.")],
        brief=("amount", "paid_on", "waiting", "note"),
        export_name="suspense",
    )
)
