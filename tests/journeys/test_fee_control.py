"""A prepaid customer runs low, is told, warned, cut off by three persons and the head-end, pays, and has supply."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from playwright.sync_api import expect
from tests.factories import controlled, paid, utility
from tests.factories.controlled import Controlled
from tests.factories.pages import PASSWORD
from tests.journeys.conftest import Enter, Stage
from tests.journeys.looks import look_around

from dianke.domain.fee_control.models import SupplyOrder
from dianke.domain.metering.models import MeterAsset
from dianke.domain.receivables.models import Payment
from dianke.domain.receivables.queries.proof import prove_books
from dianke.kernel.clock import SystemClock
from dianke.platform.identity.types import Actor

pytestmark = [pytest.mark.browser]

SYSTEM = Actor.system("a journey of fee control")
CASHIER = ["archive.view", "billing.view", "payments.view", "payments.receive"]
# The journey is made at any hour of any day: this utility cuts off around the clock.
ANY_HOUR = """
schema = "fee-control-policy/v1"
[[version]]
code = "JOURNEY"
valid_from = 2024-06-01
hours_from = 0
hours_until = 24
keeps_working_days = false
most_estimate_days = 7
amber_ratio_percent = 50
[version.notice]
homes = { least_days_overdue = 30, notice_days = 7, last_hour_minutes = 0 }
others = { least_days_overdue = 30, notice_days = 3, last_hour_minutes = 60 }
[version.balance]
warned_hours = 24
last_hour_minutes = 60
[version.reconnect_hours]
law = 24
fee_control = 2
[version.thresholds]
"*" = { notice = "50", warning = "20", stop = "0" }
"""


@dataclass(frozen=True)
class Home:
    """A home whose balance is used up, with an order that the last night proposed."""

    controlled: Controlled
    number: str
    today: date


def run_low(data_dir: Path) -> Home:
    """Let three days and nights use a prepayment up; the fourth proposes that the home is cut off."""
    (data_dir / "fee-control.toml").write_text(ANY_HOUR, encoding="utf-8")
    today = SystemClock().now().date()
    with transaction.atomic():
        office = controlled.build("1150")
        account = office.accounts[0]
        MeterAsset.objects.for_actor(SYSTEM).update(asset_number="M100005555")
        paid.pay(office.utility, account, 9_500, day=controlled.MONDAY)
        utility.add_clerk(office.utility.root, "fc-cashier", CASHIER)
    # Every month was read and none billed: what runs since January is the balance.
    months = [date(2026, 3, 1)]
    while months[-1] < today.replace(day=1):
        months.append((months[-1] + timedelta(days=32)).replace(day=1))
    days = sorted({*(one for one in months if one < today), today - timedelta(days=2)})
    for place, day in enumerate(days, 1):
        controlled.read(office, 0, day, str(1150 + 30 * place))
    for back in (4, 3, 2, 1):
        controlled.night(today - timedelta(days=back))
    return Home(office, account.number, today)


@pytest.fixture
def home(stage: Stage[Home], settings: Any) -> Home:
    """Bring the home."""
    settings.SIMULATED_CARRIER, settings.SIMULATED_HEAD_END, settings.EMAIL_HOST = True, True, ""
    return stage(run_low)


def pay_at_the_desk(enter: Enter, home: Home) -> None:
    """Let the customer come to the counter with cash, as anybody does whose supply was cut."""
    page = enter("fc-cashier", password=PASSWORD)
    page.goto("/counter/")
    page.get_by_label("备用金（元）").fill("300")
    page.get_by_role("button", name="开班").click()
    expect(page.get_by_text("已开班。")).to_be_visible()
    page.goto("/counter/")
    page.get_by_role("searchbox", name="客户：").fill(home.number)
    page.keyboard.press("Enter")
    page.locator("#id_amount").fill("3000")
    page.get_by_label("实收现金（元）").fill("3000")
    assert look_around(page) == []
    page.locator("#id_amount").press("Enter")
    expect(page.get_by_text("金额大写")).to_be_visible()
    payment = Payment.objects.for_actor(SYSTEM).get(received_by="fc-cashier")
    assert (payment.customer_account_id, payment.amount_fen) == (home.controlled.accounts[0].pk, 300_000)


def soon(minutes: int) -> datetime:
    """Return a moment some minutes from now: what people do in the browser happens at the real time."""
    return SystemClock().now() + timedelta(minutes=minutes)


def test_running_low_cut_paying_back(enter: Enter, home: Home, faults: list[str]) -> None:
    order = SupplyOrder.objects.for_actor(SYSTEM).get()

    supervisor = enter("fc-supervisor", password=PASSWORD)
    supervisor.goto("/")
    supervisor.get_by_role("link", name=order.number).click()
    assert look_around(supervisor) == []
    supervisor.get_by_role("button", name="批准").first.click()
    supervisor.locator("#approve").get_by_role("button", name="批准").click()
    expect(supervisor.get_by_text("已批准，由第三人执行。")).to_be_visible()
    technician = enter("fc-technician", password=PASSWORD)
    technician.goto(f"/fee-control/orders/{order.pk}/")
    technician.get_by_role("button", name="移交远程执行").click()
    expect(technician.get_by_text("已移交，到规则允许的第一时刻下发。")).to_be_visible()

    controlled.minute(soon(1))
    controlled.minute(soon(62))

    technician.reload()
    expect(technician.get_by_text("FEFEFEFE68555500000100681C10--------", exact=False)).to_be_visible()
    collector = enter("fc-collector", password=PASSWORD)
    collector.goto(f"/fee-control/accounts/{home.number}/")
    expect(collector.get_by_text("已停电").first).to_be_visible()
    expect(collector.get_by_text("停电预警")).to_be_visible()
    assert look_around(collector) == []

    pay_at_the_desk(enter, home)
    done = controlled.minute(soon(90))

    assert (done.restored, done.done) == (1, 1)
    assert [one for one in prove_books() if one.faults] == []
    collector.goto("/fee-control/")
    expect(collector.get_by_role("cell", name="正常")).to_be_visible()
    assert look_around(collector) == []
    collector.goto("/fee-control/orders/?kind=RECONNECTION")
    expect(collector.get_by_role("cell", name="按时")).to_be_visible()
    collector.goto("/fee-control/execution/")
    expect(collector.get_by_text("按时复电率")).to_be_visible()
    assert look_around(collector) == []
    assert faults == []
