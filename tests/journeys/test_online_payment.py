"""Online payment: an order made at the counter, paid at the simulated gateway, reconciled, settled by the bank."""

import http.client
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import transaction
from playwright.sync_api import Page, expect
from tests.factories import acquirers as factory
from tests.factories.acquirers import MERCHANT, NOW, Office
from tests.journeys.conftest import PASSWORD, Enter, Stage
from tests.journeys.looks import look_around

from dianke.domain.channels.models import Acquirer, PaymentOrder, ReconciliationDay, StatementEntry
from dianke.domain.channels.operations.acquirers import decide_key, propose_key
from dianke.domain.channels.rules.gateway import signing
from dianke.domain.receivables.queries.proof import prove_books
from dianke.kernel.clock import SystemClock, to_shanghai
from dianke.platform.identity import operations as identity

pytestmark = [pytest.mark.browser]

LOOKING = ["archive.view", "billing.view", "payments.view"]
PEOPLE = {
    "cashier": [*LOOKING, "payments.receive", "payments.order"],
    "accountant": [*LOOKING, "payments.reconcile", "archive.export"],
}
Serve = Callable[[Office], str]


def prepare(_data_dir: Path) -> Office:
    """Build the office."""
    with transaction.atomic():
        office = factory.build_office("1120", with_people=False)
    for login, rights in PEOPLE.items():
        person = identity.add_staff(login=login, name=login, unit=office.utility.root, password=PASSWORD)
        post = identity.define_post(code=login.upper(), name=login, rights=rights)
        identity.assign_post(staff=person, post=post, unit=office.utility.root, start=date(2020, 1, 1))
    return office


@pytest.fixture
def office(stage: Stage[Office], settings: Any) -> Office:
    """Bring the office, where simulated gateways are allowed."""
    settings.SIMULATED_GATEWAY = True
    return stage(prepare)


@pytest.fixture
def serve_gateway(site: str, tmp_path: Path) -> Iterator[Serve]:
    """Return a function that starts the simulated gateway as a process of its own and makes it known."""
    started: list[subprocess.Popen[bytes]] = []

    def serve(office: Office) -> str:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = int(free.getsockname()[1])
        merchant_key = tmp_path / "our-key.pem"
        merchant_key.write_text(office.gateway.own_public_key, "ascii")
        command = [sys.executable, "-m", "dianke.interfaces.cli.main", "gateway", "simulate", "--port", str(port)]
        command += ["--folder", str(tmp_path / "gateway"), "--code", "SIM", "--merchant", MERCHANT]
        command += ["--merchant-key", str(merchant_key), "--call-back", f"{site}/feeds/gateway/SIM/call-back"]
        started.append(subprocess.Popen(command, stdout=subprocess.DEVNULL))
        address = f"http://127.0.0.1:{port}"
        _make_known(office, address, fetch(f"{address}/key").decode("ascii"))
        return address

    yield serve
    for process in started:
        process.terminate()
        process.wait(timeout=10)


def fetch(address: str) -> bytes:
    """Return what the gateway answers, once it is there."""
    parts = urlsplit(address)
    for _try in range(100):
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=5)
        try:
            connection.request("GET", f"{parts.path}?{parts.query}")
            return connection.getresponse().read()
        except ConnectionError:
            time.sleep(0.1)
        finally:
            connection.close()
    msg = f"{address} does not answer"
    raise TimeoutError(msg)


def _make_known(office: Office, address: str, public_key: str) -> None:
    acquirer = Acquirer.objects.for_actor(office.utility.actor).get(code="SIM")
    acquirer.page_address = f"{address}/pay"
    acquirer.save()
    name = f"SIM-{signing.compute_fingerprint(public_key)[:8]}"
    key = propose_key(acquirer=acquirer, key_id=name, public_key=public_key, login="maker", at=NOW)
    decide_key(key=key, is_approved=True, login="chief", at=NOW)


def test_an_order_is_paid_reconciled_and_settled(
    enter: Enter, office: Office, serve_gateway: Serve, faults: list[str], tmp_path: Path
) -> None:
    gateway = serve_gateway(office)
    page = enter("cashier")
    page.goto("/counter/")
    page.get_by_label("备用金（元）").fill("0")
    page.get_by_role("button", name="开班").click()
    page.goto(f"/counter/?account={office.accounts[0].number}")
    page.get_by_role("link", name="扫码支付").click()
    assert look_around(page) == []
    page.get_by_role("button", name="生成二维码").click()
    expect(page.get_by_role("img", name="支付二维码")).to_be_visible()
    assert look_around(page) == []
    _pay(page)
    expect(page.get_by_text("已支付").first).to_be_visible()
    assert look_around(page) == []

    order = PaymentOrder.objects.for_actor(office.utility.actor).get()
    assert (order.state, order.payment_id is None) == ("PAID", False)
    second = enter("accountant")
    today = to_shanghai(SystemClock().now()).date()
    _reconcile(second, fetch(f"{gateway}/daily-file?day={today}"), tmp_path)
    fee_fen = (order.amount_fen * 6 + 5_000) // 10_000
    _settle(second, order.amount_fen - fee_fen, today, tmp_path)

    day = ReconciliationDay.objects.for_actor(office.utility.actor).get()
    assert (day.state, day.ours_fen, day.theirs_fen) == ("CLOSED", order.amount_fen, order.amount_fen)
    assert StatementEntry.objects.for_actor(office.utility.actor).get().state == "CLEARED"
    assert [one.first_fault for one in prove_books() if one.faults] == []
    assert faults == []


def _pay(page: Page) -> None:
    """Pay at the page of the gateway, which opens beside ours."""
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="打开支付页").click()
    opened.value.get_by_role("button", name="确认支付").click()
    expect(opened.value.get_by_role("heading", name="支付成功")).to_be_visible()
    opened.value.close()


def _reconcile(page: Page, content: bytes, folder: Path) -> None:
    file = folder / "day.txt"
    file.write_bytes(content)
    page.goto("/bank/collections/")
    page.get_by_role("button", name="提交文件").click()
    page.locator("#file-acquirer").select_option("SIM")
    page.locator("#day-file").set_input_files(file)
    page.locator("#bring-file button.btn-primary").click()
    assert look_around(page) == []
    page.get_by_role("button", name="当日对账").click()
    expect(page.get_by_text("双方相符")).to_be_visible()
    page.locator("button[data-open='#close-day']").click()
    page.locator("#close-day button.btn-primary").click()
    expect(page.get_by_text("当日已平账。")).to_be_visible()


def _settle(page: Page, net_fen: int, today: date, folder: Path) -> None:
    file = folder / "statement.csv"
    amount = f"{net_fen // 100}.{net_fen % 100:02d}"
    file.write_text(f"交易流水号,记账日期,收入金额,支出金额,附言\nB1,{today},{amount},,结算 {MERCHANT}\n", "utf-8")
    page.goto("/bank/statements/")
    page.get_by_role("button", name="载入对账单").click()
    page.locator("#statement-file").set_input_files(file)
    page.locator("#load-statement button.btn-primary").click()
    expect(page.get_by_role("cell", name="网关或代收机构结算")).to_be_visible()
    page.goto("/bank/under-way/")
    expect(page.get_by_text("各日均已结算。").first).to_be_visible()
    assert look_around(page) == []
