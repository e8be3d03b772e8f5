"""Withholding from file to reconciliation: a batch by two persons, its answer, the bank's statement, the day closed."""

from datetime import date
from pathlib import Path

import pytest
from django.db import transaction
from playwright.sync_api import Page, expect
from tests.factories import banks
from tests.factories.bank_files import write_camt, write_entry, write_text_answer
from tests.factories.banks import Office
from tests.factories.billed import issue_homes
from tests.journeys.conftest import PASSWORD, Enter, Stage
from tests.journeys.looks import look_around

from dianke.domain.channels.models import ReconciliationDay, WithholdingBatch
from dianke.kernel.clock import SystemClock, to_shanghai
from dianke.platform.identity import operations as identity

pytestmark = [pytest.mark.browser]

PEOPLE = {
    "accountant": ["payments.view", "payments.reconcile", "archive.export", "archive.view"],
    "supervisor": ["payments.view", "payments.release_files", "archive.view"],
}


def prepare(_data_dir: Path) -> Office:
    """Build the office."""
    with transaction.atomic():
        utility = issue_homes("1120", "1180", "1450")
        office = banks.prepare_bank(utility)
    for login, rights in PEOPLE.items():
        person = identity.add_staff(login=login, name=login, unit=utility.root, password=PASSWORD)
        post = identity.define_post(code=login.upper(), name=login, rights=rights)
        identity.assign_post(staff=person, post=post, unit=utility.root, start=date(2020, 1, 1))
    return office


@pytest.fixture
def office(stage: Stage[Office]) -> Office:
    """Bring the office."""
    return stage(prepare)


def test_a_batch_is_sent_answered_and_reconciled(
    enter: Enter, office: Office, faults: list[str], tmp_path: Path
) -> None:
    page = enter("accountant")
    page.goto("/")
    page.get_by_role("navigation", name="主导航").get_by_role("link", name="银行代扣").click()
    page.get_by_role("link", name="新建批次").click()
    assert look_around(page) == []
    page.get_by_role("button", name="生成批次").click()
    page.locator("#make").get_by_role("button", name="生成", exact=True).click()
    expect(page.get_by_text("批次已生成，待另一人放行。")).to_be_visible()
    expect(page.get_by_role("button", name="放行")).to_have_count(0)

    second = enter("supervisor")
    second.goto("/")
    second.get_by_role("row", name="待放行批次").get_by_role("link").click()
    second.get_by_role("button", name="放行").click()
    second.locator("#release").get_by_role("button", name="放行").click()
    expect(second.get_by_text("批次已放行，可以送盘。")).to_be_visible()

    batch = WithholdingBatch.objects.for_actor(office.utility.actor).get()
    page.reload()
    with page.expect_download() as download:
        page.get_by_role("button", name="送盘文件").click()
    assert "6222020000000001" in Path(download.value.path()).read_bytes().decode("gb18030")
    total_fen = _answer(page, office, batch, tmp_path)
    assert look_around(page) == []

    _load_statement(page, batch, total_fen, tmp_path)
    _close_day(page)

    day = ReconciliationDay.objects.for_actor(office.utility.actor).get()
    assert (day.state, day.ours_fen, day.theirs_fen) == ("CLOSED", total_fen, total_fen)
    assert faults == []


def _answer(page: Page, office: Office, batch: WithholdingBatch, folder: Path) -> int:
    """Hand the bank's answer in: one account has not enough money; return what was paid."""
    lines = banks.list_lines(office, batch)
    today = f"{to_shanghai(SystemClock().now()):%Y%m%d}"
    rows = [(*row[:5], today if row[5] else "", row[6]) for row in banks.write_rows(lines, {2: "INSUFFICIENT_FUNDS"})]
    file = folder / "answer.txt"
    file.write_bytes(write_text_answer(rows, batch=batch.number))
    page.goto(f"/bank/withholding/{batch.number}/")
    page.get_by_role("button", name="提交回盘").click()
    page.locator("#answer-file").set_input_files(file)
    page.locator("#bring-answer button.btn-primary").click()
    expect(page.get_by_text("各行均与请求相符。")).to_be_visible()
    assert look_around(page) == []
    page.locator("button[data-open='#book']").click()
    page.locator("#book button.btn-primary").click()
    expect(page.get_by_text("已入账 3 行。")).to_be_visible()
    expect(page.get_by_text("余额不足", exact=False).first).to_be_visible()
    return sum(line.amount_fen for line in lines if line.serial != 2)


def _load_statement(page: Page, batch: WithholdingBatch, total_fen: int, folder: Path) -> None:
    amount = f"{total_fen // 100}.{total_fen % 100:02d}"
    day = to_shanghai(SystemClock().now()).date().isoformat()
    file = folder / "statement.xml"
    file.write_bytes(
        write_camt([write_entry("E1", amount, text=f"代扣 {batch.number}", day=day)], opening="0.00", closing=amount)
    )
    page.goto("/bank/statements/")
    page.get_by_role("button", name="载入对账单").click()
    page.locator("#statement-file").set_input_files(file)
    page.locator("#load-statement button.btn-primary").click()
    expect(page.get_by_text("新载入 1 笔，0 笔已有。")).to_be_visible()
    assert look_around(page) == []


def _close_day(page: Page) -> None:
    page.goto("/bank/reconciliation/")
    page.get_by_role("button", name="按日对账").click()
    page.locator("#compare-day button.btn-primary").click()
    expect(page.get_by_text("双方相符")).to_be_visible()
    assert look_around(page) == []
    page.locator("button[data-open='#close-day']").click()
    page.locator("#close-day button.btn-primary").click()
    expect(page.get_by_text("当日已平账。")).to_be_visible()
