"""A real browser on a served site; pictures into docs/screens when DIANKE_SCREENS=1."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import pytest
from django.conf import settings as django_settings
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.db import connection
from django.test import Client
from django.test.testcases import LiveServerThread
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from tests.journeys.looks import WIDE
from tests.journeys.stages import Stages

from dianke.interfaces.cli import demo
from dianke.platform.identity import operations as identity
from dianke.platform.identity.models import Staff
from dianke.platform.org.operations import add_unit
from dianke.platform.org.types import UnitKind

# Playwright's synchronous face runs an event loop in this thread, and Django then refuses the database.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

SCREENS = Path(__file__).resolve().parents[2] / "docs" / "screens"
LONGEST_PX = 1400
PASSWORD = "a long enough password"
# The small build without a window draws the same pages for a third of the work.
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
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

T = TypeVar("T")
OpenPage = Callable[..., Page]
Enter = Callable[..., Page]
RunWorker = Callable[[], None]
Stage = Callable[[Callable[[Path], T]], T]


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


@pytest.fixture(scope="session")
def site(django_db_setup: None) -> Iterator[str]:
    """Serve the product in a thread and return its address; which database it serves, the stage decides."""
    thread = LiveServerThread("localhost", static_handler=StaticFilesHandler)
    thread.daemon = True
    thread.start()
    thread.is_ready.wait()
    if thread.error:
        raise thread.error
    yield f"http://{thread.host}:{thread.port}"
    thread.terminate()


@pytest.fixture(scope="session")
def _stages(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stages]:
    with django_db_blocker.unblock():
        stages = Stages(tmp_path_factory.mktemp("stages"))
    yield stages
    with django_db_blocker.unblock():
        stages.close()


@pytest.fixture
def db() -> None:
    """Let pytest-django make the test database by asking for it; what a test does to it, the stage looks after."""


@pytest.fixture
def stage(db: None, _stages: Stages, django_db_blocker: Any, settings: Any, tmp_path: Path) -> Iterator[Stage[Any]]:
    """
    Return a function that brings the data of a builder: a function of a file, given the folder for its files.

    The builder runs once in a run of the tests; each test has a database of its own, a copy of what it left.
    """
    settings.DATA_DIR = tmp_path
    with django_db_blocker.unblock():
        yield lambda build: _stages.enter(build, tmp_path)
        _stages.leave()


@pytest.fixture
def faults() -> list[str]:
    """Collect what the browser complained about: scripts, content policy, missing files."""
    return []


@pytest.fixture(scope="session")
def _spare_contexts() -> list[BrowserContext]:
    """Keep contexts of finished tests: what they fetched once, styles and scripts, they need not fetch again."""
    return []


@pytest.fixture
def open_page(
    browser: Browser, site: str, stage: object, faults: list[str], _spare_contexts: list[BrowserContext]
) -> Iterator[OpenPage]:
    """Return a function that opens an address in a window of its own, of a size, a look and a language."""
    contexts: list[BrowserContext] = []

    def open_window(
        address: str = "/",
        *,
        size: tuple[int, int] = WIDE,
        theme: str = "light",
        language: str = "zh-hans",
        session: str | None = None,
    ) -> Page:
        context = _spare_contexts.pop() if _spare_contexts else _make_context(browser, site)
        contexts.append(context)
        cookies = {"dianke_theme": theme, "django_language": language}
        if session is not None:
            cookies[django_settings.SESSION_COOKIE_NAME] = session
        context.add_cookies([{"name": name, "value": value, "url": site} for name, value in cookies.items()])
        page = context.new_page()
        page.set_viewport_size({"width": size[0], "height": size[1]})
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda line: faults.append(line.text) if line.type in {"error", "warning"} else None)
        page.goto(address)
        return page

    yield open_window
    for context in contexts:
        for page in context.pages:
            page.close()
        context.clear_cookies()
    _spare_contexts.extend(contexts)


def _make_context(browser: Browser, site: str) -> BrowserContext:
    return browser.new_context(
        base_url=site,
        viewport={"width": WIDE[0], "height": WIDE[1]},
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
        # Nothing moves, so that a colour is measured as it stays.
        reduced_motion="reduce",
    )


@pytest.fixture
def enter(open_page: OpenPage) -> Enter:
    """
    Return a function that opens a window of a person who has logged in, at the home or another address.

    The form itself is sent without the browser; how it is typed in, tests of the frame and of people show.
    """

    def log_in(login: str, address: str = "/", *, password: str = PASSWORD, **look: Any) -> Page:
        client = Client()
        answer = client.post("/login/", {"login": login, "password": password})
        assert answer.status_code == 302, f"{login} was not let in"
        return open_page(address, session=client.cookies[django_settings.SESSION_COOKIE_NAME].value, **look)

    return log_in


@pytest.fixture
def save_screen() -> Callable[[Page, str], None]:
    """Return a function that keeps a picture of the page, when pictures were asked for."""

    def save(page: Page, name: str) -> None:
        if wants_screens():
            SCREENS.mkdir(parents=True, exist_ok=True)
            # A page of several windows' height is too large to be kept: its first window must do.
            height = int(page.evaluate("document.documentElement.scrollHeight"))
            page.screenshot(path=SCREENS / f"{name}.png", full_page=height <= LONGEST_PX)

    return save


def wants_screens() -> bool:
    """Tell whether pictures were asked for."""
    return os.environ.get("DIANKE_SCREENS") == "1"


@pytest.fixture
def run_worker(stage: object, tmp_path: Path) -> RunWorker:
    """Return a function that lets a real worker do what waits in the database of the test and end."""

    def work() -> None:
        place = connection.settings_dict
        address = f"postgresql://{place['USER']}:{place['PASSWORD']}@/{place['NAME']}?host={place['HOST']}"
        environment = {**os.environ, "DATABASE_URL": address, "DIANKE_DATA_DIR": str(tmp_path)}
        command = [sys.executable, "-m", "dianke.interfaces.cli.main", "manage", "procrastinate", "worker"]
        subprocess.run([*command, "--one-shot"], env=environment, check=True, timeout=240)

    return work


def load_demo(data_dir: Path) -> dict[str, str]:
    """Load the demo utility with its January billed, and return everybody's password."""
    return demo.prepare(homes=17, data_dir=data_dir, progress=demo.Progress())


@pytest.fixture
def passwords(stage: Stage[dict[str, str]]) -> dict[str, str]:
    """Bring the demo utility and return everybody's password."""
    return stage(load_demo)


@pytest.fixture
def enter_demo(enter: Enter, passwords: dict[str, str]) -> Enter:
    """Return a function that opens a window of a person of the demo utility who has logged in."""
    return lambda login, address="/", **look: enter(login, address, password=passwords[login], **look)


def hire_reviewer(_data_dir: Path) -> Staff:
    """Add the utility and a person who reviews bills there."""
    utility = add_unit(code="YZ", name="云泽供电公司", kind=UnitKind.UTILITY, parent=None)
    person = identity.add_staff(login="YZ10427", name="沈知禾", unit=utility, password=PASSWORD)
    post = identity.define_post(code="REVIEWER", name="核算审核员", rights=["billing.review"])
    identity.assign_post(staff=person, post=post, unit=utility, start=date(2020, 1, 1))
    return person


@pytest.fixture
def reviewer(stage: Stage[Staff]) -> Staff:
    """Bring the utility and return a person who reviews bills there."""
    return stage(hire_reviewer)


def arrive(page: Page) -> None:
    """Wait until the page that a click has led to has its scripts; before that no key and no dialog works."""
    page.wait_for_load_state("load")
