"""The customer's page, tab by tab: overview, places, bills, contacts, documents, merged numbers, the card to print."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dianke.application.archive.belongings import CONSENT
from dianke.application.archive.entry import ENTER
from dianke.application.archive.narrowing import EDIT
from dianke.application.listings import customer_archive as archive
from dianke.application.listings.account_bills import BilledMonth, list_billed_months
from dianke.domain.billing.models import Bill
from dianke.domain.billing.queries import bills as bill_queries
from dianke.domain.billing.queries import finals as final_queries
from dianke.domain.billing.queries import terms as term_queries
from dianke.domain.billing.rules import explain
from dianke.domain.customers import queries as customers
from dianke.domain.customers.models import Contact
from dianke.domain.customers.queries import details
from dianke.domain.metering import queries as metering
from dianke.domain.metering.types import Ratio
from dianke.interfaces.web.billing import words as billing_words
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.figures import Figure
from dianke.interfaces.web.components.paging import page_by_key
from dianke.interfaces.web.customers import charts, words
from dianke.interfaces.web.customers.account_frame import (
    Viewed,
    account_page,
    customer_page,
    get_tab,
    refuse_tab,
    show_tab,
)
from dianke.interfaces.web.customers.account_words import describe_terms
from dianke.interfaces.web.customers.money_views import find_bill_states
from dianke.interfaces.web.customers.relation_views import describe_relations
from dianke.interfaces.web.customers.time_line_views import read_time_line
from dianke.interfaces.web.customers.tree import draw_tree
from dianke.interfaces.web.people import Names
from dianke.interfaces.web.requests import StaffRequest
from dianke.kernel.masks import mask_bank_account, mask_birthday, mask_email, mask_phone

_BILLS_SHOWN = 6
# Thirteen months reach back to the same month of the year before.
_MONTHS_COMPARED = 13
_MONTHS_DRAWN = 24


@customer_page
def show_overview(request: StaffRequest, viewed: Viewed) -> HttpResponse:
    """Show what matters of a customer at one glance; charts are fetched after the page."""
    values: dict[str, Any] = {"events": read_time_line(request, viewed), "identity": _describe_identity(viewed)}
    if viewed.account is not None:
        tree = metering.get_supply_tree(actor=viewed.actor, account=viewed.account, on=viewed.today)
        values |= {
            "figures": _list_figures(viewed),
            "tree": draw_tree(viewed.account, tree),
            "terms": _list_terms(viewed),
            "may_see_bills": viewed.actor.may("billing.view"),
            "may_see_tariffs": viewed.actor.may("tariffs.view"),
            "bills": _with_average(_list_bills(viewed, _BILLS_SHOWN)),
        }
    return show_tab(request, viewed, "overview", "customers/account.html", values)


def _list_bills(viewed: Viewed, limit: int) -> list[Bill]:
    if viewed.account is None or not viewed.actor.may("billing.view"):
        return []
    return bill_queries.list_account_bills(actor=viewed.actor, account_id=viewed.account.pk, limit=limit)


def _with_average(bills: Sequence[Bill]) -> list[tuple[Bill, Decimal | None]]:
    return [(bill, explain.average_price(bill.amount_fen, bill.energy_kwh_e2)) for bill in bills]


def _list_terms(viewed: Viewed) -> list[dict[str, Any]]:
    terms = term_queries.list_terms(actor=viewed.actor, usage_point_ids=viewed.supply.usage_point_ids, on=viewed.today)
    return [describe_terms(term) for term in terms]


def _list_figures(viewed: Viewed) -> list[Figure]:
    points = len(viewed.supply.usage_point_ids)
    since = Figure(
        caption=_("Customer since"),
        value=formats.day(viewed.customer.since_date),
        context=ngettext("%(count)d usage point", "%(count)d usage points", points) % {"count": points},
    )
    months = _list_months(viewed, _MONTHS_COMPARED)
    return [*(_figures_of_months(viewed, months) if months else []), since]


def _list_months(viewed: Viewed, count: int) -> list[BilledMonth]:
    if viewed.account is None or not viewed.actor.may("billing.view"):
        return []
    return list_billed_months(actor=viewed.actor, account_id=viewed.account.pk, count=count)


def _figures_of_months(viewed: Viewed, months: Sequence[BilledMonth]) -> list[Figure]:
    latest, shown = months[0], formats.month(months[0].month)
    year = [row for row in months if row.month > _months_before(latest.month, 12)]
    average = explain.average_price(latest.amount_fen, latest.energy_kwh_e2)
    bill = reverse("web:bill", args=[latest.last_bill_id]) if latest.bill_count == 1 else viewed.url("bills")
    return [
        Figure(
            caption=_("Billed for %(month)s (yuan)") % {"month": shown},
            value=formats.fen(latest.amount_fen),
            context=_compare({row.month: row.amount_fen for row in months}, latest.month),
            url=bill,
        ),
        Figure(
            caption=_("Energy billed (kWh)"),
            value=formats.kwh_e2(latest.energy_kwh_e2, 0),
            context=_compare({row.month: row.energy_kwh_e2 for row in months}, latest.month) or shown,
        ),
        Figure(caption=_("Average price (yuan/kWh)"), value=str(average or formats.NONE), context=shown),
        *([_figure_of_year(year)] if len(year) > 1 else []),
    ]


def _figure_of_year(year: Sequence[BilledMonth]) -> Figure:
    return Figure(
        caption=_("Billed in %(count)s months (yuan)") % {"count": len(year)},
        value=formats.fen(sum(row.amount_fen for row in year)),
        context=f"{formats.kwh_e2(sum(row.energy_kwh_e2 for row in year), 0)} kWh",
    )


def _compare(values: Mapping[date, int], month: date) -> str:
    for before, text in (
        (_months_before(month, 12), _("%(change)s against last year")),
        (_months_before(month, 1), _("%(change)s against the month before")),
    ):
        if values.get(before):
            change = Decimal(values[month]) / Decimal(values[before]) - 1
            return text % {"change": formats.signed_percent(change)}
    return ""


def _months_before(month: date, count: int) -> date:
    index = month.year * 12 + month.month - 1 - count
    return date(index // 12, index % 12 + 1, 1)


@account_page
def show_places(request: StaffRequest, viewed: Viewed) -> HttpResponse:
    """Show the tree of supply, the places in parts, meters as they came and went, the customer's equipment."""
    account = viewed.get_account()
    tree = metering.get_supply_tree(actor=viewed.actor, account=account, on=viewed.today)
    points = viewed.supply.usage_point_ids
    values = {
        "tree": draw_tree(account, tree),
        "locations": archive.list_locations(actor=viewed.actor, location_ids=viewed.supply.location_ids),
        "installations": [
            (row, str(Ratio(row.ct_primary, row.ct_secondary)), str(Ratio(row.pt_primary, row.pt_secondary)))
            for row in archive.list_installations(actor=viewed.actor, usage_point_ids=points)
        ],
        "may_edit": viewed.actor.may(EDIT),
        "may_enter": viewed.actor.may(ENTER),
        "equipment": customers.list_equipment(actor=viewed.actor, customer=viewed.customer),
        "equipment_kinds": words.EQUIPMENT_KINDS,
        "interlocks": words.INTERLOCKS,
        "terms": _list_terms(viewed),
        "may_see_tariffs": viewed.actor.may("tariffs.view"),
        "today": viewed.today,
    }
    return show_tab(request, viewed, "places", "customers/account_places.html", values)


