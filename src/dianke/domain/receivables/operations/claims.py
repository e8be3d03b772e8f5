"""Claims on accounts: asked for with a reason, decided by another person, booked in the transaction that approves."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db.models import Q

from dianke.domain.customers.models import CustomerAccount
from dianke.domain.receivables.models import Claim, ClaimItem
from dianke.domain.receivables.operations import claim_postings
from dianke.domain.receivables.operations.locks import lock_accounts
from dianke.domain.receivables.operations.red_vouchers import take_voucher_back
from dianke.domain.receivables.queries import claims as queries
from dianke.domain.receivables.queries.debts import list_debts
from dianke.domain.receivables.rules import claims as rules
from dianke.domain.receivables.types import ClaimKind, ClaimState, HeldKind, VoucherKind
from dianke.kernel.clock import to_shanghai
from dianke.kernel.errors import DomainError
from dianke.platform.org.scoping import Scope

_REASON_LENGTH, _REFERENCE_LENGTH = 300, 64


class UnableToClaim(DomainError):
    """This cannot be asked for on the account, or not now."""

    code = "receivables.unable_to_claim"
    message = "this cannot be asked for on account {account}: {reason}"


class ClaimOutOfState(DomainError):
    """Somebody decided on the claim meanwhile, or it may not be decided so."""

    code = "receivables.claim_out_of_state"
    message = "claim {claim} stays as it is: {reason}"


@dataclass(frozen=True, slots=True)
class NewClaim:
    """What somebody asks for; of a waiver the late fee of each bill, else an amount."""

    kind: ClaimKind
    amount_fen: int = 0
    waived_fen: Mapping[int, int] = field(default_factory=dict)
    # Of a deposit: the number at the bank that the money came under.
    received_reference: str = ""


def ask_claim(*, actor: Scope, account: CustomerAccount, new: NewClaim, reason: str, login: str, at: datetime) -> Claim:
    """
    Ask for something on an account; nothing is booked until another person approves it.

    :raises UnableToClaim: if no reason is given, or it is more than is there
    """
    lock_accounts([account.pk])
    today = to_shanghai(at).date()
    if not reason.strip():
        raise UnableToClaim(field="reason", account=account.number, reason="reason_missing")
    amount_fen = sum(new.waived_fen.values()) if new.kind is ClaimKind.LATE_FEE_WAIVER else new.amount_fen
    _require_possible(actor, account, new, today)
    claim = Claim(
        kind=new.kind.value,
        account=account,
        amount_fen=amount_fen,
        level=rules.find_level(amount_fen=amount_fen, day=today).code,
        reason=reason.strip()[:_REASON_LENGTH],
        received_reference=new.received_reference.strip()[:_REFERENCE_LENGTH],
        asked_by=login,
        asked_at=at,
    )
    claim.save()
    if new.kind is ClaimKind.LATE_FEE_WAIVER:
        ClaimItem.objects.bulk_create(
            [ClaimItem(claim=claim, item_id=item, amount_fen=fen) for item, fen in sorted(new.waived_fen.items())]
        )
    return claim


def approve_claim(*, actor: Scope, claim: Claim, reason: str, login: str, at: datetime) -> Claim:
    """
    Approve a claim and book it; what goes back to the customer is then owed to them.

    :raises ClaimOutOfState: if it is decided already, or more than is there by now
    """
    claim = _lock(actor, claim, ClaimState.ASKED)
    today = to_shanghai(at).date()
    if claim.kind == ClaimKind.LATE_FEE_WAIVER.value:
        _require_late_fees(actor, claim, today)
    claim.state, claim.decided_by, claim.decided_at = ClaimState.APPROVED.value, login, at
    claim.decision_reason = reason.strip()[:_REASON_LENGTH]
    claim.voucher_id = claim_postings.post_approval(actor=actor, claim=claim, login=login, at=at)
    claim.save(update_fields=["state", "decided_by", "decided_at", "decision_reason", "voucher_id"])
    return claim


def refuse_claim(*, actor: Scope, claim: Claim, reason: str, login: str, at: datetime) -> Claim:
    """
    Refuse a claim, saying why.

    :raises ClaimOutOfState: if it is decided already, or no reason is given
    """
    claim = _lock(actor, claim, ClaimState.ASKED)
    if not reason.strip():
        raise ClaimOutOfState(field="reason", claim=claim.number, reason="reason_missing")
    claim.state, claim.decided_by, claim.decided_at = ClaimState.REFUSED.value, login, at
    claim.decision_reason = reason.strip()[:_REASON_LENGTH]
    claim.save(update_fields=["state", "decided_by", "decided_at", "decision_reason"])
    return claim


def withdraw_claim(*, actor: Scope, claim: Claim, login: str, at: datetime) -> Claim:
    """
    Take back a claim of one's own.

    :raises ClaimOutOfState: if it is decided already, or somebody else's
    """
    claim = _lock(actor, claim, ClaimState.ASKED)
    if claim.asked_by != login:
        raise ClaimOutOfState(field="actor", claim=claim.number, reason="asked_by_another")
    claim.state, claim.decided_at = ClaimState.WITHDRAWN.value, at
    claim.save(update_fields=["state", "decided_at"])
    return claim


def pay_out_claim(*, actor: Scope, claim: Claim, reference: str, paid_on: date, login: str, at: datetime) -> Claim:
    """
    Record that the bank paid what was approved, under its number there.

    :raises ClaimOutOfState: if nothing of it is to be paid out, the number is missing or known, or the day is not right
    """
    claim = _lock(actor, claim, ClaimState.APPROVED)
    reference = reference.strip()[:_REFERENCE_LENGTH]
    assert claim.decided_at is not None  # noqa: S101 - an approved claim was decided
    if not claim.is_paid_out:
        raise ClaimOutOfState(field="state", claim=claim.number, reason="nothing_to_pay_out")
    if not reference:
        raise ClaimOutOfState(field="reference", claim=claim.number, reason="reference_missing")
    if not to_shanghai(claim.decided_at).date() <= paid_on <= to_shanghai(at).date():
        raise ClaimOutOfState(field="paid_on", claim=claim.number, reason="day_outside")
    if _is_known(reference):
        raise ClaimOutOfState(field="reference", claim=claim.number, reason="reference_known")
    claim.state, claim.paid_reference, claim.paid_on = ClaimState.PAID.value, reference, paid_on
    claim.paid_by = login
    claim.paid_voucher_id = claim_postings.post_payment(actor=actor, claim=claim, login=login, at=at)
    claim.save(update_fields=["state", "paid_reference", "paid_on", "paid_by", "paid_voucher_id"])
    return claim


def return_claim(*, actor: Scope, claim: Claim, reason: str, paid_back_on: date, login: str, at: datetime) -> Claim:
    """
    Record that what was paid out came back, or was not paid by what it was taken for: it is owed again and waits.

    :raises ClaimOutOfState: if it is not paid out
    """
    claim = _lock(actor, claim, ClaimState.PAID)
    assert claim.paid_voucher_id is not None  # noqa: S101 - a claim that is paid out has a voucher
    take_voucher_back(
        actor=actor, voucher_id=claim.paid_voucher_id, kind=VoucherKind.REFUND_PAID,
        source=f"claim:{claim.pk}:returned:{claim.paid_voucher_id}", reason=reason, login=login, at=at, on=paid_back_on,
    )  # fmt: skip
    claim.state, claim.paid_reference, claim.paid_on = ClaimState.APPROVED.value, "", None
    claim.paid_by, claim.paid_voucher_id = "", None
    claim.save(update_fields=["state", "paid_reference", "paid_on", "paid_by", "paid_voucher_id"])
    return claim


def _require_possible(actor: Scope, account: CustomerAccount, new: NewClaim, today: date) -> None:
    def refuse(name: str, reason: str) -> UnableToClaim:
        return UnableToClaim(field=name, account=account.number, reason=reason)

    if new.kind is ClaimKind.LATE_FEE_WAIVER:
        free_fen = _find_late_fees(actor, account.pk, today, with_asked=True)
        if obstacle := rules.find_waiver_obstacle(new.waived_fen, late_fees_fen=free_fen):
            raise refuse("waived", obstacle)
        return
    if new.amount_fen <= 0:
        raise refuse("amount", "nothing_entered")
    free = queries.get_free_money(actor=actor, account_id=account.pk)
    if new.kind in rules.TAKES_PREPAYMENT and new.amount_fen > free[HeldKind.PREPAYMENT]:
        raise refuse("amount", "more_than_prepaid")
    if new.kind in rules.TAKES_DEPOSIT and new.amount_fen > free[HeldKind.DEPOSIT]:
        raise refuse("amount", "more_than_deposit")
    if new.kind is ClaimKind.DEPOSIT_TAKEN and not new.received_reference.strip():
        raise refuse("received_reference", "reference_missing")
    if new.kind is ClaimKind.DEPOSIT_TAKEN and _is_known(new.received_reference.strip()):
        raise refuse("received_reference", "reference_known")


def _require_late_fees(actor: Scope, claim: Claim, today: date) -> None:
    late_fees = _find_late_fees(actor, claim.account_id, today, with_asked=False)
    amounts = {item.item_id: item.amount_fen for item in queries.list_items(actor=actor, claim=claim)}
    if obstacle := rules.find_waiver_obstacle(amounts, late_fees_fen=late_fees):
        raise ClaimOutOfState(field="state", claim=claim.number, reason=obstacle)


def _find_late_fees(actor: Scope, account_id: int, today: date, *, with_asked: bool) -> dict[int, int]:
    """Return what can be waived of each bill: booked and running, less what somebody asks to waive already."""
    debts = list_debts(actor=actor, customer_account_ids=[account_id], on=today).get(account_id, [])
    asked = queries.sum_asked_waivers(item_ids=[debt.item_id for debt in debts]) if with_asked else {}
    return {debt.item_id: debt.late_fee_fen - asked.get(debt.item_id, 0) for debt in debts}


def _is_known(reference: str) -> bool:
    """Tell whether money came in or went out under a number of the bank already, whoever may see that claim."""
    rows = Claim.objects.for_actor(claim_postings.SYSTEM).exclude(
        state__in=[ClaimState.REFUSED.value, ClaimState.WITHDRAWN.value]
    )
    return bool(rows.filter(Q(received_reference=reference) | Q(paid_reference=reference)).exists())


def _lock(actor: Scope, claim: Claim, state: ClaimState) -> Claim:
    lock_accounts([claim.account_id])
    rows = Claim.objects.for_actor(actor).select_for_update(of=("self",)).select_related("account__unit")
    locked: Claim = rows.get(pk=claim.pk)
    if locked.state != state.value:
        raise ClaimOutOfState(field="state", claim=locked.number, reason="decided_already")
    return locked
