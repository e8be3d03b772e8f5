"""A factory asks for two sources: from the counter through plan, link, works and agreements to the first bill."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import transaction
from playwright.sync_api import Page, expect
from tests.factories import connecting as new
from tests.factories.leaving import EVERYBODY, Town, build_town_of
from tests.factories.months import bill_month
from tests.factories.paid import list_faults, pay
from tests.journeys.conftest import Enter, Stage
from tests.journeys.looks import look_around

from dianke.application import service_orders
from dianke.domain.contracts.types import ContractKind
from dianke.domain.customers.models import CustomerAccount
from dianke.domain.metering.models import UsagePoint
from dianke.domain.service_orders.models import ServiceOrder
from dianke.kernel.clock import SystemClock, to_shanghai

pytestmark = [pytest.mark.browser]

PASSWORD = "correct horse battery"
WENT_ON = "已办理，工单进入下一环节。"
NAME = "云泽精密铸造有限公司"
Go = Callable[[str], Page]


def get_today() -> date:
    return to_shanghai(SystemClock().now()).date()


def build(_data_dir: Path) -> Town:
    """Return a town of this month where everybody is who has to do with new supplies."""
    with transaction.atomic():
        return new.build_connecting_town(build_town_of(get_today()))


@pytest.fixture
def town(stage: Stage[Town]) -> Town:
    return stage(build)


@pytest.fixture
def go(town: Town, enter: Enter) -> Go:
    """Return what opens the order for a person, whose page is kept."""
    pages: dict[str, Page] = {}

    def open_order(login: str) -> Page:
        page = pages.setdefault(login, enter(login, password=PASSWORD))
        page.goto(f"/service-orders/{ServiceOrder.objects.for_actor(EVERYBODY).get().number}/")
        return page

    return open_order


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()
    expect(page.get_by_text(WENT_ON)).to_be_visible()


def test_two_sources_from_the_counter_to_the_first_bill(town: Town, enter: Enter, go: Go, faults: list[str]) -> None:
    apply_at_the_counter(enter)
    order = ServiceOrder.objects.for_actor(EVERYBODY).select_related("account__customer").get()
    press(go("inspector"), "完成")
    write_the_plan(go("officer"))
    for login in ("planner", "dispatcher", "safety"):
        press(go(login), "同意")
    new.accept_papers(order)
    press(go("head"), "同意")
    press(go("officer"), "完成")
    agree_by_link(town, enter, order)
    pay(town.utility, order.account, new.FEE_FEN, "FEE", day=get_today())
    press(go("cashier"), "完成")
    build_the_works(go)
    sign_everything(town, go, order.account)
    connect(go)
    see_the_first_bill(town, go, order.account)
    assert [fault for fault in faults if "422" not in fault] == []


def apply_at_the_counter(enter: Enter) -> None:
    """Enter the customer with a number that is to be connected, and take the application."""
    page = enter("counter", "/archive/enter/", password=PASSWORD)
    for name, value in (("name", NAME), ("contact_name", "周工"), ("phone", "13800001234"), ("road", "工业大道")):
        page.fill(f"[name={name}]", value)
    page.select_option("[name=kind]", "COMPANY")
    page.select_option("[name=usage_class]", "COMMERCIAL_INDUSTRIAL")
    page.check("[name=is_planned]")
    page.get_by_role("button", name="建档").click()
    expect(page.locator("main")).to_contain_text("立户中")
    account = CustomerAccount.objects.for_actor(EVERYBODY).get(customer__name=NAME)

    page.goto(f"/service-orders/new/{account.number}/?kind=SUPPLY_HIGH_DUAL")
    page.fill("[name=capacity_kva]", "1600")
    page.get_by_role("button", name="受理", exact=True).click()
    expect(page.get_by_text("请补齐所缺资料").first).to_be_visible()
    for box in page.locator("[name=papers]").all():
        box.check()
    assert look_around(page) == []
    page.get_by_role("button", name="受理", exact=True).click()
    expect(page.locator("main")).to_contain_text("YK-")


def write_the_plan(page: Page) -> None:
    """Write the plan with one feeder too few, read why it cannot stand, and mend it."""
    page.get_by_role("link", name="填写供电方案").click()
    fields = {
        "ownership_point": "电源侧第一断路器", "interlock": "机械与电气双重闭锁", "fee": "16000",
        "fee_reason": "高可靠性供电费", "s1-ct": "50/5", "s1-pt": "10000/100", "s2-ct": "50/5", "s2-pt": "10000/100",
        "t1-name": "1号变", "t1-source": "1", "t1-kva": "800", "t2-name": "2号变", "t2-source": "2", "t2-kva": "800",
    }  # fmt: skip
    for name, value in fields.items():
        page.fill(f"[name={name}]", value)
    for place in ("1", "2"):
        page.select_option(f"[name=s{place}-place]", "f:F-1")
        page.select_option(f"[name=s{place}-registers]", "total")
    page.select_option("[name=price_plan]", new.HUBEI)
    page.select_option("[name=price_voltage]", "1-10(20)kV")
    assert look_around(page) == []
    page.get_by_role("button", name="提交方案").click()
    expect(page.get_by_text("请选择不同线路上的两路电源。")).to_be_visible()
    page.select_option("[name=s2-place]", "f:F-2")
    page.set_input_files("[name=drawing]", {"name": "一次接线图.pdf", "mimeType": "application/pdf",
                                           "buffer": b"%PDF-1.4 a drawing"})  # fmt: skip
    page.get_by_role("button", name="提交方案").click()
    expect(page.get_by_text("方案已拟定，转相关专业会签。")).to_be_visible()
    expect(page.locator("#plan")).to_contain_text("1600 kVA")
    assert look_around(page) == []


def agree_by_link(town: Town, enter: Enter, order: ServiceOrder) -> None:
    """Let the customer look at the plan on the phone and agree to it."""
    secret = service_orders.make_order_link(actor=town.people["counter"], number=order.number, at=SystemClock().now())
    page = enter("counter", f"/my/orders/{secret}/", password=PASSWORD)
    expect(page.locator("main")).to_contain_text("1600 kVA")
    assert look_around(page) == []
    page.locator(".door-own button.btn-primary").click()
    expect(page.get_by_text("已收到，感谢配合，工单继续办理。")).to_be_visible()


def build_the_works(go: Go) -> None:
    """Design, review, works and both inspections."""
    press(go("counter"), "完成")
    press(go("officer"), "批准")
    press(go("counter"), "完成")
    press(go("inspector"), "合格")
    press(go("counter"), "完成")
    press(go("inspector"), "合格")


def sign_everything(town: Town, go: Go, account: CustomerAccount) -> None:
    """Have both agreements and the contract signed; the step says what lacks before."""
    dispatcher = go("dispatcher")
    dispatcher.get_by_role("button", name="完成", exact=True).click()
    expect(dispatcher.get_by_text("本环节的协议双方尚未签署")).to_be_visible()
    for kind in (ContractKind.DISPATCH, ContractKind.DUAL_SOURCE, ContractKind.HIGH_VOLTAGE):
        new.sign(town, account, kind, start=get_today(), at=SystemClock().now())
    press(go("dispatcher"), "完成")
    press(go("manager"), "完成")
    press(go("manager"), "完成")


def connect(go: Go) -> None:
    """Put both meters up, switch on, open the account and archive."""
    technician = go("technician")
    for place, box in enumerate(technician.locator("input[name^=m-]").all(), start=1):
        box.fill(f"M-NEW-{place}")
    for box in technician.locator("input[name^=i-]").all():
        box.fill("0")
    for box in technician.locator("input[name^=s-]").all():
        box.fill("0012345, 0012346")
    assert look_around(technician) == []
    press(technician, "完成")
    inspector = go("inspector")
    press(inspector, "完成")
    expect(inspector.locator("#effects")).to_contain_text("已送电")
    biller = go("biller")
    biller.fill("[name=route]", "R1")
    press(biller, "完成")
    keeper = go("keeper")
    press(keeper, "完成")
    assert look_around(keeper) == []


def see_the_first_bill(town: Town, go: Go, account: CustomerAccount) -> None:
    """Bill the month, and look at the bill of the main source."""
    points = list(UsagePoint.objects.for_actor(EVERYBODY).filter(account=account).order_by("code"))
    closing = {point: {"total": "2"} for point in points}
    old = {town.home: {"total": "300"}, town.factory: {"total": "300"}}
    bill_month(town.utility, get_today().replace(day=1), closing | old)
    main = town.list_bills(points[0])[0]
    assert (main.energy_kwh_e2, list_faults()) == (2_000 * 100, [])
    biller = go("biller")
    biller.goto(f"/customers/accounts/{account.number}/bills/")
    expect(biller.locator("main")).to_contain_text(f"{Decimal(main.amount_fen) / 100:,.2f}")
