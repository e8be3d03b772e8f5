"""Orders that correct bills: drawn up, asked for, decided by another person. Issue stands beside."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from django.db import connection

from dianke.domain.billing.models import Bill, BillCorrection, CorrectedBill, CorrectionEvidence
from dianke.domain.billing.queries import back_billing, correcting
from dianke.domain.billing.queries.bills import get_bill
from dianke.domain.billing.queries.corrected_facts import complete_changes
from dianke.domain.billing.queries.correcting import Outcome, UnableToCorrect
from dianke.domain.billing.rules import corrections as rules
from dianke.domain.billing.rules.back_bills import NothingToBill, UnableToWorkCase
from dianke.domain.billing.rules.correction_levels import find_level
from dianke.domain.billing.types import (
    REBILL_CAUSES,
    REVERSAL_CAUSES,
    CorrectionCause,
    CorrectionKind,
    CorrectionState,
)
from dianke.kernel.clock import to_shanghai
from dianke.kernel.errors import DomainError
from dianke.platform.documents.models import Document
from dianke.platform.org.scoping import Scope

_LOCK = 7205


class CorrectionOutOfState(DomainError):
    """The order is past the act, or not yet ripe for it."""

    code = "billing.correction_out_of_state"
    message = "correction {correction} is {state}: this is no longer possible, or not yet"


class BillUnderCorrection(DomainError):
    """A bill that the order touches stands in another living order."""

    code = "billing.bill_under_correction"
    message = "bill {bill} is being corrected by {correction}; only one order at a time may touch it"


class CorrectionIsStale(DomainError):
    """Since the order was asked for, something that it depends on has changed."""

    code = "billing.correction_is_stale"
    message = "correction {correction} no longer comes to what was asked for; withdraw or refuse it and ask again"


class EvidenceNeeded(DomainError):
    """Whoever approves a reversal without a new bill sees a paper for it."""

    code = "billing.correction_evidence_needed"
    message = "attach the paper that shows why {correction} takes the bill back, then ask for approval"


class CauseDoesNotFit(DomainError):
    """The kind of order does not have such a cause."""

    code = "billing.correction_cause_does_not_fit"
    message = "this cause is none of this kind of correction: choose another"


class ReasonNeeded(DomainError):
    """The customer and the next person read why."""

    code = "billing.correction_reason_needed"
    message = "say why"


def draft_correction(
    *,
    actor: Scope,
    bill: Bill,
    cause: CorrectionCause,
    reason: str,
    changes: Mapping[str, str],
    login: str,
    at: datetime,
) -> BillCorrection:
    """
    Draw up an order that reverses a bill and bills it again with other facts; one that was taken back for good is
    billed again, and is not reversed a second time.

    :raises UnableToCorrect: if the bill no longer stands, cannot be billed so, or nothing would change
    :raises BillUnderCorrection: if another order holds the bill or one that follows from it
    :raises FactUnreadable: naming the fact whose value cannot be
    """
    order = begin_order(bill=bill, kind=CorrectionKind.FULL_REBILL, login=login, at=at)
    _write(actor=actor, order=order, bill=bill, cause=cause, reason=reason, changes=changes)
    return order


def change_correction(
    *, actor: Scope, order: BillCorrection, cause: CorrectionCause, reason: str, changes: Mapping[str, str]
) -> BillCorrection:
    """Write a drafted order anew; it keeps its number."""
    bill = reopen_order(actor=actor, order=order)
    _write(actor=actor, order=order, bill=bill, cause=cause, reason=reason, changes=changes)
    return order


def draft_reversal(
    *, actor: Scope, bill: Bill, cause: CorrectionCause, reason: str, login: str, at: datetime
) -> BillCorrection:
    """
    Draw up an order that takes a bill back and bills nothing in its place (只减不发).

    :raises UnableToCorrect: if the bill no longer stands, or is settled by another one
    :raises BillUnderCorrection: if another order holds the bill or one that follows from it
    :raises CauseDoesNotFit: if the cause wants a new bill
    """
    order = begin_order(bill=bill, kind=CorrectionKind.REVERSAL, login=login, at=at)
    _write(actor=actor, order=order, bill=bill, cause=cause, reason=reason, changes={})
    return order


def change_reversal(*, actor: Scope, order: BillCorrection, cause: CorrectionCause, reason: str) -> BillCorrection:
    """Write a drafted reversal anew; it keeps its number."""
    bill = reopen_order(actor=actor, order=order)
    _write(actor=actor, order=order, bill=bill, cause=cause, reason=reason, changes={})
    return order


def begin_order(*, bill: Bill, kind: CorrectionKind, login: str, at: datetime) -> BillCorrection:
    """Return the unwritten order of a bill, its point locked against other orders."""
    lock_point(bill.usage_point_id)
    return BillCorrection(
        unit=bill.unit,
        kind=kind.value,
        bill_id=bill.pk,
        account_id=bill.account_id,
        account_number=bill.account_number,
        customer_name=bill.customer_name,
        month=bill.month,
        state=CorrectionState.DRAFT.value,
        asked_by=login,
        asked_at=at,
    )


def reopen_order(*, actor: Scope, order: BillCorrection) -> Bill:
    """Empty a drafted order, to be written anew, and return its bill."""
    require_state(order, "change")
    bill = get_bill(actor=actor, bill_id=order.bill_id)
    lock_point(bill.usage_point_id)
    CorrectedBill.objects.for_actor(actor).filter(correction=order).delete()
    return bill


def ask_correction(*, actor: Scope, order: BillCorrection, at: datetime) -> BillCorrection:
    """
    Hand a drafted order to whoever approves it.

    :raises CorrectionIsStale: if it no longer comes to what the draft showed
    :raises EvidenceNeeded: if it takes bills back for nothing, and no paper shows why
    """
    require_state(order, "ask")
    if _is_reversal(order) and not CorrectionEvidence.objects.for_actor(actor).filter(correction=order).exists():
        raise EvidenceNeeded(field="evidence", correction=order.number)
    _require_as_asked(actor, order)
    order.state, order.asked_at = CorrectionState.PENDING.value, at
    order.save(update_fields=["state", "asked_at"])
    return order


def approve_correction(*, actor: Scope, order: BillCorrection, login: str, reason: str, at: datetime) -> BillCorrection:
    """
    Approve an order; its bills are issued by another act.

    :raises CorrectionOutOfState: if it was decided or withdrawn meanwhile
    :raises CorrectionIsStale: if it no longer comes to what was asked for
    """
    require_state(order, "approve")
    _require_as_asked(actor, order)
    return _decide(order, CorrectionState.APPROVED, login=login, reason=reason, at=at)


def reject_correction(*, actor: Scope, order: BillCorrection, login: str, reason: str, at: datetime) -> BillCorrection:
    """Refuse an order, also one that was approved and not issued yet; its bills are free again."""
    require_state(order, "reject")
    if not reason.strip():
        raise ReasonNeeded(field="reason")
    release_bills(actor, order)
    return _decide(order, CorrectionState.REJECTED, login=login, reason=reason, at=at)


def withdraw_correction(*, actor: Scope, order: BillCorrection, reason: str) -> BillCorrection:
    """Take an order back before it is decided; its bills are free again."""
    require_state(order, "withdraw")
    release_bills(actor, order)
    order.state, order.decision_reason = CorrectionState.WITHDRAWN.value, reason.strip()[:300]
    order.save(update_fields=["state", "decision_reason"])
    return order


def attach_evidence(*, order: BillCorrection, document: Document) -> CorrectionEvidence:
    """Keep a paper with an order."""
    evidence = CorrectionEvidence(correction=order, document=document)
    evidence.save(force_insert=True)
    return evidence


def require_state(order: BillCorrection, act: str) -> None:
    """
    Refuse an act that does not fit the state of an order.

    :raises CorrectionOutOfState: naming the state
    """
    if not rules.may_be(act, CorrectionState(order.state)):
        raise CorrectionOutOfState(field="state", correction=order.number, state=order.state)


def lock_point(usage_point_id: int) -> None:
    """Let one transaction at a time correct the bills of a point; bills themselves cannot be locked."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [(_LOCK << 40) + usage_point_id])


