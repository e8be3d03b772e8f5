"""Pages of gateways and agents: keys by two persons, an order and its call-back, a file with faults, a remedy."""

import re
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
from tests.factories.acquirers import MERCHANT, NOW, Office, line, tell_paid, tell_refunded, write_file
from tests.factories.paid import look_at

from dianke.domain.channels.models import (
    Acquirer,
    AcquirerKey,
    CollectionFile,
    PaymentOrder,
    ReconciliationDay,
    StatementEntry,
)
from dianke.domain.channels.rules.gateway import signing
from dianke.platform.identity.types import Actor

pytestmark = pytest.mark.django_db
EVERYBODY = Actor.system("looking at what pages did")
LATER = NOW + timedelta(minutes=5)


@pytest.fixture
def office(settings: Any, tmp_path: Path) -> Iterator[Office]:
    settings.DATA_DIR = tmp_path
    with time_machine.travel(LATER, tick=False):
        yield factory.build_office("1120", "1180")


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


def hand_in(client: Client, code: str, content: bytes) -> str:
    sent = {"file": SimpleUploadedFile("day.txt", content), "acquirer": code}
    return str(client.post("/bank/collections/bring/", sent, follow=True).content.decode())


def test_a_gateway_is_added_and_its_key_entered_by_one_and_released_by_another(
    office: Office, log_in: Callable[[str], Client]
) -> None:
    maker, chief = log_in("maker"), log_in("chief")
    assert maker.get("/bank/acquirers/new/").status_code == HTTPStatus.FORBIDDEN
    wrong = chief.post("/bank/acquirers/new/", {"code": "x y", "name": "网关二", "kind": "SIMULATED",
                                                "merchant_number": "9", "order_minutes": "30"})  # fmt: skip
    chief.post("/bank/acquirers/new/", {"code": "PAY2", "name": "网关二", "kind": "SIMULATED", "merchant_number": "9",
                                        "page_address": "http://pay/p", "order_minutes": "15"})  # fmt: skip
    public = signing.get_public_key(factory.get_gateway_key())

    bad = maker.post("/bank/acquirers/PAY2/keys/", {"key_id": "K", "public_key": "?"})
    maker.post("/bank/acquirers/PAY2/keys/", {"key_id": "K", "public_key": public})

    key = AcquirerKey.objects.for_actor(EVERYBODY).get(key_id="K")
    assert "代码只能是大写字母和数字" in wrong.content.decode()
    assert "不是 PEM 格式" in bad.content.decode()
    assert "网关二" in read(chief, "/")
    assert key.fingerprint in read(chief, "/bank/acquirers/PAY2/")
    assert maker.post(f"/bank/acquirer-keys/{key.pk}/", {"act": "release"}).status_code == HTTPStatus.FORBIDDEN
    chief.post(f"/bank/acquirer-keys/{key.pk}/", {"act": "release"})
    key.refresh_from_db()
    assert (key.state, key.decided_by) == ("IN_USE", "chief")
    before = Acquirer.objects.for_actor(EVERYBODY).get(code="PAY2").own_key_id
    chief.post("/bank/acquirers/PAY2/act/", {"act": "own-key"})
    chief.post("/bank/acquirers/PAY2/act/", {"act": "shut"})
    changed = Acquirer.objects.for_actor(EVERYBODY).get(code="PAY2")
    assert (before, changed.own_key_id, changed.is_open) == ("PAY2-1", "PAY2-2", False)
    assert "PRIVATE" not in read(chief, "/bank/acquirers/PAY2/")
    chief.post(f"/bank/acquirer-keys/{key.pk}/", {"act": "end"})
    assert "已停用" in read(maker, "/bank/acquirers/PAY2/")
    assert "网关二" in read(maker, "/bank/acquirers/")


