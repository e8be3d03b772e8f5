"""Faults of the archive are found, mended or exempted; a masked number is shown for a reason and the look is kept."""

from datetime import date
from pathlib import Path

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange
from playwright.sync_api import Page, expect
from tests.factories import archive as factory
from tests.factories.archive import Archive
from tests.factories.utility import add_clerk
from tests.journeys.conftest import Enter, RunWorker, Stage
from tests.journeys.looks import NARROW, list_serious_faults, look_at, overflow_px

from dianke.application.archive_quality.run import run_rules
from dianke.domain.audits.models import QualityFinding
from dianke.domain.customers.models import Contact, CustomerAccount
from dianke.domain.customers.queries.hashes import hash_phone
from dianke.kernel.clock import SystemClock
from dianke.platform.identity.types import Actor

pytestmark = [pytest.mark.browser]

PASSWORD = "correct horse battery"
PHONE = "13907214418"
SYSTEM = Actor.system("building an archive for a journey")
WORKING = ("archive.view", "quality.view", "quality.work")


def build_archive(_data_dir: Path) -> Archive:
    """Return an archive with one account that supplies nothing and one that does."""
    archive = factory.build_archive()
    factory.add_account(archive, name="李明")
    customer = factory.add_point(archive).account.customer
    period = DateRange(date(2025, 1, 1), None)
    facts = {"phone": PHONE, "phone_hash": hash_phone(PHONE), "period": period}
    Contact(customer=customer, name="王晓明", role="OWNER", preferred=True, **facts).save()
    add_clerk(archive.east, "keeper", [*WORKING, "protection.unmask_phone"])
    add_clerk(archive.east, "chief", [*WORKING, "quality.exempt", "protection.view_register"])
    return archive


@pytest.fixture
def archive(stage: Stage[Archive]) -> Archive:
    """Bring the archive."""
    return stage(build_archive)


@pytest.fixture
def enter_archive(enter: Enter, archive: Archive) -> Enter:
    """Return a function that opens a window of a person of the archive who has logged in."""
    return lambda login, address="/", **look: enter(login, address, password=PASSWORD, **look)


def search_now(page: Page, run_worker: RunWorker) -> None:
    page.goto("/quality/")
    page.get_by_role("button", name="立即检查").click()
    page.locator("#run-rules").get_by_role("button", name="立即检查").click()
    expect(page.locator(".toast-line")).to_contain_text("正在检查")
    run_worker()
    page.goto("/quality/")


def test_faults_are_found_mended_and_exempted(enter_archive: Enter, run_worker: RunWorker, faults: list[str]) -> None:
    page = enter_archive("keeper")
    search_now(page, run_worker)
    page.get_by_role("link", name="有户无计量点").click()
    row = page.locator("tbody tr")
    expect(row).to_have_count(1)
    row.locator("a").first.click()
    expect(page.locator("h1")).to_have_text("有户无计量点")
    page.get_by_role("button", name="领取").click()
    expect(page.locator(".chip").first).to_have_text("已领取")
    page.fill("[name=reason]", "预留户头，月底立户")
    page.get_by_role("button", name="申请豁免").click()
    expect(page.locator(".chip").first).to_have_text("待豁免审批")
    expect(page.get_by_role("heading", name="是否豁免")).to_have_count(0)

    chief = enter_archive("chief")
    expect(chief.locator("main")).to_contain_text("豁免待批")
    chief.goto(page.url)
    chief.get_by_role("button", name="不予豁免").click()
    expect(chief.locator(".chip").first).to_have_text("已领取")

    account = CustomerAccount.objects.for_actor(SYSTEM).get(customer__name="李明")
    CustomerAccount.objects.for_actor(SYSTEM).filter(pk=account.pk).update(status="CLOSED", closed_date="2026-01-31")
    search_now(page, run_worker)

    expect(page.get_by_role("link", name="有户无计量点")).to_have_count(0)
    assert faults == []


def test_masked_number_is_shown_for_a_reason_and_the_look_is_kept(
    enter_archive: Enter, archive: Archive, faults: list[str]
) -> None:
    account = CustomerAccount.objects.for_actor(SYSTEM).get(customer__name="王晓明")
    page = enter_archive("keeper", f"/customers/accounts/{account.number}/contacts/", size=NARROW)
    masked = page.locator(".masked", has_text="139****4418").last
    masked.get_by_role("button", name="显示").click()
    form = page.locator(".unmask")
    expect(form.locator("[name=reason]")).to_be_focused()
    assert overflow_px(page) <= 0
    form.locator("[name=reason]").fill("停电通知未接通")
    form.get_by_role("button", name="显示").click()

    shown = page.locator(".masked.shown")
    expect(shown).to_contain_text(PHONE)
    assert list_serious_faults(page) == []
    shown.get_by_role("button", name="隐藏").click()
    expect(page.locator("body")).not_to_contain_text(PHONE)

    chief = enter_archive("chief", "/protection/")
    expect(chief.locator("tbody tr")).to_contain_text("停电通知未接通")
    assert faults == []


def test_pages_fit_their_window_and_please_axe(enter_archive: Enter) -> None:
    run_rules(actor=SYSTEM, at=SystemClock().now())
    finding = QualityFinding.objects.for_actor(SYSTEM).order_by("id").first()
    page = enter_archive("chief")

    found = look_at(page, ["/quality/", "/quality/findings/", f"/quality/findings/{finding.pk}/", "/protection/"])

    assert found == {}
