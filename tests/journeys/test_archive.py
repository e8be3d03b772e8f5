"""A counter's day: a near-duplicate is noticed, two customers become one, key data changes by two persons."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.core.cache import cache
from django.db import connection
from playwright.sync_api import Page, expect
from tests.journeys.conftest import NARROW, WIDE, OpenPage, list_serious_faults, overflow_px

from dianke.application.demo_utility.belongings import invent_phone
from dianke.domain.customers.models import Customer, DuplicateSuspicion, KeyChange
from dianke.interfaces.cli import demo
from dianke.platform.identity.types import Actor

pytestmark = [pytest.mark.browser]

SYSTEM = Actor.system("looking at the archive in a journey")
FOUNDRY = "云泽恒锐精密铸造有限公司"
LogIn = Callable[..., Page]


@pytest.fixture
def passwords(transactional_db: None, settings: object, tmp_path: Path) -> Iterator[dict[str, str]]:
    """Load the demo utility and return everybody's password."""
    cache.clear()
    settings.DATA_DIR = tmp_path  # type: ignore[attr-defined]
    _empty_queue()
    yield demo.prepare(homes=17, data_dir=tmp_path, progress=demo.Progress())
    _empty_queue()


def _empty_queue() -> None:
    with connection.cursor() as cursor:
        cursor.execute("truncate procrastinate_jobs cascade")


@pytest.fixture
def enter(open_page: OpenPage, passwords: dict[str, str]) -> LogIn:
    """Return a function that opens a window of a person who has logged in."""

    def log_in(login: str, **look: object) -> Page:
        page = open_page("/login/", **look)
        page.fill("[name=login]", login)
        page.fill("[name=password]", passwords[login])
        page.click("form button[type=submit]")
        page.wait_for_selector(".app")
        return page

    return log_in


def test_counter_enters_merges_and_changes_by_two_persons(enter: LogIn, faults: list[str]) -> None:
    suspicion = DuplicateSuspicion.objects.for_actor(SYSTEM).select_related("other").order_by("id").first()
    known = suspicion.other
    phone = invent_phone(int(known.number.removeprefix("C")))
    clerk = enter("clerk")

    clerk.goto("/archive/enter/")
    clerk.get_by_label("名称", exact=True).fill(known.name)
    clerk.get_by_label("联系人姓名").fill(known.name)
    clerk.get_by_label("电话").fill(phone)
    clerk.get_by_label("道路").fill("望湖路")
    clerk.get_by_label("门牌号").fill("99")
    expect(clerk.locator("#duplicates")).to_contain_text("电话相同、名称相同")
    expect(clerk.locator("#duplicates")).to_contain_text("120****")
    assert list_serious_faults(clerk) == []
    clerk.get_by_role("button", name="建档").click()
    expect(clerk.locator(".field .wrong-text").first).to_contain_text("请逐一说明")
    for radio in clerk.get_by_role("radio", name="不确定，稍后核对").all():
        radio.check()
    clerk.get_by_label("为何是另一位客户").fill("来人未带证件")
    clerk.get_by_role("button", name="建档").click()
    expect(clerk.locator("h1")).to_have_text(known.name)

    keeper = enter("archivist")
    keeper.goto("/archive/duplicates/")
    keeper.get_by_role("link", name=suspicion.customer.number).click()
    expect(keeper.locator("h1")).to_have_text("合并客户")
    keeper.get_by_label("原因").fill("同一人")
    keeper.get_by_role("button", name="合并").click()
    expect(keeper.locator("h1")).to_have_text(known.name)
    assert Customer.objects.for_actor(SYSTEM).get(pk=suspicion.customer_id).merged_into_id == known.pk

    change = KeyChange.objects.for_actor(SYSTEM).select_related("account").get()
    clerk.goto(f"/archive/key-changes/{change.pk}/")
    expect(clerk.get_by_role("button", name="同意")).to_have_count(0)
    keeper.goto(f"/archive/key-changes/{change.pk}/")
    keeper.get_by_role("button", name="同意").click()
    keeper.get_by_role("dialog").get_by_role("button", name="同意").click()
    expect(keeper.locator(".ttl .chip")).to_have_text("已批准")
    assert [fault for fault in faults if "422" not in fault] == []  # the stopped entry answers 422


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_pages_of_the_counter_fit_their_window_and_please_axe(enter: LogIn, width: tuple[int, int]) -> None:
    suspicion = DuplicateSuspicion.objects.for_actor(SYSTEM).select_related("other", "customer").order_by("id").first()
    number, other = suspicion.other.number, suspicion.customer.number
    change = KeyChange.objects.for_actor(SYSTEM).select_related("customer", "account").get()
    visits = {
        "clerk": [
            "/archive/enter/",
            f"/archive/customers/{number}/key-data/",
            f"/archive/customers/{number}/key-data/identity/",
            f"/archive/customers/{number}/contacts/add/",
            f"/archive/customers/{number}/consents/add/",
            f"/archive/customers/{number}/documents/add/",
            f"/archive/accounts/{change.account.number}/marks/add/",
        ],
        "archivist": [
            "/archive/duplicates/",
            f"/archive/merge/{number}/{other}/",
            "/archive/key-changes/",
            f"/archive/key-changes/{change.pk}/",
            f"/archive/customers/{number}/edit/",
        ],
    }
    faults = {}

    for login, addresses in visits.items():
        page = enter(login, size=width)
        for address in addresses:
            page.goto(address)
            faults[address] = [*list_serious_faults(page), *([overflow_px(page)] if overflow_px(page) else [])]

    assert {address: found for address, found in faults.items() if found} == {}
