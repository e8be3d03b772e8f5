"""Make combined statements, of one customer or of everybody who waits for one."""

from datetime import date, datetime

from dianke.domain.billing.models import GroupStatement
from dianke.domain.billing.operations import statements
from dianke.domain.billing.queries import statements as queries
from dianke.domain.customers.models import Customer
from dianke.kernel.errors import DomainError
from dianke.platform.audit.use_case import use_case
from dianke.platform.identity.types import Actor

COMBINE = "billing.combine"


class CustomerNotFound(DomainError):
    """No customer of that number is within reach."""

    code = "billing.customer_not_found"
    message = "there is no customer {customer}"


@use_case(right=COMBINE)
def make_statement(*, actor: Actor, customer_number: str, month: date, at: datetime) -> GroupStatement:
    """Make the combined statement of one customer and month."""
    found: Customer | None = Customer.objects.for_actor(actor).filter(number=customer_number).first()
    if found is None:
        raise CustomerNotFound(field="customer", customer=customer_number)
    return statements.make_statement(actor=actor, customer=found, month=month, login=actor.login, at=at)


@use_case(right=COMBINE)
def make_statements(*, actor: Actor, month: date, at: datetime) -> int:
    """
    Make the statement of every customer that has bills of the month on several accounts; return how many.

    A customer with bills beyond the actor's units is left to somebody who sees all of them.
    """
    waiting = queries.list_waiting_customers(actor=actor, month=month, least_accounts=statements.LEAST_ACCOUNTS)
    made = 0
    for customer in waiting:
        try:
            statements.make_statement(actor=actor, customer=customer, month=month, login=actor.login, at=at)
        except statements.UnableToMakeStatement:
            continue
        made += 1
    return made
