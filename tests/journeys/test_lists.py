"""Lists in a browser: filters, saved views, columns, export, and finding customers by what a clerk knows of them."""

import re
from datetime import date
from pathlib import Path

import pytest
from django.db import transaction
from openpyxl import load_workbook
from playwright.sync_api import expect
from tests.factories import pages as factory
from tests.factories.pages import Office
from tests.journeys.conftest import Enter, Stage, arrive
from tests.journeys.looks import look_around

from dianke.domain.customers.models import Customer
from dianke.domain.customers.operations.contacts import add_contacts
from dianke.domain.customers.types import ContactRole, NewContact
from dianke.platform.preferences.models import ListExport

pytestmark = [pytest.mark.browser]

PHONE, MASKED = "13900004418", "139****4418"


def build_office(_data_dir: Path) -> Office:
    """Build a small utility with a named customer who left a phone number."""
    with transaction.atomic():
        office = factory.build_office(issued=True)
        account = office.points["workshop"].account
        Customer.objects.for_actor(office.actor).filter(pk=account.customer_id).update(
            name="望湖仓储有限公司", name_pinyin="wanghucangchuyouxiangongsi", name_initials="whccyxgs"
        )
        contact = NewContact(
            customer_id=account.customer_id,
            name="沈知禾",
            role=ContactRole.AGENT,
            phone=PHONE,
            start_date=date(2026, 1, 1),
        )
        add_contacts(actor=office.actor, contacts=[contact])
    return office


@pytest.fixture
def office(stage: Stage[Office]) -> Office:
    """Bring the small utility."""
    return stage(build_office)


def test_clerk_narrows_a_list_keeps_it_as_a_view_and_takes_it_out(
    enter: Enter, office: Office, faults: list[str], tmp_path: Path
) -> None:
    page = enter(office.reviewer, "/customers/", password=factory.PASSWORD)

    page.locator("summary", has_text="类别").click()
    page.get_by_role("link", name="居民生活").click()
    expect(page.locator("tbody tr")).to_have_count(2)
    arrive(page)
    page.get_by_role("button", name="列", exact=True).click()
    page.get_by_label("类型", exact=True).check()
    page.locator("#list-columns").get_by_role("button", name="应用").click()
    expect(page.locator("thead")).to_contain_text("类型")
    arrive(page)
    page.get_by_role("button", name="存为视图").click()
    page.fill("#view-save-name", "居民")
    page.locator("#view-save").get_by_role("button", name="保存").click()
    expect(page.locator(".views [aria-current]")).to_contain_text("居民")
    page.goto("/customers/?view=all")
    page.locator(".views").get_by_role("link", name="居民").click()
    expect(page.locator(".views [aria-current]")).to_contain_text("居民")
    arrive(page)
    page.keyboard.press("e")
    expect(page.locator("#list-export button.btn-primary")).to_be_focused()
    with page.expect_download() as waiting:
        page.keyboard.press("Enter")
    saved = tmp_path / "list.xlsx"
    waiting.value.save_as(saved)

    sheet = load_workbook(saved).active
    assert sheet is not None
    number = ListExport.objects.for_actor(office.actor).get().number
    assert [row[0].value for row in sheet.iter_rows(min_row=2, max_row=3)] == sorted(
        [office.account("home"), office.account("unread")]
    )
    assert number in str(sheet.cell(sheet.max_row, 1).value)
    assert faults == []


@pytest.mark.parametrize("text", ["望湖", "whcc", PHONE, MASKED])
def test_clerk_finds_a_customer_by_what_is_known(text: str, enter: Enter, office: Office, faults: list[str]) -> None:
    page = enter(office.reviewer, password=factory.PASSWORD)

    page.keyboard.press("Control+k")
    page.keyboard.type(text)
    expect(page.locator("#palette .hit").first).to_contain_text("望湖仓储有限公司")
    shown = page.locator("#palette").inner_text()
    page.keyboard.press("Enter")

    expect(page.locator("h1")).to_have_text("望湖仓储有限公司")
    assert PHONE not in shown
    assert faults == []


def test_keyboard_alone_leads_through_a_list_and_back_to_what_was_open(
    enter: Enter, office: Office, faults: list[str]
) -> None:
    page = enter(office.reviewer, "/customers/?view=all", password=factory.PASSWORD)

    page.keyboard.press("?")
    expect(page.locator("#keys")).to_contain_text("点一行打开客户页")
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.locator(".bulk")).to_contain_text("已选 1 行")
    page.keyboard.press("x")
    expect(page.locator(".bulk")).to_be_hidden()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/customers/accounts/"))
    opened = page.url
    page.goto("/")
    page.keyboard.press("Control+k")
    expect(page.locator("#palette .hit-group").first).to_have_text("最近打开")
    page.keyboard.press("Enter")

    page.wait_for_url(opened)
    assert faults == []


def test_list_fits_its_window_and_pleases_axe(enter: Enter, office: Office, faults: list[str]) -> None:
    page = enter(office.reviewer, "/customers/?class=RESIDENTIAL", password=factory.PASSWORD)
    page.locator("summary").nth(1).click()

    assert look_around(page) == []
    assert faults == []
