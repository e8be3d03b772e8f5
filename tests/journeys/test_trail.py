"""A sensitive change, its alarm, the second look, the search of the trail, and a tampered row that is named."""

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db import connection
from playwright.sync_api import Page, expect
from tests.factories import archive as factory
from tests.journeys.conftest import PASSWORD, Enter, Stage
from tests.journeys.looks import look_at

from dianke.application.archive import key_changes
from dianke.application.trail import chain_trail
from dianke.domain.customers.models import CustomerAccount
from dianke.domain.customers.types import KeyField
from dianke.kernel.clock import SystemClock
from dianke.platform.audit.models import UseCaseRecord
from dianke.platform.identity import operations as identity
from dianke.platform.identity.models import Staff
from dianke.platform.identity.queries import build_actor
from dianke.platform.identity.types import Actor
from dianke.platform.org.models import Unit

pytestmark = [pytest.mark.browser]

SYSTEM = Actor.system("walking through the trail in a browser")


@dataclass
class Office:
    """Who works here, and the account whose customer got another name."""

    auditor: Staff
    approver: Staff
    account: CustomerAccount


def build_office(_data_dir: Path) -> Office:
    """Change a customer's name by two persons, as every change of key data is made."""
    archive = factory.build_archive()
    account = factory.add_account(archive, name="王晓明")
    clerk = _add_person(archive.east, "clerk", "陈一", "archive.view", "archive.change_key_data")
    approver = _add_person(
        archive.east, "approver", "周二", "archive.view", "archive.approve_key_data", "alarms.review"
    )
    auditor = _add_person(archive.root, "auditor", "郑三", "trail.view", "trail.prove", "alarms.review")
    change = key_changes.ask_key_change(
        actor=_act(clerk),
        customer=account.customer,
        account=None,
        field=KeyField.NAME,
        value={"name": "王小明"},
        reason="证件核对后更名",
        at=SystemClock().now(),
    )
    key_changes.approve_key_change(actor=_act(approver), change=change, reason="", at=SystemClock().now())
    return Office(auditor, approver, account)


@pytest.fixture
def office(stage: Stage[Office]) -> Office:
    """Bring the utility in which the name was changed."""
    return stage(build_office)


def _add_person(unit: Unit, login: str, name: str, *rights: str) -> Staff:
    person = identity.add_staff(login=login, name=name, unit=unit, password=PASSWORD)
    post = identity.define_post(code=f"P-{login}", name=name, rights=list(rights))
    identity.assign_post(staff=person, post=post, unit=unit, start=date(2020, 1, 1))
    return person


def _act(person: Staff) -> Actor:
    return build_actor(staff=person, on=SystemClock().now().date(), origin="web", address="10.0.0.7")


def _close_days() -> UseCaseRecord:
    """Close the days up to yesterday, with one old act in them, which is returned."""
    now = SystemClock().now()
    record = UseCaseRecord(
        at=now - timedelta(days=2), use_case="test.act", right="", actor_login="li", actor_name="李", origin="web"
    )
    record.save()
    chain_trail(actor=SYSTEM, at=now)
    return record


def test_a_second_person_looks_at_a_sensitive_change(enter: Enter, office: Office, faults: list[str]) -> None:
    page = enter(office.auditor.login)
    expect(page.locator("main")).to_contain_text("王小明")

    page.goto("/trail/alarms/")
    page.click("a:has-text('王小明')")
    expect(page.locator("main")).to_contain_text("王晓明")
    page.click("button[value=NOT_IN_ORDER]")
    expect(page.locator("[role=alert]")).to_be_visible()
    page.fill("[name=note]", "已与身份证复印件核对")
    page.click("button[value=IN_ORDER]")

    expect(page.locator("main")).to_contain_text("正常")
    assert [fault for fault in faults if "422" not in fault] == []


def test_who_made_the_change_is_told_that_another_must_look(enter: Enter, office: Office) -> None:
    page = enter(office.approver.login)

    page.goto("/trail/alarms/")
    page.click("a:has-text('王小明')")

    expect(page.locator("main")).to_contain_text("须由他人复核")
    expect(page.locator("button[value=IN_ORDER]")).to_have_count(0)


def test_a_change_is_found_by_thing_person_and_day(enter: Enter, office: Office, faults: list[str]) -> None:
    page = enter(office.auditor.login)

    page.goto("/trail/")
    page.fill("[name=q]", office.account.customer.number)
    page.keyboard.press("Enter")
    expect(page.locator("tbody tr")).to_have_count(2)
    page.goto("/trail/?person=approver&group=customers")
    page.click("tbody tr:has-text('王小明') a[data-open-row]")

    expect(page.locator("main")).to_contain_text("王晓明")
    expect(page.locator("main")).to_contain_text("10.0.0.7")
    page.goto("/trail/?to=2020-01-01")
    expect(page.locator("main")).to_contain_text("没有符合条件的变更")
    page.goto("/trail/?q=99999999")
    expect(page.locator("main")).to_contain_text("没有此编号的对象")
    assert faults == []


def test_a_tampered_row_is_named_on_the_page(enter: Enter, office: Office, faults: list[str]) -> None:
    record = _close_days()
    page = enter(office.auditor.login)
    page.goto("/trail/chain/")
    page.click("form[action$='/prove/'] button")
    expect(page.locator("main table").last).to_contain_text("完整")

    with connection.cursor() as cursor:
        cursor.execute("update audit_usecaserecord set reason = '改过' where id = %s", [record.pk])
    page.click("form[action$='/prove/'] button")

    expect(page.locator("main [role=alert]")).to_contain_text(f"audit_usecaserecord · {record.pk}")
    assert faults == []


def test_every_page_of_the_trail_fits_and_pleases_axe(enter: Enter, office: Office) -> None:
    _close_days()
    page = enter(office.auditor.login)

    assert look_at(page, _list_addresses(page)) == {}


def _list_addresses(page: Page) -> list[str]:
    queries = ["", "?person=approver", "?q=nobody", "acts/", "alarms/", "chain/"]
    addresses = [f"/trail/{query}" for query in queries]
    for listed in ("/trail/", "/trail/alarms/"):
        page.goto(listed)
        addresses.append(page.locator("tbody a").first.get_attribute("href") or "")
    return addresses
