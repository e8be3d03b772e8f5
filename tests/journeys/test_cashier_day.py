"""A cashier's day: cash and card, a prepayment, a mistake undone, the drawer counted, another person agrees."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from django.db import transaction
from playwright.sync_api import Page, expect
from tests.factories.billed import issue_homes, list_bills
from tests.factories.utility import Utility
from tests.journeys.conftest import PASSWORD, Enter, Stage
from tests.journeys.looks import look_around

from dianke.domain.billing.models import Bill
from dianke.domain.channels.models import Shift
from dianke.domain.receivables.queries.proof import prove_books
from dianke.platform.identity import operations as identity

pytestmark = [pytest.mark.browser]

LOOKING = ["archive.view", "billing.view", "payments.view"]
PEOPLE = {
    "cashier": [*LOOKING, "payments.receive", "payments.reverse", "payments.ask", "payments.assign"],
    "chief": [*LOOKING, "payments.approve"],
}


@dataclass(frozen=True)
class Hall:
    """A utility whose January of three homes is issued."""

    utility: Utility
    bills: list[Bill]


def issue_january(_data_dir: Path) -> Hall:
    """Build the hall."""
    with transaction.atomic():
        utility = issue_homes("1120", "1180", "1450")
    for login, rights in PEOPLE.items():
        person = identity.add_staff(login=login, name=login, unit=utility.root, password=PASSWORD)
        post = identity.define_post(code=login.upper(), name=login, rights=rights)
        identity.assign_post(staff=person, post=post, unit=utility.root, start=date(2020, 1, 1))
    return Hall(utility, list_bills(utility))


@pytest.fixture
def hall(stage: Stage[Hall]) -> Hall:
    """Bring the hall."""
    return stage(issue_january)


def test_a_day_from_the_float_to_the_closed_shift(enter: Enter, hall: Hall, faults: list[str]) -> None:
    page = enter("cashier")
    page.goto("/")
    page.get_by_role("navigation", name="主导航").get_by_role("link", name="收费柜台").click()
    page.get_by_label("备用金（元）").fill("300")
    page.get_by_role("button", name="开班").click()
    expect(page.get_by_text("已开班。")).to_be_visible()

    take_cash_with_change(page, hall.bills[0])
    take_card_beyond_what_is_owed(page, hall.bills[1])
    undo_a_mistake(page, hall.bills[2])
    count_with_a_difference(page)
    second = enter("chief")
    second.goto("/")
    second.get_by_role("row", name="找零有误，监控待查").get_by_role("link").click()
    second.get_by_role("button", name="批准并入账").click()
    expect(second.get_by_text("差异已入账，班次已交班。")).to_be_visible()
    print_the_list(page)

    shift = Shift.objects.for_actor(hall.utility.actor).get()
    assert (shift.state, shift.counted_fen, shift.decided_by) == ("CLOSED", 50_000, "chief")
    assert [one for one in prove_books() if one.faults] == []
    # The count that was not explained was answered with 422, which the browser writes down.
    assert [fault for fault in faults if "422" not in fault] == []


def find(page: Page, bill: Bill) -> None:
    page.goto("/counter/")
    page.get_by_role("searchbox", name="客户：").fill(bill.account_number)
    page.keyboard.press("Enter")
    expect(page.locator("#id_amount")).to_be_focused()


def take_cash_with_change(page: Page, bill: Bill) -> None:
    find(page, bill)
    assert look_around(page) == []
    page.get_by_label("实收现金（元）").fill("900")
    expect(page.get_by_role("status").get_by_text("找零（元）")).to_be_visible()
    page.locator("#id_amount").press("Enter")
    expect(page.get_by_text("金额大写")).to_be_visible()
    assert look_around(page) == []


def take_card_beyond_what_is_owed(page: Page, bill: Bill) -> None:
    find(page, bill)
    page.get_by_label("刷卡").check()
    page.get_by_label("签购单号或支票号").fill("POS000123")
    page.locator("#id_amount").fill("2000")
    expect(page.get_by_text("转入预收（元）")).to_be_visible()
    page.get_by_role("button", name="确认收款").click()
    expect(page.get_by_role("cell", name="预收电费")).to_be_visible()


def undo_a_mistake(page: Page, bill: Bill) -> None:
    find(page, bill)
    page.locator("#id_amount").fill("50")
    expect(page.locator("#allocation b", has_text="50.00").first).to_be_visible()
    page.get_by_role("button", name="确认收款").click()
    page.locator(".head .acts").get_by_role("link").first.click()
    page.get_by_role("button", name="冲正").click()
    page.locator("#return-reason").fill("户号输错")
    page.locator("#return").get_by_role("button", name="冲正").click()
    expect(page.get_by_text("收款已冲正，请将款项退还客户。")).to_be_visible()
    assert look_around(page) == []


def count_with_a_difference(page: Page) -> None:
    page.goto("/counter/")
    page.get_by_role("link", name="点钞交班").click()
    page.get_by_label("100 元").fill("5")
    page.get_by_role("button", name="清点无误，交班").click()
    expect(page.get_by_role("alert").first).to_contain_text("与账面相差")
    assert look_around(page) == []
    page.get_by_label("差异说明").fill("找零有误，监控待查")
    page.get_by_role("button", name="清点无误，交班").click()
    expect(page.get_by_text("长短款待审批").first).to_be_visible()


def print_the_list(page: Page) -> None:
    page.reload()
    expect(page.get_by_role("heading", name="日结单")).to_be_visible()
    assert look_around(page) == []
    page.emulate_media(media="print")
    expect(page.get_by_text("收费员签字")).to_be_visible()
    expect(page.get_by_role("button", name="打印日结单")).to_be_hidden()
