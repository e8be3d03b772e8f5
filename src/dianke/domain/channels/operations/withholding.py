"""Batches of withholding: made, released by another person, sent, taken back."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from pathlib import Path

import pyarrow as pa
from django.db import connection

from dianke.domain.channels.models import Bank, WithholdingBatch, WithholdingLine
from dianke.domain.channels.queries import withholding as queries
from dianke.domain.channels.queries.withholding import Plan, PlannedLine
from dianke.domain.channels.rules.bank_files.text_layout import write_text
from dianke.domain.channels.rules.bank_files.types import FileKind, Head, Layout, RequestLine
from dianke.domain.channels.rules.bank_files.xml_layout import write_xml
from dianke.domain.channels.rules.withholding import BatchState
from dianke.kernel.clock import to_shanghai
from dianke.kernel.errors import DomainError
from dianke.platform.collector import collector_at_rest
from dianke.platform.database.copying import copy_table
from dianke.platform.import_batches import files
from dianke.platform.org.scoping import Scope

_AT_ONCE = 20_000


class UnableToMakeBatch(DomainError):
    """There is nothing to ask the bank for."""

    code = "channels.unable_to_make_batch"
    message = "no batch for {bank}: {reason}"


class BatchOutOfState(DomainError):
    """The batch is not in a state for the step."""

    code = "channels.batch_out_of_state"
    message = "{number} cannot go on: {reason}"


def make_batch(
    *, actor: Scope, bank: Bank, on: date, login: str, at: datetime, again_of: WithholdingBatch | None = None
) -> WithholdingBatch:
    """
    Make a batch of what is owed on a day; `bank` is held, so that two never ask for one debt.

    :raises UnableToMakeBatch: if nobody is to be asked
    """
    with collector_at_rest():
        plan = queries.plan_batch(actor=actor, bank=bank, on=on, again_of=again_of)
    if not plan.lines:
        raise UnableToMakeBatch(field="bank", bank=bank.name, reason="no account has a debt to be asked for")
    key = _reserve_key()
    batch = WithholdingBatch(
        id=key,
        unit=bank.unit,
        number=f"DK{key:08d}",
        bank=bank,
        debts_on=on,
        again_of=again_of,
        line_count=len(plan.lines),
        amount_fen=plan.amount_fen,
        exclusions=dict(plan.exclusions),
        made_by=login,
        made_at=at,
    )
    batch.save(force_insert=True)
    _copy_lines(batch, plan)
    return batch


def release_batch(*, batch: WithholdingBatch, login: str, at: datetime) -> WithholdingBatch:
    """
    Let a batch leave.

    :raises BatchOutOfState: if it is no draft
    """
    _require(batch, BatchState.DRAFT)
    batch.state = BatchState.RELEASED.value
    batch.released_by, batch.released_at = login, at
    batch.save(update_fields=["state", "released_by", "released_at"])
    return batch


def send_batch(*, actor: Scope, batch: WithholdingBatch, login: str, at: datetime, data_dir: Path) -> bytes:
    """
    Return the file of a released batch, and mark it sent; sent again it is the same to the byte.

    :raises BatchOutOfState: if nobody has released it, or it was taken back
    """
    if batch.file_place and batch.state in {BatchState.SENT.value, BatchState.ANSWERED.value}:
        return files.open_file(data_dir=data_dir, place=batch.file_place, number=batch.number)
    _require(batch, BatchState.RELEASED)
    bank = batch.bank
    head = Head(FileKind.REQUEST, bank.client_number, bank.code, batch.number, to_shanghai(at).date())
    write = write_text if bank.layout == Layout.TEXT.value else write_xml
    content = write(head, _list_requests(actor, batch))
    kept = files.keep_file(data_dir=data_dir, name=get_file_name(batch), content=content)
    batch.state = BatchState.SENT.value
    batch.sent_by, batch.sent_at = login, at
    batch.file_place, batch.file_sha256 = kept.place, kept.sha256
    batch.save(update_fields=["state", "sent_by", "sent_at", "file_place", "file_sha256"])
    return content


def get_file_name(batch: WithholdingBatch) -> str:
    """Return what the file of a batch is called."""
    return f"{batch.number}.{'txt' if batch.bank.layout == Layout.TEXT.value else 'xml'}"


def withdraw_batch(*, batch: WithholdingBatch, reason: str, login: str, at: datetime) -> WithholdingBatch:
    """
    Take a batch back: its debts are free for another, and an answer to it is refused.

    :raises BatchOutOfState: if the bank answered already, it was taken back, or no reason is given
    """
    _require(batch, BatchState.DRAFT, BatchState.RELEASED, BatchState.SENT)
    if batch.answered_count:
        raise BatchOutOfState(field="state", number=batch.number, reason="the bank answered already")
    if not reason.strip():
        raise BatchOutOfState(field="reason", number=batch.number, reason="a reason is needed")
    batch.state = BatchState.WITHDRAWN.value
    batch.withdrawn_by, batch.withdrawn_at, batch.reason = login, at, reason.strip()
    batch.save(update_fields=["state", "withdrawn_by", "withdrawn_at", "reason"])
    return batch


def _require(batch: WithholdingBatch, *states: BatchState) -> None:
    if batch.state not in {state.value for state in states}:
        raise BatchOutOfState(field="state", number=batch.number, reason="it is in another state")


def _reserve_key() -> int:
    with connection.cursor() as cursor:
        cursor.execute("select nextval(pg_get_serial_sequence('channels_withholdingbatch', 'id'))")
        return int(cursor.fetchone()[0])


def _copy_lines(batch: WithholdingBatch, plan: Plan) -> None:
    lines: Sequence[PlannedLine] = plan.lines
    copy_table(
        table=WithholdingLine._meta.db_table,
        columns=pa.table(
            {
                "batch_id": [batch.pk] * len(lines),
                "serial": list(range(1, len(lines) + 1)),
                "mandate_id": [one.mandate_id for one in lines],
                "account_id": [one.account_id for one in lines],
                "user_number": [one.user_number for one in lines],
                "amount_fen": [one.amount_fen for one in lines],
                "item_ids": ["{" + ",".join(map(str, one.item_ids)) + "}" for one in lines],
                "state": ["WAITING"] * len(lines),
                "code": [""] * len(lines),
                "paid_fen": [0] * len(lines),
                "reference": [""] * len(lines),
            }
        ),
    )


def _list_requests(actor: Scope, batch: WithholdingBatch) -> Iterator[RequestLine]:
    """Yield the lines with the bank accounts of their agreements, whose numbers leave the archive here only."""
    kept = "mandate__bank_account"
    rows = queries.filter_lines(actor=actor, batch=batch).order_by("serial")
    columns = ("serial", "mandate__number", "user_number", f"{kept}__number", f"{kept}__holder", "amount_fen")
    summary = f"{batch.debts_on:%Y%m%d}"
    for serial, mandate, user_number, number, holder, amount_fen in rows.values_list(*columns).iterator(
        chunk_size=_AT_ONCE
    ):
        yield RequestLine(serial, mandate, user_number, number, holder, amount_fen, summary)
