"""Somebody asks why the average price moved: from the month to the comparison, the class, the account, and a file."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from django.db import transaction
from playwright.sync_api import expect
from tests.factories import months
from tests.factories.billed import issue_homes
from tests.factories.utility import Utility
from tests.journeys.conftest import PASSWORD, Enter, Stage
from tests.journeys.looks import look_around

from dianke.domain.billing.models import Bill
from dianke.platform.identity import operations as identity

pytestmark = [pytest.mark.browser]


@dataclass(frozen=True)
class Office:
    """A utility whose January and February of three homes are issued."""

    utility: Utility
    first_account: str


def issue_two_months(_data_dir: Path) -> Office:
    """Build the office."""
    with transaction.atomic():
        utility = issue_homes("1120", "1180", "1450")
    closing = dict(zip(utility.points, ({"total": one} for one in ("1240", "1360", "2450")), strict=True))
    months.bill_month(utility, date(2026, 2, 1), closing)
    person = identity.add_staff(login="analyst", name="analyst", unit=utility.root, password=PASSWORD)
    post = identity.define_post(
        code="ANALYST", name="分析岗", rights=["billing.view", "archive.view", "archive.export"]
    )
    identity.assign_post(staff=person, post=post, unit=utility.root, start=date(2020, 1, 1))
    most = Bill.objects.for_actor(utility.actor).order_by("-amount_fen").first()
    return Office(utility, most.account_number)


@pytest.fixture
def office(stage: Stage[Office]) -> Office:
    """Bring the office."""
    return stage(issue_two_months)


def test_a_change_of_the_average_price_is_followed_to_the_account(
    enter: Enter, office: Office, faults: list[str]
) -> None:
    page = enter("analyst")

    page.goto("/")
    page.get_by_role("navigation", name="主导航").get_by_role("link", name="均价统计").click()
    expect(page.get_by_role("heading", name="均价统计", exact=True)).to_be_visible()
    expect(page.locator(".head-facts")).to_contain_text("2026-02")
    assert look_around(page) == []
    page.get_by_role("link", name="期间对比", exact=True).click()
    expect(page.locator(".head-facts")).to_contain_text("2026-02 对比 2026-01")
    assert look_around(page) == []
    page.get_by_role("link", name="居民生活").click()
    expect(page.get_by_role("heading", name="变化最大的户")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV").click()
    page.locator("[data-open-row]").first.click()

    assert office.first_account in Path(download.value.path()).read_text("utf-8-sig")
    expect(page).to_have_url(f"/customers/accounts/{office.first_account}/")
    assert faults == []
