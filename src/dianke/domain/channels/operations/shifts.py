"""Cashiers' shifts: open, take, give back, count, hand over to the bank; every write in the caller's transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction

from dianke.domain.channels.models import Acquirer, CashCount, CashDeposit, Shift, ShiftEntry
from dianke.domain.channels.operations.cheques import hold_cheques
from dianke.domain.channels.queries import shifts as queries
from dianke.domain.channels.queries.acquirers import list_terminals
from dianke.domain.channels.queries.cheques import is_honoured
from dianke.domain.channels.rules import shifts as rules
from dianke.domain.channels.types import EntryKind, ShiftState
from dianke.domain.receivables.models import Payment
from dianke.domain.receivables.operations import payments
from dianke.domain.receivables.operations.chart import AccountMap
from dianke.domain.receivables.operations.vouchers import post_voucher
from dianke.domain.receivables.types import (
    Channel,
    NewPayment,
    NewPosting,
    NewVoucher,
    Received,
    Tender,
    VoucherKind,
)
from dianke.kernel.clock import to_shanghai
from dianke.kernel.errors import DomainError
from dianke.platform.org.models import Unit
from dianke.platform.org.scoping import Scope

CASH, BANK, OVER_AND_SHORT = "1001.01", "1002.01", "1901.01"
_TRIES = 3
_TEXT = 300


class UnableToOpenShift(DomainError):
    """A shift cannot be opened now."""

    code = "channels.unable_to_open_shift"
    message = "the shift cannot be opened: {reason}"


class UnableToTakeMoney(DomainError):
    """The shift cannot take this money, or give it back."""

    code = "channels.unable_to_take_money"
    message = "shift {shift}: {reason}"


class SerialTaken(DomainError):
    """Another payment was taken under the serial meanwhile."""

    code = "channels.serial_taken"
    message = "number {serial} of shift {shift} was given to another payment meanwhile"


class UnableToCloseShift(DomainError):
    """The shift cannot be counted, closed or decided on like this."""

    code = "channels.unable_to_close_shift"
    message = "shift {shift} cannot be closed: {reason}"


class UnableToHandOver(DomainError):
    """Cash cannot be handed over to the bank like this."""

    code = "channels.unable_to_hand_over"
    message = "shift {shift}: {reason}"


@dataclass(frozen=True, slots=True)
class Till:
    """What a cashier types of one payment; `serial` is what makes a repeat the same payment."""

    serial: int
    customer_account_id: int | None
    amount_fen: int
    tender: Tender
    # A collective payer instead of an account: the money pays for all accounts that it pays for today.
    payer_id: int | None = None
    tendered_fen: int | None = None
    slip_number: str = ""
    bank_name: str = ""
    drawer: str = ""
    # Of a card the code of its terminal; empty where the counter has one or none.
    terminal: str = ""
    summary: str = ""
    item_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Taken:
    """A payment as a shift took it."""

    entry: ShiftEntry
    received: Received
    change_fen: int


def open_shift(*, actor: Scope, unit: Unit, login: str, float_fen: int, at: datetime) -> Shift:
    """
    Open a shift of a cashier with a float.

    :raises UnableToOpenShift: if the cashier has an open one, or the float is below zero
    """
    if not 0 <= float_fen <= rules.MOST_FEN:
        raise UnableToOpenShift(field="float", reason="amount_unreadable")
    if queries.find_open_shift(actor=actor, cashier=login) is not None:
        raise UnableToOpenShift(field="shift", reason="open_already")
    day = to_shanghai(at).date()
    for _try in range(_TRIES):
        of_day = Shift.objects.for_actor(actor).filter(unit=unit, opened_on=day).count()
        number = f"BC-{day:%Y%m%d}-{unit.code}-{of_day + 1:02d}"
        try:
            with transaction.atomic():
                shift = Shift(unit=unit, number=number, cashier=login, opened_on=day, opened_at=at, float_fen=float_fen)
                shift.save(force_insert=True)
        except IntegrityError:
            continue
        return shift
    # Another cashier of the unit took the number each time, or the same one opened a shift in another window.
    raise UnableToOpenShift(field="shift", reason="open_already")


def take_payment(*, actor: Scope, shift: Shift, till: Till, login: str, at: datetime) -> Taken:
    """
    Take money into an open shift, which the caller has locked; the second time a serial comes it is the same payment.

    :raises UnableToTakeMoney: if the shift is not the cashier's, not open or not of today, or what is typed is wrong
    :raises SerialTaken: if another payment has the serial
    """
    _require_takes(shift, login=login, at=at)
    _check(shift, till)
    known = queries.find_entry(actor=actor, shift=shift, serial=till.serial)
    if known is None and till.serial != queries.get_next_serial(actor=actor, shift=shift):
        raise SerialTaken(field="serial", serial=till.serial, shift=shift.number)
    if known is not None and not _is_same(known, till):
        raise SerialTaken(field="serial", serial=till.serial, shift=shift.number)
    terminal = None if known else _find_terminal(actor, shift, till)
    received = payments.receive_payment(actor=actor, payment=_write_payment(shift, till, login, at), at=at)
    entry = known or _enter(shift, till, received.payment_id, terminal, at)
    change = rules.compute_change(amount_fen=till.amount_fen, tendered_fen=till.tendered_fen or till.amount_fen)
    return Taken(entry, received, change)


def return_payment(*, actor: Scope, shift: Shift, payment_id: int, reason: str, login: str, at: datetime) -> ShiftEntry:
    """
    Reverse a payment of an open shift of today within that shift, which the caller has locked.

    :raises UnableToTakeMoney: if it was not taken in this shift, was given back already, or no reason is given
    """
    _require_takes(shift, login=login, at=at)
    if not reason.strip():
        raise UnableToTakeMoney(field="reason", shift=shift.number, reason="reason_missing")
    taking = queries.find_taking(actor=actor, payment_id=payment_id)
    if taking is None or taking.shift_id != shift.pk:
        raise UnableToTakeMoney(field="payment", shift=shift.number, reason="not_of_this_shift")
    if queries.map_returned(actor=actor, payment_ids=[payment_id]):
        raise UnableToTakeMoney(field="payment", shift=shift.number, reason="returned_already")
    if taking.tender == Tender.CHEQUE.value:
        hold_cheques()
        if is_honoured(payment_id=payment_id):
            raise UnableToTakeMoney(field="payment", shift=shift.number, reason="cheque_honoured")
    payment = Payment.objects.for_actor(actor).get(pk=payment_id)
    payments.reverse_payment(actor=actor, payment=payment, reason=reason.strip(), login=login, at=at)
    return give_back(actor=actor, shift=shift, taking=taking, reason=reason, at=at)


def give_back(*, actor: Scope, shift: Shift, taking: ShiftEntry, reason: str, at: datetime) -> ShiftEntry:
    """Enter into an open shift that what another entry took was given back."""
    if shift.state != ShiftState.OPEN.value:
        raise UnableToTakeMoney(field="shift", shift=shift.number, reason="shift_closed")
    entry = ShiftEntry(
        shift=shift,
        serial=queries.get_next_serial(actor=actor, shift=shift),
        kind=EntryKind.RETURNED.value,
        payment_id=taking.payment_id,
        tender=taking.tender,
        amount_fen=-taking.amount_fen,
        slip_number=taking.slip_number,
        bank_name=taking.bank_name,
        drawer=taking.drawer,
        terminal_id=taking.terminal_id,
        note=reason.strip()[:_TEXT],
        entered_at=at,
    )
    entry.save(force_insert=True)
    return entry


def count_cash(
    *, actor: Scope, shift: Shift, pieces: Mapping[int, int], explanation: str, login: str, at: datetime
) -> Shift:
    """
    Count the drawer and close the shift; a difference over the limit waits for another person.

    :raises UnableToCloseShift: if it is not the cashier's, is closed, or a difference is not explained
    """
    if shift.cashier != login:
        raise UnableToCloseShift(field="shift", shift=shift.number, reason="not_yours")
    if shift.state not in {ShiftState.OPEN.value, ShiftState.TO_RECOUNT.value}:
        raise UnableToCloseShift(field="shift", shift=shift.number, reason="counted_already")
    if obstacle := rules.find_pieces_obstacle(pieces, on=shift.opened_on):
        raise UnableToCloseShift(field="pieces", shift=shift.number, reason=obstacle)
    expected = queries.compute_drawer(actor=actor, shift=shift).expected_fen
    counted = rules.add_up_pieces(pieces)
    difference = counted - expected
    if difference and not explanation.strip():
        raise UnableToCloseShift(
            field="explanation", shift=shift.number, reason="difference_unexplained", difference_fen=difference
        )
    text = explanation.strip()[:_TEXT] if difference else ""
    CashCount(
        shift=shift,
        counted_by=login,
        counted_at=at,
        pieces={str(face): count for face, count in sorted(pieces.items(), reverse=True) if count},
        counted_fen=counted,
        expected_fen=expected,
        explanation=text,
    ).save(force_insert=True)
    shift.counted_at, shift.counted_fen, shift.expected_fen = at, counted, expected
    shift.difference_fen, shift.explanation = difference, text
    if rules.needs_another_person(difference, on=shift.opened_on):
        shift.state = ShiftState.COUNTED.value
        shift.save()
        return shift
    return _close(actor, shift, login=login, at=at)


def decide_difference(*, actor: Scope, shift: Shift, is_approved: bool, reason: str, login: str, at: datetime) -> Shift:
    """
    Book and close a difference that waits, or have the drawer counted again.

    :raises UnableToCloseShift: if nothing waits, or a refusal gives no reason
    """
    if shift.state != ShiftState.COUNTED.value:
        raise UnableToCloseShift(field="shift", shift=shift.number, reason="nothing_waits")
    if not is_approved and not reason.strip():
        raise UnableToCloseShift(field="reason", shift=shift.number, reason="reason_missing")
    shift.decided_by, shift.decided_at, shift.decision_reason = login, at, reason.strip()[:_TEXT]
    if is_approved:
        return _close(actor, shift, login=login, at=at)
    shift.state = ShiftState.TO_RECOUNT.value
    shift.save()
    return shift


def hand_over(
    *, actor: Scope, shift: Shift, amount_fen: int, slip_number: str, deposited_on: date, login: str, at: datetime
) -> CashDeposit:
    """
    Enter cash of a shift that was brought to the bank: from the counter's cash to the bank account.

    :raises UnableToHandOver: if the slip has no number or is known, or there is not so much cash beyond the float
    """
    slip = slip_number.strip()
    if obstacle := _find_hand_over_obstacle(actor, shift, amount_fen, slip, deposited_on, to_shanghai(at).date()):
        field = "slip_number" if obstacle.startswith("slip") else "amount"
        raise UnableToHandOver(field=field, shift=shift.number, reason=obstacle)
    key = _post(
        actor,
        shift,
        kind=VoucherKind.CASH_DEPOSIT,
        source=f"deposit:{shift.unit_id}:{slip}",
        summary=f"缴存 {shift.number} {slip}",
        sides=[(BANK, amount_fen, 0), (CASH, 0, amount_fen)],
        occurred_on=deposited_on,
        login=login,
        at=at,
    )
    deposit = CashDeposit(
        unit_id=shift.unit_id,
        shift=shift,
        slip_number=slip,
        amount_fen=amount_fen,
        deposited_on=deposited_on,
        deposited_by=login,
        deposited_at=at,
        voucher_id=key,
    )
    deposit.save(force_insert=True)
    return deposit


def _require_takes(shift: Shift, *, login: str, at: datetime) -> None:
    reason = ""
    if shift.cashier != login:
        reason = "not_yours"
    elif shift.state != ShiftState.OPEN.value:
        reason = "shift_closed"
    elif shift.opened_on != to_shanghai(at).date():
        reason = "shift_of_another_day"
    if reason:
        raise UnableToTakeMoney(field="shift", shift=shift.number, reason=reason)


def _check(shift: Shift, till: Till) -> None:
    field, reason = "", ""
    if not 0 < till.amount_fen <= rules.MOST_FEN:
        field, reason = "amount", "amount_unreadable"
    elif till.tender not in {Tender.CASH, Tender.CARD, Tender.CHEQUE}:
        field, reason = "tender", "tender_unknown"
    elif till.tender is Tender.CASH and till.tendered_fen is not None and till.tendered_fen < till.amount_fen:
        field, reason = "tendered", "too_little_cash"
    elif till.tender is not Tender.CASH and not till.slip_number.strip():
        field, reason = "slip_number", "slip_missing"
    elif till.tender is Tender.CHEQUE and not till.bank_name.strip():
        field, reason = "bank_name", "bank_missing"
    if reason:
        raise UnableToTakeMoney(field=field, shift=shift.number, reason=reason)


def _is_same(entry: ShiftEntry, till: Till) -> bool:
    return (
        entry.kind == EntryKind.TAKEN.value
        and entry.amount_fen == till.amount_fen
        and entry.tender == till.tender.value
        and entry.slip_number == till.slip_number.strip()
    )


def _write_payment(shift: Shift, till: Till, login: str, at: datetime) -> NewPayment:
    return NewPayment(
        channel=Channel.COUNTER,
        external_number=f"{shift.number}-{till.serial:04d}",
        unit_id=shift.unit_id,
        customer_account_id=till.customer_account_id,
        payer_id=till.payer_id,
        amount_fen=till.amount_fen,
        tender=till.tender,
        paid_on=to_shanghai(at).date(),
        received_by=login,
        summary=till.summary.strip(),
        item_ids=till.item_ids,
    )


def _find_terminal(actor: Scope, shift: Shift, till: Till) -> Acquirer | None:
    """Return the terminal that a card was read by; a counter without one takes cards that nothing settles by itself."""
    if till.tender is not Tender.CARD:
        return None
    terminals = list_terminals(actor=actor, unit=shift.unit)
    if till.terminal:
        named = [one for one in terminals if one.code == till.terminal]
        if not named:
            raise UnableToTakeMoney(field="terminal", shift=shift.number, reason="terminal_unknown")
        return named[0]
    if len(terminals) > 1:
        raise UnableToTakeMoney(field="terminal", shift=shift.number, reason="terminal_missing")
    return terminals[0] if terminals else None


def _enter(shift: Shift, till: Till, payment_id: int, terminal: Acquirer | None, at: datetime) -> ShiftEntry:
    entry = ShiftEntry(
        shift=shift,
        serial=till.serial,
        kind=EntryKind.TAKEN.value,
        payment_id=payment_id,
        tender=till.tender.value,
        amount_fen=till.amount_fen,
        tendered_fen=till.tendered_fen,
        slip_number=till.slip_number.strip()[:40],
        bank_name=till.bank_name.strip()[:60],
        drawer=till.drawer.strip()[:80],
        terminal=terminal,
        note=till.summary.strip()[:_TEXT],
        entered_at=at,
    )
    entry.save(force_insert=True)
    return entry


def _close(actor: Scope, shift: Shift, *, login: str, at: datetime) -> Shift:
    if shift.difference_fen:
        over, short = max(shift.difference_fen, 0), max(-shift.difference_fen, 0)
        sides = [(CASH, over, 0), (OVER_AND_SHORT, 0, over)] if over else [(OVER_AND_SHORT, short, 0), (CASH, 0, short)]
        shift.voucher_id = _post(
            actor,
            shift,
            kind=VoucherKind.CASH_COUNT,
            source=f"count:{shift.number}",
            summary=f"{'长款' if over else '短款'} {shift.number} {shift.explanation}",
            sides=sides,
            occurred_on=shift.opened_on,
            login=login,
            at=at,
        )
    shift.state, shift.closed_at = ShiftState.CLOSED.value, at
    shift.save()
    return shift


def _find_hand_over_obstacle(
    actor: Scope, shift: Shift, amount_fen: int, slip: str, deposited_on: date, today: date
) -> str:
    if not slip:
        return "slip_missing"
    if amount_fen <= 0:
        return "amount_unreadable"
    if not shift.opened_on <= deposited_on <= today:
        return "day_wrong"
    if CashDeposit.objects.for_actor(actor).filter(unit_id=shift.unit_id, slip_number=slip).exists():
        return "slip_known"
    if shift.state in {ShiftState.COUNTED.value, ShiftState.TO_RECOUNT.value}:
        return "difference_undecided"
    return "more_than_there_is" if amount_fen > queries.compute_undeposited(actor=actor, shift=shift) else ""


def _post(
    actor: Scope,
    shift: Shift,
    *,
    kind: VoucherKind,
    source: str,
    summary: str,
    sides: Sequence[tuple[str, int, int]],
    occurred_on: date,
    login: str,
    at: datetime,
) -> int:
    accounts = AccountMap(actor=actor, on=occurred_on)
    voucher = NewVoucher(
        unit_id=shift.unit_id,
        kind=kind,
        source=source[:60],
        summary=summary,
        occurred_on=occurred_on,
        made_by=login,
        made_at=at,
    )
    postings = [
        NewPosting(
            ledger_account_id=accounts.find(code, unit_path=shift.unit.path),
            unit_id=shift.unit_id,
            debit_fen=debit,
            credit_fen=credit,
        )
        for code, debit, credit in sides
    ]
    return post_voucher(actor=actor, voucher=voucher, postings=postings)
