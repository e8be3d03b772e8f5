"""The customer's page in a browser: tabs by keys, the time line without leaving it, a day of usage, the card."""

from datetime import date
from pathlib import Path

import numpy as np
import pytest
from django.db import transaction
from playwright.sync_api import Page, expect
from tests.factories import pages as factory
from tests.factories.pages import Office
from tests.journeys.conftest import Enter, Stage, arrive
from tests.journeys.looks import look_at

from dianke.domain.customers.models import Customer
from dianke.domain.customers.operations.contacts import add_contacts
from dianke.domain.customers.types import ContactRole, NewContact
from dianke.domain.readings import operations as readings
from dianke.domain.readings.intervals import IntervalValues

pytestmark = [pytest.mark.browser]

PHONE, MASKED = "13900004418", "139****4418"
DAY = date(2026, 1, 10)


def build_office(data_dir: Path) -> Office:
    """Build a small utility; the foundry has a contact and two days of usage."""
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
        _store(office, data_dir / "intervals", point.pk, day)
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
def office(stage: Stage[Office]) -> Office:
    """Bring the small utility."""
    return stage(build_office)


@pytest.fixture
def page(enter: Enter, office: Office) -> Page:
    """Open the foundry's page for the reviewer."""
    address = f"/customers/accounts/{office.account('foundry')}/"
    return enter(office.reviewer, address, password=factory.PASSWORD)


def list_tabs(page: Page) -> list[str]:
    """Return the addresses of the tabs."""
    return page.locator(".tabs a").evaluate_all("links => links.map(link => link.getAttribute('href'))")


def test_clerk_walks_through_the_tabs_by_keys(page: Page, faults: list[str]) -> None:
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
    page.keyboard.press("8")

    expect(page.get_by_role("row", name="骆一鸣")).to_contain_text(MASKED)
    expect(page.locator("body")).not_to_contain_text(PHONE)
    assert faults == []


def test_time_line_is_narrowed_without_leaving_the_page(page: Page, office: Office, faults: list[str]) -> None:
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


def test_card_is_printed_on_a_sheet(page: Page, faults: list[str]) -> None:
    page.add_init_script("window.print = () => { document.documentElement.dataset.printed = 'yes'; }")

    page.keyboard.press("m")
    page.get_by_role("link", name="打印客户卡片").click()
    expect(page.get_by_text("客户签字")).to_be_attached()
    arrive(page)
    page.keyboard.press("p")

    expect(page.locator("html")).to_have_attribute("data-printed", "yes")
    page.emulate_media(media="print")
    expect(page.get_by_text("客户签字")).to_be_visible()
    expect(page.locator(".acts")).not_to_be_visible()
    assert faults == []


def test_tabs_fit_their_window_and_please_axe(page: Page, faults: list[str]) -> None:
    found = {address.rsplit("/", 2)[1]: wrong for address, wrong in look_at(page, list_tabs(page)).items()}

    # These are not for this reviewer of bills; the page says so with the status of a refusal.
    closed = ["money", "contracts", "orders", "credit", "value", "tags", "advice", "care", "documents"]
    assert found == {name: ["status 403"] for name in closed}
    assert [fault for fault in faults if "403" not in fault] == []
