"""A visit is planned and recorded; then everything of its manager is handed over with another person's approval."""

from datetime import date
from pathlib import Path

import pytest
from django.db import transaction
from playwright.sync_api import expect
from tests.factories.archive import Archive, add_account, build_archive
from tests.journeys.conftest import PASSWORD, Enter, Stage
from tests.journeys.looks import look_around

from dianke.domain.customers import operations as customers
from dianke.domain.customers.models import AccountManagement, Customer
from dianke.domain.customers.types import CustomerKind
from dianke.kernel.clock import SystemClock
from dianke.platform.identity import operations as identity
from dianke.platform.identity.types import Actor

pytestmark = [pytest.mark.browser]

SYSTEM = Actor.system("a journey of care")
POSTS = {
    "lin": ("care.work", "care.view", "archive.view"),
    "mo": ("care.work", "care.view", "archive.view"),
    "keeper": ("care.assign", "care.view", "archive.view"),
    "chief": ("care.approve", "care.view", "archive.view"),
}


def hire(_data_dir: Path) -> Customer:
    """Let four people work at a utility, one of whom looks after a firm."""
    with transaction.atomic():
        archive: Archive = build_archive()
        people = {}
        for login, rights in POSTS.items():
            person = identity.add_staff(login=login, name=login, unit=archive.root, password=PASSWORD)
            post = identity.define_post(code=login.upper(), name=login, rights=list(rights))
            identity.assign_post(staff=person, post=post, unit=archive.root, start=date(2025, 1, 1))
            people[login] = person
        firm = add_account(archive, name="云泽纺织有限公司", kind=CustomerKind.COMPANY).customer
        now = SystemClock().now()
        customers.assign_managers(
            actor=SYSTEM, customer_ids=[firm.pk], manager=people["lin"], start=date(2026, 1, 1), reason="", at=now
        )
    return firm


@pytest.fixture
def firm(stage: Stage[Customer]) -> Customer:
    """Bring the firm."""
    return stage(hire)


def test_a_visit_and_a_hand_over(enter: Enter, firm: Customer, faults: list[str]) -> None:
    lin = enter("lin", password=PASSWORD)
    lin.goto("/care/portfolio/")
    lin.get_by_role("link", name="安排走访").click()
    lin.get_by_role("button", name="安排").click()
    lin.get_by_role("link", name="登记走访结果").click()
    lin.fill("[name=outcome]", "客户计划增容")
    lin.fill("[name=next_step]", "送增容方案")
    lin.fill("[name=next_due_date]", f"{SystemClock().now():%Y-%m-%d}")
    lin.get_by_role("button", name="登记").click()
    expect(lin.get_by_text("客户计划增容")).to_be_visible()
    lin.goto("/care/calendar/")
    assert look_around(lin) == []

    keeper = enter("keeper", password=PASSWORD)
    keeper.goto("/care/hand-overs/new/?giver=lin")
    keeper.select_option("[name=taker]", "mo")
    keeper.fill("[name=reason]", "调离")
    keeper.get_by_role("button", name="生成清单").click()
    expect(keeper.get_by_text("清单已提交，待他人审批。")).to_be_visible()
    expect(keeper.get_by_role("button", name="批准")).to_have_count(0)

    chief = enter("chief", password=PASSWORD)
    chief.goto("/")
    chief.get_by_role("link", name="JJ-").click()
    assert look_around(chief) == []
    chief.get_by_role("button", name="批准").first.click()
    chief.locator("#approve").get_by_role("button", name="批准").click()
    expect(chief.get_by_text("清单内容已全部交接。")).to_be_visible()

    standing = AccountManagement.objects.for_actor(SYSTEM).filter(customer=firm, period__endswith=None)
    assert [one.manager.login for one in standing.select_related("manager")] == ["mo"]
    assert faults == []
