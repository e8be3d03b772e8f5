"""Make combined statements, of one customer or group or of everybody who waits for one."""

from calendar import monthrange
from collections.abc import Callable, Iterator
from datetime import date, datetime
from functools import partial

from dianke.domain.billing.models import GroupStatement
from dianke.domain.billing.operations import statements
from dianke.domain.billing.queries import statements as queries
from dianke.domain.customers.models import Customer
from dianke.domain.customers.queries import groups
from dianke.kernel.errors import DomainError
from dianke.platform.audit.use_case import use_case
from dianke.platform.identity.types import Actor

COMBINE = "billing.combine"


class CustomerNotFound(DomainError):
    """No customer of that number is within reach."""

    code = "billing.customer_not_found"
    message = "there is no customer {customer}"


class NotInGroup(DomainError):
    """The customer belongs to no group whose statement the actor may make."""

    code = "billing.not_in_group"
    message = "no combined statement of the group of customer {customer} in {month}: {reason}"


@use_case(right=COMBINE)
def make_statement(*, actor: Actor, customer_number: str, month: date, at: datetime) -> GroupStatement:
    """Make the combined statement of one customer and month."""
    found = _find_customer(actor, customer_number)
    return statements.make_statement(actor=actor, customer=found, month=month, login=actor.login, at=at)


@use_case(right=COMBINE)
def make_group_statement(*, actor: Actor, customer_number: str, month: date, at: datetime) -> GroupStatement:
    """
    Make the combined statement of the group that a customer belonged to at the month's end, whichever member is named.

    :raises NotInGroup: if it belonged to none, or the head of the group is not within the actor's units
    """
    found = _find_customer(actor, customer_number)
    facts = {"customer": found.number, "month": f"{month:%Y-%m}"}
    group = groups.find_group(customer_id=found.pk, on=_last_day(month))
    if group is None:
        raise NotInGroup(field="customer", **facts, reason="it belonged to no group at the month's end")
    head: Customer | None = Customer.objects.for_actor(actor).filter(pk=group.head_id).first()
    if head is None:
        raise NotInGroup(field="customer", **facts, reason="the head of the group is not within your units")
    return statements.make_group_statement(actor=actor, head=head, group=group, month=month, login=actor.login, at=at)


@use_case(right=COMBINE)
def make_statements(*, actor: Actor, month: date, at: datetime) -> int:
    """
    Make every statement of a month that waits: of customers with bills on several accounts, and of groups.

    Return how many. Whoever has bills beyond the actor's units is left to somebody who sees all of them.
    """
    made = 0
    for make in (*_list_customers(actor, month, at), *_list_groups(actor, month, at)):
        try:
            make()
        except statements.UnableToMakeStatement:
            continue
        made += 1
    return made


def _list_customers(actor: Actor, month: date, at: datetime) -> Iterator[Callable[[], GroupStatement]]:
    waiting = queries.list_waiting_customers(actor=actor, month=month, least_accounts=statements.LEAST_ACCOUNTS)
    for customer in waiting:
        yield partial(statements.make_statement, actor=actor, customer=customer, month=month, login=actor.login, at=at)


def _list_groups(actor: Actor, month: date, at: datetime) -> Iterator[Callable[[], GroupStatement]]:
    found = {group.head_id: group for group in groups.list_groups(on=_last_day(month))}
    rows = Customer.objects.for_actor(actor).filter(pk__in=list(found))
    for head in rows.order_by("number", "id"):
        group = found[head.pk]
        yield partial(
            statements.make_group_statement,
            actor=actor,
            head=head,
            group=group,
            month=month,
            login=actor.login,
            at=at,
        )


def _find_customer(actor: Actor, number: str) -> Customer:
    found: Customer | None = Customer.objects.for_actor(actor).filter(number=number).first()
    if found is None:
        raise CustomerNotFound(field="customer", customer=number)
    return found


def _last_day(month: date) -> date:
    return month.replace(day=monthrange(month.year, month.month)[1])
