"""People come in: a first password, a second step, too many failures, a session ended from elsewhere."""

import re
from datetime import date, timedelta
from pathlib import Path

import pyotp
import pytest
from playwright.sync_api import Page, expect
from tests.journeys.conftest import PASSWORD, Enter, OpenPage, Stage
from tests.journeys.looks import look_at

from dianke.application.administration.posts import define_from_template
from dianke.kernel.clock import SystemClock
from dianke.platform.identity import operations as identity
from dianke.platform.identity.models import Staff
from dianke.platform.identity.template import read_template
from dianke.platform.org import operations as org
from dianke.platform.org.types import UnitKind

pytestmark = [pytest.mark.browser]

OWN_PASSWORD = "mein eigenes Wort 7"
PAGES = (
    "/administration/staff/", "/administration/staff/add/", "/administration/staff/li/",
    "/administration/staff/li/posts/", "/administration/staff/li/deputies/", "/administration/staff/li/change/",
    "/administration/posts/", "/administration/posts/COUNTER_CLERK/", "/administration/posts/add/",
    "/administration/conflicts/", "/administration/units/", "/administration/units/add/",
    "/administration/units/E/rename/", "/administration/units/E/move/",
    "/administration/account/", "/administration/account/password/", "/administration/account/second-step/",
)  # fmt: skip


def build_company(_data_dir: Path) -> Staff:
    """Add a company with two branches, its posts, an administrator, and a clerk who holds too much."""
    root = org.add_unit(code="YZ", name="云泽供电公司", kind=UnitKind.UTILITY, parent=None)
    east = org.add_unit(code="E", name="城东供电分公司", kind=UnitKind.BRANCH, parent=root)
    org.add_unit(code="W", name="城西供电分公司", kind=UnitKind.BRANCH, parent=root)
    org.add_unit(code="E1", name="城关供电所", kind=UnitKind.STATION, parent=east)
    posts = {post.code: define_from_template(post) for post in read_template().posts}
    since = date(2025, 1, 1)
    person = identity.add_staff(login="admin", name="栖竹砚", unit=root, password=PASSWORD)
    identity.assign_post(staff=person, post=posts["ADMINISTRATOR"], unit=root, start=since)
    clerk = identity.add_staff(login="li", name="拾穗宁", unit=east, password=PASSWORD)
    keeper = identity.add_staff(login="wang", name="观砚清和", unit=east, password=PASSWORD)
    for code in ("COUNTER_CLERK", "ARCHIVE_KEEPER"):
        identity.assign_post(staff=clerk, post=posts[code], unit=east, start=since)
    identity.assign_post(staff=keeper, post=posts["ARCHIVE_KEEPER"], unit=east, start=since)
    today = SystemClock().now().date()
    identity.add_deputy(absent=keeper, deputy=clerk, start=today, last_date=today + timedelta(days=7), reason="年休假")
    return person


@pytest.fixture
def admin(stage: Stage[Staff]) -> Staff:
    """Bring the company and return its administrator."""
    return stage(build_company)


def type_in(page: Page, login: str, password: str) -> None:
    """Type login and password and send them."""
    page.goto("/login/")
    page.fill("[name=login]", login)
    page.fill("[name=password]", password)
    page.click("form button[type=submit]")


def add_new_person(office: Page) -> str:
    """Add a counter clerk of the east as the administrator does, and return the first password."""
    office.goto("/administration/staff/add/")
    office.fill("[name=login]", "neu")
    office.fill("[name=name]", "沐禾安")
    office.select_option("[name=unit_code]", "E")
    office.click("main form button.btn-primary")
    first = office.inner_text(".first-password")
    office.goto("/administration/staff/neu/posts/")
    office.select_option("[name=post_code]", "COUNTER_CLERK")
    office.select_option("[name=unit_code]", "E")
    office.click("main form button.btn-primary")
    expect(office.locator("main")).to_contain_text("营业厅受理员")
    return first


def test_new_person_changes_the_first_password_and_adds_a_second_step(
    admin: Staff, open_page: OpenPage, enter: Enter, faults: list[str]
) -> None:
    first = add_new_person(enter(admin.login))

    page = open_page()
    type_in(page, "neu", first)
    expect(page.locator("h1")).to_have_text("设置您自己的密码")
    page.goto("/")
    expect(page.locator("h1")).to_have_text("设置您自己的密码")
    page.fill("[name=old_password]", first)
    for name in ("password", "again"):
        page.fill(f"[name={name}]", OWN_PASSWORD)
    page.click("form button[type=submit]")
    page.wait_for_selector(".app")

    page.goto("/administration/account/second-step/")
    page.fill("[name=old_password]", OWN_PASSWORD)
    page.click("main form button.btn-primary")
    # The whole picture is seen: a phone reads none that is cut off.
    assert page.locator(".qr svg").evaluate("one => one.getBBox().width === one.viewBox.baseVal.width")
    secret = re.sub(r"\s", "", page.inner_text(".key-text"))
    page.fill("[name=one_time_code]", pyotp.TOTP(secret).now())
    page.click("main form button.btn-primary")
    codes = page.locator(".codes li").all_inner_texts()
    assert len(codes) == 10

    again = open_page()
    type_in(again, "neu", OWN_PASSWORD)
    expect(again.locator("h1")).to_have_text("第二步验证")
    again.fill("[name=one_time_code]", codes[0])
    again.click("form button[type=submit]")
    again.wait_for_selector(".app")
    assert faults == []


def test_fifth_failure_locks_and_the_administrator_unlocks(admin: Staff, open_page: OpenPage, enter: Enter) -> None:
    page = open_page()
    for _ in range(5):
        type_in(page, "li", "falsch")
    expect(page.locator(".refused")).to_contain_text("失败次数过多")
    type_in(page, "li", PASSWORD)
    expect(page.locator(".refused")).to_contain_text("失败次数过多")

    office = enter(admin.login, "/administration/staff/li/")
    office.get_by_role("button", name="解锁").click()
    expect(office.get_by_role("button", name="解锁")).to_have_count(0)
    type_in(page, "li", PASSWORD)

    page.wait_for_selector(".app")


def test_session_ended_from_elsewhere_leads_to_the_log_in(admin: Staff, enter: Enter) -> None:
    counter, office = enter("li"), enter(admin.login, "/administration/staff/li/")

    office.get_by_role("button", name="全部结束").click()
    expect(office.get_by_role("button", name="全部结束")).to_have_count(0)
    counter.goto("/")

    expect(counter).to_have_url(re.compile(r"/login/"))


def test_unit_is_moved_after_its_meaning_was_shown(admin: Staff, enter: Enter) -> None:
    page = enter(admin.login, "/administration/units/E1/move/")
    expect(page.locator(".consequence")).to_contain_text("将移动 1 个单位")

    page.select_option("[name=parent_code]", "W")
    page.fill("[name=reason]", "区划调整")
    page.click("main form button.btn-primary")

    rows = page.locator("tbody tr").all_inner_texts()
    assert [row.split()[0] for row in rows] == ["云泽供电公司", "城东供电分公司", "城西供电分公司", "城关供电所"]


def test_pages_fit_their_window_and_have_no_serious_fault(admin: Staff, enter: Enter, faults: list[str]) -> None:
    page = enter(admin.login)

    assert look_at(page, PAGES) == {}
    assert faults == []