def recompute_as_asked(*, actor: Scope, order: BillCorrection) -> list[Outcome]:
    """
    Return the bills of an order computed again, which must come to what stands in it.

    :raises CorrectionIsStale: if a bill came or went, or any line differs from what was asked for
    """
    bill = get_bill(actor=actor, bill_id=order.bill_id)
    lock_point(bill.usage_point_id)
    found = correcting.recompute_order(actor=actor, order=order, bill=bill)
    asked = list(
        CorrectedBill.objects.for_actor(actor)
        .filter(correction=order)
        .order_by("sequence")
        .values_list("bill_id", "lines_sha256")
    )
    if [(one.bill.pk, one.fingerprint) for one in found] != asked:
        raise CorrectionIsStale(field="correction", correction=order.number)
    return found


def recompute_back_bill(*, actor: Scope, order: BillCorrection) -> back_billing.Computed:
    """
    Return an order of back-billing computed again, which must come to what stands in it.

    :raises CorrectionIsStale: if a bill that it concerns came or went, or a line differs
    """
    lock_point(get_bill(actor=actor, bill_id=order.bill_id).usage_point_id)
    asked = set(CorrectedBill.objects.for_actor(actor).filter(correction=order).values_list("bill_id", "lines_sha256"))
    try:
        computed = back_billing.recompute_order(actor=actor, order=order)
    except (UnableToCorrect, UnableToWorkCase, NothingToBill) as fault:
        raise CorrectionIsStale(field="correction", correction=order.number) from fault
    if {(bill.pk, computed.found.fingerprint) for bill in computed.bills} != asked:
        raise CorrectionIsStale(field="correction", correction=order.number)
    return computed


