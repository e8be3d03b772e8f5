"""Guarantees: recorded with their papers, released or called by two persons."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from dianke.domain.customers.models import CustomerAccount
from dianke.domain.receivables.models import Guarantee, GuaranteePaper
from dianke.domain.receivables.operations.locks import lock_accounts
from dianke.domain.receivables.types import GuaranteeKind, GuaranteeState
from dianke.kernel.clock import to_shanghai
from dianke.kernel.errors import DomainError
from dianke.platform.documents.models import Document
from dianke.platform.identity.types import Actor
from dianke.platform.org.scoping import Scope

_REASON_LENGTH = 300
_SYSTEM = Actor.system("looking whether a guarantee is known")


class UnableToRecordGuarantee(DomainError):
    """The guarantee cannot be recorded so."""

    code = "receivables.unable_to_record_guarantee"
    message = "this guarantee cannot be recorded: {reason}"


class GuaranteeOutOfState(DomainError):
    """Somebody decided meanwhile, or the guarantee is not where the act would find it."""

    code = "receivables.guarantee_out_of_state"
    message = "guarantee {guarantee} stays as it is: {reason}"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewGuarantee:
    """A guarantee as its paper says it."""

    kind: GuaranteeKind
    guarantor: str
    reference: str
    amount_fen: int
    valid_from: date
    valid_until: date


def record_guarantee(
    *, account: CustomerAccount, new: NewGuarantee, papers: Sequence[Document], login: str, at: datetime
) -> Guarantee:
    """
    Record a guarantee for an account with the papers that say so.

    :raises UnableToRecordGuarantee: without guarantor, number or paper, for nothing, or if it is known already
    """
    lock_accounts([account.pk])
    guarantor, reference = new.guarantor.strip(), new.reference.strip()
    obstacle = _find_obstacle(new, guarantor, reference, papers, to_shanghai(at).date())
    if obstacle:
        raise UnableToRecordGuarantee(field=obstacle[0], reason=obstacle[1])
    guarantee = Guarantee(
        account=account,
        kind=new.kind.value,
        guarantor=guarantor,
        reference=reference,
        amount_fen=new.amount_fen,
        valid_from_date=new.valid_from,
        valid_until_date=new.valid_until,
        recorded_by=login,
        recorded_at=at,
    )
    guarantee.save()
    GuaranteePaper.objects.bulk_create([GuaranteePaper(guarantee=guarantee, document=paper) for paper in papers])
    return guarantee


def ask_change(
    *, actor: Scope, guarantee: Guarantee, to: GuaranteeState, reason: str, login: str, at: datetime
) -> Guarantee:
    """
    Ask that a guarantee is released or called.

    :raises GuaranteeOutOfState: if it is not held, one of them is asked for already, or no reason is given; a call
        also if its day is over
    """
    guarantee = _lock(actor, guarantee)
    if not reason.strip():
        raise GuaranteeOutOfState(field="reason", guarantee=guarantee.number, reason="give a reason")
    if guarantee.asked_state:
        raise GuaranteeOutOfState(field="state", guarantee=guarantee.number, reason="a change is asked for already")
    if to is GuaranteeState.CALLED and guarantee.valid_until_date < to_shanghai(at).date():
        raise GuaranteeOutOfState(field="state", guarantee=guarantee.number, reason="its last day is over")
    guarantee.asked_state, guarantee.asked_reason = to.value, reason.strip()[:_REASON_LENGTH]
    guarantee.asked_by, guarantee.asked_at = login, at
    guarantee.decided_by, guarantee.decided_at = "", None
    guarantee.save(update_fields=["asked_state", "asked_reason", "asked_by", "asked_at", "decided_by", "decided_at"])
    return guarantee


def decide_change(*, actor: Scope, guarantee: Guarantee, is_approved: bool, login: str, at: datetime) -> Guarantee:
    """
    Release or call a guarantee as somebody else asked, or let it be held on.

    :raises GuaranteeOutOfState: if nothing is asked for any more
    """
    guarantee = _lock(actor, guarantee)
    if not guarantee.asked_state:
        raise GuaranteeOutOfState(field="state", guarantee=guarantee.number, reason="no change is asked for")
    guarantee.decided_by, guarantee.decided_at = login, at
    if is_approved:
        guarantee.state = guarantee.asked_state
        guarantee.save(update_fields=["state", "decided_by", "decided_at"])
        return guarantee
    # The wish stays in the history of the row; another one may be made.
    guarantee.save(update_fields=["decided_by", "decided_at"])
    guarantee.asked_state, guarantee.asked_reason, guarantee.asked_by, guarantee.asked_at = "", "", "", None
    guarantee.save(update_fields=["asked_state", "asked_reason", "asked_by", "asked_at"])
    return guarantee


def _find_obstacle(
    new: NewGuarantee, guarantor: str, reference: str, papers: Sequence[Document], on: date
) -> tuple[str, str] | None:
    if not guarantor or not reference:
        return "reference" if guarantor else "guarantor", "guarantor and number of the paper are needed"
    if new.amount_fen <= 0:
        return "amount", "the amount must be above nothing"
    if new.valid_until < max(new.valid_from, on):
        return "valid_until", "its last day is over"
    if not papers:
        return "paper", "the paper that says so is needed"
    if Guarantee.objects.for_actor(_SYSTEM).filter(guarantor=guarantor, reference=reference).exists():
        return "reference", "this paper of the guarantor is known already"
    return None


def _lock(actor: Scope, guarantee: Guarantee) -> Guarantee:
    rows = Guarantee.objects.for_actor(actor).select_for_update(of=("self",)).select_related("account__unit")
    locked: Guarantee = rows.get(pk=guarantee.pk)
    if locked.state != GuaranteeState.HELD.value:
        raise GuaranteeOutOfState(field="state", guarantee=locked.number, reason="it is in another state by now")
    return locked
