"""A family moves away: the counter asks for the final bill, another reviews, a third issues, the account shows it."""

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

from dianke.application import meter_to_cash
from dianke.domain.billing.models import FinalBilling
from dianke.kernel.clock import SystemClock

pytestmark = [pytest.mark.browser]

PASSWORD = "correct horse battery"
LOOKING = ["archive.view", "billing.view", "tariffs.view"]


def bill_a_month(_data_dir: Path) -> Utility:
    """Return a utility whose one home was billed for January."""
    with transaction.atomic():
        built = issue_homes("1450")
        factory.add_clerk(built.root, "counter", [*LOOKING, "billing.ask_final"])
        factory.add_clerk(built.root, "maker", [*LOOKING, "billing.run", "billing.review"])
        factory.add_clerk(built.root, "chief", [*LOOKING, "billing.issue"])
    return built


@pytest.fixture
def utility(stage: Stage[Utility]) -> Utility:
    """Bring the utility and its month."""
    return stage(bill_a_month)


def ask(page: Page, number: str) -> None:
    """Go to the form from the account, look at what it comes to, and ask for it."""
    page.goto(f"/customers/accounts/{number}/")
    page.get_by_role("button", name="操作").click()
    page.get_by_role("link", name="终结电费（销户、过户）").click()
    page.fill("[name=final_date]", "2026-02-11")
    page.fill("[name=reason]", "搬离本市")
    page.locator("input[inputmode=decimal]").fill("1600")
    page.get_by_role("button", name="试算查看").click()
    expect(page.locator("#preview")).to_contain_text("150")
    page.get_by_role("button", name="申请终结电费").click()
    expect(page.locator(".chip").first).to_have_text("待发行")


def test_who_moves_away_gets_a_final_bill(utility: Utility, enter: Enter, faults: list[str]) -> None:
    (home,) = utility.points
    number = home.account.number
    counter, maker, chief = (enter(login, password=PASSWORD) for login in ("counter", "maker", "chief"))

    ask(counter, number)
    final = FinalBilling.objects.for_actor(utility.actor).select_related("run").get()
    maker.goto(f"/billing/runs/{final.run.number}/review/")
    expect(maker.locator("main")).to_contain_text(final.run.number)
    months.exempt_everything(actor=utility.runner, run=final.run)
    chief.goto(f"/billing/runs/{final.run.number}/")
    chief.locator("[data-open='#issue']").click()
    chief.locator("#issue button[type=submit]").click()
    expect(chief.locator("main")).to_be_visible()
    # The worker, which a journey does not run, goes on from the decision.
    meter_to_cash.issue_run(actor=utility.issuer, number=final.run.number, at=SystemClock().now())

    counter.goto(f"/customers/accounts/{number}/bills/")
    for words in ("终结电费", "2026-02-01 → 2026-02-11"):
        expect(counter.locator("main")).to_contain_text(words)
    expect(counter.locator(".chip").first).to_have_text("已销户")
    places = [
        f"/billing/finals/{final.pk}/",
        f"/billing/finals/new/{number}/?on=2026-02-11",
        f"/billing/runs/{final.run.number}/",
        f"/customers/accounts/{number}/bills/",
    ]
    assert look_at(counter, places) == {}
    assert faults == []
