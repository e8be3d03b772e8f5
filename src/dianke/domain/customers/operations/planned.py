"""Accounts that have their number but no supply yet: opened once it is switched on, dropped if it never is."""

from datetime import date

from dianke.domain.customers.models import Customer, CustomerAccount, ServiceLocation
from dianke.domain.customers.operations.entering import add_account
from dianke.domain.customers.operations.numbers import draw_user_number
from dianke.domain.customers.operations.reaching import require_accounts
from dianke.domain.customers.types import AccountStatus, UsageClass
from dianke.kernel.errors import DomainError
from dianke.platform.identity.types import Actor
from dianke.platform.org.models import Unit


class AccountNotPlanned(DomainError):
    """The account is supplied already, or was closed."""

    code = "customers.account_not_planned"
    message = "account {account} is no longer one that is being connected"


def plan_account(
    *,
    actor: Actor,
    customer: Customer,
    unit: Unit,
    usage_class: UsageClass,
    location: ServiceLocation,
    on: date,
    household_size: int = 0,
) -> CustomerAccount:
    """
    Give a customer the number of an account that is to be connected (立户).

    :raises UnableToAddAccount: if the customer is not the actor's
    """
    return add_account(
        actor=actor, customer=customer, number=draw_user_number(), usage_class=usage_class, opened_date=on, unit=unit,
        status=AccountStatus.PLANNED, household_size=household_size, location=location,
    )  # fmt: skip


def open_planned_account(*, actor: Actor, account: CustomerAccount, on: date) -> CustomerAccount:
    """
    Let an account be supplied from a day on (送电立户): its tiers and its first bill begin there.

    :raises AccountNotPlanned: if it is supplied already, or was closed
    """
    stored = _lock(actor, account)
    stored.status, stored.opened_date = AccountStatus.ACTIVE.value, on
    stored.save(update_fields=["status", "opened_date"])
    return stored


def drop_planned_account(*, actor: Actor, account: CustomerAccount, on: date) -> CustomerAccount:
    """
    Close an account that was never supplied; its number is not given again.

    :raises AccountNotPlanned: if it is supplied already, or was closed
    """
    stored = _lock(actor, account)
    stored.status, stored.closed_date = AccountStatus.CLOSED.value, max(on, stored.opened_date)
    stored.save(update_fields=["status", "closed_date"])
    return stored


def _lock(actor: Actor, account: CustomerAccount) -> CustomerAccount:
    require_accounts(actor=actor, ids={account.pk})
    stored: CustomerAccount = (
        CustomerAccount.objects.for_actor(actor).select_for_update(of=("self",)).get(pk=account.pk)
    )
    if stored.status != AccountStatus.PLANNED.value:
        raise AccountNotPlanned(field="account", account=account.number)
    return stored
