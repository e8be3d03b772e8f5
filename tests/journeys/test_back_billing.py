"""A fast meter is put right: asked with its report, approved by another, issued, explained on the customer's bill."""

from pathlib import Path

import pytest
from django.db import transaction
from playwright.sync_api import Page, expect
from tests.factories import months
from tests.factories import utility as factory
from tests.factories.billed import issue_homes
from tests.factories.utility import Utility
from tests.journeys.conftest import Enter, Stage
from tests.journeys.looks import look_at

from dianke.domain.billing.models import Bill, BillCorrection, CorrectionEvidence

pytestmark = [pytest.mark.browser]

PASSWORD = "correct horse battery"
LOOKING = ["archive.view", "billing.view", "tariffs.view"]


def bill_a_month(_data_dir: Path) -> Utility:
    """Return a utility whose one home was billed for January."""
    with transaction.atomic():
        built = issue_homes("1450")
        factory.add_clerk(built.root, "asker", [*LOOKING, "billing.correct"])
        factory.add_clerk(built.root, "chief", [*LOOKING, "billing.approve_corrections", "billing.issue"])
    return built


@pytest.fixture
def utility(stage: Stage[Utility]) -> Utility:
    """Bring the utility and its month."""
    return stage(bill_a_month)


def draw_up(page: Page, bill: Bill) -> str:
    """Draw up the order from the bill's page, look at its steps, and return the address of the form."""
    page.goto(f"/billing/bills/{bill.pk}/")
    page.locator("main").get_by_role("link", name="追补电费", exact=True).click()
    expect(page.locator("[name=recorded_kwh]")).to_have_value("450")
    form = page.url
    page.fill("[name=error_ratio]", "0.05")
    page.fill("[name=reason]", "检定报告：快 5%")
    page.get_by_role("button", name="保存并计算").click()
    # 450 / 1.05 = 428.57; half of −21.43 is −11 kWh; × 0.64442222 = −7.09.
    expect(page.locator("main")).to_contain_text("450 ÷ (1 + 0.05)")
    expect(page.locator("main")).to_contain_text("−7.09")
    return form


def ask_with_evidence(page: Page) -> None:
    paper = {"name": "报告.txt", "mimeType": "text/plain", "buffer": "快 5%".encode()}
    page.set_input_files("[name=file]", paper)  # type: ignore[arg-type]  # its stub wants its own dictionary
    page.fill("[name=title]", "检定报告")
    page.get_by_role("button", name="附上").click()
    expect(page.locator("#evidence")).to_contain_text("检定报告")
    page.get_by_role("button", name="提交审批").click()
    expect(page.locator(".chip").first).to_have_text("等待审批")


def approve_and_issue(page: Page, address: str) -> None:
    page.goto(address)
    expect(page.locator("#evidence")).to_contain_text("检定报告")
    page.locator("[data-open='#approve']").click()
    page.locator("#approve button[type=submit]").click()
    page.locator("[data-open='#issue']").click()
    page.locator("#issue button[type=submit]").click()
    expect(page.locator(".chip").first).to_have_text("已发行")


def test_back_billing_is_asked_with_evidence_and_read_on_the_bill(
    utility: Utility, enter: Enter, faults: list[str]
) -> None:
    (january,) = months.list_bills_of(utility, utility.points[0])
    asker, chief = enter("asker", password=PASSWORD), enter("chief", password=PASSWORD)

    form = draw_up(asker, january)
    ask_with_evidence(asker)
    approve_and_issue(chief, asker.url)

    order = BillCorrection.objects.for_actor(utility.actor).get()
    issued = Bill.objects.for_actor(utility.actor).get(correction_id=order.pk)
    chief.goto(f"/billing/bills/{issued.pk}/")
    for words in ("检定报告：快 5%", january.number, "−7.09", "所涉账单保持不变"):
        expect(chief.locator("main")).to_contain_text(words)
    evidence = CorrectionEvidence.objects.for_actor(utility.actor).get()
    places = [
        form,
        f"{form}?kind=breach&act=own_source",
        f"/billing/corrections/{order.pk}/",
        f"/billing/corrections/{order.pk}/explanation/",
        f"/billing/corrections/evidence/{evidence.pk}/",
        f"/billing/bills/{issued.pk}/",
        "/billing/corrections/",
        "/billing/corrections/back-billing/",
    ]
    assert look_at(asker, places) == {}
    assert faults == []
