"""What the review measures by changes hands: proposed by the supervisor, approved by the head of marketing."""

import pytest
from playwright.sync_api import expect
from tests.journeys.conftest import Enter
from tests.journeys.looks import list_serious_faults

from dianke.application.demo_utility import organisation
from dianke.domain.billing.models import ReviewParameter
from dianke.platform.identity.types import Actor

pytestmark = [pytest.mark.browser]

SYSTEM = Actor.system("looking at review parameters in a journey")
PATH = "/billing/review/parameters/"


def test_values_are_proposed_by_one_and_approved_by_another(enter_demo: Enter, faults: list[str]) -> None:
    first = enter_demo(organisation.SUPERVISOR, f"{PATH}propose/?rule=zero_use&class=RESIDENTIAL")
    assert list_serious_faults(first) == []
    first.get_by_label("连续账单数").fill("9")
    first.get_by_label("原因", exact=False).last.fill("老城区空置房多")
    first.get_by_role("button", name="提交").click()
    expect(first.locator("main")).to_contain_text("这些参数由您提交，须由另一人审批。")
    expect(first.get_by_role("button", name="批准")).to_have_count(0)

    second = enter_demo("chief")
    second.locator("a[href*='/parameters/proposals/']").first.click()
    expect(second.locator("main")).to_contain_text("老城区空置房多")
    assert list_serious_faults(second) == []
    second.get_by_role("button", name="批准").click()
    second.get_by_role("dialog").get_by_role("button", name="批准").click()
    expect(second.locator(".ttl .chip")).to_have_text("已批准")

    row = ReviewParameter.objects.for_actor(SYSTEM).get()
    assert (row.code, row.usage_class, row.values, row.set_by) == (
        "zero_use",
        "RESIDENTIAL",
        {"cycles": 9},
        organisation.SUPERVISOR,
    )
    assert faults == []
