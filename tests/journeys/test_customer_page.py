"""The customer's page in a browser: tabs by keys, the time line without leaving it, a day of usage, the card."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from django.db import transaction
from playwright.sync_api import Page, expect
from tests.factories import pages as factory
from tests.factories.pages import Office
from tests.journeys.conftest import NARROW, WIDE, OpenPage, list_serious_faults, overflow_px

from dianke.domain.customers.models import Customer
from dianke.domain.customers.operations.contacts import add_contacts
from dianke.domain.customers.types import ContactRole, NewContact
from dianke.domain.readings import operations as readings
from dianke.domain.readings.intervals import IntervalValues

pytestmark = [pytest.mark.browser]

PHONE, MASKED = "13900004418", "139****4418"
DAY = date(2026, 1, 10)
Enter = Callable[..., Page]


@pytest.fixture
def office(transactional_db: None, settings: object, tmp_path: Path) -> Office:
    """Build a small utility; the foundry has a contact and two days of usage."""
    settings.DATA_DIR = tmp_path  # type: ignore[attr-defined]
    with transaction.atomic():
        office = factory.build_office(issued=True)
    point = office.points["foundry"]
    Customer.objects.for_actor(office.actor).filter(pk=point.account.customer_id).update(name="云泽铸造有限公司")
    contact = NewContact(
        customer_id=point.account.customer_id,
        name="骆一鸣",
        role=ContactRole.ELECTRICAL,
        phone=PHONE,
        start_date=date(2026, 1, 1),
    )
    add_contacts(actor=office.actor, contacts=[contact])
    for day in (DAY, date(2026, 1, 3)):
        _store(office, tmp_path / "intervals", point.pk, day)
    return office


def _store(office: Office, root: Path, key: int, day: date) -> None:
    values = IntervalValues(
        usage_point_id=np.full(96, key, dtype=np.int64),
        day=np.full(96, day, dtype="datetime64[D]"),
        slot=np.arange(96, dtype=np.uint8),
        wh=np.full(96, 250_000, dtype=np.int32),
    )
    codes = {day: np.full(96, 2, dtype=np.uint8)}
    readings.record_intervals(actor=office.actor, root=root, values=values, period_codes=codes)


@pytest.fixture
def enter(open_page: OpenPage, office: Office) -> Enter:
    """Return a function that opens the foundry's page for the reviewer."""

    def log_in(**look: object) -> Page:
        page = open_page("/login/", **look)
        page.fill("[name=login]", office.reviewer)
        page.fill("[name=password]", factory.PASSWORD)
        page.click("form button[type=submit]")
        page.wait_for_selector(".app")
        page.goto(f"/customers/accounts/{office.account('foundry')}/")
        return page

    return log_in


def list_tabs(page: Page) -> list[str]:
    """Return the addresses of the tabs."""
    return page.locator(".tabs a").evaluate_all("links => links.map(link => link.getAttribute('href'))")


def test_clerk_walks_through_the_tabs_by_keys(enter: Enter, faults: list[str]) -> None:
    page = enter()
    expect(page.locator("[data-chart] canvas")).to_have_count(2)
    expect(page.locator(".head-facts")).to_contain_text(f"骆一鸣 {MASKED}")

    page.keyboard.press("2")
    expect(page.locator(".tabs [aria-current]")).to_have_text("用电")
    expect(page.locator("[data-chart] canvas")).to_have_count(3)
    page.get_by_text("96 点数据表").click()
    expect(page.locator("details[open] tr", has_text="23:00")).to_contain_text("1,000.00")
    page.keyboard.press("4")
    expect(page.locator(".tabs [aria-current]")).to_have_text("账单")
    expect(page.locator("[data-chart] canvas")).to_have_count(1)
    page.keyboard.press("5")

    expect(page.get_by_role("row", name="骆一鸣")).to_contain_text(MASKED)
    expect(page.locator("body")).not_to_contain_text(PHONE)
    assert faults == []


def test_time_line_is_narrowed_without_leaving_the_page(enter: Enter, office: Office, faults: list[str]) -> None:
    page = enter()
    line = page.locator("#time-line")
    expect(line).to_contain_text("2026-01 电费账单发行")

    line.get_by_role("link", name="用电设备").click()

    expect(line).not_to_contain_text("电费账单发行")
    expect(line.locator("li")).to_have_count(2)
    assert page.url.endswith(f"/customers/accounts/{office.account('foundry')}/")
    line.get_by_role("link", name="账单", exact=True).click()
    line.get_by_role("link", name="2026-01 电费账单发行").click()
    expect(page.locator("h1")).to_have_text("2026-01 电费账单")
    assert faults == []


def test_card_is_printed_on_a_sheet(enter: Enter, faults: list[str]) -> None:
    page = enter()
    page.add_init_script("window.print = () => { document.documentElement.dataset.printed = 'yes'; }")

    page.keyboard.press("m")
    page.get_by_role("link", name="打印客户卡片").click()
    page.keyboard.press("p")

    expect(page.locator("html")).to_have_attribute("data-printed", "yes")
    page.emulate_media(media="print")
    expect(page.get_by_text("客户签字")).to_be_visible()
    expect(page.locator(".acts")).not_to_be_visible()
    assert faults == []


@pytest.mark.parametrize("look", [(WIDE, "light"), (WIDE, "dark"), (NARROW, "light")], ids=str)
def test_tabs_fit_their_window_and_please_axe(
    look: tuple[tuple[int, int], str], enter: Enter, faults: list[str]
) -> None:
    size, theme = look
    page = enter(size=size, theme=theme)
    found = {}

    for address in list_tabs(page):
        page.goto(address)
        page.wait_for_load_state("networkidle")
        found[address] = (overflow_px(page), list_serious_faults(page))

    # Only the documents are not for a reviewer of bills; the page says so with the status of a refusal.
    assert {address: pair for address, pair in found.items() if pair != (0, [])} == {}
    assert [fault for fault in faults if "403" not in fault] == []
