"""Who leaves: a transfer in mid-month, a closing with a refund, a bankruptcy with an open claim, each by its posts."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from django.db import transaction
from playwright.sync_api import Page, expect
from tests.factories.leaving import EVERYBODY, Town, build_town_of
from tests.factories.months import bill_month, exempt_everything, get_next_month
from tests.factories.paid import pay
from tests.journeys.conftest import Enter, Stage
from tests.journeys.looks import look_around

from dianke.application import claims, final_bills, meter_to_cash
from dianke.domain.billing.models import FinalBilling
from dianke.domain.contracts.models import ContractVersion
from dianke.domain.metering.models import UsagePoint
from dianke.domain.receivables.models import Claim
from dianke.domain.receivables.queries.debts import get_position
from dianke.domain.service_orders.models import ServiceOrder
from dianke.kernel.clock import SystemClock, at_midnight, to_shanghai

pytestmark = [pytest.mark.browser]

PASSWORD = "correct horse battery"
WENT_ON = "已办理，工单进入下一环节。"
Go = Callable[[str], Page]


def build(_data_dir: Path) -> Town:
    """Return a town of this month, and somebody who may take an account over."""
    with transaction.atomic():
        town = build_town_of(get_today())
        town.add_taker()
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
        page.goto(f"/service-orders/{ServiceOrder.objects.for_actor(EVERYBODY).get().number}/")
        return page

    return open_order


def take(town: Town, enter: Enter, point: UsagePoint, kind: str, fill: Callable[[Page], None]) -> Page:
    """Let the counter take an application for today, with every paper seen."""
    page = enter("counter", f"/service-orders/new/{point.account.number}/?kind={kind}", password=PASSWORD)
    fill(page)
    for box in page.locator("[name=papers]").all():
        box.check()
    assert look_around(page) == []
    page.get_by_role("button", name="受理", exact=True).click()
    expect(page.locator("main")).to_contain_text("YK-")
    return page


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()
    expect(page.get_by_text(WENT_ON)).to_be_visible()


def owed(point: UsagePoint) -> int:
    return get_position(actor=EVERYBODY, customer_account_id=point.account_id, on=get_today()).owed_fen


def test_a_home_changes_hands_in_mid_month(town: Town, enter: Enter, go: Go, faults: list[str]) -> None:
    def fill(page: Page) -> None:
        page.fill("[name=taker]", "K900000001")
        page.check("[name=keeps_use]")

    take(town, enter, town.home, "TRANSFER", fill)
    press(go("counter"), "无欠费")
    sign(town, go)
    read(go("reader"))
    final = issue(town, go)
    expect(go("chief").locator("#effects")).to_contain_text("已过户")

    fen = owed(town.home)
    assert fen > 0
    pay(town.utility, town.account(town.home), fen, "final", day=get_today())
    press(go("cashier"), "已结清")
    press(go("biller"), "完成")
    keeper = go("keeper")
    press(keeper, "完成")
    assert look_around(keeper) == []
    see_two_bills(town, go, final)
    assert [fault for fault in faults if "422" not in fault] == []


def sign(town: Town, go: Go) -> None:
    """Let the manager draft the contract from the order, and both sides sign it."""
    manager = go("manager")
    manager.get_by_role("link", name="起草合同").click()
    assert manager.locator("[name=start]").input_value() == get_today().isoformat()
    for name, value in (("ownership_point", "表后开关"), ("payment_days", "10"), ("capacity_kva", "8")):
        manager.fill(f"[name=p_{name}]", value)
    manager.locator("form[method=post] button.btn-primary").click()
    expect(manager.locator("main")).to_contain_text("接手人")
    town.sign_draft(ContractVersion.objects.for_actor(EVERYBODY).get(), at=SystemClock().now())
    press(go("manager"), "完成")


def read(reader: Page) -> None:
    """Let the reader forget the reading, and then enter it."""
    assert look_around(reader) == []
    reader.get_by_role("button", name="完成", exact=True).click()
    expect(reader.locator(".field.wrong, input:invalid").first).to_be_visible()
    reader.locator("input[inputmode=decimal]").fill("350")
    press(reader, "完成")


def issue(town: Town, go: Go) -> FinalBilling:
    """Let the final bill be calculated, reviewed and issued by three people."""
    press(go("biller"), "完成")
    final = FinalBilling.objects.for_actor(EVERYBODY).select_related("run").get()
    exempt_everything(actor=town.utility.runner, run=final.run)
    chief = go("chief")
    assert look_around(chief) == []
    press(chief, "已发行")
    return final


def see_two_bills(town: Town, go: Go, final: FinalBilling) -> None:
    """Bill the rest of the month to who took over, and look at both bills."""
    today = get_today()
    month, start = today.replace(day=1), (today - timedelta(days=1)).replace(day=1)
    bill_month(town.utility, month, {town.factory: {"total": "200"}, town.home: {"total": "3300"}})
    # On the first of a month nothing of it is left to the one before: the run of the month bills the taker.
    if today != month:
        issue_first(town, final, at_midnight(get_next_month(month)) + timedelta(hours=9))
    biller = go("biller")
    biller.goto(f"/customers/accounts/{town.home.account.number}/bills/")
    expect(biller.locator("main")).to_contain_text(f"{start} → {today}")
    expect(biller.locator("main")).to_contain_text(f"{today} → {get_next_month(month)}")
    first, second = town.list_bills(town.home)
    assert [one.customer_name for one in (first, second)] == ["测试用户100000001", "接手人"]
    assert (first.energy_kwh_e2, second.energy_kwh_e2) == (25_000 if start == month else 35_000, 295_000)


def issue_first(town: Town, final: FinalBilling, at: datetime) -> None:
    """Issue the first bill of who took over, once the month is read."""
    run = final_bills.start_opening(actor=town.utility.runner, key=final.pk, at=at)
    run = meter_to_cash.calculate_run(actor=town.utility.runner, number=run.number)
    exempt_everything(actor=town.utility.runner, run=run)
    meter_to_cash.issue_run(actor=town.utility.issuer, number=run.number, at=at)


def test_a_factory_closes_and_gets_its_balance_back(town: Town, enter: Enter, go: Go, faults: list[str]) -> None:
    today = get_today()
    pay(town.utility, town.account(town.factory), 5_000_000, "ahead", day=today)
    take(town, enter, town.factory, "CLOSE", lambda page: page.check("[name=has_stopped_all]"))
    press(go("inspector"), "完成")
    press(go("head"), "批准")
    technician = go("technician")
    technician.locator("input[inputmode=decimal]").fill("900")
    assert look_around(technician) == []
    press(technician, "完成")
    press(go("reader"), "完成")
    issue(town, go)
    press(go("cashier"), "有余额待退")
    claim = Claim.objects.for_actor(EVERYBODY).get()
    assert claim.amount_fen == 5_000_000 - town.list_bills(town.factory)[0].amount_fen
    claims.approve_claim(actor=town.people["approver"], claim_id=claim.pk, at=SystemClock().now())
    accountant = go("accountant")
    accountant.locator(f"[name=b-{claim.pk}]").fill("B-20261")
    assert look_around(accountant) == []
    press(accountant, "完成")
    press(go("manager"), "完成")
    keeper = go("keeper")
    press(keeper, "完成")

    for words in ("电能表已拆除", "变压器已拆除", "已销户", "退款已支付"):
        expect(keeper.locator("#effects")).to_contain_text(words)
    assert look_around(keeper) == []
    assert town.account(town.factory).status == "CLOSED"
    assert faults == []


def test_a_bankrupt_is_closed_and_the_claim_stays_open(town: Town, enter: Enter, go: Go, faults: list[str]) -> None:
    take(town, enter, town.factory, "BANKRUPTCY", lambda page: page.fill("[name=open_claim]", "0"))
    technician = go("technician")
    technician.locator("input[inputmode=decimal]").fill("900")
    press(technician, "完成")
    press(go("reader"), "完成")
    issue(town, go)
    press(go("cashier"), "已结清")
    press(go("manager"), "完成")
    press(go("keeper"), "完成")
    accountant = go("accountant")
    press(accountant, "完成")

    expect(accountant.locator("#effects")).to_contain_text("已申报债权")
    assert look_around(accountant) == []
    (bill,) = town.list_bills(town.factory)
    assert owed(town.factory) == bill.amount_fen > 0
    assert town.account(town.factory).status == "CLOSED"
    assert faults == []
