"""The frame around every tab of a customer: who it is, the head, the tabs, the acts."""

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_GET

from dianke.application.listings import customer_archive as archive
from dianke.application.listings.customer_archive import SupplyFacts
from dianke.application.listings.customer_summary import Summary, get_summary
from dianke.application.listings.time_line_sources import Subject
from dianke.domain.customers import queries as customers
from dianke.domain.customers.models import Contact, Customer, CustomerAccount, SpecialMark
from dianke.domain.customers.types import AccountStatus, Importance
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.billing import words as billing_words
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.page import Chip, Crumb, Page, Text
from dianke.interfaces.web.components.states import state_chip
from dianke.interfaces.web.customers import account_acts, account_alarms, account_work, words
from dianke.interfaces.web.requests import StaffRequest
from dianke.kernel.clock import SystemClock
from dianke.kernel.masks import mask_identity_number, mask_phone
from dianke.platform.identity.types import Actor

_SWITCHER_SHOWS = 20
_NO_SUPPLY = SupplyFacts(usage_points=(), location_ids=(), address="", voltage="", capacity_kva=Decimal(0))
_HELP = (
    gettext_lazy("Everything known of a customer and its supply. The keys 1 to 9 switch the tabs."),
    gettext_lazy("Phone, identity and bank numbers are masked; showing one asks for a reason and is recorded."),
    gettext_lazy("Key data (name, identity, class, bank account) changes only when a second person agrees."),
)


@dataclass(frozen=True)
class Tab:
    """A tab with an address of its own; without its right it is drawn, but says what is missing."""

    code: str
    label: Text
    right: str = ""
    # Usage, meters and bills hang on an account, which a customer may not have yet.
    of_account: bool = False


TABS = (
    Tab("overview", gettext_lazy("Overview")),
    Tab("usage", gettext_lazy("Usage"), of_account=True),
    Tab("places", gettext_lazy("Places and meters"), of_account=True),
    Tab("bills", gettext_lazy("Bills"), right="billing.view", of_account=True),
    Tab("money", gettext_lazy("Money"), right="payments.view", of_account=True),
    Tab("contracts", pgettext_lazy("time line", "Contracts"), right="contracts.view", of_account=True),
    Tab("orders", pgettext_lazy("time line", "Orders"), right="orders.view", of_account=True),
    Tab("contacts", gettext_lazy("Contacts")),
    # The pages of these lie with what they show.
    Tab("credit", pgettext_lazy("standing", "Credit"), right="credit.view"),
    Tab("value", pgettext_lazy("customer", "Value"), right="valuation.view"),
    Tab("tags", pgettext_lazy("customer", "Tags"), right="profiles.view"),
    Tab("advice", pgettext_lazy("customer", "Advice"), right="watching.view", of_account=True),
    # Facts come with the import until calls and surveys have modules: drawn once their source has a row at all.
    Tab("calls", pgettext_lazy("customer", "Calls and tickets"), right="credit.view"),
    Tab("satisfaction", pgettext_lazy("customer", "Satisfaction"), right="credit.view"),
    Tab("care", gettext_lazy("Care"), right="care.view"),
    Tab("documents", gettext_lazy("Documents"), right="documents.view"),
    # Its page lies with the trail, which knows the words of changes.
    Tab("changes", gettext_lazy("Changes")),
    Tab("merged", gettext_lazy("Merged numbers")),
)


