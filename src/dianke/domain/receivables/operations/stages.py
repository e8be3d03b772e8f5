"""Staged settlement: terms proposed and approved by two persons, and the requests of a month made from them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from dianke.domain.customers.models import CustomerAccount
from dianke.domain.receivables.models import StagedTerms, StageRequest
from dianke.domain.receivables.operations.locks import lock_accounts
from dianke.domain.receivables.queries import stages as queries
from dianke.domain.receivables.rules import stages as rules
from dianke.domain.receivables.types import StageBasis, StagedTermsState
from dianke.kernel.clock import to_shanghai
from dianke.kernel.errors import DomainError
from dianke.platform.identity.types import Actor
from dianke.platform.org.scoping import Scope

_REASON_LENGTH = 300
_SYSTEM = Actor.system("making the requests of staged settlement")


class UnableToStage(DomainError):
    """Staged settlement cannot be agreed on so."""

    code = "receivables.unable_to_stage"
    message = "staged settlement cannot be set so: {reason}"


class StagedTermsOutOfState(DomainError):
    """Somebody decided meanwhile, or the terms are not where the act would find them."""

    code = "receivables.staged_terms_out_of_state"
    message = "terms {terms} stay as they are: {reason}"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewStagedTerms:
    """Terms as they are proposed; `until_month` is the first that they do not hold for."""

    from_month: date
    days: str
    basis: StageBasis
    coefficient: Decimal
    reason: str
    until_month: date | None = None
    agreed_fen: int | None = None
    contract: str = ""


def propose_terms(
    *, actor: Scope, account: CustomerAccount, new: NewStagedTerms, login: str, at: datetime
) -> StagedTerms:
    """
    Propose terms of staged settlement for an account; they hold when another person approves them.

    :raises UnableToStage: if days, coefficient, months or amount will not do, or a proposal waits already
    """
    lock_accounts([account.pk])
    today = to_shanghai(at).date()
    days = rules.read_days(new.days)
    if obstacle := _find_obstacle(new, days, today):
        raise UnableToStage(field=obstacle[0], reason=obstacle[1])
    of_account = StagedTerms.objects.for_actor(actor).filter(account=account)
    if of_account.filter(state=StagedTermsState.PROPOSED.value).exists():
        raise UnableToStage(field="account", reason="a proposal waits for a decision")
    terms = StagedTerms(
        account=account,
        from_month=new.from_month.replace(day=1),
        until_month=new.until_month.replace(day=1) if new.until_month else None,
        days=",".join(str(day) for day in days),
        basis=new.basis.value,
        coefficient=new.coefficient,
        agreed_fen=new.agreed_fen if new.basis is StageBasis.AGREED else None,
        contract=new.contract.strip()[:60],
        reason=new.reason.strip()[:_REASON_LENGTH],
        proposed_by=login,
        proposed_at=at,
    )
    terms.save()
    return terms


def approve_terms(*, actor: Scope, terms: StagedTerms, reason: str, login: str, at: datetime) -> StagedTerms:
    """
    Let terms hold from their month on; those before end there, and those that would follow never begin.

    :raises StagedTermsOutOfState: if they are decided already
    """
    terms = _lock(actor, terms)
    before = StagedTerms.objects.for_actor(actor).filter(
        account_id=terms.account_id, state=StagedTermsState.APPROVED.value
    )
    for one in before:
        if one.until_month is None or one.until_month > terms.from_month:
            one.until_month = max(one.from_month, terms.from_month)
            one.save(update_fields=["until_month"])
    return _decide(terms, StagedTermsState.APPROVED, reason, login, at)


def refuse_terms(*, actor: Scope, terms: StagedTerms, reason: str, login: str, at: datetime) -> StagedTerms:
    """
    Refuse terms, saying why.

    :raises StagedTermsOutOfState: if they are decided already, or no reason is given
    """
    terms = _lock(actor, terms)
    if not reason.strip():
        raise StagedTermsOutOfState(field="reason", terms=terms.number, reason="give a reason")
    return _decide(terms, StagedTermsState.REFUSED, reason, login, at)


def withdraw_terms(*, actor: Scope, terms: StagedTerms, login: str, at: datetime) -> StagedTerms:
    """
    Take one's own proposal back.

    :raises StagedTermsOutOfState: if it is decided already, or another person proposed it
    """
    terms = _lock(actor, terms)
    if terms.proposed_by != login:
        raise StagedTermsOutOfState(field="actor", terms=terms.number, reason="only who proposed it may take it back")
    terms.state, terms.decided_at = StagedTermsState.WITHDRAWN.value, at
    terms.save(update_fields=["state", "decided_at"])
    return terms


def make_requests(*, month: date, at: datetime) -> int:
    """
    Write what is asked for in advance for a month by the terms that hold for it, and return how many; once an account.

    An account without a bill to go by is asked for nothing.
    """
    month = month.replace(day=1)
    made = StageRequest.objects.for_actor(_SYSTEM).filter(month=month).values("account_id")
    rows = queries.filter_terms(actor=_SYSTEM).filter(queries.in_force(month)).exclude(account_id__in=made)
    terms = list(rows.order_by("account_id"))
    since = date(month.year - 1, month.month, 1)
    billed = queries.list_billed(account_ids=[one.account_id for one in terms], since=since, until=month)
    requests = [
        request
        for one in terms
        for request in _draw_requests(one, month, _list_newest(billed.get(one.account_id, {})), at)
    ]
    StageRequest.objects.bulk_create(requests, ignore_conflicts=True)
    return len(requests)


def _draw_requests(terms: StagedTerms, month: date, billed_fen: Sequence[int], at: datetime) -> list[StageRequest]:
    dates = rules.find_due_dates(month=month, days=rules.read_days(terms.days))
    forecast_fen = rules.compute_forecast(
        basis=StageBasis(terms.basis), billed_fen=billed_fen, agreed_fen=terms.agreed_fen
    )
    amounts = rules.split_month(forecast_fen=forecast_fen, coefficient=terms.coefficient, count=len(dates))
    return [
        StageRequest(
            terms=terms,
            account_id=terms.account_id,
            month=month,
            number=number,
            # Where terms begin within a month, what its first days would have asked for is due at once.
            due_date=max(dates[number - 1], to_shanghai(at).date()),
            amount_fen=amount_fen,
            forecast_fen=forecast_fen,
            made_at=at,
        )
        for number, amount_fen in enumerate(amounts, 1)
    ]


def _list_newest(billed: dict[date, int]) -> list[int]:
    return [billed[month] for month in sorted(billed, reverse=True)]


def _find_obstacle(new: NewStagedTerms, days: tuple[int, ...], today: date) -> tuple[str, str] | None:
    policy = rules.get_policy(day=today)
    is_agreed = new.basis is StageBasis.AGREED
    obstacles = {
        ("reason", "give a reason"): not new.reason.strip(),
        ("days", "give days of the month in their order, each once"): not days,
        ("days", "there are too many stages in a month"): len(days) > policy.most_stages,
        ("coefficient", "the coefficient is outside the limits"): not (
            policy.least_coefficient <= new.coefficient <= policy.most_coefficient
        ),
        ("agreed", "give the amount that was agreed on"): is_agreed and (new.agreed_fen or 0) <= 0,
        ("from_month", "terms begin this month or later"): new.from_month < today.replace(day=1),
        ("until_month", "they end before they begin"): new.until_month is not None
        and new.until_month <= new.from_month,
    }
    return next((reason for reason, is_met in obstacles.items() if is_met), None)


def _decide(terms: StagedTerms, state: StagedTermsState, reason: str, login: str, at: datetime) -> StagedTerms:
    terms.state, terms.decided_by, terms.decided_at = state.value, login, at
    terms.decision_reason = reason.strip()[:_REASON_LENGTH]
    terms.save(update_fields=["state", "decided_by", "decided_at", "decision_reason"])
    return terms


def _lock(actor: Scope, terms: StagedTerms) -> StagedTerms:
    lock_accounts([terms.account_id])
    rows = StagedTerms.objects.for_actor(actor).select_for_update(of=("self",)).select_related("account__unit")
    locked: StagedTerms = rows.get(pk=terms.pk)
    if locked.state != StagedTermsState.PROPOSED.value:
        raise StagedTermsOutOfState(field="state", terms=locked.number, reason="it is in another state by now")
    return locked
