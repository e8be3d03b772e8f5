"""Customers and accounts by number."""

from django.db.models import QuerySet

from dianke.domain.customers.models import Customer, CustomerAccount
from dianke.platform.identity.types import Actor
from dianke.platform.org.kept_statements import KeptStatements

_ACCOUNT, _ACCOUNTS = (KeptStatements(is_prepared=True) for _of in range(2))
# Stand-ins: no account has such a number, no customer such a key.
_NUMBER, _CUSTOMER = "\0number", -1


def get_customer(*, actor: Actor, number: str, right: str | None = None) -> Customer | None:
    """Return the customer of a number, merged ones too, or None."""
    rows = Customer.objects.for_actor(actor, right).filter(number=number)
    customer: Customer | None = rows.select_related("unit", "merged_into").first()
    return customer


def get_account(*, actor: Actor, number: str) -> CustomerAccount | None:
    """Return the account of a number with its customer, or None."""
    found = _ACCOUNT.ask_objects(actor=actor, write=_write_account, values={_NUMBER: number})
    account: CustomerAccount | None = found[0] if found else None
    return account


def _write_account(actor: Actor) -> QuerySet[CustomerAccount]:
    rows: QuerySet[CustomerAccount] = CustomerAccount.objects.for_actor(actor).filter(number=_NUMBER)
    return rows.select_related("customer__unit", "unit")


def list_accounts(*, actor: Actor, customer: Customer) -> list[CustomerAccount]:
    """Return the accounts of a customer, oldest number first."""
    return _ACCOUNTS.ask_objects(
        actor=actor,
        write=lambda scope: (
            CustomerAccount.objects.for_actor(scope).filter(customer_id=_CUSTOMER).order_by("number", "id")
        ),
        values={_CUSTOMER: customer.pk},
    )
