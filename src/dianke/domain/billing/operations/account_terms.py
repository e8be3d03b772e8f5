"""An account's own terms of payment: proposed by one person, in force from their day once another approved them."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.backends.postgresql.psycopg_any import DateRange

from dianke.domain.billing.models import AccountTerms
from dianke.domain.billing.rules.contract_rates import require_contract_rate
from dianke.domain.billing.rules.due_dates import DueRule, find_rule_obstacle
from dianke.domain.billing.types import AllocationOrder, TermsState
from dianke.domain.customers.models import CustomerAccount
from dianke.kernel.clock import to_shanghai
from dianke.kernel.errors import DomainError
from dianke.platform.org.scoping import Scope

_REASON_LENGTH = 300


class UnableToAgreeTerms(DomainError):
    """Terms of payment cannot be proposed or decided so."""

    code = "billing.unable_to_agree_terms"
    message = "terms of payment of account {account} cannot be so: {reason}"


@dataclass(frozen=True, slots=True)
class NewTerms:
    """Terms as they are proposed; what is empty follows the terms of the house, all of it empty ends own terms."""

    start: date
    end: date | None = None
    due_rule: DueRule | None = None
    late_fee_rate: Decimal | None = None
    contract: str = ""
    allocation_order: AllocationOrder | None = None


def propose_terms(
    *, actor: Scope, account: CustomerAccount, new: NewTerms, reason: str, login: str, at: datetime
) -> AccountTerms:
    """
    Propose own terms of an account from a day on; they hold nothing until they are approved.

    :raises UnableToAgreeTerms: if they make no sense, no reason is given, the day has passed or a proposal waits
    :raises ContractRateRefused: if the contract may not fix its rate
    """
    _require_sense(account, new, reason, at)
    waiting = AccountTerms.objects.for_actor(actor).filter(account=account, state=TermsState.PROPOSED.value)
    if waiting.exists():
        raise _refusal(account, "state", "a proposal waits for a decision")
    terms = AccountTerms(
        account=account,
        period=DateRange(new.start, new.end),
        due_rule=new.due_rule.kind.value if new.due_rule else "",
        due_value=new.due_rule.value if new.due_rule else None,
        late_fee_rate=new.late_fee_rate,
        contract=new.contract.strip()[:60],
        allocation_order=new.allocation_order.value if new.allocation_order else "",
        reason=reason.strip()[:_REASON_LENGTH],
        proposed_by=login,
        proposed_at=at,
    )
    terms.save()
    return terms


def approve_terms(*, actor: Scope, terms: AccountTerms, reason: str, login: str, at: datetime) -> AccountTerms:
    """
    Put terms in force from their day on; those before end there.

    :raises UnableToAgreeTerms: if they are decided, their day has passed, or later terms are in force already
    """
    terms = _lock(actor, terms)
    start: date = terms.period.lower
    _require_day(terms.account, start, at)
    others = AccountTerms.objects.for_actor(actor).filter(account=terms.account, state=TermsState.APPROVED.value)
    if others.filter(period__startswith__gte=start).exists():
        raise _refusal(terms.account, "start", "later terms are agreed already")
    before = others.filter(period__contains=start).first()
    if before is not None:
        before.period = DateRange(before.period.lower, start)
        before.save(update_fields=["period"])
    return _decide(terms, TermsState.APPROVED, reason, login, at)


def refuse_terms(*, actor: Scope, terms: AccountTerms, reason: str, login: str, at: datetime) -> AccountTerms:
    """
    Refuse proposed terms, saying why.

    :raises UnableToAgreeTerms: if they are decided already, or no reason is given
    """
    terms = _lock(actor, terms)
    if not reason.strip():
        raise _refusal(terms.account, "reason", "a refusal says why")
    return _decide(terms, TermsState.REFUSED, reason, login, at)


def withdraw_terms(*, actor: Scope, terms: AccountTerms, login: str, at: datetime) -> AccountTerms:
    """
    Take back a proposal of one's own.

    :raises UnableToAgreeTerms: if it is decided already, or somebody else's
    """
    terms = _lock(actor, terms)
    if terms.proposed_by != login:
        raise _refusal(terms.account, "actor", "only who proposed it takes it back")
    terms.state, terms.decided_at = TermsState.WITHDRAWN.value, at
    terms.save(update_fields=["state", "decided_at"])
    return terms


def _require_sense(account: CustomerAccount, new: NewTerms, reason: str, at: datetime) -> None:
    if not reason.strip():
        raise _refusal(account, "reason", "a reason is needed")
    _require_day(account, new.start, at)
    if new.end is not None and new.end <= new.start:
        raise _refusal(account, "end", "it ends before it begins")
    if new.due_rule is not None and (obstacle := find_rule_obstacle(new.due_rule)):
        raise _refusal(account, "due_value", obstacle)
    if new.late_fee_rate is not None:
        require_contract_rate(new.late_fee_rate, day=new.start)
        if not new.contract.strip():
            raise _refusal(account, "contract", "a rate stands in a contract")


def _require_day(account: CustomerAccount, start: date, at: datetime) -> None:
    # Bills that fell due before follow what was agreed then.
    if start < to_shanghai(at).date():
        raise _refusal(account, "start", "the day has passed")


def _lock(actor: Scope, terms: AccountTerms) -> AccountTerms:
    rows = AccountTerms.objects.for_actor(actor).select_for_update(of=("self",)).select_related("account")
    locked: AccountTerms = rows.get(pk=terms.pk)
    if locked.state != TermsState.PROPOSED.value:
        raise _refusal(locked.account, "state", "it is decided already")
    return locked


def _decide(terms: AccountTerms, state: TermsState, reason: str, login: str, at: datetime) -> AccountTerms:
    terms.state, terms.decided_by, terms.decided_at = state.value, login, at
    terms.decision_reason = reason.strip()[:_REASON_LENGTH]
    terms.save(update_fields=["state", "decided_by", "decided_at", "decision_reason"])
    return terms


def _refusal(account: CustomerAccount, field: str, reason: str) -> UnableToAgreeTerms:
    return UnableToAgreeTerms(field=field, account=account.number, reason=reason)
