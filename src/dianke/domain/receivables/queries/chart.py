"""Reads of the chart of accounts."""

from typing import Any

from django.db.models import QuerySet

from dianke.domain.receivables.models import LedgerAccount
from dianke.domain.receivables.types import AccountState
from dianke.kernel.errors import DomainError
from dianke.platform.org.scoping import Scope


class AccountUnknown(DomainError):
    """The chart has no account of the code."""

    code = "receivables.account_unknown"
    message = "the chart has no account {account}"


def get_account(*, actor: Scope, code: str, lock: bool = False) -> LedgerAccount:
    """
    Return the account of a code, locked if asked.

    :raises AccountUnknown: if there is none
    """
    rows = LedgerAccount.objects.for_actor(actor).select_related("unit")
    if lock:
        rows = rows.select_for_update(of=("self",))
    account: LedgerAccount | None = rows.filter(code=code).first()
    if account is None:
        raise AccountUnknown(field="account", account=code)
    return account


def filter_accounts(*, actor: Scope) -> QuerySet[Any]:
    """Return the chart without what was refused, with units; no order."""
    rows: QuerySet[Any] = LedgerAccount.objects.for_actor(actor).exclude(state=AccountState.REFUSED.value)
    return rows.select_related("unit")


def list_accounts(*, actor: Scope) -> list[LedgerAccount]:
    """Return the chart by code, without what was refused."""
    return list(filter_accounts(actor=actor).order_by("code"))


def list_keys_below(*, actor: Scope, code: str) -> list[int]:
    """Return the keys of the account of a code and of all below it."""
    rows = LedgerAccount.objects.for_actor(actor)
    below = rows.filter(code=code).values_list("pk", flat=True)
    return [*below, *rows.filter(code__startswith=f"{code}.").values_list("pk", flat=True)]