@account_page
def show_bills(request: StaffRequest, viewed: Viewed) -> HttpResponse:
    """List the issued bills of an account by key, with the average price of each."""
    if not viewed.actor.may(get_tab("bills").right):
        return refuse_tab(request, viewed, "bills")
    rows = bill_queries.filter_bills(actor=viewed.actor, account_ids=[viewed.get_account().pk], month=None)
    page = page_by_key(rows, order=["-id"], at=request.GET.get("at", ""))
    kinds = final_queries.list_kinds(run_ids=[bill.run_id for bill in page.rows])
    states = find_bill_states(viewed, page.rows)
    bills = [
        (bill, average, billing_words.RUN_KINDS.get(kinds.get(bill.run_id, ""), ""), states.get(bill.pk))
        for bill, average in _with_average(page.rows)
    ]
    values = {"paged": page, "bills": bills, "shows_states": bool(states)}
    return show_tab(request, viewed, "bills", "customers/account_bills.html", values)


@account_page
def show_bill_chart(request: StaffRequest, viewed: Viewed) -> HttpResponse:
    """Return the amounts of the last months as a chart, fetched after the page."""
    if not viewed.actor.may(get_tab("bills").right):
        return refuse_tab(request, viewed, "bills")
    months = _list_months(viewed, _MONTHS_DRAWN)
    return render(request, "customers/bill_chart.html", {"chart": charts.draw_amounts(months) if months else None})


