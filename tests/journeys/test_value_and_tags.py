"""From the pyramid to a customer's class that another person changes; from a tag to a segment that leaves the house."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.db import transaction
from openpyxl import load_workbook
from playwright.sync_api import Page, expect
from tests.factories.billed import issue_homes
from tests.factories.paid import at_ten, list_accounts, look_at, pay
from tests.factories.utility import Utility, add_clerk
from tests.journeys.conftest import Enter, Stage, arrive
from tests.journeys.looks import look_around

from dianke.application import profiles, valuation
from dianke.domain.customers.models import Customer
from dianke.domain.profiles.models import Segment
from dianke.domain.valuation.models import CustomerRating, ValueAppeal
from dianke.kernel.clock import SystemClock, to_shanghai
from dianke.platform.identity.types import Actor
from dianke.platform.preferences.models import ListExport

pytestmark = [pytest.mark.browser]

SYSTEM = Actor.system("a journey of value and tags")
PASSWORD = "correct horse battery"
MANAGER = [
    "archive.view", "archive.export", "valuation.view", "valuation.appeal", "profiles.view", "profiles.define",
    "profiles.segment",
]  # fmt: skip
CHIEF = ["archive.view", "valuation.view", "valuation.approve", "profiles.view", "profiles.approve"]
TODAY = to_shanghai(SystemClock().now()).date()


def rate(_data_dir: Path) -> Utility:
    """Let two people work at a utility whose three homes are rated and tagged."""
    with transaction.atomic():
        utility = issue_homes("1120", "1180", "1450")
        first, *_others = list_accounts(utility)
        pay(utility, first, look_at(utility, first).owed_fen, "1", day=at_ten(TODAY).date().replace(2026, 2, 5))
        valuation.rate_month(actor=SYSTEM, month=TODAY.replace(2026, 3, 1), at=at_ten(TODAY.replace(2026, 4, 6)))
        profiles.run_tags(actor=SYSTEM, as_of=TODAY - timedelta(days=1), at=SystemClock().now())
        for login, rights in (("manager", MANAGER), ("chief", CHIEF)):
            add_clerk(utility.root, login, rights)
    return utility


@pytest.fixture
def utility(stage: Stage[Utility]) -> Utility:
    """Bring the utility."""
    return stage(rate)


def get_rating() -> CustomerRating:
    """Return the rating of the customer that is ranked first, with the customer as it is now."""
    rows = CustomerRating.objects.for_actor(SYSTEM).select_related("customer")
    found: CustomerRating = rows.order_by("-ranked_fen")[0]
    return found


def test_a_class_is_changed_and_a_segment_leaves_the_house(
    enter: Enter, utility: Utility, faults: list[str], tmp_path: Path
) -> None:
    rating = get_rating()
    manager = enter("manager", "/value/", password=PASSWORD)
    appeal_against_the_class(manager, rating)
    propose_a_tag(manager)

    chief = enter("chief", password=PASSWORD)
    chief.get_by_role("link", name="PLAIN_HOME").click()
    expect(chief.locator("[data-count]")).to_have_text("3")
    chief.get_by_role("button", name="批准").first.click()
    chief.locator("#approve").get_by_role("button", name="批准").click()
    expect(chief.get_by_text("标签已批准")).to_be_visible()
    grant_the_appeal(chief)
    after = Customer.objects.for_actor(SYSTEM).get(pk=rating.customer_id)
    assert (rating.value_class, after.value_class) == ("SMALL", "VIP")

    profiles.run_tags(actor=SYSTEM, as_of=TODAY, at=SystemClock().now())
    keep_the_segment(manager)
    take_it_out(manager, tmp_path / "members.xlsx")
    assert faults == []


def appeal_against_the_class(page: Page, rating: CustomerRating) -> None:
    """Drill from the pyramid to the customer, read why it has its class, and enter an appeal."""
    assert look_around(page) == []
    page.locator(f'a.layer[href*="class={rating.value_class}"]').click()
    page.get_by_role("link", name=rating.customer.number).click()
    expect(page.get_by_role("heading", name="未来价值逐年测算")).to_be_visible()
    expect(page.get_by_text("折现率", exact=True)).to_be_visible()
    expect(page.get_by_text("首次评定")).to_be_visible()
    arrive(page)
    page.get_by_role("button", name="登记申诉").click()
    page.fill("#asked-by", "户主本人")
    page.select_option("#asked-class", "VIP")
    page.fill("#appeal-reason", "已分户")
    page.locator("#appeal").get_by_role("button", name="登记").click()
    expect(page.get_by_text("由他人审批")).to_be_visible()


def propose_a_tag(page: Page) -> None:
    """Choose a fact, see whom it fits, and propose it."""
    page.goto("/profiles/tags/new/")
    page.select_option("#fact", "accounts")
    page.select_option("#sign", ">=")
    page.fill("#value", "1")
    page.get_by_role("button", name="添加并预览").click()
    expect(page.locator("[data-count]")).to_have_text("3")
    assert look_around(page) == []
    page.fill("#name", "普通居民")
    page.fill("#code", "PLAIN_HOME")
    page.fill("#reason", "回访")
    page.get_by_role("button", name="提交标签").click()
    # Who proposed never decides.
    expect(page.get_by_text("accounts >= 1")).to_be_visible()
    expect(page.get_by_role("button", name="批准")).to_have_count(0)


def grant_the_appeal(page: Page) -> None:
    """Open the appeal that waits, and hold the class asked for until a day."""
    (appeal,) = ValueAppeal.objects.for_actor(SYSTEM)
    page.goto(f"/value/appeals/{appeal.pk}/")
    page.get_by_role("button", name="同意").first.click()
    page.fill("#held", f"{TODAY + timedelta(days=60):%Y-%m-%d}")
    page.fill("#grant-reason", "分户属实")
    page.locator("#grant").get_by_role("button", name="同意").click()
    expect(page.get_by_text("分户属实")).to_be_visible()


def keep_the_segment(page: Page) -> None:
    """Write a condition over the new tag, see whom it fits, keep it."""
    page.goto("/profiles/segments/new/?condition=tag.PLAIN_HOME")
    expect(page.locator("[data-count]")).to_have_text("3")
    page.fill("#name", "居民回访")
    page.select_option("#purpose", "SERVICE")
    page.get_by_role("button", name="保存分群").click()
    expect(page.get_by_role("heading", name="居民回访")).to_be_visible()
    assert look_around(page) == []


def take_it_out(page: Page, place: Path) -> None:
    """Export the members; the file says who took it out and what for."""
    page.get_by_role("link", name="成员清单与导出").click()
    arrive(page)
    page.keyboard.press("e")
    expect(page.locator("#list-export button.btn-primary")).to_be_focused()
    with page.expect_download() as waiting:
        page.keyboard.press("Enter")
    waiting.value.save_as(place)
    book = load_workbook(place)
    sheet = book.active
    assert sheet is not None
    mark = str(sheet.cell(sheet.max_row, 1).value)
    number = ListExport.objects.for_actor(SYSTEM).get().number
    assert all(word in mark for word in (number, "manager", "居民回访", "用途：改进服务", "3 行"))
    assert (book.properties.creator, book.properties.subject) == ("manager manager", "改进服务")
    assert Segment.objects.for_actor(SYSTEM).get().member_count == sheet.max_row - 3
