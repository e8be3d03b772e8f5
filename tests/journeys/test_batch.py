"""An estate of two hundred flats: from the developer's list to the first bills of the month after, by buttons."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import transaction
from playwright.sync_api import Page, expect
from tests.factories import flats as estate
from tests.factories.leaving import EVERYBODY, Town, build_town_of
from tests.factories.months import bill_month
from tests.factories.paid import list_faults
from tests.journeys.conftest import Enter, Stage
from tests.journeys.looks import look_around

from dianke.domain.billing.models import Bill
from dianke.domain.customers.models import CustomerAccount
from dianke.domain.metering.models import UsagePoint
from dianke.domain.service_orders.models import ServiceOrder
from dianke.kernel.clock import SystemClock, to_shanghai

pytestmark = [pytest.mark.browser, pytest.mark.long]

PASSWORD = "correct horse battery"
FLATS = 200
# Two hundred orders go through eight stretches of a second or two each.
PATIENCE_MS = 60_000
Go = Callable[[str], Page]


def get_now() -> datetime:
    return SystemClock().now()


def get_today() -> date:
    return to_shanghai(get_now()).date()


def build(_data_dir: Path) -> Town:
    """Return a town of this month with a public area, the developer's number and the meters in store."""
    with transaction.atomic():
        town = estate.build_low_town(build_town_of(get_today()))
        estate.plan_account(town, name="云泽置业有限公司")
        estate.add_meters(town, FLATS)
    return town


@pytest.fixture
def town(stage: Stage[Town]) -> Town:
    return stage(build)


@pytest.fixture
def go(town: Town, enter: Enter) -> Go:
    """Return what opens the parts of the batch for a person, whose page is kept."""
    pages: dict[str, Page] = {}

    def open_parts(login: str) -> Page:
        page = pages.setdefault(login, enter(login, password=PASSWORD))
        page.goto(f"/service-orders/{find_master().number}/parts/")
        return page

    return open_parts


def find_master() -> ServiceOrder:
    master: ServiceOrder = ServiceOrder.objects.for_actor(EVERYBODY).select_related("account").get(kind="BATCH")
    return master


def test_two_hundred_flats_from_the_list_to_the_first_bills(
    town: Town, enter: Enter, go: Go, faults: list[str]
) -> None:
    apply_with_the_list(town, enter)
    order = find_master()
    estate.build_estate(town, order, Decimal(8) * FLATS, at=get_now())
    officer = go("officer")
    officer.goto(f"/service-orders/{order.number}/")
    officer.get_by_role("button", name="完成", exact=True).click()
    officer.goto(f"/service-orders/{order.number}/parts/")
    expect(officer.locator("main")).to_contain_text("200")
    sign(go)
    put_meters_up(go)
    for login, button in (("inspector", "送电"), ("biller", "建账立卡"), ("keeper", "分户归档")):
        page = go(login)
        if login == "biller":
            page.fill("#open-route_code", "R1")
        move(page, button)
    finish(go, order)
    see_the_first_bills(town)
    assert [fault for fault in faults if "422" not in fault] == []


def apply_with_the_list(town: Town, enter: Enter) -> None:
    """Load a list with a fault, read what is wrong, and load the right one."""
    account = CustomerAccount.objects.for_actor(EVERYBODY).get(customer__name="云泽置业有限公司")
    page = enter("counter", f"/service-orders/new/{account.number}/?kind=BATCH", password=PASSWORD)
    assert look_around(page) == []
    for box in page.locator("[name=papers]").all():
        box.check()
    page.select_option("[name=voltage]", "380V")
    faulty = estate.write_flats(3) + b"\n1-01,,,,8,"
    page.set_input_files("[name=file]", {"name": "户.csv", "mimeType": "text/csv", "buffer": faulty})
    page.get_by_role("button", name="受理", exact=True).click()
    expect(page.locator("#faults")).to_contain_text("文件内重复")
    assert look_around(page) == []
    right = {"name": "户.csv", "mimeType": "text/csv", "buffer": estate.write_flats(FLATS)}
    page.set_input_files("[name=file]", right)
    page.get_by_role("button", name="受理", exact=True).click()
    expect(page.locator("main")).to_contain_text("清单共 200 户", timeout=PATIENCE_MS)


def sign(go: Go) -> None:
    """Draft, approve, sign and go on, each for all of them."""
    manager = go("manager")
    assert look_around(manager) == []
    manager.fill("#draft-payment_days", "10")
    move(manager, "起草合同")
    move(go("head"), "审批合同")
    manager = go("manager")
    manager.fill("#sign-signer", "王经理")
    manager.set_input_files("#sign-file", {"name": "a.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4 all"})
    move(manager, "登记签署")
    move(go("manager"), "合同已签，继续办理")


def put_meters_up(go: Go) -> None:
    technician = go("technician")
    lists = {"name": "表.csv", "mimeType": "text/csv", "buffer": estate.write_meters(FLATS)}
    technician.set_input_files("[name=file]", lists)
    technician.get_by_role("button", name="导入清单").click()
    expect(technician.get_by_text("已登记 200 只电能表")).to_be_visible(timeout=PATIENCE_MS)
    move(technician, "装表")


def move(page: Page, name: str) -> None:
    """Press a button once and wait until all parts went on."""
    page.get_by_role("button", name=name, exact=True).click()
    expect(page.get_by_text(f"{FLATS} 个分户已办理。")).to_be_visible(timeout=PATIENCE_MS)


def finish(go: Go, order: ServiceOrder) -> None:
    for login in ("manager", "keeper"):
        page = go(login)
        assert look_around(page) == []
        page.goto(f"/service-orders/{order.number}/")
        page.get_by_role("button", name="完成", exact=True).click()
        expect(page.get_by_text("已办理，工单进入下一环节。")).to_be_visible()


def see_the_first_bills(town: Town) -> None:
    """Bill the month: every flat has a bill of what its meter showed since it went up."""
    points = list(UsagePoint.objects.for_actor(EVERYBODY).filter(code__endswith="-1").order_by("code"))
    closing = {point: {"total": "100"} for point in points}
    old = {town.home: {"total": "300"}, town.factory: {"total": "300"}}
    bill_month(town.utility, get_today().replace(day=1), closing | old)
    bills = Bill.objects.for_actor(EVERYBODY).filter(usage_point_id__in=[point.pk for point in points])
    assert (len(points), bills.count(), list_faults()) == (FLATS, FLATS, [])
    assert {one.energy_kwh_e2 for one in bills} == {10_000, 9_900, 9_800}
