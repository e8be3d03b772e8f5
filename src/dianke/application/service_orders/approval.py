"""Who may approve an order: the right alone is not enough where the customer's class asks for a higher level."""

from datetime import date

from dianke.application.service_orders.rights import APPROVE
from dianke.domain.service_orders.models import ServiceOrder
from dianke.domain.valuation.queries.service import find_service
from dianke.domain.valuation.queries.serving import Approval, find_approval
from dianke.kernel.errors import DomainError
from dianke.platform.identity.types import Actor

# Steps by which somebody lets other people carry out what a customer asked for.
APPROVING = frozenset({"approve_change"})


class ApprovalOfHigher(DomainError):
    """The class of the customer asks for the approval of a level that the actor does not reach."""

    code = "service_orders.approval_of_higher"
    message = "{number} is approved by who holds the right at {unit}; the class of the customer asks for that"


def find_level(*, order: ServiceOrder, on: date) -> Approval:
    """Return who approves an order, by the class that its customer has on the day."""
    service = find_service(order.account.customer.value_class, on)
    return find_approval(service=service, unit=order.unit, right=APPROVE, on=on)


def require_level(*, actor: Actor, order: ServiceOrder, on: date) -> None:
    """
    Refuse whoever does not reach the level that approves an order.

    :raises ApprovalOfHigher: if another level approves it
    """
    level = find_level(order=order, on=on)
    if not actor.may(APPROVE, level.unit.path):
        raise ApprovalOfHigher(field="actor", number=order.number, unit=level.unit.name)