@customer_page
def show_contacts(request: StaffRequest, viewed: Viewed) -> HttpResponse:
    """Show who is to be reached, what they agreed to, and the account that is collected from; numbers masked."""
    contacts = customers.list_contacts(actor=viewed.actor, customer=viewed.customer)
    consents = customers.list_consents(actor=viewed.actor, customer=viewed.customer)
    banks = details.list_bank_accounts(actor=viewed.actor, customer=viewed.customer)
    names = Names(consent.recorded_by for consent in consents)
    values = {
        "contacts": [
            (
                one,
                mask_phone(one.phone),
                mask_email(one.email),
                f"customers.contact:{one.pk}",
                _write_birthday(viewed, one),
            )
            for one in contacts
            if words.is_in_force(one.period, viewed.today)
        ],
        "former": [one for one in contacts if not words.is_in_force(one.period, viewed.today)],
        "consents": [(consent, names.of(consent.recorded_by)) for consent in consents],
        "banks": [
            (bank, mask_bank_account(bank.number), f"customers.bankaccount:{bank.pk}")
            for bank in banks
            if viewed.account and bank.account_id == viewed.account.pk
        ],
        "identity": _describe_identity(viewed),
        "may_enter": viewed.actor.may(ENTER),
        "may_consent": viewed.actor.may(CONSENT),
        "roles": words.ROLES,
        "purposes": words.PURPOSES,
        "channels": words.CHANNELS,
        "marks": [(mark, words.is_in_force(mark.period, viewed.today)) for mark in viewed.marks],
        "mark_words": words.MARKS,
        "preferred_channels": words.PREFERRED_CHANNELS,
        "languages": words.LANGUAGES,
        **describe_relations(viewed),
    }
    return show_tab(request, viewed, "contacts", "customers/account_contacts.html", values)


def _write_birthday(viewed: Viewed, contact: Contact) -> str:
    """Return the birthday masked; who records care sees month and day, as the calendar shows them."""
    if contact.birthday and viewed.actor.may("care.work", viewed.customer.unit.path):
        return f"****-{contact.birthday[-5:]}"
    return mask_birthday(contact.birthday)


def _describe_identity(viewed: Viewed) -> dict[str, Any]:
    customer = viewed.customer
    facts = [
        (_("Kind of customer"), str(words.KINDS[customer.kind])),
        (_("Customer number"), customer.number),
        (_("Short name"), customer.short_name),
        (_("Trade"), customer.industry_code),
        (_("Importance"), str(words.IMPORTANCES[customer.importance])),
        (_("Customer since"), formats.day(customer.since_date)),
    ]
    return {
        "facts": [(name, value) for name, value in facts if value],
        "number_label": words.IDENTITY_KINDS.get(customer.identity_kind, words.IDENTITY_KINDS[""]),
    }


@customer_page
def show_documents(request: StaffRequest, viewed: Viewed) -> HttpResponse:
    """List the documents that are kept of a customer."""
    if not viewed.actor.may(get_tab("documents").right):
        return refuse_tab(request, viewed, "documents")
    rows = archive.filter_documents(actor=viewed.actor, customer=viewed.customer)
    page = page_by_key(rows, order=["-id"], at=request.GET.get("at", ""))
    names = Names(row.document.added_by for row in page.rows)
    values = {
        "paged": page,
        "documents": [(row, names.of(row.document.added_by)) for row in page.rows],
        "kinds": words.DOCUMENT_KINDS,
        "may_see_contracts": viewed.actor.may("contracts.view"),
    }
    return show_tab(request, viewed, "documents", "customers/account_documents.html", values)


@customer_page
def show_merged(request: StaffRequest, viewed: Viewed) -> HttpResponse:
    """Show the customers that were merged into this one, and the numbers that its accounts bore before."""
    merges = customers.list_merges(actor=viewed.actor, customer=viewed.customer)
    names = Names(login for merge in merges for login in (merge.merged_by, merge.undone_by))
    values = {
        "may_merge": viewed.actor.may("archive.merge", viewed.customer.unit.path),
        "merges": [(merge, names.of(merge.merged_by), names.of(merge.undone_by)) for merge in merges],
        "aliases": details.list_aliases(actor=viewed.actor, customer=viewed.customer),
    }
    return show_tab(request, viewed, "merged", "customers/account_merged.html", values)


@account_page
def show_card(request: StaffRequest, viewed: Viewed) -> HttpResponse:
    """Show the customer card: what is handed over the counter, on one sheet."""
    account = viewed.get_account()
    tree = metering.get_supply_tree(actor=viewed.actor, account=account, on=viewed.today)
    values = {
        "identity": _describe_identity(viewed),
        "tree": draw_tree(account, tree),
        "terms": _list_terms(viewed),
        "contacts": [
            (contact, mask_phone(contact.phone))
            for contact in customers.list_contacts(actor=viewed.actor, customer=viewed.customer, on=viewed.today)
        ],
        "roles": words.ROLES,
        "bills": _with_average(_list_bills(viewed, 3)),
    }
    return show_tab(request, viewed, "card", "customers/account_card.html", values)