def test_an_order_is_shown_as_a_picture_and_paid_by_a_call_back(
    office: Office, log_in: Callable[[str], Client]
) -> None:
    clerk, maker = log_in("clerk"), log_in("maker")
    account = office.accounts[0]
    new = f"/bank/orders/new/?account={account.number}"
    assert new in read(clerk, f"/customers/accounts/{account.number}/money/")
    owed = look_at(office.utility, account, NOW.date()).owed_fen
    assert clerk.post(new, {"amount": "0", "gateway": "SIM"}).status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    clerk.post(new, {"amount": f"{owed // 100}.{owed % 100:02d}", "gateway": "SIM"})
    made = PaymentOrder.objects.for_actor(EVERYBODY).get()
    page = f"/bank/orders/{made.number}/"

    shown, still = read(clerk, page), clerk.get(f"{page}state/")
    factory.call(tell_paid(made, happened_at=LATER), at=LATER)
    moved = read(clerk, f"{page}state/")

    address = re.search(r'href="(http://127.0.0.1:8899/pay[^"]+)"', shown)
    assert "<svg" in shown
    assert address is not None
    assert f"merchant={MERCHANT}" in address.group(1)
    assert still.status_code == HTTPStatus.NO_CONTENT
    assert "已支付" in moved
    assert "<svg" not in moved
    assert "hx-get" not in moved
    assert clerk.post(f"{page}close/", follow=True).content.decode().count("不能变更") == 1
    factory.call(tell_refunded(made, amount_fen=1, happened_at=LATER), at=LATER)
    assert made.number in read(clerk, "/bank/orders/?state=PAID")
    calls = read(maker, "/bank/call-backs/")
    key = re.search(r"/bank/call-backs/(\d+)/", calls)
    assert key is not None
    assert "仅部分退款" in read(maker, f"/bank/call-backs/{key.group(1)}/")
    assert "与账务矛盾的回调" in read(maker, "/")
    assert made.number not in read(maker, "/bank/call-backs/?outcome=FAULTY")
    assert clerk.get("/bank/call-backs/").status_code == HTTPStatus.FORBIDDEN


def test_an_agents_file_goes_from_its_faults_to_a_settled_day(office: Office, log_in: Callable[[str], Client]) -> None:
    maker, chief = log_in("maker"), log_in("chief")
    number = office.accounts[0].number
    told = hand_in(maker, "POST", write_file(office.agent, [line(1, "A1", number, 0), line(2, "A2", number, 80_00)]))
    file = CollectionFile.objects.for_actor(EVERYBODY).get()
    assert "金额为零" in told
    maker.post(f"/bank/collections/{file.pk}/book/")
    assert "已入账" in read(maker, f"/bank/collections/{file.pk}/")
    assert "邮政代收" in read(maker, "/bank/collections/")
    assert "80.00" in read(maker, "/bank/under-way/")

    hand_in(maker, "SIM", write_file(office.gateway, [line(1, "G1", "ZF0", 50_00)]))
    maker.post("/bank/reconciliation/compare/", {"side": "acquirer:SIM", "day": "2026-02-06"})
    day = ReconciliationDay.objects.for_actor(EVERYBODY).get()
    (one,) = day.differences.for_actor(EVERYBODY)
    assert "按对方明细入账" in read(maker, f"/bank/reconciliation/{day.pk}/")
    maker.post(f"/bank/reconciliation/differences/{one.pk}/", {"act": "remedy", "note": "网关漏回调"})
    assert "网关漏回调" in read(chief, f"/bank/reconciliation/{day.pk}/")
    assert "待审差异处理" in read(chief, "/")
    assert maker.post(f"/bank/reconciliation/differences/{one.pk}/decide/").status_code == HTTPStatus.FORBIDDEN
    chief.post(f"/bank/reconciliation/differences/{one.pk}/decide/", {"decision": "approve"})
    maker.post("/bank/reconciliation/compare/", {"side": "acquirer:SIM", "day": "2026-02-06"})
    maker.post(f"/bank/reconciliation/{day.pk}/close/")
    day.refresh_from_db()
    assert (day.state, day.ours_fen, day.theirs_fen) == ("CLOSED", 50_00, 50_00)
    assert "模拟网关" in read(maker, "/bank/reconciliation/?channel=ONLINE")

    csv = f"交易流水号,记账日期,收入金额,支出金额,附言\nB1,2026-02-06,79.00,,{factory.AGENT_MERCHANT}\n".encode()
    maker.post("/bank/statements/load/", {"file": SimpleUploadedFile("s.csv", csv), "bank": "102"})
    entry = StatementEntry.objects.for_actor(EVERYBODY).get()
    assert "附言含我方商户号" in read(maker, f"/bank/statements/{entry.pk}/")
    days = {"act": "settlement", "value": "POST", "first_day": "2026-02-06", "last_day": "2026-02-06"}
    maker.post(f"/bank/statements/{entry.pk}/decide/", {**days, "fee": "x"})
    maker.post(f"/bank/statements/{entry.pk}/decide/", {**days, "fee": "1.00"})
    entry.refresh_from_db()
    assert (entry.state, entry.target) == ("CLEARED", "POST")
    under_way = read(maker, "/bank/under-way/")
    assert "各日均已结算" in under_way
    assert "B1" in under_way
