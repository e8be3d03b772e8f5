"""Answers of banks: checked whole, then booked in parts; what was booked is never booked again."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime

from django.db import connection

from dianke.domain.channels.models import AnswerFile, WithholdingBatch
from dianke.domain.channels.queries import withholding as queries
from dianke.domain.channels.rules.bank_files.codes import PAID, PARTLY_PAID
from dianke.domain.channels.rules.bank_files.faults import CheckedAnswer, check_answer, find_layout, read_file
from dianke.domain.channels.rules.bank_files.types import AnswerLine, BadRow, BankFile, Fault, FileKind
from dianke.domain.channels.rules.withholding import AnswerState, BatchState, LineState, name_line
from dianke.domain.receivables.operations.payments import receive_payments
from dianke.domain.receivables.types import Channel, NewPayment, Tender
from dianke.kernel.errors import DomainError
from dianke.platform.import_batches.types import KeptFile
from dianke.platform.org.models import Unit
from dianke.platform.org.scoping import Scope

_TAKES_ANSWERS = frozenset({BatchState.SENT.value, BatchState.ANSWERED.value})
_STATES = {PAID: LineState.PAID.value, PARTLY_PAID: LineState.PARTLY.value}

# A line has one answer: who comes second changes nothing.
_ANSWER = """
update channels_withholdingline l
   set state = n.state, code = n.code, paid_fen = n.paid_fen, paid_on = n.paid_on, reference = n.reference,
       payment_id = n.payment_id
  from unnest(%(serials)s::int[], %(states)s::text[], %(codes)s::text[], %(amounts)s::bigint[], %(days)s::date[],
              %(references)s::text[], %(payments)s::bigint[])
    as n (serial, state, code, paid_fen, paid_on, reference, payment_id)
 where l.batch_id = %(batch)s and l.serial = n.serial and l.state = 'WAITING'
