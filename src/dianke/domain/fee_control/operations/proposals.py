"""Agreements and exemptions: proposed by one person, decided by another, ended when their time is over."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from dianke.domain.customers.models import CustomerAccount
from dianke.domain.customers.types import AccountStatus
from dianke.domain.fee_control.models import ControlAgreement, ControlExemption, ControlledAccount
from dianke.domain.fee_control.types import AgreementKind, ControlState, ExemptionKind, ProposalState, Thresholds
from dianke.kernel.clock import to_shanghai
from dianke.kernel.errors import DomainError
from dianke.platform.documents.models import Document
from dianke.platform.identity.types import Actor

_SYSTEM = Actor.system("keeping accounts under control")
Proposal = ControlAgreement | ControlExemption


class UnableToPropose(DomainError):
    """An agreement or an exemption cannot be proposed so."""

    code = "fee_control.unable_to_propose"
    message = "this cannot be proposed: {reason}"


class ProposalOutOfState(DomainError):
    """Somebody else decided meanwhile."""

    code = "fee_control.proposal_out_of_state"
    message = "{number} is in another state by now"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAgreement:
    """What is agreed with a customer."""

    kind: AgreementKind
    thresholds: Thresholds
    signed_on: date
    start: date
    end: date | None = None
    note: str = ""


def propose_agreement(*, account: CustomerAccount, new: NewAgreement, login: str, at: datetime) -> ControlAgreement:
    """
    Propose that an account is supplied on a running balance.

    :raises UnableToPropose: if the account is closed, days or thresholds are not in order, or one waits already
    """
    if account.status != AccountStatus.ACTIVE.value:
        raise UnableToPropose(field="account", reason="the account is not in use")
    limits = new.thresholds
    if not limits.notice_fen >= limits.warning_fen >= limits.stop_fen:
        raise UnableToPropose(field="warning", reason="notice comes before warning, warning before stop")
    if new.signed_on > to_shanghai(at).date() or new.start < new.signed_on:
        raise UnableToPropose(field="start", reason="it is signed first, and holds from then on")
    _require_period(new.start, new.end)
    rows = ControlAgreement.objects.for_actor(_SYSTEM).filter(account=account, state=ProposalState.PROPOSED.value)
    if rows.exists():
        raise UnableToPropose(field="account", reason="an agreement of the account waits for a decision")
    row = ControlAgreement(
        unit=account.unit, account=account, kind=new.kind.value, notice_fen=limits.notice_fen,
        warning_fen=limits.warning_fen, stop_fen=limits.stop_fen, signed_on=new.signed_on,
        period=DateRange(new.start, new.end), note=new.note.strip()[:400], proposed_by=login, proposed_at=at,
    )  # fmt: skip
    row.save()
    return row


def propose_exemption(
    *, account: CustomerAccount, kind: ExemptionKind, reason: str, evidence: Document, start: date, end: date,
    login: str, at: datetime,
) -> ControlExemption:  # fmt: skip
    """
    Propose that an account is not cut off for a time.

    :raises UnableToPropose: without a reason, or if it ends before it begins
    """
    if not reason.strip():
        raise UnableToPropose(field="reason", reason="give a reason")
    _require_period(start, end)
    row = ControlExemption(
        unit=account.unit, account=account, kind=kind.value, reason=reason.strip()[:400], evidence=evidence,
        period=DateRange(start, end), proposed_by=login, proposed_at=at,
    )  # fmt: skip
    row.save()
    return row


def approve(*, proposal: Proposal, login: str, at: datetime, reason: str = "") -> Proposal:
    """
    Let a proposal hold; an account whose agreement holds is under control from then on.

    :raises ProposalOutOfState: if it was decided already
    :raises UnableToPropose: if another agreement of the account holds in the same days
    """
    _require_proposed(proposal)
    try:
        with transaction.atomic():
            _decide(proposal, ProposalState.APPROVED, login, at, reason)
    except IntegrityError as fault:
        raise UnableToPropose(field="start", reason="another agreement of the account holds in these days") from fault
    if isinstance(proposal, ControlAgreement):
        _put_under_control(proposal, at)
    return proposal


def refuse(*, proposal: Proposal, login: str, at: datetime, reason: str) -> Proposal:
    """
    Refuse a proposal.

    :raises ProposalOutOfState: if it was decided already
    :raises UnableToPropose: without a reason
    """
    _require_proposed(proposal)
    if not reason.strip():
        raise UnableToPropose(field="reason", reason="give a reason")
    _decide(proposal, ProposalState.REFUSED, login, at, reason)
    return proposal


def withdraw(*, proposal: Proposal, login: str, at: datetime) -> Proposal:
    """
    Take one's own proposal back.

    :raises ProposalOutOfState: if it was decided already
    """
    _require_proposed(proposal)
    _decide(proposal, ProposalState.WITHDRAWN, login, at, "")
    return proposal


def end(*, proposal: Proposal, on: date) -> Proposal:
    """
    Let an agreement or an exemption end before a day.

    :raises ProposalOutOfState: if it does not hold, or has ended
    :raises UnableToPropose: if it has not begun
    """
    upper = proposal.period.upper
    if proposal.state != ProposalState.APPROVED.value or (upper is not None and upper <= on):
        raise ProposalOutOfState(field="proposal", number=proposal.number, state=proposal.state)
    if on <= proposal.period.lower:
        raise UnableToPropose(field="end", reason="it has not begun")
    proposal.period = DateRange(proposal.period.lower, on)
    proposal.save(update_fields=["period"])
    return proposal


def _put_under_control(agreement: ControlAgreement, at: datetime) -> None:
    rows = ControlledAccount.objects.for_actor(_SYSTEM).filter(account_id=agreement.account_id)
    # A later agreement takes hold on its day; the nightly work names the one that holds.
    if not rows.exists():
        ControlledAccount(
            unit=agreement.unit, account=agreement.account, agreement=agreement, state=ControlState.NORMAL.value,
            since_at=at,
        ).save()  # fmt: skip
    elif agreement.period.lower <= to_shanghai(at).date():
        rows.update(agreement=agreement)


def _require_period(start: date, until: date | None) -> None:
    if until is not None and until <= start:
        raise UnableToPropose(field="end", reason="it ends before it begins")


def _require_proposed(proposal: Proposal) -> None:
    if proposal.state != ProposalState.PROPOSED.value:
        raise ProposalOutOfState(field="proposal", number=proposal.number, state=proposal.state)


def _decide(proposal: Proposal, state: ProposalState, login: str, at: datetime, reason: str) -> None:
    proposal.state, proposal.decided_by, proposal.decided_at = state.value, login, at
    proposal.decision_reason = reason.strip()[:400]
    proposal.save(update_fields=["state", "decided_by", "decided_at", "decision_reason"])
