"""Pages of banks: a batch by two persons, its answer with a bad row, the statement and the day that is closed."""

import re
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.factories import banks
from tests.factories.bank_files import write_camt, write_entry, write_text_answer
from tests.factories.banks import ANSWERED_AT, Office

from dianke.domain.channels.models import ReconciliationDay, StatementEntry, WithholdingBatch
from dianke.domain.channels.operations.withholding import make_batch
from dianke.interfaces.web.bank.fault_words import FAULTS
from dianke.platform.identity.types import Actor

pytestmark = pytest.mark.django_db
EVERYBODY = Actor.system("looking at what pages did")
RULES = Path(__file__).parents[4] / "src" / "dianke" / "domain" / "channels"
LogIn = Callable[[str], Client]


@pytest.fixture
def bank_office(settings: Any, tmp_path: Path) -> Office:
    settings.DATA_DIR = tmp_path
    return banks.build_office(mandates=2)


@pytest.fixture
def log_in(bank_office: Office) -> LogIn:
    def enter(login: str) -> Client:
        client = Client()
        client.post("/login/", {"login": login, "password": "correct horse battery"})
        return client

    return enter


def read(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == HTTPStatus.OK, address
    return str(answer.content.decode())


def hand_in(client: Client, address: str, name: str, content: bytes, **more: str) -> str:
    """Hand a file in and return the page that follows."""
    answer = client.post(address, {"file": SimpleUploadedFile(name, content), **more}, follow=True)
    return str(answer.content.decode())


@time_machine.travel(ANSWERED_AT, tick=False)
def test_a_batch_goes_from_its_preview_to_a_closed_day(bank_office: Office, log_in: LogIn) -> None:
    maker, releaser = log_in("maker"), log_in("releaser")
    assert "尚无批次" in read(maker, "/bank/withholding/")
    assert "生成批次" in read(maker, "/bank/withholding/new/?bank=102&on=2026-02-05")
    maker.post("/bank/withholding/new/", {"bank": "102", "on": "2026-02-05"})
    batch = WithholdingBatch.objects.for_actor(EVERYBODY).get()
    page = f"/bank/withholding/{batch.number}/"
    assert "待放行" in read(maker, page)
    assert maker.post(f"{page}release/").status_code == HTTPStatus.FORBIDDEN
    assert batch.number in read(releaser, "/")
    releaser.post(f"{page}release/")

    sent = maker.post(f"{page}file/")
    rows = banks.write_rows(banks.list_lines(bank_office, batch), {2: "INSUFFICIENT_FUNDS"})
    rows.append(("000009", "4401000009", "5.00", "5.00", "PAID", "20260206", ""))
    told = hand_in(maker, "/bank/withholding/answers/", "a.txt", write_text_answer(rows, batch=batch.number))
    answer = batch.answers.for_actor(EVERYBODY).get()
    maker.post(f"/bank/withholding/answers/{answer.pk}/book/")

    assert b"6222020000000001" in sent.content
    assert "批次中没有该序号" in told
    returned = maker.get(f"/bank/withholding/answers/{answer.pk}/bad-rows/")
    assert b"4401000009" in b"".join(returned)  # type: ignore[arg-type]
    shown = read(maker, page)
    assert "余额不足" in shown
    assert "6222020000000001" not in shown

    paid = banks.list_lines(bank_office, batch)[0]
    amount = f"{paid.amount_fen // 100}.{paid.amount_fen % 100:02d}"
    content = write_camt(
        [write_entry("E1", amount, text=batch.number, day="2026-02-06")], opening="0.00", closing=amount
    )
    assert "新载入 1 笔" in hand_in(maker, "/bank/statements/load/", "s.xml", content, bank="102")
    maker.post("/bank/reconciliation/compare/", {"bank": "102", "channel": "BANK_WITHHOLDING", "day": "2026-02-06"})
    day = ReconciliationDay.objects.for_actor(EVERYBODY).get()
    assert "双方相符" in read(maker, f"/bank/reconciliation/{day.pk}/")
    maker.post(f"/bank/reconciliation/{day.pk}/close/")
    day.refresh_from_db()
    assert day.state == "CLOSED"


@time_machine.travel(ANSWERED_AT, tick=False)
def test_a_booking_is_proposed_and_given_to_an_account(bank_office: Office, log_in: LogIn) -> None:
    maker = log_in("maker")
    name = bank_office.accounts[2].customer.name
    entries = [
        write_entry("E1", "9000.00", name=name, day="2026-02-06"),
        write_entry("E2", "3.00", way="DBIT", text="划出", day="2026-02-06"),
    ]
    hand_in(
        maker, "/bank/statements/load/", "s.xml", write_camt(entries, opening="0.00", closing="8997.00"), bank="102"
    )
    first, second = StatementEntry.objects.for_actor(EVERYBODY).order_by("id")

    assert bank_office.accounts[2].number in read(maker, f"/bank/statements/{first.pk}/")
    maker.post(f"/bank/statements/{first.pk}/decide/", {"act": "account", "value": bank_office.accounts[2].number})
    maker.post(f"/bank/statements/{second.pk}/decide/", {"act": "aside", "value": "手续费"})

    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == ("BOOKED", "ELSEWHERE")
    assert first.reference in read(maker, "/bank/statements/")


@time_machine.travel(ANSWERED_AT, tick=False)
def test_a_statement_with_faults_says_where_and_what_to_do(bank_office: Office, log_in: LogIn) -> None:
    content = write_camt([write_entry("E1", "10.00")], opening="0.00", closing="11.00")

    told = hand_in(log_in("maker"), "/bank/statements/load/", "s.xml", content, bank="102")

    assert "按流水推算余额为 10.00" in told
    assert StatementEntry.objects.for_actor(EVERYBODY).count() == 0


@time_machine.travel(ANSWERED_AT, tick=False)
def test_agreements_are_entered_paused_and_ended(bank_office: Office, log_in: LogIn) -> None:
    maker, releaser = log_in("maker"), log_in("releaser")
    bare = bank_office.accounts[2].number
    refused = maker.post(
        "/bank/mandates/new/", {"account": bare, "number": "XY000009", "since_date": "2026-02-01", "limit": ""}
    )
    maker.post("/bank/mandates/XY000001/", {"act": "pause", "until_date": "2026-03-01", "reason": "争议"})

    assert "该户没有银行账户" in refused.content.decode()
    shown = read(maker, "/bank/mandates/XY000001/")
    assert "争议" in shown
    assert "6222020000000001" not in shown
    batch = make_batch(actor=EVERYBODY, bank=bank_office.bank, on=banks.DEBTS_ON, login="maker", at=banks.MADE_AT)
    assert batch.exclusions == {"PAUSED": 1}
    maker.post("/bank/mandates/XY000002/", {"act": "end", "end_date": "2026-02-10"})
    assert "2026-02-10" in read(maker, "/bank/mandates/XY000002/")
    assert "XY000001" in read(maker, "/bank/mandates/")
    assert releaser.post("/bank/mandates/XY000001/", {"act": "end", "end_date": "2026-02-10"}).status_code == 403
    releaser.post("/bank/banks/", {"code": "103", "name": "农业银行", "layout": "XML", "client_number": "GZ9",
                                   "account_number": "4400"})  # fmt: skip
    assert "农业银行" in read(releaser, "/bank/banks/")


def test_every_fault_that_rules_know_has_words_and_a_remedy() -> None:
    sources = "".join(path.read_text("utf-8") for path in RULES.rglob("*.py"))

    codes = set(re.findall(r'(?:Fault|_Unreadable|XmlRefused)\(\s*"(\w+)"', sources))

    assert len(codes) > 30
    assert codes - FAULTS.keys() == set()
