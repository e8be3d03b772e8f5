"""A counter's day: a near-duplicate is noticed, two customers become one, key data changes by two persons."""

import pytest
from playwright.sync_api import expect
from tests.journeys.conftest import Enter
from tests.journeys.looks import list_serious_faults, look_at

from dianke.application.demo_utility.belongings import invent_phone
from dianke.domain.customers.models import Customer, DuplicateSuspicion, KeyChange
from dianke.platform.identity.types import Actor

pytestmark = [pytest.mark.browser]

SYSTEM = Actor.system("looking at the archive in a journey")


def test_counter_enters_merges_and_changes_by_two_persons(enter_demo: Enter, faults: list[str]) -> None:
    suspicion = DuplicateSuspicion.objects.for_actor(SYSTEM).select_related("other").order_by("id").first()
    known = suspicion.other
    phone = invent_phone(int(known.number.removeprefix("C")))
    clerk = enter_demo("clerk", "/archive/enter/")

    clerk.get_by_label("名称", exact=True).fill(known.name)
    clerk.get_by_label("联系人姓名").fill(known.name)
    clerk.get_by_label("电话").fill(phone)
    clerk.get_by_label("道路").fill("望湖路")
    clerk.get_by_label("门牌号").fill("99")
    expect(clerk.locator("#duplicates")).to_contain_text("电话相同、名称相同")
    expect(clerk.locator("#duplicates")).to_contain_text("120****")
    assert list_serious_faults(clerk) == []
    clerk.get_by_role("button", name="建档").click()
    expect(clerk.locator(".field .wrong-text").first).to_contain_text("请逐一说明")
    for radio in clerk.get_by_role("radio", name="不确定，稍后核对").all():
        radio.check()
    clerk.get_by_label("为何是另一位客户").fill("来人未带证件")
    clerk.get_by_role("button", name="建档").click()
    expect(clerk.locator("h1")).to_have_text(known.name)

    keeper = enter_demo("archivist", "/archive/duplicates/")
    keeper.get_by_role("link", name=suspicion.customer.number).click()
    expect(keeper.locator("h1")).to_have_text("合并客户")
    keeper.get_by_label("原因").fill("同一人")
    keeper.get_by_role("button", name="合并").click()
    expect(keeper.locator("h1")).to_have_text(known.name)
    assert Customer.objects.for_actor(SYSTEM).get(pk=suspicion.customer_id).merged_into_id == known.pk

    change = KeyChange.objects.for_actor(SYSTEM).select_related("account").get(field="HOUSEHOLD_SIZE")
    clerk.goto(f"/archive/key-changes/{change.pk}/")
    expect(clerk.get_by_role("button", name="同意")).to_have_count(0)
    keeper.goto(f"/archive/key-changes/{change.pk}/")
    keeper.get_by_role("button", name="同意").click()
    keeper.get_by_role("dialog").get_by_role("button", name="同意").click()
    expect(keeper.locator(".ttl .chip")).to_have_text("已批准")
    assert [fault for fault in faults if "422" not in fault] == []  # the stopped entry answers 422


def test_pages_of_the_counter_fit_their_window_and_please_axe(enter_demo: Enter) -> None:
    suspicion = DuplicateSuspicion.objects.for_actor(SYSTEM).select_related("other", "customer").order_by("id").first()
    number, other = suspicion.other.number, suspicion.customer.number
    change = KeyChange.objects.for_actor(SYSTEM).select_related("customer", "account").get(field="HOUSEHOLD_SIZE")
    for_clerk = [
        "/archive/enter/",
        f"/archive/customers/{number}/key-data/",
        f"/archive/customers/{number}/key-data/identity/",
        f"/archive/customers/{number}/contacts/add/",
        f"/archive/customers/{number}/consents/add/",
        f"/archive/customers/{number}/documents/add/",
        f"/archive/accounts/{change.account.number}/marks/add/",
    ]
    for_archivist = [
        "/archive/duplicates/",
        f"/archive/merge/{number}/{other}/",
        "/archive/key-changes/",
        f"/archive/key-changes/{change.pk}/",
        f"/archive/customers/{number}/edit/",
    ]

    found = [look_at(enter_demo("clerk"), for_clerk), look_at(enter_demo("archivist"), for_archivist)]

    assert found == [{}, {}]
