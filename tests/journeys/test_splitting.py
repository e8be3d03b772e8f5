"""A factory becomes two accounts in one day: application, works, contracts, meters, the last bill and the first."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from django.db import transaction
from playwright.sync_api import Page, expect
from tests.factories.leaving import EVERYBODY, Town, build_town_of
from tests.factories.months import bill_month, exempt_everything
from tests.factories.paid import pay
from tests.journeys.conftest import Enter, Stage
from tests.journeys.looks import look_around

from dianke.application.service_orders.parts import Part, list_parts
from dianke.domain.billing.models import FinalBilling
from dianke.domain.contracts.models import ContractVersion
from dianke.domain.metering import operations as metering
from dianke.domain.metering.models import UsagePoint
from dianke.domain.metering.types import RegisterKind
from dianke.domain.receivables.queries.debts import get_position
from dianke.domain.service_orders.models import ServiceOrder
from dianke.kernel.clock import SystemClock, to_shanghai

pytestmark = [pytest.mark.browser]

PASSWORD = "correct horse battery"
WENT_ON = "已办理，工单进入下一环节。"
Go = Callable[[str], Page]


def build(_data_dir: Path) -> Town:
    """Return a town of this month, somebody who comes to a part of the factory, and two meters in store."""
    with transaction.atomic():
        town = build_town_of(get_today())
        town.add_taker()
        for number in ("M-1", "M-2"):
            metering.register_meter(
                actor=town.utility.actor, unit=town.utility.root, asset_number=number, registers=[RegisterKind.TOTAL]
            )
    return town


def get_today() -> date:
    return to_shanghai(SystemClock().now()).date()


@pytest.fixture
def town(stage: Stage[Town]) -> Town:
    return stage(build)


@pytest.fixture
def go(town: Town, enter: Enter) -> Go:
    """Return what opens the order for a person, whose page is kept."""
    pages: dict[str, Page] = {}

    def open_order(login: str) -> Page:
        page = pages.setdefault(login, enter(login, password=PASSWORD))
        page.goto(f"/service-orders/{get_order().number}/")
        return page

    return open_order


def get_order() -> ServiceOrder:
    found: ServiceOrder = ServiceOrder.objects.for_actor(EVERYBODY).select_related("account").get()
    return found


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()
    expect(page.get_by_text(WENT_ON)).to_be_visible()


def test_a_factory_becomes_two_accounts(town: Town, enter: Enter, go: Go, faults: list[str]) -> None:
    take(town, enter)
    press(go("inspector"), "完成")
    press(go("head"), "批准")
    press(go("counter"), "无欠费")
    for _step in ("design", "build", "report_completion"):
        press(go("counter"), "完成")
    press(go("inspector"), "合格")
    parts = list_parts(get_order(), actor=EVERYBODY)
    sign(town, go, parts)
    connect(town, go, parts)
    settle(town, go)

    keeper = go("keeper")
    press(keeper, "完成")
    for words in ("已编户号", "电能表已拆除", "已投运变压器", "已装表", "已立户", "终结电费已发行"):
        expect(keeper.locator("#effects")).to_contain_text(words)
    assert look_around(keeper) == []
    see_bills(town, go, parts)
    assert [fault for fault in faults if "422" not in fault] == []


def take(town: Town, enter: Enter) -> None:
    """Let the counter write the shares down, first wrong, then right."""
    page = enter("counter", f"/service-orders/new/{town.factory.account.number}/?kind=SPLIT", password=PASSWORD)
    assert look_around(page) == []
    for name in ("keeps_use", "is_separable"):
        page.check(f"[name={name}]")
    for box in page.locator("[name=papers]").all():
        box.check()
    for number, customer, kva in ((1, "K100000002", "550"), (2, "K900000001", "70")):
        page.fill(f"[name=p{number}_customer]", customer)
        page.fill(f"[name=p{number}_kva]", kva)
    page.get_by_role("button", name="受理", exact=True).click()
    expect(page.locator("main")).to_contain_text("各户容量合计（kVA） 620")
    page.fill("[name=p2_kva]", "80")
    page.get_by_role("button", name="受理", exact=True).click()
    expect(page.locator("main")).to_contain_text("YK-")
    assert look_around(page) == []


def sign(town: Town, go: Go, parts: list[Part]) -> None:
    """Let the manager draft the contract of each part from the order, and both sides sign them."""
    for part in parts:
        manager = go("manager")
        manager.get_by_role("link", name="起草合同").click()
        expect(manager.locator("main")).to_contain_text(part.account.number)
        assert manager.locator("[name=start]").input_value() == get_today().isoformat()
        assert manager.locator("[name=p_capacity_kva]").input_value() == f"{part.capacity_kva:f}"
        for field in manager.locator("main form [name^=p_]:not([type=hidden])").all():
            if field.input_value() == "" and field.evaluate("one => one.tagName") != "SELECT":
                field.fill("10")
        manager.locator("form[method=post] button.btn-primary").click()
        expect(manager.locator("main")).to_contain_text(part.account.customer.name)
        draft = ContractVersion.objects.for_actor(EVERYBODY).get(account=part.account)
        town.sign_draft(draft, at=SystemClock().now())
    press(go("manager"), "完成")


def connect(town: Town, go: Go, parts: list[Part]) -> None:
    """Let the technician change the meters, and the inspector switch the parts on."""
    technician = go("technician")
    assert look_around(technician) == []
    technician.locator("[name^='r-']").fill("900")
    for part, number, total in zip(parts, ("M-1", "M-2"), ("10", "0"), strict=True):
        technician.fill(f"[name=m-{part.account.pk}]", number)
        technician.fill(f"[name=i-{part.account.pk}-total]", total)
    press(technician, "完成")
    press(go("inspector"), "完成")


def settle(town: Town, go: Go) -> None:
    """Let the last bill of the old account be calculated, issued and paid, and its contract end."""
    press(go("reader"), "完成")
    press(go("biller"), "完成")
    final = FinalBilling.objects.for_actor(EVERYBODY).select_related("run").get()
    exempt_everything(actor=town.utility.runner, run=final.run)
    press(go("chief"), "已发行")
    account, today = town.account(town.factory), get_today()
    assert account.status == "CLOSED"
    fen = get_position(actor=EVERYBODY, customer_account_id=account.pk, on=today).owed_fen
    pay(town.utility, account, fen, "final", day=today)
    press(go("cashier"), "已结清")
    press(go("manager"), "完成")


def see_bills(town: Town, go: Go, parts: list[Part]) -> None:
    """Bill the rest of the month, and look at the first bill of the part that came."""
    points = [UsagePoint.objects.for_actor(EVERYBODY).get(account=one.account) for one in parts]
    closing = {points[0]: {"total": "410"}, points[1]: {"total": "100"}, town.home: {"total": "350"}}
    bill_month(town.utility, get_today().replace(day=1), closing)
    (last,) = town.list_bills(town.factory)
    firsts = [town.list_bills(point) for point in points]
    assert [[one.energy_kwh_e2 for one in bills] for bills in firsts] == [[40_000], [10_000]]
    assert last.energy_kwh_e2 in (80_000, 90_000)
    # 80 kVA are below the threshold: the part pays for energy alone.
    assert (firsts[1][0].basic_fen, firsts[0][0].basic_fen > 0) == (0, True)
    biller = go("biller")
    biller.goto(f"/customers/accounts/{parts[1].account.number}/bills/")
    expect(biller.locator("main")).to_contain_text("接手人")
