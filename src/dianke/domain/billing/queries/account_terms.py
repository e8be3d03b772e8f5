"""Reads of accounts' own terms of payment."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import QuerySet

from dianke.domain.billing.models import AccountTerms
from dianke.domain.billing.rules.due_dates import DueRule
from dianke.domain.billing.types import AllocationOrder, DueRuleKind, TermsState
from dianke.kernel.errors import DomainError
from dianke.platform.org.scoping import Scope


class TermsNotFound(DomainError):
    """There are no such terms within the actor's units."""

    code = "billing.account_terms_not_found"
    message = "there are no terms of payment {terms}"


@dataclass(frozen=True, slots=True)
class AccountTermsInForce:
    """What holds for an account on a day; empty where the terms of the house do."""

    terms_id: int
    due_rule: DueRule | None
    late_fee_rate: Decimal | None
    allocation_order: AllocationOrder | None


def get_terms_of_accounts(
    *, actor: Scope, customer_account_ids: Sequence[int], on: date
) -> dict[int, AccountTermsInForce]:
    """Return the own terms of accounts in force on a day, by account; those without any are left out."""
    rows = AccountTerms.objects.for_actor(actor).filter(
        account_id__in=set(customer_account_ids), state=TermsState.APPROVED.value, period__contains=on
    )
    return {row.account_id: _read(row) for row in rows}


def list_terms_of_account(*, actor: Scope, account_id: int) -> list[AccountTerms]:
    """Return the terms that were ever proposed for an account, the latest first."""
    return list(filter_terms(actor=actor).filter(account_id=account_id).order_by("-proposed_at", "-id"))


def filter_terms(*, actor: Scope) -> QuerySet[AccountTerms]:
    """Return the terms of the actor's units with their accounts; no order."""
    rows: QuerySet[AccountTerms] = AccountTerms.objects.for_actor(actor)
    return rows.select_related("account__customer", "account__unit")


def get_terms(*, actor: Scope, terms_id: int) -> AccountTerms:
    """
    Return terms by key.

    :raises TermsNotFound: if there are none within the actor's units
    """
    terms = filter_terms(actor=actor).filter(pk=terms_id).first()
    if terms is None:
        raise TermsNotFound(field="terms", terms=terms_id)
    return terms


def _read(row: AccountTerms) -> AccountTermsInForce:
    return AccountTermsInForce(
        terms_id=row.pk,
        due_rule=DueRule(DueRuleKind(row.due_rule), int(row.due_value or 0)) if row.due_rule else None,
        late_fee_rate=row.late_fee_rate,
        allocation_order=AllocationOrder(row.allocation_order) if row.allocation_order else None,
    )
