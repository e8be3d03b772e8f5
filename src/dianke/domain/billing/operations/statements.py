"""Make combined statements: a sheet over issued bills, which stay what they are."""

from collections.abc import Sequence
from datetime import date, datetime

from dianke.domain.billing.models import Bill, GroupStatement, GroupStatementBill
from dianke.domain.billing.types import get_bill_id_range
from dianke.domain.customers.models import Customer, CustomerAccount
from dianke.kernel.errors import DomainError
from dianke.platform.identity.types import Actor

LEAST_ACCOUNTS = 2


class UnableToMakeStatement(DomainError):
    """The customer cannot get a combined statement of the month."""

    code = "billing.unable_to_make_statement"
    message = "no combined statement of {month} for customer {customer}: {reason}"


def make_statement(*, actor: Actor, customer: Customer, month: date, login: str, at: datetime) -> GroupStatement:
    """
    Make the combined statement of a customer and month from the bills that are issued by now.

    :raises UnableToMakeStatement: if there is one, fewer than two accounts have bills, or some are beyond reach
    """
    facts = {"customer": customer.number, "month": f"{month:%Y-%m}"}
    # The lock keeps two people from making the same statement at once.
    rows = Customer.objects.for_actor(actor).select_for_update(of=("self",))
    locked: Customer | None = rows.filter(pk=customer.pk).first()
    if locked is None:
        raise UnableToMakeStatement(field="customer", **facts, reason="the customer is not within your units")
    if GroupStatement.objects.for_actor(actor).filter(customer=locked, month=month).exists():
        raise UnableToMakeStatement(field="month", **facts, reason="it is made already")
    everything = _list_bills(Actor.system("adding up every bill of a customer"), locked, month)
    accounts = {bill.account_id for bill in everything}
    if len(accounts) < LEAST_ACCOUNTS:
        raise UnableToMakeStatement(field="month", **facts, reason="fewer than two of its accounts have bills")
    if len(_list_bills(actor, locked, month)) != len(everything):
        raise UnableToMakeStatement(field="customer", **facts, reason="some of its bills are not within your units")
    statement = GroupStatement(
        unit_id=locked.unit_id,
        customer=locked,
        customer_number=locked.number,
        customer_name=locked.name,
        month=month,
        account_count=len(accounts),
        bill_count=len(everything),
        energy_kwh_e2=sum(bill.energy_kwh_e2 for bill in everything),
        amount_fen=sum(bill.amount_fen for bill in everything),
        made_by=login,
        made_at=at,
    )
    statement.save()
    GroupStatementBill.objects.bulk_create(
        [GroupStatementBill(statement=statement, bill_id=bill.pk) for bill in everything], batch_size=2_000
    )
    return statement


def _list_bills(actor: Actor, customer: Customer, month: date) -> Sequence[Bill]:
    first, end = get_bill_id_range(year=month.year, month=month.month)
    everybody = Actor.system("finding every account of a customer")
    accounts = CustomerAccount.objects.for_actor(everybody).filter(customer=customer).values_list("id", flat=True)
    rows = Bill.objects.for_actor(actor).filter(account_id__in=list(accounts), id__gte=first, id__lt=end)
    return list(rows.order_by("id"))
