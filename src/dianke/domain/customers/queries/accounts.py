"""Customers and accounts by number."""

from dianke.domain.customers.models import Customer, CustomerAccount
from dianke.platform.identity.types import Actor


def get_customer(*, actor: Actor, number: str, right: str | None = None) -> Customer | None:
    """Return the customer of a number, merged ones too, or None."""
    rows = Customer.objects.for_actor(actor, right).filter(number=number)
    customer: Customer | None = rows.select_related("unit", "merged_into").first()
    return customer


def get_account(*, actor: Actor, number: str) -> CustomerAccount | None:
    """Return the account of a number with its customer, or None."""
    account: CustomerAccount | None = (
        CustomerAccount.objects.for_actor(actor).filter(number=number).select_related("customer__unit", "unit").first()
    )
    return account


def list_accounts(*, actor: Actor, customer: Customer) -> list[CustomerAccount]:
    """Return the accounts of a customer, oldest number first."""
    return list(CustomerAccount.objects.for_actor(actor).filter(customer=customer).order_by("number", "id"))