"""


class AnswerOutOfState(DomainError):
    """The file was booked, or may not be taken."""

    code = "channels.answer_out_of_state"
    message = "the answer {number} cannot be booked: {reason}"


@dataclass(frozen=True, slots=True)
class Booked:
    """What a part of an answer did."""

    lines: int
    paid: int
    paid_fen: int


def add_answer(*, unit: Unit, file: KeptFile, login: str, at: datetime) -> AnswerFile:
    """Keep what is known of a file that was brought; it is checked by itself, for it may be long."""
    answer = AnswerFile(
        unit=unit,
        file_name=file.name,
        place=file.place,
        sha256=file.sha256,
        size_bytes=file.size_bytes,
        state=AnswerState.BROUGHT.value,
        brought_by=login,
        brought_at=at,
    )
    answer.save()
    return answer


def check_answer_file(*, actor: Scope, answer: AnswerFile, content: bytes, today: date) -> AnswerFile:
    """
    Check an answer whole and keep what was found; nothing is booked.

    :raises AnswerOutOfState: if it was checked before
    """
    if answer.state != AnswerState.BROUGHT.value:
        raise AnswerOutOfState(field="state", number=str(answer), reason="it is in another state")
    read = read_file(content, kind=FileKind.ANSWER)
    batch, faults = _find_batch(actor, read, content)
    checked = CheckedAnswer((), read.bad_rows)
    if batch is not None:
        answer.unit = batch.unit
        if not faults:
            checked = check_answer(read, asked=queries.load_asked(actor=actor, batch=batch), today=today)
    answer.batch = batch
    answer.answer_number = (read.head.number if read.head else "")[:80]
    answer.state = AnswerState.REFUSED.value if faults else AnswerState.CHECKED.value
    answer.row_count = len(read.lines) + len(read.bad_rows)
    answer.bad_row_count = len(checked.bad_rows)
    answer.file_faults = [describe_fault(one) for one in faults]
    answer.bad_rows = write_bad_rows(checked.bad_rows)
    answer.save()
    return answer


def begin_booking(*, answer: AnswerFile, login: str, at: datetime) -> AnswerFile:
    """
    Take an answer that was checked to be booked.

    :raises AnswerOutOfState: if it was booked, or is refused
    """
    if answer.state not in {AnswerState.CHECKED.value, AnswerState.BOOKING.value}:
        raise AnswerOutOfState(field="state", number=str(answer), reason="it is in another state")
    if answer.state == AnswerState.CHECKED.value:
        answer.state = AnswerState.BOOKING.value
        answer.booked_by, answer.booked_at = login, at
        answer.save(update_fields=["state", "booked_by", "booked_at"])
    return answer


def list_good(*, actor: Scope, answer: AnswerFile, content: bytes, today: date) -> Sequence[AnswerLine]:
    """Return the rows of an answer that are still to be booked: those booked before are no longer asked for."""
    batch = _get_batch(answer)
    read = read_file(content, kind=FileKind.ANSWER)
    return check_answer(read, asked=queries.load_asked(actor=actor, batch=batch), today=today).good


def book_part(*, actor: Scope, answer: AnswerFile, lines: Sequence[AnswerLine], login: str, at: datetime) -> Booked:
    """
    Book some rows of an answer; the batch is held, so that two who book one answer take turns.

    :raises AnswerOutOfState: if the batch was taken back meanwhile
    """
    batch = queries.get_batch(actor=actor, number=_get_batch(answer).number, lock=True)
    if batch.state not in _TAKES_ANSWERS:
        raise AnswerOutOfState(field="state", number=str(answer), reason="the batch was taken back")
    waiting = {
        serial: (account_id, tuple(items))
        for serial, account_id, items in queries.filter_lines(actor=actor, batch=batch)
        .filter(serial__in=[one.serial for one in lines], state=LineState.WAITING.value)
        .values_list("serial", "account_id", "item_ids")
    }
    taken = [line for line in lines if line.serial in waiting]
    payments = _receive(actor, batch, taken, waiting, login, at)
    _write_answers(batch, taken, payments)
    paid = [line for line in taken if line.paid_fen]
    booked = Booked(len(taken), len(paid), sum(line.paid_fen for line in paid))
    _count(batch, answer, booked)
    return booked


def finish_booking(*, answer: AnswerFile) -> AnswerFile:
    """Mark an answer booked once none of its good rows waits."""
    answer.state = AnswerState.BOOKED.value
    answer.save(update_fields=["state"])
    return answer


def describe_fault(fault: Fault) -> dict[str, object]:
    """Return a fault as it is kept."""
    return asdict(fault)


def write_bad_rows(rows: Sequence[BadRow]) -> str:
    """Return bad rows as they are kept."""
    kept = [[row.line, list(row.cells), [describe_fault(one) for one in row.faults]] for row in rows]
    return json.dumps(kept, ensure_ascii=False) if kept else ""


def _find_batch(
    actor: Scope, read: BankFile[AnswerLine], content: bytes
) -> tuple[WithholdingBatch | None, list[Fault]]:
    """Return the batch that a file answers, and why nothing of it may be taken."""
    faults = list(read.faults)
    if read.head is None:
        return None, faults
    # Held, so that of two equal answers the second finds the first.
    rows = queries.filter_batches(actor=actor).select_related("unit", "bank").filter(number=read.head.batch)
    batch: WithholdingBatch | None = rows.select_for_update(of=("self",)).first()
    if batch is None:
        return None, [*faults, Fault("batch_unknown", 1, "batch", read.head.batch[:40])]
    bank = batch.bank
    if read.head.sender != bank.code:
        faults.append(Fault("bank_wrong", 1, "sender", read.head.sender[:40]))
    if read.head.receiver != bank.client_number:
        faults.append(Fault("receiver_wrong", 1, "receiver", read.head.receiver[:40]))
    if find_layout(content).value != bank.layout:
        faults.append(Fault("layout_wrong", 1))
    if batch.state not in _TAKES_ANSWERS:
        faults.append(Fault("batch_not_sent", 1, "batch", batch.number))
    known = [one for one in queries.list_answers(actor=actor, batch=batch) if one.state != AnswerState.REFUSED.value]
    if any(one.answer_number == read.head.number for one in known):
        faults.append(Fault("answered_already", 1, "number", read.head.number[:40]))
    return batch, faults


def _get_batch(answer: AnswerFile) -> WithholdingBatch:
    if answer.batch is None:
        raise AnswerOutOfState(field="batch", number=str(answer), reason="it belongs to no batch")
    return answer.batch


def _receive(
    actor: Scope,
    batch: WithholdingBatch,
    lines: Sequence[AnswerLine],
    waiting: Mapping[int, tuple[int, tuple[int, ...]]],
    login: str,
    at: datetime,
) -> dict[int, int]:
    """Take the money of lines in, and return the payment of each serial."""
    new = [
        NewPayment(
            channel=Channel.BANK_WITHHOLDING,
            external_number=name_line(batch=batch.number, serial=line.serial),
            unit_id=batch.unit_id,
            customer_account_id=waiting[line.serial][0],
            amount_fen=line.paid_fen,
            tender=Tender.ACCOUNT,
            paid_on=line.paid_on,
            received_by=login,
            summary=f"{batch.bank.name} {line.reference}".strip(),
            item_ids=waiting[line.serial][1],
        )
        for line in lines
        if line.paid_fen and line.paid_on is not None
    ]
    received = receive_payments(actor=actor, payments=new, at=at) if new else []
    serials = [line.serial for line in lines if line.paid_fen and line.paid_on is not None]
    return {serial: one.payment_id for serial, one in zip(serials, received, strict=True)}


def _write_answers(batch: WithholdingBatch, lines: Sequence[AnswerLine], payments: Mapping[int, int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            _ANSWER,
            {
                "batch": batch.pk,
                "serials": [line.serial for line in lines],
                "states": [_STATES.get(line.code, LineState.REFUSED.value) for line in lines],
                "codes": [line.code for line in lines],
                "amounts": [line.paid_fen for line in lines],
                "days": [line.paid_on for line in lines],
                "references": [line.reference[:80] for line in lines],
                "payments": [payments.get(line.serial) for line in lines],
            },
        )


def _count(batch: WithholdingBatch, answer: AnswerFile, booked: Booked) -> None:
    batch.answered_count += booked.lines
    batch.paid_count += booked.paid
    batch.paid_fen += booked.paid_fen
    if batch.answered_count >= batch.line_count:
        batch.state = BatchState.ANSWERED.value
    batch.save(update_fields=["answered_count", "paid_count", "paid_fen", "state"])
    answer.booked_count += booked.lines
    answer.paid_fen += booked.paid_fen
    answer.save(update_fields=["booked_count", "paid_fen"])
