"""From the menu of a customer's page to the other one: compared side by side, merged for a reason."""

import pytest
from playwright.sync_api import expect
from tests.journeys.conftest import Enter

from dianke.domain.customers.models import Customer, DuplicateSuspicion
from dianke.platform.identity.types import Actor

pytestmark = [pytest.mark.browser]

SYSTEM = Actor.system("looking at a merge in a journey")


def test_two_customers_become_one_from_the_menu_of_a_customer(enter_demo: Enter, faults: list[str]) -> None:
    suspicion = DuplicateSuspicion.objects.for_actor(SYSTEM).select_related("other", "customer").order_by("id").first()
    kept, merged = suspicion.other, suspicion.customer
    page = enter_demo("archivist", f"/customers/by-number/{kept.number}/")

    page.get_by_role("button", name="操作").click()
    page.get_by_role("link", name="与另一客户合并").click()
    page.get_by_label("另一客户的客户编号或户号").fill(merged.number)
    page.get_by_role("button", name="对比").click()
    expect(page.locator("h1")).to_have_text("合并客户")
    page.locator(f"input[name=kept][value={kept.number}]").check()
    page.get_by_label("原因").fill("同一户两次建档")
    page.get_by_role("button", name="合并").click()

    expect(page.locator("h1")).to_have_text(kept.name)
    # The page fetches its usage: the database of the test must outlive that.
    page.wait_for_load_state("networkidle")
    assert Customer.objects.for_actor(SYSTEM).get(pk=merged.pk).merged_into_id == kept.pk
    assert faults == []
