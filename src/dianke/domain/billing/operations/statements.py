"""Make combined statements: a sheet over issued bills, which stay what they are."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from dianke.domain.billing.models import GroupStatement, GroupStatementBill
from dianke.domain.billing.queries import statements as queries
from dianke.domain.billing.queries.statements import OwnedBill
from dianke.domain.billing.rules.statements import ListedBill, find_due_date
from dianke.domain.customers.models import Customer
from dianke.domain.customers.rules.groups import CustomerGroup
from dianke.kernel.errors import DomainError
from dianke.platform.identity.types import Actor

LEAST_ACCOUNTS = 2
LEAST_CUSTOMERS = 2
_EVERYTHING = Actor.system("adding up every bill of a statement")


class UnableToMakeStatement(DomainError):
    """The customer, or the group, cannot get a combined statement of the month."""

    code = "billing.unable_to_make_statement"
    message = "no combined statement of {month} for customer {customer}: {reason}"


@dataclass(frozen=True)
class _Order:
    """Who makes what for whom."""

    actor: Actor
    head: Customer
    month: date
    login: str
    at: datetime

    def refuse(self, field: str, reason: str) -> UnableToMakeStatement:
        """Return the refusal."""
        return UnableToMakeStatement(field=field, customer=self.head.number, month=f"{self.month:%Y-%m}", reason=reason)


def make_statement(*, actor: Actor, customer: Customer, month: date, login: str, at: datetime) -> GroupStatement:
    """
    Make the combined statement of a customer and month from the bills that are issued by now.

    :raises UnableToMakeStatement: if there is one, fewer than two accounts have bills, or some are beyond reach
    """
    order = _Order(actor, customer, month, login, at)
    _lock(order, is_group=False)
    bills = _list_bills(order, {customer.pk})
    if len({one.bill.account_id for one in bills}) < LEAST_ACCOUNTS:
        raise order.refuse("month", "fewer than two of its accounts have bills")
    return _save(order, bills, group=None)


def make_group_statement(
    *, actor: Actor, head: Customer, group: CustomerGroup, month: date, login: str, at: datetime
) -> GroupStatement:
    """
    Make the combined statement of a group and month; the group is the one of the month's end, under its head.

    :raises UnableToMakeStatement: if there is one, fewer than two of its customers have bills, some are beyond reach,
        or stand on the statement of another group
    """
    order = _Order(actor, head, month, login, at)
    _lock(order, is_group=True)
    bills = _list_bills(order, group.member_ids)
    if len({one.customer_id for one in bills}) < LEAST_CUSTOMERS:
        raise order.refuse("month", "fewer than two customers of the group have bills")
    if queries.is_on_group_statement(bill_ids=[one.bill.pk for one in bills]):
        raise order.refuse("customer", "some of its bills are on the statement of another group")
    return _save(order, bills, group=group)


def _lock(order: _Order, *, is_group: bool) -> None:
    # The lock keeps two people from making the same statement at once.
    rows = Customer.objects.for_actor(order.actor).select_for_update(of=("self",))
    if rows.filter(pk=order.head.pk).first() is None:
        raise order.refuse("customer", "the customer is not within your units")
    made = GroupStatement.objects.for_actor(order.actor).filter(
        customer=order.head, month=order.month, is_group=is_group
    )
    if made.exists():
        raise order.refuse("month", "it is made already")


def _list_bills(order: _Order, customer_ids: Collection[int]) -> list[OwnedBill]:
    everything = queries.list_owned_bills(actor=_EVERYTHING, customer_ids=customer_ids, month=order.month)
    seen = queries.list_owned_bills(actor=order.actor, customer_ids=customer_ids, month=order.month)
    # A sum over a part would look like the whole.
    if len(seen) != len(everything):
        raise order.refuse("customer", "some of its bills are not within your units")
    return everything


def _save(order: _Order, bills: Sequence[OwnedBill], group: CustomerGroup | None) -> GroupStatement:
    statement = GroupStatement(
        unit_id=order.head.unit_id,
        customer=order.head,
        customer_number=order.head.number,
        customer_name=order.head.name,
        month=order.month,
        is_group=group is not None,
        member_ids=list(group.member_ids) if group else [],
        customer_count=len({one.customer_id for one in bills}),
        account_count=len({one.bill.account_id for one in bills}),
        bill_count=len(bills),
        energy_kwh_e2=sum(one.bill.energy_kwh_e2 for one in bills),
        amount_fen=sum(one.bill.amount_fen for one in bills),
        due_date=find_due_date(
            ListedBill(one.bill.pk, one.bill.amount_fen, one.bill.due_date, one.bill.corrects_id) for one in bills
        ),
        made_by=order.login,
        made_at=order.at,
    )
    statement.save()
    GroupStatementBill.objects.bulk_create(
        [GroupStatementBill(statement=statement, bill_id=one.bill.pk, customer_id=one.customer_id) for one in bills],
        batch_size=2_000,
    )
    return statement