@dataclass
class Viewed:
    """A customer as one reader looks at it, through one of its accounts unless it has none."""

    actor: Actor
    customer: Customer
    account: CustomerAccount | None
    accounts: Sequence[CustomerAccount]
    today: date

    @cached_property
    def supply(self) -> SupplyFacts:
        """Return what supplies the account."""
        return archive.get_supply_facts(actor=self.actor, account=self.account) if self.account else _NO_SUPPLY

    @cached_property
    def summary(self) -> Summary:
        """Return what the head says of money and open work."""
        return get_summary(
            actor=self.actor, customer_id=self.customer.pk, account_id=self.account.pk if self.account else None,
            unit_path=self.unit_path, today=self.today,
        )  # fmt: skip

    @cached_property
    def contact(self) -> Contact | None:
        """Return whom to call first."""
        return next(iter(customers.list_contacts(actor=self.actor, customer=self.customer, on=self.today)), None)

    @cached_property
    def marks(self) -> list[SpecialMark]:
        """Return all marks of the account, past and to come too."""
        if self.account is None:
            return []
        marks = customers.list_marks(actor=self.actor, customer=self.customer)
        return [mark for mark in marks if mark.account_id == self.account.pk]

    @property
    def masked_phone(self) -> str:
        """Return the phone of whom to call first, as everybody may see it."""
        return mask_phone(self.contact.phone) if self.contact else ""

    @property
    def contact_reference(self) -> str:
        """Return the reference by which the phone can be asked for whole."""
        return f"customers.contact:{self.contact.pk}" if self.contact else ""

    @property
    def masked_identity(self) -> str:
        """Return the identity number as everybody may see it."""
        return mask_identity_number(self.customer.identity_number)

    @property
    def customer_reference(self) -> str:
        """Return the reference by which the identity number can be asked for whole."""
        return f"customers.customer:{self.customer.pk}"

    @property
    def subject(self) -> Subject:
        """Return whose time line is meant."""
        return Subject(
            customer_id=self.customer.pk,
            account_id=self.account.pk if self.account else None,
            usage_point_ids=self.supply.usage_point_ids,
            location_ids=self.supply.location_ids,
            unit_path=self.unit_path,
        )

    @property
    def unit_path(self) -> str:
        """Return the unit that rights are asked for at: the account's, else the customer's."""
        return self.account.unit.path if self.account else self.customer.unit.path

    @property
    def number(self) -> str:
        """Return the number that the page goes by: the user number, else the customer's."""
        return self.account.number if self.account else self.customer.number

    def get_account(self) -> CustomerAccount:
        """
        Return the account that the customer is seen through.

        :raises Http404: if there is none: what hangs on an account is not there
        """
        if self.account is None:
            raise Http404
        return self.account

    def url(self, name: str) -> str:
        """Return the address of a tab or part of this page."""
        if self.account:
            path = f"web:customer_{'account' if name == 'overview' else name}"
            return reverse(path, kwargs={"number": self.account.number})
        path = "web:customer" if name == "overview" else f"web:customer_{name}"
        return reverse(path, kwargs={"customer_number": self.customer.number})


View = Callable[[StaffRequest, Viewed], HttpResponseBase]


def customer_page(view: View) -> Callable[..., Any]:
    """Let a view answer for a customer named in the address: by user number, old number or customer number."""

    @require_GET
    @page_right("archive.view")
    @functools.wraps(view)
    def answer(request: StaffRequest, number: str = "", customer_number: str = "") -> HttpResponseBase:
        found = _find_account(request, number) if number else _find_customer(request, customer_number)
        return view(request, found) if isinstance(found, Viewed) else found

    return answer


def account_page(view: View) -> Callable[..., Any]:
    """Let a view answer only for a customer seen through an account."""

    @customer_page
    @functools.wraps(view)
    def answer(request: StaffRequest, viewed: Viewed) -> HttpResponseBase:
        viewed.get_account()
        return view(request, viewed)

    return answer


def _find_account(request: StaffRequest, number: str) -> Viewed | HttpResponse:
    actor = request.actor
    account = customers.get_account(actor=actor, number=number)
    if account is None:
        renumbered = archive.get_account_of_alias(actor=actor, number=number)
        if renumbered is None:
            raise Http404
        messages.info(request, _("%(old)s is an old number; the account is now %(number)s") % {
            "old": number, "number": renumbered.number,
        })  # fmt: skip
        return redirect("web:customer_account", renumbered.number)
    if account.customer.merged_into_id is not None:
        return _forward(request, account.customer)
    return _view(actor, account.customer, account)


def _find_customer(request: StaffRequest, number: str) -> Viewed | HttpResponse:
    customer = customers.get_customer(actor=request.actor, number=number)
    if customer is None:
        raise Http404
    if customer.merged_into_id is not None:
        return _forward(request, customer)
    viewed = _view(request.actor, customer, None)
    if not viewed.accounts:
        return viewed
    # Who has accounts is looked at through one of them: a supplied one before a closed one.
    first = min(viewed.accounts, key=lambda account: account.status == AccountStatus.CLOSED.value)
    return redirect("web:customer_account", first.number)


def _forward(request: StaffRequest, merged: Customer) -> HttpResponse:
    kept = archive.follow_merges(actor=request.actor, customer=merged)
    if kept.merged_into_id is not None:
        # It was merged into a customer of units that the reader does not see.
        raise Http404
    facts = {"name": merged.name, "number": merged.number, "kept": kept.number}
    messages.info(request, _("%(name)s (%(number)s) was merged into this customer, %(kept)s") % facts)
    return redirect("web:customer", customer_number=kept.number)


def _view(actor: Actor, customer: Customer, account: CustomerAccount | None) -> Viewed:
    accounts = customers.list_accounts(actor=actor, customer=customer)
    return Viewed(actor, customer, account, accounts, SystemClock().now().date())


