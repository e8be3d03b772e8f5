"""What a person does with the frame: log in, find, move by keys, confirm, switch look and language."""

import re

import pytest
from playwright.sync_api import expect
from tests.journeys.conftest import PASSWORD, Enter, OpenPage, arrive
from tests.journeys.gallery import data
from tests.journeys.looks import NARROW, look_around, look_at

from dianke.interfaces.web import navigation
from dianke.interfaces.web.navigation import MenuEntry
from dianke.interfaces.web.shell import home, search
from dianke.interfaces.web.shell.search import SearchSource
from dianke.platform.identity.models import Staff

pytestmark = [pytest.mark.browser, pytest.mark.urls("tests.journeys.gallery.urls")]

PAGES = (
    "/",
    "/gallery/runs/",
    "/gallery/runs/JS-202601-02/",
    "/gallery/customer/",
    "/search/?q=恒锐",
)


@pytest.fixture(autouse=True)
def _gallery(monkeypatch: pytest.MonkeyPatch, settings: object) -> None:
    """Bring the gallery's templates, work, figures, hits and menu."""
    templates = [{**settings.TEMPLATES[0], "DIRS": ["tests/journeys/gallery/templates"]}]  # type: ignore[attr-defined]
    settings.TEMPLATES = templates  # type: ignore[attr-defined]
    entries = {"web:home": navigation._ENTRIES["web:home"]}
    monkeypatch.setattr(navigation, "_ENTRIES", entries)
    monkeypatch.setattr(home, "_WORK", [("", data.work)])
    monkeypatch.setattr(home, "_FIGURES", [("", data.figures)])
    monkeypatch.setattr(search, "_SOURCES", [SearchSource("客户", data.find_customers, order=1)])
    navigation.register(
        MenuEntry(group="customers", label="客户", url_name="gallery_customer"),
        MenuEntry(group="billing", label="核算批次", url_name="gallery_runs", count=lambda actor: 2, order=1),
        MenuEntry(group="billing", label="账单审核", url_name="gallery_run", count=lambda actor: 93, order=2),
    )


def test_wrong_password_then_right_one_leads_to_the_page_that_was_asked_for(
    reviewer: Staff, open_page: OpenPage
) -> None:
    page = open_page("/gallery/runs/")
    page.fill("[name=login]", reviewer.login)
    page.fill("[name=password]", "wrong")
    page.press("[name=password]", "Enter")
    expect(page.get_by_role("alert")).to_contain_text("工号与密码不符")

    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")

    expect(page).to_have_url(re.compile(r"/gallery/runs/$"))


def test_search_box_finds_by_two_characters_and_opens_by_keys(reviewer: Staff, enter: Enter, faults: list[str]) -> None:
    page = enter(reviewer.login)

    page.keyboard.press("Control+k")
    page.keyboard.type("恒通")
    expect(page.locator("#palette .hit")).to_have_count(1)
    page.keyboard.press("Enter")

    expect(page.locator("h1")).to_have_text("云泽恒锐精密铸造有限公司")
    assert faults == []


def test_arrows_move_through_the_hits_and_around(reviewer: Staff, enter: Enter) -> None:
    page = enter(reviewer.login)
    page.keyboard.press("Control+k")
    page.keyboard.type("云泽")
    expect(page.locator("#palette .hit")).to_have_count(2)

    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")

    chosen = page.locator("#palette .hit[aria-selected=true]")
    expect(chosen).to_contain_text("恒通物流")
    assert page.locator("#palette input").get_attribute("aria-activedescendant") == chosen.get_attribute("id")


def test_escape_closes_the_search_box_and_keys_of_the_page_work_again(reviewer: Staff, enter: Enter) -> None:
    page = enter(reviewer.login)
    page.keyboard.press("Control+k")
    page.keyboard.type("j?")
    page.keyboard.press("Escape")

    page.keyboard.press("?")

    expect(page.locator("#palette")).not_to_be_visible()
    expect(page.locator("#keys")).to_be_visible()


def test_rows_are_moved_selected_and_opened_by_keys(reviewer: Staff, enter: Enter) -> None:
    page = enter(reviewer.login, "/gallery/runs/")

    for key in ("j", "j", "k", "j", "x"):
        page.keyboard.press(key)

    expect(page.locator("tr.sel")).to_contain_text("城关二所")
    expect(page.locator(".bulk")).to_contain_text("已选 1 片")
    page.keyboard.press("Enter")
    expect(page.locator(".no").first).to_have_text("JS-202601-02")


def test_slash_goes_to_the_filter_and_typing_there_moves_no_row(reviewer: Staff, enter: Enter) -> None:
    page = enter(reviewer.login, "/gallery/runs/")

    page.keyboard.press("/")
    page.keyboard.type("jk")

    expect(page.locator("[data-filter]")).to_have_value("jk")
    expect(page.locator("tr.sel")).to_have_count(0)


def test_final_act_says_what_will_happen_and_can_be_left(reviewer: Staff, enter: Enter) -> None:
    page = enter(reviewer.login, "/gallery/runs/JS-202601-02/")

    page.get_by_role("button", name="提交发行").click()

    dialog = page.get_by_role("dialog", name="发行 JS-202601-02")
    expect(dialog).to_contain_text("发行后账单不可修改")
    expect(dialog).to_contain_text("3,812,440.16 元")
    expect(dialog.get_by_role("button", name="取消")).to_be_focused()
    page.keyboard.press("Escape")
    expect(dialog).not_to_be_visible()


def test_look_and_language_are_switched_in_the_menu_of_the_person(reviewer: Staff, enter: Enter) -> None:
    page = enter(reviewer.login)

    page.get_by_role("button", name="我的账户").click()
    page.get_by_role("button", name="深色").click()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    arrive(page)
    page.get_by_role("button", name="我的账户").click()
    page.get_by_role("button", name="Switch to English").click()

    expect(page.locator("h1")).to_have_text("My work")


def test_menu_of_a_phone_is_a_drawer(reviewer: Staff, enter: Enter) -> None:
    page = enter(reviewer.login, size=NARROW)
    expect(page.get_by_role("link", name="核算批次")).not_to_be_in_viewport()

    page.get_by_role("button", name="菜单").click()
    page.locator("#side").get_by_role("link", name="核算批次").click()

    expect(page.locator("h1")).to_have_text("核算批次")


def test_chart_is_drawn_and_shows_values_where_the_pointer_is(reviewer: Staff, enter: Enter, faults: list[str]) -> None:
    page = enter(reviewer.login, "/gallery/customer/")

    page.locator("#year canvas").hover(position={"x": 200, "y": 120})

    expect(page.locator("#year .tip")).to_contain_text("kWh")
    expect(page.locator("#year .tip-row").first).to_contain_text("尖")
    assert faults == []


def test_pages_fit_their_window_and_have_no_serious_fault(
    reviewer: Staff, open_page: OpenPage, enter: Enter, faults: list[str]
) -> None:
    found = {"login": look_around(open_page("/login/"))}
    found |= look_at(enter(reviewer.login), PAGES)

    assert found == {"login": []}
    assert faults == []
