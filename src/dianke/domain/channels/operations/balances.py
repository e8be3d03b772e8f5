"""Remedies of what a bank's balance and our books do not share: money taken in anew, a payout that never left."""

from datetime import datetime

from dianke.domain.channels.models import EntryState, ReconciliationDifference, StatementEntry
from dianke.domain.channels.operations import left
from dianke.domain.channels.operations.entries import hold_claim, receive_anew
from dianke.domain.channels.operations.reconciliation import DifferenceOutOfState
from dianke.domain.channels.queries.left import sum_claimed
from dianke.domain.channels.queries.statements import get_entry
from dianke.domain.channels.rules.reconciling import BALANCE, DifferenceKind, Remedy
from dianke.domain.receivables.operations.claims import return_claim
from dianke.domain.receivables.queries.payments import is_reversed
from dianke.domain.receivables.types import ClaimState
from dianke.kernel.clock import to_shanghai
from dianke.kernel.errors import DomainError
from dianke.platform.org.scoping import Scope

_ENTRY, _CLAIM = "entry", "claim"


def find_remedy(*, difference: ReconciliationDifference) -> Remedy | None:
    """Return what can be done to the books about a difference of a balance, or None where somebody has to act."""
    if difference.day.channel != BALANCE:
        return None
    what = difference.reference.partition(":")[0]
    if what == _ENTRY and difference.kind == DifferenceKind.THEIRS_ONLY.value:
        return Remedy.BOOK
    return Remedy.REVERSE if what == _CLAIM and difference.kind == DifferenceKind.OURS_ONLY.value else None


def put_right(*, actor: Scope, difference: ReconciliationDifference, login: str, at: datetime) -> None:
    """
    Put the books right about a difference of a balance, as another person agreed.

    :raises DifferenceOutOfState: if the booking is in the books by now, or the payout met its booking
    """
    what, _colon, key = difference.reference.partition(":")
    if what == _CLAIM:
        _take_payout_back(actor, difference, f"SQ-{int(key):06d}", login, at)
        return
    entry = get_entry(actor=actor, key=int(key), lock=True)
    if entry is None or not _is_missing(entry):
        raise _refuse(difference, "it is in the books by now")
    if entry.amount_fen < 0:
        left.book_as_unknown(actor=actor, entry=entry, login=login, at=at)
        return
    receive_anew(actor=actor, entry=entry, login=login, at=at)
    entry.state, entry.target, entry.match_reason = EntryState.SUSPENSE.value, "", ""
    entry.save()


def _is_missing(entry: StatementEntry) -> bool:
    """Tell whether the money of a booking is not in the books: never booked, or its payment was reversed."""
    if entry.amount_fen < 0:
        # Also what was set aside before money that left was booked.
        unbooked = (EntryState.OPEN.value, EntryState.SUSPENSE.value, EntryState.ELSEWHERE.value)
        return entry.voucher_id is None and entry.state in unbooked
    if entry.state not in {EntryState.SUSPENSE.value, EntryState.BOOKED.value} or entry.payment_id is None:
        return False
    return is_reversed(payment_id=entry.payment_id)


def _take_payout_back(
    actor: Scope, difference: ReconciliationDifference, number: str, login: str, at: datetime
) -> None:
    claim = hold_claim(actor=actor, number=number)
    if claim is None or claim.state != ClaimState.PAID.value or sum_claimed(number=number):
        raise _refuse(difference, "it is in the books by now")
    return_claim(
        actor=actor, claim=claim, reason=difference.note, paid_back_on=to_shanghai(at).date(), login=login, at=at
    )


def _refuse(difference: ReconciliationDifference, reason: str) -> DomainError:
    return DifferenceOutOfState(field="state", reference=difference.reference, reason=reason)
