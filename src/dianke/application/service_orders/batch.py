"""
A batch of new supplies: one application with a list of places, one plan, one inspection, an order for each place.

The master is an order of the applicant's account, which is never supplied itself; each place has an account of its own.
"""

from datetime import date
from decimal import Decimal

from dianke.application.service_orders.work import Work
from dianke.domain.customers import operations as customers
from dianke.domain.customers.models import CustomerAccount
from dianke.domain.customers.types import AccountStatus
from dianke.domain.service_orders.models import EffectKind, PlanState, ServiceOrder
from dianke.domain.service_orders.operations import batches, plans
from dianke.domain.service_orders.operations.batches import Flat
from dianke.domain.service_orders.queries.batches import count_parts
from dianke.kernel.errors import DomainError
from dianke.platform.identity.types import Actor


class PartsOpen(DomainError):
    """Parts of the batch are neither connected nor given up."""

    code = "service_orders.parts_open"
    message = "{left} of {total} parts of {number} are still open; connect them or give them up first"


def list_flats(order: ServiceOrder, *, actor: Actor) -> list[Flat]:
    """Return the places of a batch in the order of its list."""
    named: list[list[str]] = order.asked.get("flats", [])
    rows = CustomerAccount.objects.for_actor(actor).filter(number__in=[one[0] for one in named])
    known = {one.number: one for one in rows.select_related("customer", "location")}
    return [
        Flat(account=known[number], name=name, capacity_kva=Decimal(kva))
        for number, name, kva in named
        if number in known
    ]


def open_parts(work: Work) -> None:
    """Open an order for each place of the list, all at once."""
    flats = list_flats(work.order, actor=work.actor)
    plan = plans.get_plan(order=work.order, actor=work.actor, state=PlanState.AGREED)
    parts = batches.open_parts(order=work.order, plan=plan, flats=flats, actor=work.actor, at=work.at)
    numbers = f"{parts[0].number} … {parts[-1].number}"
    work.note(EffectKind.ORDER_OPENED, key=parts[0].pk, number=numbers, on=work.today)


def finish_parts(work: Work) -> None:
    """
    Go on once every part is archived or given up; the applicant's account was only a name for the batch.

    :raises PartsOpen: as long as one is open
    """
    found = count_parts(actor=work.actor, order=work.order)
    if found.ended < found.total:
        raise PartsOpen(field="number", number=work.order.number, left=found.total - found.ended, total=found.total)
    customers.drop_planned_account(actor=work.actor, account=work.order.account, on=work.today)


def drop_flats(order: ServiceOrder, *, actor: Actor, on: date) -> None:
    """Close the accounts of a batch that is given up before its parts were opened."""
    for flat in list_flats(order, actor=actor):
        if flat.account.status == AccountStatus.PLANNED.value:
            customers.drop_planned_account(actor=actor, account=flat.account, on=on)
