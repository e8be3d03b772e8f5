"""
Wrong matches undone (撤销匹配): one person asks with a reason, another agrees, and the booking waits again.

Nothing is changed that is in the books: what the match had booked is taken back in red in the first open period, and
the money is taken into suspense anew as a payment of its own, as of the day that it came.
"""

from collections.abc import Callable
from datetime import datetime

from django.db import IntegrityError, transaction

from dianke.domain.channels.models import EntryState, MatchUndo, StatementEntry
from dianke.domain.channels.operations import cheques, clearing, left
from dianke.domain.channels.operations.entries import hold_claim, name_source, receive_anew, reverse_standing
from dianke.domain.channels.queries import undo as queries
from dianke.domain.channels.queries.acquirers import get_acquirer
from dianke.domain.channels.queries.cheques import find_clearing_of_entry
from dianke.domain.channels.queries.clearing import find_settlement
from dianke.domain.channels.queries.statements import get_entry
from dianke.domain.channels.types import ChangeState
from dianke.domain.receivables.operations.claims import return_claim
from dianke.domain.receivables.operations.red_vouchers import take_voucher_back
from dianke.domain.receivables.types import ClaimState, VoucherKind
from dianke.kernel.clock import to_shanghai
from dianke.kernel.errors import DomainError
from dianke.platform.org.scoping import Scope

_TEXT = 300


class UnableToUndo(DomainError):
    """What a booking was found to be cannot be undone, or somebody decided meanwhile."""

    code = "channels.unable_to_undo"
    message = "the match of {reference} cannot be undone: {reason}"


def ask_undo(*, actor: Scope, entry: StatementEntry, reason: str, login: str, at: datetime) -> MatchUndo:
    """
    Ask for a match to be undone.

    :raises UnableToUndo: if nothing was matched, it has no way back, no reason is given, or somebody asked already
    """
    obstacle = queries.find_obstacle(entry=entry)
    if not reason.strip():
        obstacle = "reason_missing"
    if obstacle:
        raise UnableToUndo(field="reason", reference=entry.reference, reason=obstacle)
    wish = MatchUndo(
        entry=entry,
        was_state=entry.state,
        was_target=entry.target,
        reason=reason.strip()[:_TEXT],
        asked_by=login,
        asked_at=at,
    )
    try:
        with transaction.atomic():
            wish.save(force_insert=True)
    except IntegrityError as error:
        raise UnableToUndo(field="reason", reference=entry.reference, reason="asked_already") from error
    return wish


def decide_undo(
    *, actor: Scope, wish: MatchUndo, is_approved: bool, reason: str, login: str, at: datetime
) -> MatchUndo:
    """
    Undo a match as somebody else asked for, or leave it.

    :raises UnableToUndo: if it was decided already, the booking changed meanwhile, or a refusal gives no reason
    """
    entry = get_entry(actor=actor, key=wish.entry_id, lock=True)
    if entry is None or wish.state != ChangeState.ASKED.value:
        raise UnableToUndo(field="state", reference=wish.entry.reference, reason="decided_already")
    if is_approved:
        _undo(actor, wish, entry, login, at)
    elif not reason.strip():
        raise UnableToUndo(field="reason", reference=entry.reference, reason="reason_missing")
    wish.state = (ChangeState.APPROVED if is_approved else ChangeState.REFUSED).value
    wish.decided_by, wish.decided_at, wish.decision_reason = login, at, reason.strip()[:_TEXT]
    wish.save()
    return wish


def withdraw_undo(*, wish: MatchUndo, login: str, at: datetime) -> MatchUndo:
    """
    Take one's own wish back.

    :raises UnableToUndo: if it was decided already, or another person asked
    """
    if wish.state != ChangeState.ASKED.value or wish.asked_by != login:
        reason = "decided_already" if wish.state != ChangeState.ASKED.value else "asked_by_another"
        raise UnableToUndo(field="state", reference=wish.entry.reference, reason=reason)
    wish.state = ChangeState.WITHDRAWN.value
    wish.decided_by, wish.decided_at = login, at
    wish.save()
    return wish


def _undo(actor: Scope, wish: MatchUndo, entry: StatementEntry, login: str, at: datetime) -> None:
    obstacle = queries.find_obstacle(entry=entry)
    if (entry.state, entry.target) != (wish.was_state, wish.was_target):
        obstacle = "changed_meanwhile"
    if obstacle:
        raise UnableToUndo(field="state", reference=entry.reference, reason=obstacle)
    if entry.amount_fen > 0:
        _take_back_came(actor, wish, entry, login, at)
        _wait_again(entry)
        return
    _LEFT[EntryState(entry.state)](actor, wish, entry, login, at)


