"""Agreements on instalments: proposed, decided by another person, kept or broken; the books are never touched."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from dianke.domain.customers.models import CustomerAccount
from dianke.domain.receivables.models import Agreement, AgreementItem, Instalment
from dianke.domain.receivables.operations.locks import lock_accounts
from dianke.domain.receivables.queries import agreements as queries
from dianke.domain.receivables.queries.debts import list_debts
from dianke.domain.receivables.rules import agreements as rules
from dianke.domain.receivables.rules.agreements import PlannedPart
from dianke.domain.receivables.types import AgreementState, Debt, FeesMeanwhile
from dianke.kernel.clock import to_shanghai
from dianke.kernel.errors import DomainError
from dianke.platform.org.scoping import Scope

_REASON_LENGTH = 300


class UnableToAgree(DomainError):
    """The debts cannot be agreed on in this way."""

    code = "receivables.unable_to_agree"
    message = "this cannot be agreed on: {reason}"


class AgreementOutOfState(DomainError):
    """Somebody decided meanwhile, or the agreement is not where the act would find it."""

    code = "receivables.agreement_out_of_state"
    message = "agreement {agreement} stays as it is: {reason}"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAgreement:
    """What is proposed: which bills, the plan, what becomes of late fees, and what the customer signed."""

    item_ids: tuple[int, ...]
    plan: tuple[PlannedPart, ...]
    late_fees: FeesMeanwhile
    signed_on: date
    reason: str
    guarantee: str = ""


@dataclass(frozen=True, slots=True)
class Judged:
    """What a night found of agreements in force."""

    settled: tuple[int, ...]
    broken: tuple[int, ...]
    reopened: tuple[int, ...]


def propose_agreement(
    *, actor: Scope, account: CustomerAccount, new: NewAgreement, login: str, at: datetime
) -> Agreement:
    """
    Propose that bills of an account are paid by a plan; nothing changes until another person approves it.

    :raises UnableToAgree: if a bill is not owed or under an agreement, or the plan does not add up to the debt
    """
    lock_accounts([account.pk])
    on = to_shanghai(at).date()
    policy = rules.get_policy(day=on)
    if not new.reason.strip():
        raise UnableToAgree(field="reason", reason="give a reason")
    if new.signed_on > on:
        raise UnableToAgree(field="signed_on", reason="the day of signing has not come yet")
    debts = _choose(actor, account, new.item_ids, on)
    amount_fen = sum(debt.total_fen for debt in debts)
    if obstacle := rules.find_plan_obstacle(new.plan, amount_fen=amount_fen, as_of=on, policy=policy):
        raise UnableToAgree(field="plan", reason=obstacle)
    agreement = Agreement(
        account=account,
        level=policy.find_level(amount_fen).code,
        amount_fen=amount_fen,
        as_of_date=on,
        signed_on=new.signed_on,
        late_fees=new.late_fees.value,
        after_break=policy.after_break.value,
        grace_days=policy.grace_days,
        guarantee=new.guarantee.strip()[:_REASON_LENGTH],
        reason=new.reason.strip()[:_REASON_LENGTH],
        proposed_by=login,
        proposed_at=at,
    )
    agreement.save()
    _store_parts(agreement, debts, new.plan)
    return agreement


def approve_agreement(*, actor: Scope, agreement: Agreement, reason: str, login: str, at: datetime) -> Agreement:
    """
    Let an agreement hold.

    :raises AgreementOutOfState: if it is decided already, or its debts changed since it was proposed
    """
    agreement = _lock(actor, agreement, AgreementState.PROPOSED)
    items = queries.list_items(actor=actor, agreement=agreement)
    as_of = list_debts(actor=actor, customer_account_ids=[agreement.account_id], on=agreement.as_of_date)
    owed = {debt.item_id: debt for debt in as_of.get(agreement.account_id, [])}
    for item in items:
        debt = owed.get(item.item_id)
        if debt is None or _tell(debt) != (item.principal_fen, item.penalty_fen, item.late_fee_fen):
            raise AgreementOutOfState(
                field="state", agreement=agreement.number, reason="its debts changed since it was proposed"
            )
    agreement.state = AgreementState.IN_FORCE.value
    return _decide(agreement, reason, login, at)


def refuse_agreement(*, actor: Scope, agreement: Agreement, reason: str, login: str, at: datetime) -> Agreement:
    """
    Refuse an agreement, saying why.

    :raises AgreementOutOfState: if it is decided already, or no reason is given
    """
    agreement = _lock(actor, agreement, AgreementState.PROPOSED)
    _require_reason(agreement, reason)
    agreement.state = AgreementState.REFUSED.value
    return _decide(agreement, reason, login, at)


def withdraw_agreement(*, actor: Scope, agreement: Agreement, login: str, at: datetime) -> Agreement:
    """
    Take one's own proposal back.

    :raises AgreementOutOfState: if it is decided already, or another person proposed it
    """
    agreement = _lock(actor, agreement, AgreementState.PROPOSED)
    if agreement.proposed_by != login:
        raise AgreementOutOfState(
            field="actor", agreement=agreement.number, reason="only who proposed it may take it back"
        )
    agreement.state, agreement.decided_at = AgreementState.WITHDRAWN.value, at
    agreement.save(update_fields=["state", "decided_at"])
    return agreement


def ask_end(*, actor: Scope, agreement: Agreement, reason: str, login: str, at: datetime) -> Agreement:
    """
    Ask that an agreement ends early.

    :raises AgreementOutOfState: if it does not hold, its end is asked for already, or no reason is given
    """
    agreement = _lock(actor, agreement, AgreementState.IN_FORCE)
    _require_reason(agreement, reason)
    if agreement.end_asked_by:
        raise AgreementOutOfState(field="state", agreement=agreement.number, reason="its end is asked for already")
    agreement.end_reason, agreement.end_asked_by = reason.strip()[:_REASON_LENGTH], login
    agreement.end_asked_at = at
    agreement.end_decided_by, agreement.end_decided_at = "", None
    agreement.save(update_fields=["end_reason", "end_asked_by", "end_asked_at", "end_decided_by", "end_decided_at"])
    return agreement


def decide_end(*, actor: Scope, agreement: Agreement, is_approved: bool, login: str, at: datetime) -> Agreement:
    """
    End an agreement that somebody else asked to end, or let it go on.

    :raises AgreementOutOfState: if nobody asks for its end any more
    """
    agreement = _lock(actor, agreement, AgreementState.IN_FORCE)
    if not agreement.end_asked_by:
        raise AgreementOutOfState(field="state", agreement=agreement.number, reason="nobody asks for its end")
    agreement.end_decided_by, agreement.end_decided_at = login, at
    if is_approved:
        agreement.state, agreement.ended_on = AgreementState.ENDED.value, to_shanghai(at).date()
        agreement.save(update_fields=["state", "ended_on", "end_decided_by", "end_decided_at"])
        return agreement
    # The wish stays in the history of the row; another one may be made.
    agreement.save(update_fields=["end_decided_by", "end_decided_at"])
    agreement.end_asked_by, agreement.end_reason, agreement.end_asked_at = "", "", None
    agreement.save(update_fields=["end_asked_by", "end_reason", "end_asked_at"])
    return agreement


def judge_agreements(*, actor: Scope, on: date) -> Judged:
    """
    Settle the agreements that are paid and break those that are late beyond their grace; may be called again.

    One that was kept stands again when a payment of it was taken back; it is then judged like the others.
    """
    watched = on - timedelta(days=rules.get_policy(day=on).watch_days)
    rows = Agreement.objects.for_actor(actor)
    known = rows.filter(state=AgreementState.IN_FORCE.value) | rows.filter(
        state=AgreementState.SETTLED.value, ended_on__gte=watched
    )
    lock_accounts(list(known.values_list("account_id", flat=True)))
    agreements = list(known.order_by("id").select_for_update(of=("self",)))
    progress = queries.list_progress(agreements=agreements)
    found: dict[AgreementState, list[int]] = {one: [] for one in AgreementState}
    for agreement in agreements:
        state = rules.judge(parts=progress[agreement.pk].parts, grace_days=agreement.grace_days, on=on)
        if state.value != agreement.state:
            found[state].append(agreement.pk)
            agreement.state = state.value
            agreement.ended_on = None if state is AgreementState.IN_FORCE else on
            agreement.save(update_fields=["state", "ended_on"])
    return Judged(
        tuple(found[AgreementState.SETTLED]),
        tuple(found[AgreementState.BROKEN]),
        tuple(found[AgreementState.IN_FORCE]),
    )


def _choose(actor: Scope, account: CustomerAccount, item_ids: Sequence[int], on: date) -> list[Debt]:
    debts = list_debts(actor=actor, customer_account_ids=[account.pk], on=on).get(account.pk, [])
    chosen = [debt for debt in debts if debt.item_id in item_ids]
    if not chosen or len(chosen) != len(set(item_ids)):
        raise UnableToAgree(field="items", reason="a bill is chosen that is not owed, or none")
    taken = AgreementItem.objects.for_actor(actor).filter(item_id__in=item_ids, agreement__state__in=queries.LIVE)
    if taken.exists():
        raise UnableToAgree(field="items", reason="a bill is under an agreement already")
    return chosen


def _store_parts(agreement: Agreement, debts: Sequence[Debt], plan: Sequence[PlannedPart]) -> None:
    AgreementItem.objects.bulk_create(
        [
            AgreementItem(
                agreement=agreement,
                item_id=debt.item_id,
                principal_fen=debt.principal_fen,
                penalty_fen=debt.penalty_fen,
                late_fee_fen=debt.late_fee_fen,
            )
            for debt in debts
        ]
    )
    Instalment.objects.bulk_create(
        [
            Instalment(agreement=agreement, number=number, due_date=part.due_date, amount_fen=part.amount_fen)
            for number, part in enumerate(plan, 1)
        ]
    )


def _tell(debt: Debt) -> tuple[int, int, int]:
    return debt.principal_fen, debt.penalty_fen, debt.late_fee_fen


def _decide(agreement: Agreement, reason: str, login: str, at: datetime) -> Agreement:
    agreement.decided_by, agreement.decided_at = login, at
    agreement.decision_reason = reason.strip()[:_REASON_LENGTH]
    agreement.save(update_fields=["state", "decided_by", "decided_at", "decision_reason"])
    return agreement


def _require_reason(agreement: Agreement, reason: str) -> None:
    if not reason.strip():
        raise AgreementOutOfState(field="reason", agreement=agreement.number, reason="give a reason")


def _lock(actor: Scope, agreement: Agreement, state: AgreementState) -> Agreement:
    lock_accounts([agreement.account_id])
    rows = Agreement.objects.for_actor(actor).select_for_update(of=("self",)).select_related("account__unit")
    locked: Agreement = rows.get(pk=agreement.pk)
    if locked.state != state.value:
        raise AgreementOutOfState(field="state", agreement=locked.number, reason="it is in another state by now")
    return locked
