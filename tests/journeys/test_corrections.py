"""A bill three months old is put right: prices changed since, one person asks, another agrees, a third reads why."""

from datetime import date
from pathlib import Path

import pytest
from django.db import transaction
from playwright.sync_api import Page, expect
from tests.factories import months
from tests.factories import utility as factory
from tests.factories.billed import FOUNDRY_END, add_foundry
from tests.factories.utility import JANUARY, LATER, Utility
from tests.journeys.conftest import Enter, Stage
from tests.journeys.looks import list_serious_faults, look_at

from dianke.domain.billing.models import Bill, BillCorrection

pytestmark = [pytest.mark.browser]

PASSWORD = "correct horse battery"
# Twenty units on the flat register of the new meter, at the multiplier of the old one.
EXCHANGE = {
    "meter_number": "HB-778", "start_date": "2026-03-21", "sharp_start": "0", "sharp_end": "0", "peak_start": "0",
    "peak_end": "0", "flat_start": "0", "flat_end": "20", "valley_start": "0", "valley_end": "0",
    "reactive_import_start": "0", "reactive_import_end": "5", "reactive_export_start": "0", "reactive_export_end": "0",
}  # fmt: skip
LOOKING = ["archive.view", "billing.view", "tariffs.view"]


def bill_three_months(_data_dir: Path) -> Utility:
    """Return a utility whose foundry was billed for three months; from the second on everything is dearer."""
    with transaction.atomic():
        built = factory.build_utility()
        add_foundry(built)
        factory.freeze_january(built)
        months.issue_month(built, JANUARY, LATER)
        months.load_sheet(built, months.HUBEI_FEBRUARY)
        (foundry,) = built.points
        february = {**FOUNDRY_END, "flat": "4950", "peak": "3300", "reactive_import": "1110"}
        months.bill_month(built, date(2026, 2, 1), {foundry: february})
        march = {**february, "flat": "5010", "peak": "3350", "reactive_import": "1150"}
        months.bill_month(built, date(2026, 3, 1), {foundry: march})
        factory.add_clerk(built.root, "asker", [*LOOKING, "billing.correct"])
        factory.add_clerk(
            built.root, "head", [*LOOKING, "billing.approve_corrections", "billing.approve_large_corrections"]
        )
        factory.add_clerk(built.root, "chief", [*LOOKING, "billing.approve_corrections", "billing.issue"])
    return built


@pytest.fixture
def utility(stage: Stage[Utility]) -> Utility:
    """Bring the utility and its three months."""
    return stage(bill_three_months)


def fill_form(page: Page, bill: Bill) -> None:
    page.goto(f"/billing/bills/{bill.pk}/")
    page.get_by_role("link", name="退补本账单").click()
    page.select_option("[name=cause]", "WRONG_READING")
    page.fill("[name='segment.1.flat_end']", "49,32.4l")
    page.fill("[name=reason]", "平段止码抄错")
    page.get_by_role("button", name="保存并对比").click()
    expect(page.locator(".field.wrong")).to_contain_text("不是数字")
    expect(page.locator("[name=reason]")).to_have_value("平段止码抄错")
    page.fill("[name='segment.1.flat_end']", "4932.41")
    page.get_by_role("button", name="保存并对比").click()


def approve_and_issue(head: Page, chief: Page, address: str, order: BillCorrection) -> None:
    chief.goto(address)
    # The amount is beyond what a section may approve.
    expect(chief.locator("#approve")).to_have_count(0)
    head.goto(address)
    head.locator("[data-open='#approve']").click()
    expect(head.locator("#approve")).to_contain_text(order.account_number)
    head.locator("#approve button[type=submit]").click()
    expect(head.locator(".chip").first).to_have_text("已审批待发行")
    chief.goto(address)
    chief.locator("[data-open='#issue']").click()
    chief.locator("#issue button[type=submit]").click()
    expect(chief.locator(".chip").first).to_have_text("已发行")


def test_bill_three_months_old_is_corrected_at_the_prices_of_its_month(
    utility: Utility, enter: Enter, faults: list[str]
) -> None:
    january, february, march = months.list_bills_of(utility, utility.points[0])
    asker = enter("asker", password=PASSWORD)
    fill_form(asker, january)
    # 187,080 kWh at 0.651886 of January, not at 0.78 as since February.
    expect(asker.locator("main")).to_contain_text("121,954.83")
    # The next bill opened with the wrong reading: it follows, at its own prices; March does not.
    expect(asker.locator("main")).to_contain_text(february.number)
    expect(asker.locator("main")).not_to_contain_text(march.number)
    asker.get_by_role("button", name="提交审批").click()
    expect(asker.locator(".chip").first).to_have_text("等待审批")
    expect(asker.get_by_role("button", name="批准")).to_have_count(0)
    order = BillCorrection.objects.for_actor(utility.actor).get()

    chief = enter("chief", password=PASSWORD)
    approve_and_issue(enter("head", password=PASSWORD), chief, asker.url, order)
    chief.goto(f"/billing/bills/{january.pk}/")
    expect(chief.locator("main")).to_contain_text("已全减")

    asker.goto(f"/billing/corrections/{order.pk}/explanation/")
    for words in ("平段止码抄错", "4942.41", "4932.41", "121,954.83"):
        expect(asker.locator("main")).to_contain_text(words)
    assert list_serious_faults(asker) == []
    bills = months.list_bills_of(utility, utility.points[0])
    assert len(bills) == 7
    assert sum(bill.energy_kwh_e2 for bill in bills) == sum(bill.energy_kwh_e2 for bill in (january, february, march))
    # The wrong number was answered with 422, which the browser writes down.
    assert [fault for fault in faults if "422" not in fault] == []


