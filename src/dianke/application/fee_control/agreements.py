"""Agreements of fee control and exemptions from being cut off: one person proposes, another decides."""

from datetime import date, datetime

from dianke.domain.customers.models import CustomerAccount
from dianke.domain.customers.queries.accounts import get_account
from dianke.domain.fee_control.models import ControlAgreement, ControlExemption
from dianke.domain.fee_control.operations import proposals
from dianke.domain.fee_control.operations.proposals import NewAgreement, Proposal, UnableToPropose
from dianke.domain.fee_control.queries import agreements as queries
from dianke.domain.fee_control.types import AgreementKind, ExemptionKind, Thresholds
from dianke.kernel.clock import to_shanghai
from dianke.platform.audit.use_case import use_case
from dianke.platform.documents import operations as documents
from dianke.platform.identity.separation import require_another_person
from dianke.platform.identity.types import Actor

_AGREE, _APPROVE = "fee_control.agree", "fee_control.approve_agreements"
_KIND = "FEE_CONTROL_EVIDENCE"


@use_case(right=_AGREE)
def propose_agreement(
    *, actor: Actor, number: str, kind: AgreementKind, thresholds: Thresholds, signed_on: date, start: date,
    at: datetime, end: date | None = None, note: str = "",
) -> ControlAgreement:  # fmt: skip
    """
    Propose that an account is supplied on a running balance.

    :raises UnableToPropose: if account, days or thresholds do not do
    """
    new = NewAgreement(kind=kind, thresholds=thresholds, signed_on=signed_on, start=start, end=end, note=note)
    return proposals.propose_agreement(account=_get_account(actor, number), new=new, login=actor.login, at=at)


@use_case(right=_APPROVE)
def approve_agreement(*, actor: Actor, key: int, at: datetime, reason: str = "") -> Proposal:
    """
    Let an agreement hold that another person proposed.

    :raises SamePerson: if the actor proposed it, or stands in for who did
    """
    return proposals.approve(proposal=_decide_agreement(actor, key), login=actor.login, at=at, reason=reason)


@use_case(right=_APPROVE)
def refuse_agreement(*, actor: Actor, key: int, reason: str, at: datetime) -> Proposal:
    """
    Refuse an agreement that another person proposed.

    :raises SamePerson: if the actor proposed it, or stands in for who did
    """
    return proposals.refuse(proposal=_decide_agreement(actor, key), login=actor.login, at=at, reason=reason)


@use_case(right=_AGREE)
def withdraw_agreement(*, actor: Actor, key: int, at: datetime) -> Proposal:
    """
    Take one's own proposal back.

    :raises UnableToPropose: if another person proposed it
    """
    return _withdraw(actor, queries.get_agreement(actor=actor, key=key, lock=True), at)


@use_case(right=_APPROVE)
def end_agreement(*, actor: Actor, key: int, reason: str, at: datetime) -> Proposal:
    """
    Let an agreement end before today.

    :raises ProposalOutOfState: if it does not hold
    """
    proposal = queries.get_agreement(actor=actor, key=key, lock=True)
    return proposals.end(proposal=proposal, on=to_shanghai(at).date())


@use_case(right=_AGREE)
def propose_exemption(
    *, actor: Actor, number: str, kind: ExemptionKind, reason: str, file_name: str, content: bytes, start: date,
    end: date, at: datetime,
) -> ControlExemption:  # fmt: skip
    """
    Propose that an account is not cut off for a time, with the paper that shows why.

    :raises UnableToPropose: if account, reason or days do not do
    """
    account = _get_account(actor, number)
    evidence = documents.add_document(
        actor=actor, unit=account.unit, kind=_KIND, title=file_name, file_name=file_name, content=content, at=at
    )
    return proposals.propose_exemption(
        account=account, kind=kind, reason=reason, evidence=evidence, start=start, end=end, login=actor.login, at=at
    )


@use_case(right=_APPROVE)
def approve_exemption(*, actor: Actor, key: int, at: datetime, reason: str = "") -> Proposal:
    """
    Let an exemption hold that another person proposed.

    :raises SamePerson: if the actor proposed it, or stands in for who did
    """
    return proposals.approve(proposal=_decide_exemption(actor, key), login=actor.login, at=at, reason=reason)


@use_case(right=_APPROVE)
def refuse_exemption(*, actor: Actor, key: int, reason: str, at: datetime) -> Proposal:
    """
    Refuse an exemption that another person proposed.

    :raises SamePerson: if the actor proposed it, or stands in for who did
    """
    return proposals.refuse(proposal=_decide_exemption(actor, key), login=actor.login, at=at, reason=reason)


@use_case(right=_AGREE)
def withdraw_exemption(*, actor: Actor, key: int, at: datetime) -> Proposal:
    """
    Take one's own proposal back.

    :raises UnableToPropose: if another person proposed it
    """
    return _withdraw(actor, queries.get_exemption(actor=actor, key=key, lock=True), at)


@use_case(right=_APPROVE)
def end_exemption(*, actor: Actor, key: int, reason: str, at: datetime) -> Proposal:
    """
    Let an exemption end before today.

    :raises ProposalOutOfState: if it does not hold
    """
    proposal = queries.get_exemption(actor=actor, key=key, lock=True)
    return proposals.end(proposal=proposal, on=to_shanghai(at).date())


@use_case(right="fee_control.view")
def open_evidence(*, actor: Actor, key: int) -> bytes:
    """Return the paper behind an exemption; who looked stands in the trail."""
    return documents.read_document(queries.get_exemption(actor=actor, key=key).evidence)


def _get_account(actor: Actor, number: str) -> CustomerAccount:
    account = get_account(actor=actor, number=number)
    if account is None:
        raise UnableToPropose(field="number", reason="there is no such account")
    return account


def _decide_agreement(actor: Actor, key: int) -> Proposal:
    return _require_other(actor, queries.get_agreement(actor=actor, key=key, lock=True))


def _decide_exemption(actor: Actor, key: int) -> Proposal:
    return _require_other(actor, queries.get_exemption(actor=actor, key=key, lock=True))


def _require_other(actor: Actor, proposal: Proposal) -> Proposal:
    on = to_shanghai(proposal.proposed_at).date()
    require_another_person(actor=actor, operator_login=proposal.proposed_by, operated_on=on)
    return proposal


def _withdraw(actor: Actor, proposal: Proposal, at: datetime) -> Proposal:
    if proposal.proposed_by != actor.login:
        raise UnableToPropose(field="actor", reason="only who proposed it may take it back")
    return proposals.withdraw(proposal=proposal, login=actor.login, at=at)
