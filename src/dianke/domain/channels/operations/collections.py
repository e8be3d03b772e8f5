"""The files of days of gateways and agents: checked whole; an agent's is booked, a gateway's is there to compare."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime

from dianke.domain.channels.models import Acquirer, CollectionFile, CollectionLine
from dianke.domain.channels.operations.acquired import Taken, hold_number, list_taken, receive_taken, take_back
from dianke.domain.channels.queries import collections as queries
from dianke.domain.channels.rules import collections as rules
from dianke.domain.channels.rules.bank_files import types as files
from dianke.domain.channels.rules.bank_files.types import BankFile, CollectionWay
from dianke.domain.channels.rules.collections import CheckedCollection, FileState, LineState, Whose
from dianke.domain.customers.models import CustomerAccount
from dianke.domain.receivables.types import Channel
from dianke.kernel.clock import to_shanghai
from dianke.kernel.errors import DomainError
from dianke.platform.identity.types import Actor
from dianke.platform.import_batches.types import KeptFile
from dianke.platform.org.scoping import Scope

_SYSTEM = Actor.system("booking the file of an agent")
_AT_ONCE = 5_000
_MOST_FAULTS = 500


class CollectionOutOfState(DomainError):
    """The file was booked, is refused, or is not there to be booked."""

    code = "channels.collection_out_of_state"
    message = "the file {file} cannot be booked: {reason}"


def take_file(
    *,
    acquirer: Acquirer,
    file: KeptFile,
    read: BankFile[files.CollectionLine],
    login: str,
    at: datetime,
) -> CollectionFile:
    """Check a file of a gateway or agent whole and keep its good lines, or why nothing of it may be taken."""
    today = to_shanghai(at).date()
    whose = Whose(sender=acquirer.code, receiver=acquirer.merchant_number)
    taken = queries.list_taken_files(acquirer=acquirer)
    faults = rules.find_file_faults(read, whose=whose, taken=taken, today=today)
    checked = CheckedCollection((), ())
    if not faults:
        known = queries.find_known_numbers(acquirer=acquirer, numbers=[one.number for one in read.lines])
        checked = rules.check_collection(read, known=known)
        faults = [fault for row in checked.bad_rows for fault in row.faults]
    # What a gateway says is compared by day: a day without its bad rows would only differ.
    is_refused = not checked.good and bool(faults)
    found = CollectionFile(
        unit=acquirer.unit,
        acquirer=acquirer,
        day=read.head.made_on if read.head else None,
        number=(read.head.number if read.head else "")[:40],
        file_name=file.name,
        place=file.place,
        sha256=file.sha256,
        state=(FileState.REFUSED if is_refused else FileState.CHECKED).value,
        row_count=len(read.lines) + len(read.bad_rows),
        bad_row_count=len(checked.bad_rows),
        amount_fen=sum(one.net_fen for one in checked.good),
        fee_fen=sum(one.fee_fen for one in checked.good),
        file_faults=[asdict(one) for one in faults[:_MOST_FAULTS]],
        brought_by=login,
        brought_at=at,
    )
    found.save(force_insert=True)
    _keep_lines(found, acquirer, checked.good)
    return found


def book_file(*, actor: Scope, file: CollectionFile, login: str, at: datetime) -> CollectionFile:
    """
    Book the lines of an agent's file: what came pays the account that it names or waits, what went back is reversed.

    :raises CollectionOutOfState: if it was booked, is refused, or is a gateway's
    """
    if file.acquirer.channel is not Channel.AGENT:
        raise CollectionOutOfState(field="file", file=file.file_name, reason="a gateway's money comes by call-backs")
    if file.state != FileState.CHECKED.value:
        raise CollectionOutOfState(field="state", file=file.file_name, reason="it is in another state")
    lines = list(CollectionLine.objects.for_actor(_SYSTEM).filter(file=file).order_by("serial"))
    came = [one for one in lines if one.way == CollectionWay.PAID.value]
    _book_came(actor, file.acquirer, came, login, at)
    for one in lines:
        if one.way == CollectionWay.REVERSED.value:
            _book_back(actor, file.acquirer, one, login, at)
    CollectionLine.objects.for_actor(_SYSTEM).bulk_update(lines, ["state", "payment"], batch_size=_AT_ONCE)
    file.state = FileState.BOOKED.value
    file.booked_count = sum(one.payment_id is not None for one in lines)
    file.suspense_count = sum(one.state == LineState.SUSPENSE.value for one in lines)
    file.booked_by, file.booked_at = login, at
    file.save()
    return file


def _keep_lines(file: CollectionFile, acquirer: Acquirer, lines: Sequence[files.CollectionLine]) -> None:
    is_agent = acquirer.channel is Channel.AGENT
    accounts: dict[str, int] = {}
    if is_agent:
        rows = CustomerAccount.objects.for_actor(_SYSTEM).filter(number__in={one.target for one in lines})
        accounts = dict(rows.values_list("number", "pk"))
    state = LineState.WAITING if is_agent else LineState.COMPARED
    CollectionLine.objects.bulk_create(
        [
            CollectionLine(
                file=file,
                acquirer=acquirer,
                serial=one.serial,
                number=one.number,
                target=one.target,
                way=one.way.value,
                amount_fen=one.amount_fen,
                fee_fen=one.fee_fen,
                day=_get_day(file, one),
                paid_at=one.paid_at,
                customer_account_id=accounts.get(one.target),
                state=state.value,
            )
            for one in lines
        ],
        batch_size=_AT_ONCE,
    )


def _get_day(file: CollectionFile, line: files.CollectionLine) -> date:
    return file.day or to_shanghai(line.paid_at).date()


def _book_came(actor: Scope, acquirer: Acquirer, lines: Sequence[CollectionLine], login: str, at: datetime) -> None:
    taken = [
        Taken(
            number=one.number,
            amount_fen=one.amount_fen,
            paid_on=one.day,
            customer_account_id=one.customer_account_id,
            summary=f"{acquirer.name} {one.target}",
        )
        for one in lines
    ]
    received = receive_taken(actor=actor, acquirer=acquirer, taken=taken, login=login, at=at)
    for line, one in zip(lines, received, strict=True):
        line.payment_id = one.payment_id
        line.state = (LineState.SUSPENSE if line.customer_account_id is None else LineState.BOOKED).value


def _book_back(actor: Scope, acquirer: Acquirer, line: CollectionLine, login: str, at: datetime) -> None:
    hold_number(acquirer=acquirer, number=line.number)
    standing = [
        one
        for one in list_taken(acquirer=acquirer, number=line.number)
        if not one.is_reversed and one.amount_fen == line.amount_fen
    ]
    line.state = LineState.NOTHING_TO_REVERSE.value
    if standing and not take_back(
        actor=actor, payment=standing[-1], reason=line.target, login=login, at=min(line.paid_at, at)
    ):
        line.state, line.payment_id = LineState.REVERSED.value, standing[-1].pk
