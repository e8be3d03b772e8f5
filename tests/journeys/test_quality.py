"""Faults of the archive are found, mended or exempted; a masked number is shown for a reason and the look is kept."""

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from django.core.cache import cache
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange
from playwright.sync_api import Page, expect
from tests.factories import archive as factory
from tests.factories.archive import Archive
from tests.factories.utility import add_clerk
from tests.journeys.conftest import NARROW, WIDE, OpenPage, list_serious_faults, overflow_px

from dianke.domain.customers.models import Contact, CustomerAccount
from dianke.domain.customers.queries.hashes import hash_phone
from dianke.platform.identity.types import Actor

pytestmark = [pytest.mark.browser]

PASSWORD = "correct horse battery"
PHONE = "13907214418"
SYSTEM = Actor.system("building an archive for a journey")
WORKING = ("archive.view", "quality.view", "quality.work")
Enter = Callable[..., Page]


@pytest.fixture
def archive(transactional_db: None) -> Archive:
    """Return an archive with one account that supplies nothing and one that does."""
    cache.clear()
    archive = factory.build_archive()
    factory.add_account(archive, name="李明")
    customer = factory.add_point(archive).account.customer
    period = DateRange(date(2025, 1, 1), None)
    facts = {"phone": PHONE, "phone_hash": hash_phone(PHONE), "period": period}
    Contact(customer=customer, name="王晓明", role="OWNER", preferred=True, **facts).save()
    add_clerk(archive.east, "keeper", [*WORKING, "protection.unmask_phone"])
    add_clerk(archive.east, "chief", [*WORKING, "quality.exempt", "protection.view_register"])
    with connection.cursor() as cursor:
        cursor.execute("truncate procrastinate_jobs cascade")
    return archive


@pytest.fixture
def enter(archive: Archive, open_page: OpenPage) -> Enter:
    """Return a function that opens a window of a person who has logged in."""

    def log_in(login: str, **look: object) -> Page:
        page = open_page("/login/", **look)
        page.fill("[name=login]", login)
        page.fill("[name=password]", PASSWORD)
        page.click("form button[type=submit]")
        page.wait_for_selector(".app")
        return page

    return log_in


def work(data_dir: Path) -> None:
    """Let a real worker do what waits and end."""
    place = connection.settings_dict
    address = f"postgresql://{place['USER']}:{place['PASSWORD']}@/{place['NAME']}?host={place['HOST']}"
    environment = {**os.environ, "DATABASE_URL": address, "DIANKE_DATA_DIR": str(data_dir)}
    command = [sys.executable, "-m", "dianke.interfaces.cli.main", "manage", "procrastinate", "worker", "--one-shot"]
    subprocess.run(command, env=environment, check=True, timeout=120)


def search_now(page: Page, data_dir: Path) -> None:
    page.goto("/quality/")
    page.get_by_role("button", name="立即检查").click()
    page.locator("#run-rules").get_by_role("button", name="立即检查").click()
    expect(page.locator(".toast-line")).to_contain_text("正在检查")
    work(data_dir)
    page.goto("/quality/")


def test_faults_are_found_mended_and_exempted(enter: Enter, faults: list[str], tmp_path: Path) -> None:
    page = enter("keeper")
    search_now(page, tmp_path)
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

    chief = enter("chief")
    expect(chief.locator("main")).to_contain_text("豁免待批")
    chief.goto(page.url)
    chief.get_by_role("button", name="不予豁免").click()
    expect(chief.locator(".chip").first).to_have_text("已领取")

    account = CustomerAccount.objects.for_actor(SYSTEM).get(customer__name="李明")
    CustomerAccount.objects.for_actor(SYSTEM).filter(pk=account.pk).update(status="CLOSED", closed_date="2026-01-31")
    search_now(page, tmp_path)

    expect(page.get_by_role("link", name="有户无计量点")).to_have_count(0)
    assert faults == []


def test_masked_number_is_shown_for_a_reason_and_the_look_is_kept(
    enter: Enter, archive: Archive, faults: list[str]
) -> None:
    account = CustomerAccount.objects.for_actor(SYSTEM).get(customer__name="王晓明")
    page = enter("keeper", size=NARROW)
    page.goto(f"/customers/accounts/{account.number}/contacts/")
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

    chief = enter("chief")
    chief.goto("/protection/")
    expect(chief.locator("tbody tr")).to_contain_text("停电通知未接通")
    assert faults == []


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_pages_fit_their_window_and_please_axe(size: tuple[int, int], theme: str, enter: Enter, tmp_path: Path) -> None:
    from dianke.application.archive_quality.run import run_rules
    from dianke.domain.audits.models import QualityFinding
    from dianke.kernel.clock import SystemClock

    run_rules(actor=SYSTEM, at=SystemClock().now())
    finding = QualityFinding.objects.for_actor(SYSTEM).order_by("id").first()
    page = enter("chief", size=size, theme=theme)

    wrong = {}
    for address in ("/quality/", "/quality/findings/", f"/quality/findings/{finding.pk}/", "/protection/"):
        page.goto(address)
        wrong[address] = (max(overflow_px(page), 0), list_serious_faults(page))

    assert wrong == dict.fromkeys(wrong, (0, []))
