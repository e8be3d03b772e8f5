"""An account ends, or another subject takes it over: what its final bill carries out once it is issued."""

from datetime import date

from django.db.backends.postgresql.psycopg_any import DateRange

from dianke.domain.customers.models import BankAccount, Customer, CustomerAccount
from dianke.domain.customers.operations.reaching import require_accounts
from dianke.domain.customers.types import AccountStatus
from dianke.platform.identity.types import Actor

_ANYBODY = Actor.system("ending the collection from an account that somebody leaves")


def close_account(*, actor: Actor, account: CustomerAccount, on: date) -> CustomerAccount:
    """Close an account on the first day that it is no longer supplied (销户)."""
    stored = _lock(actor, account)
    stored.status, stored.closed_date = AccountStatus.CLOSED.value, on
    stored.save(update_fields=["status", "closed_date"])
    return stored


def hand_over_account(*, actor: Actor, account: CustomerAccount, to: Customer, on: date) -> CustomerAccount:
    """
    Give an account to another subject from a day on (过户).

    The bank account of the one who leaves is no longer collected from; everything else of the new one is entered anew.
    """
    stored = _lock(actor, account)
    stored.customer = to
    stored.save(update_fields=["customer"])
    banks = BankAccount.objects.for_actor(_ANYBODY).filter(account=stored, period__contains=on)
    for bank in banks.order_by("id"):
        if bank.period.lower < on:
            bank.period = DateRange(bank.period.lower, on)
            bank.save(update_fields=["period"])
    return stored


def _lock(actor: Actor, account: CustomerAccount) -> CustomerAccount:
    require_accounts(actor=actor, ids={account.pk})
    found: CustomerAccount = CustomerAccount.objects.for_actor(actor).select_for_update(of=("self",)).get(pk=account.pk)
    return found
