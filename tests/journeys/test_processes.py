"""How an order runs is looked up: the drawing with its mark at a desk, the list of steps on a phone."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect
from tests.journeys.conftest import Enter
from tests.journeys.looks import NARROW, look_around

from dianke.domain.service_orders.operations.accepting import PROCESSES
from dianke.platform.identity.models import Staff

pytestmark = [pytest.mark.browser]

# Names of one drawing whose boxes share more than a hair, and names that reach out of their drawing.
_COVERED_NAMES = """(holder) => {
    const frame = holder.getBoundingClientRect();
    const names = [...holder.querySelectorAll(".djs-label")]
        .map((text) => [text.textContent, text.getBoundingClientRect()]);
    const covers = (one, other) => one.left + 1 < other.right && other.left + 1 < one.right
        && one.top + 1 < other.bottom && other.top + 1 < one.bottom;
    const outside = names.filter(([, box]) =>
        box.left < frame.left || box.right > frame.right || box.bottom > frame.bottom);
    const pairs = names.flatMap(([text, box], at) => names.slice(at + 1)
        .filter(([, other]) => covers(box, other)).map(([beside]) => `${text} / ${beside}`));
    return [...outside.map(([text]) => text), ...pairs];
}"""

_FILL_OF = "(id) => getComputedStyle(document.querySelector(`[data-element-id=${id}] .djs-visual rect`)).fill"
# The colour of a token as the browser writes colours.
_COLOUR_OF = """(name) => {
    const probe = document.body.appendChild(document.createElement("i"));
    probe.style.color = `var(${name})`;
    return getComputedStyle(probe).color;
}"""


def wait_for_drawings(page: Page) -> None:
    """Wait until every drawing stands."""
    page.wait_for_function(
        "() => [...document.querySelectorAll('[data-process]')].every((holder) => holder.dataset.drawn)"
    )


def test_drawing_shows_whole_with_every_name_readable_and_its_mark(
    enter: Enter, reviewer: Staff, faults: list[str]
) -> None:
    page = enter(reviewer.login, "/processes/")
    assert look_around(page) == []
    page.get_by_role("link", name="高压新装（双电源）").click()
    wait_for_drawings(page)
    drawings = page.locator("[data-process]")

    expect(drawings).to_have_count(4)
    expect(drawings.first.locator(".bjs-powered-by")).to_be_visible()
    expect(drawings.first.locator("[data-element-id=accept] text")).to_have_text("受理申请")
    assert [drawings.nth(at).evaluate(_COVERED_NAMES) for at in range(4)] == [[], [], [], []]
    assert look_around(page) == []
    assert faults == []


def test_no_name_of_any_drawing_covers_another_or_leaves_its_canvas(
    enter: Enter, reviewer: Staff, faults: list[str]
) -> None:
    page = enter(reviewer.login, "/processes/")
    addresses = page.evaluate(
        "() => [...new Set([...document.querySelectorAll('main a[href^=\"/processes/\"]')].map((one) => one.pathname))]"
    )
    shown = [one for one in addresses if one != "/processes/"]
    found = {}

    for address in shown:
        page.goto(address)
        wait_for_drawings(page)
        drawings = page.locator("[data-process]")
        wrong = [name for at in range(drawings.count()) for name in drawings.nth(at).evaluate(_COVERED_NAMES)]
        if wrong or not drawings.count():
            found[address] = wrong

    # Every kind that is drawn, whatever is added later.
    assert len(shown) >= len(set(PROCESSES.values()))
    assert found == {}
    assert faults == []


def test_phone_shows_the_steps_and_fetches_no_drawing(enter: Enter, reviewer: Staff, faults: list[str]) -> None:
    page = enter(reviewer.login, "/processes/suspend/1/", size=NARROW, language="en")

    expect(page.get_by_text("Seal the units")).to_be_visible()
    expect(page.locator("[data-process]").first).to_be_hidden()
    assert page.evaluate("typeof window.BpmnJS") == "undefined"
    assert faults == []


@pytest.mark.urls("tests.journeys.gallery.urls")
def test_step_an_order_stands_at_is_lit(enter: Enter, reviewer: Staff, settings: Any, faults: list[str]) -> None:
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": ["tests/journeys/gallery/templates"]}]
    page = enter(reviewer.login, "/gallery/order/")
    wait_for_drawings(page)
    accent, inset = (page.evaluate(_COLOUR_OF, name) for name in ("--accent", "--inset"))

    fills = [page.evaluate(_FILL_OF, step) for step in ("accept", "seal")]

    assert fills == [inset, accent]
    expect(page.locator("[data-element-id=archive].now")).to_have_count(0)
    assert look_around(page) == []
    assert faults == []