def _take_back_came(actor: Scope, wish: MatchUndo, entry: StatementEntry, login: str, at: datetime) -> None:
    """Take back what a booking by which money came was found to be, and put the money into suspense."""
    _take_settlement_back(actor, wish, entry, login, at)
    _take_clearing_back(actor, wish, entry, login, at)
    if entry.payment is not None:
        wish.payment = entry.payment
        reverse_standing(actor=actor, payment=entry.payment, reason=wish.reason, login=login, at=at)
    receive_anew(actor=actor, entry=entry, login=login, at=at)


def _take_settlement_back(actor: Scope, wish: MatchUndo, entry: StatementEntry, login: str, at: datetime) -> None:
    found = find_settlement(entry_id=entry.pk)
    if found is None:
        return
    get_acquirer(actor=actor, code=found.acquirer.code, lock=True)
    voucher_id = take_voucher_back(
        actor=actor, voucher_id=found.voucher_id, kind=VoucherKind.BANK_ENTRY, source=name_source(entry),
        reason=wish.reason, login=login, at=at,
    )  # fmt: skip
    clearing.unsettle(settlement=found, voucher_id=voucher_id)


def _take_clearing_back(actor: Scope, wish: MatchUndo, entry: StatementEntry, login: str, at: datetime) -> None:
    if entry.state != EntryState.HONOURED.value:
        return
    cheques.hold_cheques()
    found = find_clearing_of_entry(entry_id=entry.pk)
    if found is None:
        raise UnableToUndo(field="state", reference=entry.reference, reason="cheque_bounced")
    voucher_id = take_voucher_back(
        actor=actor, voucher_id=found.voucher_id, kind=VoucherKind.BANK_ENTRY, source=name_source(entry),
        reason=wish.reason, login=login, at=at,
    )  # fmt: skip
    cheques.unclear_cheque(clearing=found, voucher_id=voucher_id)


def _undo_giving_back(actor: Scope, wish: MatchUndo, entry: StatementEntry, login: str, at: datetime) -> None:
    came = get_entry(actor=actor, key=entry.gives_back_id or 0, lock=True)
    if came is None or came.payment is None:
        raise UnableToUndo(field="state", reference=entry.reference, reason="changed_meanwhile")
    wish.payment, wish.came_by = came.payment, came
    receive_anew(actor=actor, entry=came, login=login, at=at)
    _wait_again(came)
    entry.gives_back = None
    left.book_as_unknown(actor=actor, entry=entry, login=login, at=at)


def _undo_payout(actor: Scope, wish: MatchUndo, entry: StatementEntry, login: str, at: datetime) -> None:
    claim = hold_claim(actor=actor, number=entry.target)
    if claim is None or claim.state != ClaimState.PAID.value:
        raise UnableToUndo(field="state", reference=entry.reference, reason="changed_meanwhile")
    return_claim(actor=actor, claim=claim, reason=wish.reason, paid_back_on=to_shanghai(at).date(), login=login, at=at)
    left.book_as_unknown(actor=actor, entry=entry, login=login, at=at)


def _undo_fee(actor: Scope, wish: MatchUndo, entry: StatementEntry, login: str, at: datetime) -> None:
    left.take_back_voucher(actor=actor, entry=entry, reason=wish.reason, login=login, at=at)
    left.book_as_unknown(actor=actor, entry=entry, login=login, at=at)


def _undo_setting_aside(actor: Scope, wish: MatchUndo, entry: StatementEntry, login: str, at: datetime) -> None:
    if entry.voucher_id is None:
        left.book_as_unknown(actor=actor, entry=entry, login=login, at=at)
    else:
        _wait_again(entry)


_LEFT: dict[EntryState, Callable[[Scope, MatchUndo, StatementEntry, str, datetime], None]] = {
    EntryState.RETURNED: _undo_giving_back,
    EntryState.CLAIMED: _undo_payout,
    EntryState.CHARGED: _undo_fee,
    EntryState.ELSEWHERE: _undo_setting_aside,
}


def _wait_again(entry: StatementEntry) -> None:
    entry.state, entry.target, entry.match_reason = EntryState.SUSPENSE.value, "", ""
    entry.save()