def _require_as_asked(actor: Scope, order: BillCorrection) -> None:
    if order.kind == CorrectionKind.BACK_BILLING.value:
        recompute_back_bill(actor=actor, order=order)
    else:
        recompute_as_asked(actor=actor, order=order)


def _write(
    *, actor: Scope, order: BillCorrection, bill: Bill, cause: CorrectionCause, reason: str, changes: Mapping[str, str]
) -> None:
    if not reason.strip():
        raise ReasonNeeded(field="reason")
    causes = REVERSAL_CAUSES if _is_reversal(order) else REBILL_CAUSES
    if cause not in causes:
        raise CauseDoesNotFit(field="cause")
    if _is_reversal(order) or not correcting.is_taken_back(actor=actor, bill=bill):
        correcting.require_living(actor=actor, bill=bill)
    order.changes = {} if _is_reversal(order) else complete_changes(actor=actor, bill=bill, changes=changes)
    found = correcting.recompute_order(actor=actor, order=order, bill=bill)
    if not any(one.differs for one in found):
        raise UnableToCorrect(field=None, bill=bill.number, reason="nothing on the bill would change")
    require_free(actor, [one.bill for one in found], order)
    gaining = [one.bill for one in found if one.is_annual and one.energy_kwh_e2 != one.old_energy_kwh_e2]
    if any(correcting.is_in_run(actor=actor, bill=one) for one in gaining):
        raise UnableToCorrect(
            field=None, bill=bill.number, reason="a run that is not issued yet counts on it; issue or cancel that first"
        )
    order.difference_fen, order.deciding_fen = rules.sum_differences(
        (one.old_amount_fen, one.amount_fen) for one in found
    )
    order.level = find_level(deciding_fen=order.deciding_fen, day=_day(order.asked_at)).code
    order.cause, order.reason = cause.value, reason.strip()[:300]
    order.save()
    CorrectedBill.objects.bulk_create([_item(order, number, one) for number, one in enumerate(found, 1)])


def _is_reversal(order: BillCorrection) -> bool:
    return bool(order.kind == CorrectionKind.REVERSAL.value)


def _item(order: BillCorrection, sequence: int, found: Outcome) -> CorrectedBill:
    return CorrectedBill(
        correction=order,
        sequence=sequence,
        bill_id=found.bill.pk,
        month=found.bill.month,
        old_energy_kwh_e2=found.old_energy_kwh_e2,
        new_energy_kwh_e2=found.energy_kwh_e2,
        old_amount_fen=found.old_amount_fen,
        new_amount_fen=found.amount_fen,
        lines_sha256=found.fingerprint,
    )


def require_free(actor: Scope, bills: Sequence[Bill], order: BillCorrection) -> None:
    """
    Refuse bills that another order holds.

    :raises BillUnderCorrection: naming the first of them and the order
    """
    held = CorrectedBill.objects.for_actor(actor).filter(bill_id__in=[bill.pk for bill in bills], holds_bill=True)
    other = held.exclude(correction_id=order.pk).select_related("correction").order_by("id").first()
    if other is not None:
        bill = next(one for one in bills if one.pk == other.bill_id)
        raise BillUnderCorrection(field=None, bill=bill.number, correction=other.correction.number)


def _decide(order: BillCorrection, state: CorrectionState, *, login: str, reason: str, at: datetime) -> BillCorrection:
    order.state, order.decided_by, order.decided_at = state.value, login, at
    order.decision_reason = reason.strip()[:300]
    order.save(update_fields=["state", "decided_by", "decided_at", "decision_reason"])
    return order


def release_bills(actor: Scope, order: BillCorrection) -> None:
    """Let other orders touch the bills of an order."""
    CorrectedBill.objects.for_actor(actor).filter(correction=order).update(holds_bill=False)


def _day(at: datetime) -> date:
    return to_shanghai(at).date()
