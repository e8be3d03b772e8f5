"""The steps of the bench "bankfile" that need Django: imported once it is ready."""

import time
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeVar

from django.db import connection, transaction

from dianke.application import bank_channels
from dianke.domain.channels.models import AnswerFile, Bank, WithholdingBatch, WithholdingLine
from dianke.domain.channels.operations import withholding
from dianke.domain.channels.rules.bank_files.text_layout import write_text
from dianke.domain.channels.rules.bank_files.types import AnswerLine, FileKind, Head, Layout
from dianke.domain.receivables.queries.proof import prove_books
from dianke.interfaces.cli.bench import payment_files
from dianke.kernel.clock import SHANGHAI
from dianke.platform.crypto.cipher import encrypt
from dianke.platform.identity.types import Actor

_SYSTEM = Actor.system("measuring files of banks")
_ON = date(2026, 10, 10)
_MADE_AT = datetime(2026, 10, 10, 9, tzinfo=SHANGHAI)
_AT = datetime(2026, 10, 11, 20, tzinfo=SHANGHAI)
_Done = TypeVar("_Done")
_AGREEMENTS = """
with kept as (
     insert into customers_bankaccount (account_id, bank_name, bank_code, holder, number, period)
     select id, '工商银行', '102100099996', '测量用户', %(number)s, daterange('2020-01-01', null)
       from customers_customeraccount returning id, account_id)
insert into channels_mandate (account_id, bank_id, bank_account_id, number, since_date, pause_reason, entered_by,
       entered_at)
select account_id, %(bank)s, id, 'XY' || account_id, '2020-01-01', '', 'bench', now() from kept
"""


def withhold(size: int, *, data_dir: Path) -> dict[str, Any]:
    """Fill accounts with bills and agreements, send a batch, book its answer, and return what each step took."""
    root = payment_files.fill(size)[0]
    bank = Bank(
        unit=root, code="102", name="工商银行", layout=Layout.TEXT.value, client_number="B1", account_number="3602"
    )
    bank.save()
    with connection.cursor() as cursor:
        cursor.execute(_AGREEMENTS, {"bank": bank.pk, "number": encrypt("6222020000000001", purpose="bank_account")})
        cursor.execute("analyze")
    make_s, batch = _time(lambda: bank_channels.make_batch(actor=_SYSTEM, bank_code="102", on=_ON, at=_MADE_AT))
    withholding.release_batch(batch=batch, login="other", at=_MADE_AT)
    send_s, sent = _time(
        lambda: bank_channels.send_batch(actor=_SYSTEM, number=batch.number, at=_MADE_AT, data_dir=data_dir)
    )
    content = _answer(batch)
    check_s, checked = _time(lambda: _check(content, data_dir))
    book_s, booked = _time(
        lambda: bank_channels.carry_out_booking(actor=_SYSTEM, key=checked.pk, at=_AT, data_dir=data_dir)
    )
    again_s, again = _time(lambda: _check(content, data_dir))
    batch.refresh_from_db()
    return {
        "make_s": make_s,
        "send_s": send_s,
        "check_s": check_s,
        "book_s": book_s,
        "again_s": again_s,
        "file_mb": round(len(sent) / 1e6, 1),
        "booked_lines": booked.booked_count,
        "paid_lines": batch.paid_count,
        "paid_fen": batch.paid_fen,
        "state": batch.state,
        "repeated_is": again.state,
        "faults": sum(one.faults for one in prove_books()),
    }


def _check(content: bytes, data_dir: Path) -> AnswerFile:
    brought = bank_channels.bring_answer(
        actor=_SYSTEM, file_name="answer.txt", content=content, at=_AT, data_dir=data_dir
    )
    return bank_channels.carry_out_check(actor=_SYSTEM, key=brought.pk, at=_AT, data_dir=data_dir)


def _answer(batch: WithholdingBatch) -> bytes:
    head = Head(FileKind.ANSWER, "102", "B1", batch.number, _ON)
    rows = WithholdingLine.objects.for_actor(_SYSTEM).filter(batch=batch).order_by("serial")
    lines = rows.values_list("serial", "user_number", "amount_fen").iterator(chunk_size=20_000)
    with transaction.atomic():
        return write_text(head, (_draw(*line) for line in lines))


def _draw(serial: int, user_number: str, asked_fen: int) -> AnswerLine:
    if serial % 10 == 3:
        return AnswerLine(serial, user_number, asked_fen, 0, "INSUFFICIENT_FUNDS")
    if serial % 10 == 5:
        return AnswerLine(serial, user_number, asked_fen, asked_fen // 2, "PARTLY_PAID", _ON, f"R{serial}")
    return AnswerLine(serial, user_number, asked_fen, asked_fen, "PAID", _ON, f"R{serial}")


def _time(act: Callable[[], _Done]) -> tuple[float, _Done]:
    started = time.perf_counter()
    done = act()
    return round(time.perf_counter() - started, 2), done
