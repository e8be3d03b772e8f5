"""An invoice goes to the wrong title: one asks for the red letter, another confirms, the bill is invoiced anew."""

from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from playwright.sync_api import Page, expect
from tests.factories.billed import issue_homes, list_bills
from tests.factories.invoices import InvoiceStaff, record_seller
from tests.factories.utility import Utility
from tests.journeys.conftest import Enter, Stage, arrive
from tests.journeys.looks import look_at

from dianke.domain.invoicing.models import InvoiceRequest

pytestmark = [pytest.mark.browser]

PASSWORD = "correct horse battery"


def bill_a_month(_data_dir: Path) -> Utility:
    """Return a utility that sells under its own name and billed two homes for January."""
    with transaction.atomic():
        built = issue_homes("1450", "1288.2")
        record_seller(InvoiceStaff(built))
    return built


@pytest.fixture
def utility(stage: Stage[Utility], settings: Any) -> Utility:
    """Bring the utility and its month, and a tax platform."""
    settings.SIMULATED_TAX_PLATFORM = True
    return stage(bill_a_month)


def make(page: Page, bill_id: int) -> None:
    """Go from the bill to its invoice and make it."""
    page.goto(f"/billing/bills/{bill_id}/")
    page.get_by_role("link", name="开具发票").click()
    page.get_by_role("button", name="开具发票").click()
    expect(page.locator("h1")).to_have_text("普通发票")


def send(page: Page) -> None:
    """Send the invoice of the page until the platform, which is slow, has accepted it."""
    page.get_by_role("button", name="立即报送").click()
    arrive(page)
    page.get_by_role("button", name="立即查询").click()
    expect(page.locator(".ttl")).to_contain_text("已开具")


def take_back(maker: Page, approver: Page) -> None:
    """Ask for a red letter as one person, and make it as another."""
    maker.get_by_role("link", name="申请红冲").click()
    maker.fill("[name=reason]", "抬头应为公司")
    maker.get_by_role("button", name="申请红冲").click()
    expect(maker.locator(".chip").first).to_have_text("待处理")
    approver.goto(maker.url)
    approver.locator("[data-open='#approve']").click()
    approver.locator("#approve button[type=submit]").click()
    expect(approver.locator(".chip").first).to_have_text("已开具")
    approver.get_by_role("link", name="红字发票").click()
    expect(approver.locator("main")).to_contain_text("−289.99")


def make_anew(maker: Page, bill_id: int) -> None:
    """Make a special invoice for the bill, after a mistyped tax number was refused."""
    maker.goto(f"/invoices/customers/K100000001/?back=/invoices/bills/{bill_id}/")
    maker.select_option("[name=kind]", "SPECIAL")
    maker.fill("[name=name]", "云泽铸造有限公司")
    maker.fill("[name=tax_number]", "91420100MA4KXYW129")
    maker.get_by_role("button", name="保存").click()
    expect(maker.locator(".wrong-text")).to_contain_text("校验")
    maker.fill("[name=tax_number]", "91420100MA4KXYW128")
    maker.get_by_role("button", name="保存").click()
    maker.get_by_role("button", name="开具发票").click()
    expect(maker.locator("h1")).to_have_text("增值税专用发票")
    expect(maker.locator("main")).to_contain_text("FP2026-0-00000003")


def test_a_wrong_title_is_taken_back_by_two_persons(utility: Utility, enter: Enter, faults: list[str]) -> None:
    bill = list_bills(utility)[0]
    maker, approver = (enter(login, password=PASSWORD) for login in ("maker", "approver"))
    make(maker, bill.pk)
    send(maker)

    take_back(maker, approver)
    make_anew(maker, bill.pk)

    asked = InvoiceRequest.objects.for_actor(utility.actor).get()
    places = [
        "/invoices/",
        "/invoices/requests/",
        f"/invoices/requests/{asked.pk}/",
        "/invoices/bills/",
        f"/invoices/bills/{bill.pk}/",
        f"/invoices/bills/{list_bills(utility)[1].pk}/",
        "/invoices/by-number/FP2026-0-00000003/",
        "/invoices/by-number/FP2026-0-00000003/red-letter/",
        "/invoices/runs/",
        "/invoices/sellers/",
        "/invoices/customers/K100000001/",
        f"/billing/bills/{bill.pk}/",
    ]
    assert look_at(maker, places) == {}
    # The mistyped tax number was answered with 422, which the browser writes down.
    assert [fault for fault in faults if "422" not in fault] == []
