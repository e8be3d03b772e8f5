"""
Who may approve an order, and what must be there before.

The right alone is not enough where the customer's class, or its credit grade if more capacity is asked for, wants a
higher level; and who wants more capacity with a grade that asks for security puts it up first.
"""

from dataclasses import replace
from datetime import date

from dianke.application.measure_things import list_account_things
from dianke.application.service_orders.rights import APPROVE
from dianke.domain.collection.types import RiskThing
from dianke.domain.credit.queries.measures import find_measures
from dianke.domain.credit.rules.measures import GradeMeasures
from dianke.domain.credit.types import Measure
from dianke.domain.customers.types import UsageClass
from dianke.domain.service_orders.models import ServiceOrder
from dianke.domain.service_orders.types import OrderKind
from dianke.domain.valuation.queries.service import find_service
from dianke.domain.valuation.queries.serving import Approval, find_approval
from dianke.domain.valuation.types import ApprovalPath
from dianke.kernel.errors import DomainError
from dianke.platform.identity.types import Actor

# Steps by which somebody lets other people carry out what a customer asked for.
APPROVING = frozenset({"approve_change", "approve_plan", "review_meeting"})
# Orders by which a customer comes to more capacity than the network gave it before.
MORE_CAPACITY = frozenset({OrderKind.INCREASE.value})
_SYSTEM = Actor.system("looking at what secures a customer who asks for more capacity")


class ApprovalOfHigher(DomainError):
    """The class or the grade of the customer asks for the approval of a level that the actor does not reach."""

    code = "service_orders.approval_of_higher"
    message = "{number} is approved by who holds the right at {unit}; the class of the customer asks for that"


class SecurityMissing(DomainError):
    """The credit grade asks for security before more capacity is approved, and none is held."""

    code = "service_orders.security_missing"
    message = "{number} asks for more capacity; the grade {grade} asks for a guarantee or a deposit first"


def find_level(*, order: ServiceOrder, on: date) -> Approval:
    """Return who approves an order, by the class and the credit grade that its customer has on the day."""
    service = find_service(order.account.customer.value_class, on)
    if _ask_of_grade(order, on).needs_manager_for_capacity:
        service = replace(service, approval=ApprovalPath.DIRECTOR)
    return find_approval(service=service, unit=order.unit, right=APPROVE, on=on)


def require_level(*, actor: Actor, order: ServiceOrder, on: date) -> None:
    """
    Refuse whoever does not reach the level that approves an order, and an order that lacks the security it wants.

    :raises ApprovalOfHigher: if another level approves it
    :raises SecurityMissing: if the grade asks for a guarantee and none is held, nor a deposit
    """
    level = find_level(order=order, on=on)
    if not actor.may(APPROVE, level.unit.path):
        raise ApprovalOfHigher(field="actor", number=order.number, unit=level.unit.name)
    if Measure.GUARANTEE in _ask_of_grade(order, on).measures and not _is_secured(order, on):
        raise SecurityMissing(field="account", number=order.number, grade=order.account.customer.credit_grade)


def _ask_of_grade(order: ServiceOrder, on: date) -> GradeMeasures:
    """Return what the grade asks for of an order for more capacity; homes and other orders are asked for nothing."""
    is_asked = order.kind in MORE_CAPACITY and order.account.usage_class != UsageClass.RESIDENTIAL.value
    return find_measures(grade=order.account.customer.credit_grade if is_asked else "", on=on)


def _is_secured(order: ServiceOrder, on: date) -> bool:
    kinds = (RiskThing.GUARANTEE, RiskThing.DEPOSIT)
    held = list_account_things(actor=_SYSTEM, kinds=kinds, account_ids=[order.account_id])
    return any(one.holds_on(on) for one in held)
