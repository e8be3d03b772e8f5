"""The accountant reads the trial balance, opens a figure down to a bill, closes the day; a second person reopens it."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from django.db import transaction
from playwright.sync_api import expect
from tests.factories.billed import issue_homes
from tests.factories.utility import Utility
from tests.journeys.conftest import PASSWORD, Enter, Stage
from tests.journeys.looks import look_around

from dianke.domain.billing.models import Bill
from dianke.domain.receivables.models import AccountingPeriod
from dianke.platform.identity import operations as identity

pytestmark = [pytest.mark.browser]

PEOPLE = {
    "accountant": ["ledger.view", "ledger.keep", "billing.view", "archive.view", "archive.export"],
    "controller": ["ledger.view", "ledger.approve", "billing.view"],
}


@dataclass(frozen=True)
class Office:
    """A utility whose January of three homes is issued and booked."""

    utility: Utility
    bill: Bill


def issue_january(_data_dir: Path) -> Office:
    """Build the office."""
    with transaction.atomic():
        utility = issue_homes("1120", "1180", "1450")
    for login, rights in PEOPLE.items():
        person = identity.add_staff(login=login, name=login, unit=utility.root, password=PASSWORD)
        post = identity.define_post(code=login.upper(), name=login, rights=rights)
        identity.assign_post(staff=person, post=post, unit=utility.root, start=date(2020, 1, 1))
    return Office(utility, Bill.objects.for_actor(utility.actor).order_by("-amount_fen").first())


@pytest.fixture
def office(stage: Stage[Office]) -> Office:
    """Bring the office."""
    return stage(issue_january)


def test_a_figure_is_followed_to_its_bill_and_the_day_closed_and_reopened_by_two(
    enter: Enter, office: Office, faults: list[str]
) -> None:
    page = enter("accountant")

    page.goto("/")
    page.get_by_role("navigation", name="主导航").get_by_role("link", name="试算平衡表").click()
    expect(page.get_by_text("借贷平衡")).to_be_visible()
    assert look_around(page) == []
    page.get_by_role("row", name="1122.01.01").get_by_role("link").first.click()
    expect(page.get_by_role("heading", name="分录", exact=True)).to_be_visible()
    assert look_around(page) == []
    page.get_by_text(office.bill.number).click()
    page.locator(f"a[href='/billing/bills/{office.bill.pk}/']").first.click()
    expect(page).to_have_url(f"/billing/bills/{office.bill.pk}/")

    page.goto("/ledger/closing/?month=2026-02")
    assert look_around(page) == []
    page.get_by_role("button", name="日结").click()
    page.locator("#close-day-day").fill("2026-02-01")
    page.locator("#close-day").get_by_role("button", name="结账").click()
    expect(page.get_by_text("已日结至 2026-02-01。")).to_be_visible()
    page.get_by_role("button", name="申请反结账").click()
    page.locator("#reopen-day").fill("2026-02-01")
    page.locator("#reopen-reason").fill("漏记一笔收费")
    page.locator("#ask-reopening").get_by_role("button", name="提交申请").click()
    expect(page.get_by_text("待另一人审批", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="批准")).to_have_count(0)

    second = enter("controller")
    second.goto("/")
    second.get_by_role("row", name="漏记一笔收费").get_by_role("link").click()
    second.get_by_role("button", name="批准").click()
    expect(second.get_by_text("已反结账，重新结账前可以记账。")).to_be_visible()

    period = AccountingPeriod.objects.for_actor(office.utility.actor).get(start_date=date(2026, 2, 1))
    assert period.state == "REOPENED"
    assert faults == []
