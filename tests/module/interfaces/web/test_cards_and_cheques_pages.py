"""Pages of cards and cheques: a terminal is added, the desk takes both, money under way shows them until they clear."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.factories import acquirers as factory
from tests.factories.acquirers import NOW, Office

from dianke.domain.channels.models import Acquirer, Shift, StatementEntry
from dianke.domain.receivables.models import Payment
from dianke.platform.identity.types import Actor

pytestmark = pytest.mark.django_db
EVERYBODY = Actor.system("looking at what pages did")
LATER = NOW + timedelta(minutes=5)
NUMBER = "898440101230077"


@pytest.fixture
def office(settings: Any, tmp_path: Path) -> Iterator[Office]:
    settings.DATA_DIR = tmp_path
    with time_machine.travel(LATER, tick=False):
        office = factory.build_office("1120", "1180")
        rights = ["archive.view", "payments.view", "payments.receive", "payments.reverse"]
        factory.factory.add_clerk(office.utility.root, "cashier", rights)
        yield office


@pytest.fixture
def log_in(office: Office) -> Callable[[str], Client]:
    def enter(login: str) -> Client:
        client = Client()
        client.post("/login/", {"login": login, "password": "correct horse battery"})
        return client

    return enter


def read(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == HTTPStatus.OK, address
    return str(answer.content.decode())


def add_terminal(chief: Client, code: str, number: str) -> None:
    chief.post("/bank/acquirers/new/", {"code": code, "name": f"营业厅终端{code}", "kind": "TERMINAL", "unit_code": "0",
                                        "merchant_number": number, "order_minutes": "30"})  # fmt: skip


def fill(office: Office, serial: int, **changes: str) -> dict[str, str]:
    shift = Shift.objects.for_actor(EVERYBODY).get()
    account = office.accounts[0].number
    return {"shift": shift.number, "serial": str(serial), "account": account, "amount": "100.00", **changes}


def test_cards_and_cheques_go_from_the_desk_to_the_bank(office: Office, log_in: Callable[[str], Client]) -> None:
    chief, cashier, maker = log_in("chief"), log_in("cashier"), log_in("maker")
    add_terminal(chief, "T1", NUMBER)
    terminal = Acquirer.objects.for_actor(EVERYBODY).get(code="T1")
    assert (terminal.kind, terminal.own_key_id) == ("TERMINAL", "")
    assert "柜台刷卡终端" in read(chief, "/bank/acquirers/")
    assert "营业厅终端T1" in read(chief, "/bank/acquirers/T1/")
    assert "T1" not in read(maker, "/bank/collections/")
    cashier.post("/counter/open/", {"unit": "0", "float_fen": "0.00"})
    desk = read(cashier, f"/counter/?account={office.accounts[0].number}")
    assert "出票人" in desk
    assert "counter-terminal" not in desk

    cashier.post("/counter/take/", fill(office, 1, tender="CARD", slip_number="000101"))
    cashier.post("/counter/take/", fill(office, 2, tender="CHEQUE", slip_number="30204471", bank_name="工商银行",
                                        drawer="粤海公司"))  # fmt: skip
    assert Payment.objects.for_actor(EVERYBODY).count() == 2
    under_way = read(maker, "/bank/under-way/")
    assert all(text in under_way for text in ("营业厅终端T1", "30204471", "粤海公司", "在途支票"))
    assert "在途" in read(cashier, "/counter/slips/")
    with time_machine.travel(LATER + timedelta(days=12), tick=False):
        late = log_in("maker")
        home = read(late, "/")
        assert "刷卡款未结算" in home
        assert "支票未入账" in home

    csv = "交易流水号,记账日期,收入金额,支出金额,附言\n" + "".join(
        [f"B1,2026-02-06,99.50,,刷卡 {NUMBER}\n", "B2,2026-02-06,100.00,,托收\n"]
    )
    maker.post("/bank/statements/load/", {"file": SimpleUploadedFile("s.csv", csv.encode()), "bank": "102"})
    card, cheque = StatementEntry.objects.for_actor(EVERYBODY).order_by("id")
    assert card.state == "CLEARED"
    assert "柜台支票" in read(maker, f"/bank/statements/{cheque.pk}/")
    maker.post(f"/bank/statements/{cheque.pk}/decide/", {"act": "cheque", "value": "30204471"})
    cheque.refresh_from_db()
    assert (cheque.state, cheque.target) == ("HONOURED", "30204471")
    assert "30204471" not in read(maker, "/bank/under-way/")
    assert "银行已收妥" in read(cashier, "/counter/slips/")


def test_the_desk_asks_for_the_terminal_where_there_are_two(office: Office, log_in: Callable[[str], Client]) -> None:
    chief, cashier = log_in("chief"), log_in("cashier")
    add_terminal(chief, "T1", NUMBER)
    add_terminal(chief, "T2", "898440101230078")
    cashier.post("/counter/open/", {"unit": "0", "float_fen": "0.00"})
    assert "营业厅终端T2" in read(cashier, f"/counter/?account={office.accounts[0].number}")

    refused = cashier.post("/counter/take/", fill(office, 1, tender="CARD", slip_number="000101"))
    assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "请选择刷卡终端" in refused.content.decode()
    assert Payment.objects.for_actor(EVERYBODY).count() == 0

    cashier.post("/counter/take/", fill(office, 1, tender="CARD", slip_number="000101", terminal="T2"))
    assert Payment.objects.for_actor(EVERYBODY).count() == 1
