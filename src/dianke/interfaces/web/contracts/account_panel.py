"""What a customer's documents tab says of supply contracts."""

from datetime import date

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from dianke.application.contracts.orders import VIEW
from dianke.domain.contracts import queries
from dianke.domain.contracts.models import ContractVersion
from dianke.domain.customers.models import Customer
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.components.page import Chip, Text
from dianke.interfaces.web.contracts import words
from dianke.interfaces.web.contracts.lists import draw_version, get_today
from dianke.interfaces.web.requests import StaffRequest
from dianke.platform.identity.types import Actor

_SHOWN = 20


@require_GET
@page_right(VIEW)
def list_of_customer(request: StaffRequest, number: str) -> HttpResponse:
    """Show the contracts of a customer, as a part of the documents tab."""
    customer = Customer.objects.for_actor(request.actor.within(VIEW)).filter(number=number).first()
    if customer is None:
        raise Http404
    values = {"contracts": _list_contracts(request.actor, customer, get_today())}
    return render(request, "contracts/account_panel.html", values)


def _list_contracts(actor: Actor, customer: Customer, today: date) -> list[tuple[ContractVersion, Text, Chip]]:
    """Return the latest versions of the contracts of a customer's accounts."""
    rows = queries.filter_versions(actor=actor.within(VIEW)).filter(account__customer=customer).order_by("-id")[:_SHOWN]
    return [(one, words.KINDS[one.kind], draw_version(one, today)) for one in rows]