_HEAD_CHIPS: list[Callable[[Viewed], list[Chip]]] = []


def register_head_chips(find: Callable[[Viewed], list[Chip]]) -> None:
    """Let a folder of pages add chips to the head of the customer's page, at the cost of one kept statement."""
    _HEAD_CHIPS.append(find)


def show_tab(
    request: StaffRequest, viewed: Viewed, tab: str, template: str, values: Mapping[str, Any], *, status: int = 200
) -> HttpResponse:
    """Draw a tab within the frame."""
    frame = {
        "page": _head(viewed),
        "viewed": viewed,
        "tab": tab,
        "tabs": _list_tabs(viewed),
        "acts": account_acts.list_acts(viewed.actor, viewed.customer, viewed.account),
        "alarms": account_alarms.list_lines(viewed.actor, viewed.customer, viewed.account, viewed.today),
        "work": account_work.list_links(viewed.summary, viewed.number, viewed.url),
        "switcher": viewed.accounts[:_SWITCHER_SHOWS] if len(viewed.accounts) > 1 else [],
        "switcher_rest": max(len(viewed.accounts) - _SWITCHER_SHOWS, 0),
    }
    return render(request, template, {**frame, **values}, status=status)


def refuse_tab(request: StaffRequest, viewed: Viewed, tab: str) -> HttpResponse:
    """Draw the tab's place with the word that the reader's posts do not open it."""
    return show_tab(request, viewed, tab, "customers/account_refused.html", {}, status=403)


def get_tab(code: str) -> Tab:
    """Return a tab by its code."""
    return next(tab for tab in TABS if tab.code == code)


def _list_tabs(viewed: Viewed) -> list[tuple[int, Tab, str, bool]]:
    """Return the tabs with key, address and whether the reader may open them."""
    without_source = {
        code
        for code, is_known in (
            ("calls", viewed.summary.knows_calls),
            ("satisfaction", viewed.summary.knows_satisfaction),
        )
        if not is_known
    }
    shown = [tab for tab in TABS if tab.code not in without_source and (viewed.account or not tab.of_account)]
    return [
        (key, tab, viewed.url(tab.code), not tab.right or viewed.actor.may(tab.right))
        for key, tab in enumerate(shown, start=1)
    ]


def _head(viewed: Viewed) -> Page:
    account, customer = viewed.account, viewed.customer
    unit = account.unit if account else customer.unit
    return Page(
        title=customer.name,
        number=viewed.number,
        facts=_list_facts(viewed),
        crumbs=[Crumb(_("Customer list"), reverse("web:customers")), Crumb(unit.name)],
        chips=_list_chips(viewed),
        menu_url=reverse("web:customers"),
        help=_HELP,
    )


def _list_chips(viewed: Viewed) -> list[Chip]:
    account, customer = viewed.account, viewed.customer
    chips = [state_chip("account", account.status) if account else Chip("idle", _("No account"))]
    chips.append(Chip("fact", words.KINDS[customer.kind]))
    if customer.importance != Importance.NONE.value:
        chips.append(Chip("fact", words.IMPORTANCES[customer.importance]))
    if customer.value_class:
        chips.append(Chip("fact", words.VALUE_CLASSES[customer.value_class]))
    if customer.credit_grade:
        shape = {"C": "warn", "D": "bad"}.get(customer.credit_grade, "fact")
        chips.append(Chip(shape, _("Credit %(grade)s") % {"grade": customer.credit_grade}))
    in_force = [mark for mark in viewed.marks if words.is_in_force(mark.period, viewed.today)]
    chips += [Chip("fact", words.MARKS[mark.kind]) for mark in in_force]
    return [*chips, *(chip for find in _HEAD_CHIPS for chip in find(viewed))]


def _list_facts(viewed: Viewed) -> list[Text]:
    account, supply = viewed.account, viewed.supply
    if account is None:
        return [_("customer since %(day)s") % {"day": formats.day(viewed.customer.since_date)}]
    facts: list[Text] = [supply.address] if supply.address else []
    facts.append(str(billing_words.USAGE_CLASSES.get(account.usage_class, account.usage_class)))
    if supply.voltage:
        facts.append(billing_words.format_voltage(supply.voltage))
    if supply.capacity_kva:
        facts.append(f"{formats.number(supply.capacity_kva)} kVA")
    if account.household_size:
        facts.append(_("household of %(persons)s") % {"persons": account.household_size})
    if account.closed_date:
        facts.append(_("closed on %(day)s") % {"day": formats.day(account.closed_date)})
    return facts
