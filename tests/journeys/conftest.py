"""A real browser on a served site; pictures into docs/screens when DIANKE_SCREENS=1."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.cache import cache
from playwright.sync_api import Browser, Page, sync_playwright

from dianke.platform.identity import operations as identity
from dianke.platform.identity.models import Staff
from dianke.platform.org.operations import add_unit
from dianke.platform.org.types import UnitKind

# Playwright's synchronous face runs an event loop in this thread, and Django then refuses the database.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

SCREENS = Path(__file__).resolve().parents[2] / "docs" / "screens"
WIDE, NARROW = (1440, 900), (390, 844)
LONGEST_PX = 1400
PASSWORD = "a long enough password"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
# No sandbox: the tests may run as root. The others keep the browser from calling out.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

OpenPage = Callable[..., Page]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start one headless browser for the whole run."""
    executable = next(filter(None, map(shutil.which, BROWSERS)), None)
    if executable is None:
        pytest.skip("no Chromium on this machine (Debian's package is called chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def faults() -> list[str]:
    """Collect what the browser complained about: scripts, content policy, missing files."""
    return []


@pytest.fixture
def open_page(browser: Browser, live_server: object, faults: list[str]) -> Iterator[OpenPage]:
    """Return a function that opens an address in a window of a size, a look and a language."""
    with _windows(browser, str(live_server), faults) as open_window:
        yield open_window


@contextmanager
def _windows(browser: Browser, server: str, faults: list[str]) -> Iterator[OpenPage]:
    contexts = []

    def open_window(
        address: str = "/", *, size: tuple[int, int] = WIDE, theme: str = "light", language: str = "zh-hans"
    ) -> Page:
        context = browser.new_context(
            base_url=server,
            viewport={"width": size[0], "height": size[1]},
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
        )
        contexts.append(context)
        context.add_cookies(
            [
                {"name": "dianke_theme", "value": theme, "url": server},
                {"name": "django_language", "value": language, "url": server},
            ]
        )
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda line: faults.append(line.text) if line.type in {"error", "warning"} else None)
        page.goto(address)
        return page

    yield open_window
    for context in contexts:
        context.close()


@pytest.fixture
def save_screen() -> Callable[[Page, str], None]:
    """Return a function that keeps a picture of the page, when pictures were asked for."""
    wanted = os.environ.get("DIANKE_SCREENS") == "1"

    def save(page: Page, name: str) -> None:
        if wanted:
            SCREENS.mkdir(parents=True, exist_ok=True)
            # A page of several windows' height is too large to be kept: its first window must do.
            height = int(page.evaluate("document.documentElement.scrollHeight"))
            page.screenshot(path=SCREENS / f"{name}.png", full_page=height <= LONGEST_PX)

    return save


@pytest.fixture
def reviewer(transactional_db: None) -> Staff:
    """Add the utility and a person who reviews bills there."""
    cache.clear()
    utility = add_unit(code="YZ", name="云泽供电公司", kind=UnitKind.UTILITY, parent=None)
    person = identity.add_staff(login="YZ10427", name="沈知禾", unit=utility, password=PASSWORD)
    post = identity.define_post(code="REVIEWER", name="核算审核员", rights=["billing.review"])
    identity.assign_post(staff=person, post=post, unit=utility, start=date(2020, 1, 1))
    return person


def log_in(page: Page, person: Staff) -> None:
    """Log in as the person and wait for the home."""
    page.goto("/login/")
    page.fill("[name=login]", person.login)
    page.fill("[name=password]", PASSWORD)
    page.click("form button[type=submit]")
    page.wait_for_selector(".app")


def overflow_px(page: Page) -> int:
    """Return by how much the page is wider than its window."""
    return int(page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))


def list_serious_faults(page: Page) -> list[str]:
    """Return the rules that axe finds broken seriously, each with the first place."""
    violations = Axe().run(page).response["violations"]
    return [
        f"{fault['id']}: {fault['nodes'][0]['html'][:120]}"
        for fault in violations
        if fault["impact"] in {"serious", "critical"}
    ]