def test_exchange_that_was_forgotten_is_added_by_keys_and_the_bill_then_taken_back(
    utility: Utility, enter: Enter, faults: list[str], tmp_path: Path
) -> None:
    january, _february, march = months.list_bills_of(utility, utility.points[0])
    asker = enter("asker", password=PASSWORD)
    asker.goto(f"/billing/corrections/new/{march.pk}/")
    asker.select_option("[name=cause]", "FORGOTTEN_EXCHANGE")
    asker.fill("[name=reason]", "三月换表漏录")
    rows = asker.locator("details", has=asker.locator("[name='segment.+1.meter_number']"))
    rows.locator("summary").press("Enter")
    expect(asker.locator("[name='segment.+1.meter_number']")).to_be_visible()
    for code, value in EXCHANGE.items():
        asker.fill(f"[name='segment.+1.{code}']", value)
    asker.get_by_role("button", name="保存并对比").press("Enter")
    # The ticket was left out: the row stays open with what was typed.
    expect(rows.locator(".field.wrong")).to_contain_text("必须填写")
    expect(asker.locator("[name='segment.+1.flat_end']")).to_have_value("20")
    asker.fill("[name='segment.+1.ticket']", "GD-8801")
    asker.get_by_role("button", name="保存并对比").press("Enter")
    for words in ("HB-778", "GD-8801", "还需处理"):
        expect(asker.locator("main")).to_contain_text(words)
    order = asker.url
    assert look_at(asker, [order, f"{order}change/", f"{order}explanation/"]) == {}
    withdraw(asker, order)

    take_back(asker, january, tmp_path)
    chief = enter("chief", password=PASSWORD)
    taken = BillCorrection.objects.for_actor(utility.actor).get(kind="REVERSAL")
    approve_and_issue(enter("head", password=PASSWORD), chief, asker.url, taken)

    chief.goto(f"/billing/bills/{january.pk}/")
    expect(chief.locator("main")).to_contain_text("已冲减不另发")
    asker.goto(f"/billing/corrections/{taken.pk}/explanation/")
    expect(asker.locator("main")).to_contain_text("不再另发账单")
    bills = months.list_bills_of(utility, utility.points[0])
    assert sum(bill.amount_fen for bill in bills if bill.month == january.month) == 0
    assert look_at(asker, [f"/billing/bills/{january.pk}/", f"/billing/corrections/{taken.pk}/"]) == {}
    assert [fault for fault in faults if "422" not in fault] == []


def withdraw(asker: Page, order: str) -> None:
    """Take an order back that was not asked for yet."""
    asker.goto(order)
    asker.get_by_role("button", name="撤回").click()
    asker.locator("#withdraw button[type=submit]").click()
    expect(asker.locator("#withdraw")).to_have_count(0)


def take_back(asker: Page, bill: Bill, tmp_path: Path) -> None:
    """Draw up a reversal, find that it wants a paper, attach one and ask."""
    asker.goto(f"/billing/bills/{bill.pk}/")
    asker.get_by_role("link", name="只减不发").click()
    assert look_at(asker, [asker.url]) == {}
    asker.fill("[name=reason]", "一月重复出账")
    asker.get_by_role("button", name="保存草稿").click()
    asker.get_by_role("button", name="提交审批").click()
    expect(asker.locator("main")).to_contain_text("没有佐证资料不能提交审批")
    paper = tmp_path / "proof.txt"
    paper.write_text("两张一月账单的对照", encoding="utf-8")
    asker.set_input_files("[name=file]", paper)
    asker.get_by_role("button", name="附上").click()
    asker.get_by_role("button", name="提交审批").click()
    expect(asker.locator(".chip").first).to_have_text("等待审批")


def test_pages_of_corrections_fit_and_please_axe(utility: Utility, enter: Enter, faults: list[str]) -> None:
    january = months.list_bills_of(utility, utility.points[0])[0]
    page = enter("asker", password=PASSWORD)
    form = f"/billing/corrections/new/{january.pk}/"
    at_first = look_at(page, [form])

    fill_form(page, january)

    address = page.url
    places = [address, f"{address}explanation/", "/billing/corrections/", f"/billing/bills/{january.pk}/"]
    assert at_first == {}
    assert look_at(page, places) == {}
    assert [fault for fault in faults if "422" not in fault] == []
