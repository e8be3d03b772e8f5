"""Tabs of the customer's page that show what was dealt with: contracts, orders, calls and tickets, satisfaction."""

from collections.abc import Sequence

from django.http import HttpResponse

from dianke.application.contracts.orders import DRAFT as DRAFT_CONTRACT
from dianke.application.listings.customer_summary import CALL_TYPES, SATISFACTION_TYPES
from dianke.application.service_orders import ACCEPT as ACCEPT_ORDER
from dianke.domain.contracts.queries import filter_versions
from dianke.domain.credit.queries.facts import filter_facts
from dianke.domain.credit.types import FactState, FactType
from dianke.domain.service_orders.queries import orders as order_queries
from dianke.domain.service_orders.queries.leavers import filter_orders_about
from dianke.interfaces.web.components.paging import page_by_key
from dianke.interfaces.web.contracts import words as contract_words
from dianke.interfaces.web.contracts.lists import draw_version
from dianke.interfaces.web.credit import words as credit_words
from dianke.interfaces.web.customers.account_frame import (
    Viewed,
    account_page,
    customer_page,
    get_tab,
    refuse_tab,
    show_tab,
)
from dianke.interfaces.web.people import Names
from dianke.interfaces.web.requests import StaffRequest
from dianke.interfaces.web.service_orders import words as order_words
from dianke.interfaces.web.service_orders.order_list import clock_chip, result_chip


@account_page
def show_contracts(request: StaffRequest, viewed: Viewed) -> HttpResponse:
    """List the versions of the supply contracts of an account, the newest first."""
    if not viewed.actor.may(get_tab("contracts").right, viewed.unit_path):
        return refuse_tab(request, viewed, "contracts")
    rows = filter_versions(actor=viewed.actor.within("contracts.view")).filter(account=viewed.get_account())
    page = page_by_key(rows, order=["-id"], at=request.GET.get("at", ""))
    values = {
        "paged": page,
        "contracts": [(one, contract_words.KINDS[one.kind], draw_version(one, viewed.today)) for one in page.rows],
        "may_draft": viewed.actor.may(DRAFT_CONTRACT, viewed.unit_path),
    }
    return show_tab(request, viewed, "contracts", "customer_page/contracts.html", values)


@account_page
def show_orders(request: StaffRequest, viewed: Viewed) -> HttpResponse:
    """List the service orders of an account with the steps they stand at, the newest first."""
    if not viewed.actor.may(get_tab("orders").right, viewed.unit_path):
        return refuse_tab(request, viewed, "orders")
    actor = viewed.actor.within("orders.view")
    rows = filter_orders_about(actor=actor, account=viewed.get_account())
    page = page_by_key(rows, order=["-id"], at=request.GET.get("at", ""))
    steps = order_queries.find_open_steps(actor=actor, orders=page.rows)
    values = {
        "paged": page,
        "orders": [
            (
                one,
                order_words.kind_of(one.kind),
                result_chip(one),
                clock_chip(one),
                [order_words.step_of(step.process_id, step.step) for step in steps.get(one.pk, ())],
            )
            for one in page.rows
        ],
        "may_accept": viewed.actor.may(ACCEPT_ORDER, viewed.unit_path),
    }
    return show_tab(request, viewed, "orders", "customer_page/orders.html", values)


@customer_page
def show_calls(request: StaffRequest, viewed: Viewed) -> HttpResponse:
    """List calls, repair calls and complaints that are known of a customer, the newest first."""
    return _show_facts(request, viewed, "calls", CALL_TYPES)


@customer_page
def show_satisfaction(request: StaffRequest, viewed: Viewed) -> HttpResponse:
    """List what a customer answered to surveys, the newest first."""
    return _show_facts(request, viewed, "satisfaction", SATISFACTION_TYPES)


def _show_facts(request: StaffRequest, viewed: Viewed, tab: str, types: Sequence[FactType]) -> HttpResponse:
    if not viewed.actor.may(get_tab(tab).right, viewed.unit_path):
        return refuse_tab(request, viewed, tab)
    rows = filter_facts(actor=viewed.actor.within("credit.view")).filter(
        customer=viewed.customer, type__in=[one.value for one in types], state=FactState.STANDING.value
    )
    page = page_by_key(rows, order=["-on_date", "-id"], at=request.GET.get("at", ""))
    names = Names(one.entered_by for one in page.rows)
    values = {
        "paged": page,
        "title": get_tab(tab).label,
        "facts": [
            (one, credit_words.FACTS[one.type], credit_words.SOURCES[one.source], names.of(one.entered_by))
            for one in page.rows
        ],
        "has_values": tab == "satisfaction",
    }
    return show_tab(request, viewed, tab, "customer_page/facts.html", values)
