"""A working day on the demo utility: from a name to a bill's last step, from a frozen month to issued bills."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from tests.journeys.conftest import Enter, RunWorker, arrive, wants_screens
from tests.journeys.looks import NARROW, WIDE, look_around, settle

from dianke.application.demo_utility import organisation
from dianke.domain.billing.models import Bill, BillRun
from dianke.domain.customers.models import CustomerAccount
from dianke.domain.service_orders.models import ServiceOrder
from dianke.platform.identity.types import Actor

pytestmark = [pytest.mark.browser]

SYSTEM = Actor.system("looking at the demo utility in a journey")
FOUNDRY = "云泽恒锐精密铸造有限公司"


def test_clerk_finds_a_customer_and_opens_the_bill_down_to_its_readings(enter_demo: Enter, faults: list[str]) -> None:
    page = enter_demo("manager")
    page.add_init_script("window.print = () => { document.documentElement.dataset.printed = 'yes'; }")

    page.keyboard.press("Control+k")
    page.keyboard.type("恒锐")
    expect(page.locator("#palette .hit").first).to_contain_text(FOUNDRY)
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text(FOUNDRY)
    expect(page.locator("[data-chart] canvas")).to_have_count(2)
    page.get_by_role("link", name="最近账单").click()
    expect(page.locator("h1")).to_have_text("2026-01 电费账单")
    arrive(page)
    peak = page.get_by_role("button", name="高峰")
    peak.click()

    steps = page.locator(".calc:not([hidden]) .calc-steps")
    expect(steps).to_contain_text("CT 150/5 × PT 10000/100")
    expect(steps).to_contain_text("四舍五入到分")
    expect(peak).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("p")
    expect(page.locator("html")).to_have_attribute("data-printed", "yes")
    page.emulate_media(media="print")
    expect(page.locator("#side")).not_to_be_visible()
    expect(page.locator(".rail").first).not_to_be_visible()
    expect(steps).to_be_visible()
    assert faults == []


def test_bill_opens_all_lines_and_the_next_bill_by_keys(enter_demo: Enter) -> None:
    page = enter_demo("manager")
    account = CustomerAccount.objects.for_actor(SYSTEM).get(customer__name=FOUNDRY)
    page.goto(f"/billing/bills/{Bill.objects.for_actor(SYSTEM).get(account_id=account.pk).id}/")
    expect(page.locator(".calc:visible")).to_have_count(0)

    page.keyboard.press("o")
    expect(page.locator(".calc:visible")).to_have_count(page.locator(".calc").count())
    page.keyboard.press("j")

    expect(page.locator("h1")).to_have_text("2026-01 电费账单")
    expect(page.locator(".head-facts")).not_to_contain_text(FOUNDRY)


def test_usage_of_a_day_is_walked_through_without_leaving_the_page(enter_demo: Enter, faults: list[str]) -> None:
    page = enter_demo("manager")
    account = CustomerAccount.objects.for_actor(SYSTEM).get(customer__name=FOUNDRY)
    page.goto(f"/customers/accounts/{account.number}/")
    expect(page.locator("#day input[name=day]")).to_have_value("2026-01-31")

    page.get_by_role("button", name="前一日").click()
    expect(page.locator("#day input[name=day]")).to_have_value("2026-01-30")
    page.fill("#day input[name=day]", "2026-01-12")
    page.press("#day input[name=day]", "Enter")

    expect(page.locator("#day canvas")).to_have_count(1)
    expect(page.locator("#day input[name=day]")).to_have_value("2026-01-12")
    assert faults == []


def decide_every_cause(page: Page, number: str, *, causes: int) -> None:
    """Let every suspicion of a run stand, cause by cause, for a reason."""
    for left in range(causes, 0, -1):
        page.goto(f"/billing/runs/{number}/review/")
        waiting = page.locator("tbody tr").filter(has_text="未处理")
        expect(waiting).to_have_count(left)
        waiting.first.get_by_role("link").first.click()
        page.get_by_role("link", name="全部豁免").click()
        page.get_by_label("理由").fill("现场已核实")
        page.locator("form[action$='/decide/'] button").click()


def test_month_is_run_by_one_person_and_issued_by_another(
    enter_demo: Enter, run_worker: RunWorker, faults: list[str]
) -> None:
    first = enter_demo(organisation.REVIEWER, "/billing/runs/JS-202601-B-01/")
    first.get_by_role("button", name="取消批次").click()
    first.get_by_role("dialog").get_by_label("原因").fill("从头再来")
    first.get_by_role("dialog").get_by_role("button", name="取消批次").click()
    expect(first.locator(".ttl .chip")).to_have_text("已取消")

    first.goto("/billing/runs/")
    first.get_by_role("button", name="开始核算").click()
    expect(first.locator(".ttl .chip")).to_have_text("计算中")
    run_worker()
    # Nobody reloads the page: the board fetches itself and tells the page when the work is done.
    expect(first.locator(".ttl .chip")).to_have_text("待发行", timeout=15_000)
    row = first.get_by_role("row", name="缺止码")
    expect(row).to_contain_text("补抄或估抄止码后重算")
    row.get_by_role("button", name="转下期").click()
    first.get_by_role("dialog").get_by_label("原因").fill("现场补抄，下期核算")
    first.get_by_role("dialog").get_by_role("button", name="转下期").click()
    expect(first.get_by_role("row", name="缺止码")).to_contain_text("现场补抄，下期核算")
    expect(first.get_by_role("button", name="发行")).to_be_disabled()
    decide_every_cause(first, "JS-202601-B-02", causes=4)

    second = enter_demo(organisation.SUPERVISOR)
    second.get_by_role("link", name="JS-202601-B-02").first.click()
    second.get_by_role("row", name="未建计费档案").get_by_role("button", name="转下期").click()
    second.get_by_role("dialog").get_by_label("原因").fill("待建档")
    second.get_by_role("dialog").get_by_role("button", name="转下期").click()
    second.get_by_role("button", name="发行").click()
    expect(second.get_by_role("dialog")).to_contain_text("发行后账单不可修改，只能退补更正：共 15 张")
    second.get_by_role("dialog").get_by_role("button", name="发行").click()
    expect(second.locator(".ttl .chip")).to_have_text("发行中")
    run_worker()
    expect(second.locator(".ttl .chip")).to_have_text("已发行", timeout=15_000)

    run = BillRun.objects.for_actor(SYSTEM).get(number="JS-202601-B-02")
    assert (run.started_by, run.issued_by) == (organisation.REVIEWER, organisation.SUPERVISOR)
    assert Bill.objects.for_actor(SYSTEM).filter(run_id=run.pk).count() == 15
    assert faults == []


def test_runner_finds_no_way_to_issue_even_by_the_address(enter_demo: Enter) -> None:
    page = enter_demo(organisation.REVIEWER)
    page.goto("/billing/runs/JS-202601-B-01/")
    expect(page.get_by_role("button", name="发行")).to_be_disabled()

    status = page.evaluate(
        """async () => (await fetch('/billing/runs/JS-202601-B-01/issue/', {method: 'POST',
             headers: JSON.parse(document.body.getAttribute('hx-headers'))})).status"""
    )

    assert status == 403
    assert BillRun.objects.for_actor(SYSTEM).get(number="JS-202601-B-01").status == "CALCULATED"


def test_language_and_look_hold_on_every_page(enter_demo: Enter) -> None:
    page = enter_demo("manager", theme="dark")
    page.get_by_role("button", name="我的账户").click()
    page.get_by_role("button", name="Switch to English").click()

    page.goto("/customers/")
    expect(page.locator("h1")).to_have_text("Customer list")
    page.goto("/billing/bills/")
    page.locator("tbody a").first.click()

    expect(page.locator("h1")).to_have_text("2026-02 final bill")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")


def list_pages() -> dict[str, str]:
    """Return the pages by name; a two-part bill with a sub-meter and a share, a home, and a run with faults."""
    account = CustomerAccount.objects.for_actor(SYSTEM).get(customer__name=FOUNDRY)
    mall = CustomerAccount.objects.for_actor(SYSTEM).get(customer__name="云泽晨晖商业广场有限公司")
    home = Bill.objects.for_actor(SYSTEM).filter(usage_class="RESIDENTIAL").order_by("-amount_fen").first()
    return {
        "home": "/",
        "customers": "/customers/",
        "customer": f"/customers/accounts/{account.number}/",
        "runs": "/billing/runs/",
        "run": "/billing/runs/JS-202601-B-01/",
        "faults": "/billing/runs/JS-202601-B-01/faults/",
        "drafts": "/billing/runs/JS-202601-B-01/bills/",
        "bills": "/billing/bills/",
        "bill": f"/billing/bills/{Bill.objects.for_actor(SYSTEM).get(account_id=account.pk).id}/",
        "bill-of-a-mall": f"/billing/bills/{Bill.objects.for_actor(SYSTEM).get(account_id=mall.pk).id}/",
        "bill-of-a-home": f"/billing/bills/{home.id}/",
        "trials": "/billing/trials/",
        "trial-to-start": "/billing/trials/start/",
        "average-prices": "/billing/statistics/?by=industry&from=2026-01&to=2026-01",
        "comparison": "/billing/statistics/comparison/?by=unit&from=2026-01&to=2026-01",
        "tariffs": "/tariffs/",
        "tariff": "/tariffs/plans/HB-CI/",
        "tariff-of-homes": "/tariffs/plans/GD-GZ-RES/",
        "rules": "/tariffs/rules/",
    }


def open_a_line(page: Page, name: str) -> None:
    """Open a line of a bill, so that its steps are looked at too."""
    if name.startswith("bill") and name != "bills":
        page.locator("[data-fold]").nth(2).click()


# The set that the README and docs show; each is small enough to be kept beside the code.
SCREENS = {
    (WIDE, "light"): ("home", "customer", "run", "bill", "tariff"),
    (WIDE, "dark"): ("customer",),
    (NARROW, "light"): ("customer", "run", "bill"),
}


def keep_pictures(enter_demo: Enter, pages: dict[str, str], save_screen: Callable[[Page, str], None]) -> None:
    """Take the pictures, when they were asked for; charts take the colours of the look in which they are drawn."""
    for (size, theme), names in SCREENS.items() if wants_screens() else ():
        page = enter_demo(organisation.REVIEWER, size=size, theme=theme)
        for name in names:
            page.goto(pages[name])
            settle(page)
            open_a_line(page, name)
            save_screen(page, f"{name}-{size[0]}{'-dark' if theme == 'dark' else ''}")


def test_pages_fit_their_window_in_every_look_without_complaint(
    enter_demo: Enter, faults: list[str], save_screen: Callable[[Page, str], None]
) -> None:
    page = enter_demo(organisation.REVIEWER)
    pages = list_pages()
    found = {}
    charts = {}

    for name, address in pages.items():
        page.goto(address)
        open_a_line(page, name)
        found[name] = look_around(page)
        charts[name] = page.locator("[data-chart] canvas").count()

    keep_pictures(enter_demo, pages, save_screen)
    assert {name: wrong for name, wrong in found.items() if wrong} == {}
    assert {name: count for name, count in charts.items() if count} == {"customer": 2, "average-prices": 1}
    assert faults == []


def test_pages_of_contracts_and_orders_fit_their_window_too(enter_demo: Enter, faults: list[str]) -> None:
    page = enter_demo("chief")
    order = ServiceOrder.objects.for_actor(SYSTEM).order_by("id").first()
    addresses = ["/contracts/", "/billing/statements/", "/service-orders/", "/service-orders/due/"]
    addresses += ["/service-orders/promises/", f"/service-orders/{order.number}/" if order else "/processes/"]
    found = {}

    for address in addresses:
        answer = page.goto(address)
        assert answer is not None
        assert answer.ok, address
        found[address] = look_around(page)

    assert {address: wrong for address, wrong in found.items() if wrong} == {}
    assert faults == []
