"""What is wrong with a page to look at: too wide, unreadable to assistive technology; in every window and look."""

from collections.abc import Callable, Iterable
from pathlib import Path

import axe_playwright_python
from playwright.sync_api import Page

WIDE, NARROW = (1440, 900), (390, 844)
OK = 200
_AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text("utf-8")
# A rule with an impact of its own gives it to everything it finds, so the mild ones need not run at all.
_LIST_RULES = """() => axe._audit.rules
    .filter((rule) => rule.enabled && !rule.tags.some((tag) => axe._audit.tagExclude.includes(tag)))
    .filter((rule) => !["minor", "moderate"].includes(rule.impact)).map((rule) => rule.id)"""
# The look changes the colours alone.
_OF_COLOURS = ["color-contrast", "link-in-text-block"]
_RUN = """async (rules) => {
    const options = {resultTypes: ["violations"], runOnly: {type: "rule", values: rules}};
    const {violations} = await axe.run(options);
    return violations.filter((fault) => ["serious", "critical"].includes(fault.impact))
        .map((fault) => `${fault.id}: ${fault.nodes[0].html.slice(0, 120)}`);
}"""
_MEASURE = "() => document.documentElement.scrollWidth - window.innerWidth"
_IS_SETTLED = """() => document.readyState === "complete"
    && !document.querySelector(".htmx-request, .htmx-swapping, .htmx-settling")
    && [...document.querySelectorAll("[data-chart]")].every((holder) => holder.querySelector("canvas"))
    && [...document.querySelectorAll("[data-process]")].every((one) => one.dataset.drawn || !one.offsetWidth)"""
_SHOW = "(theme) => { document.documentElement.dataset.bsTheme = theme; }"
_rules: list[str] = []

Settle = Callable[[Page], None]
Keep = Callable[[Page, str], None]


def look_at(page: Page, addresses: Iterable[str]) -> dict[str, list[str]]:
    """Open each address once, look at it in every window and look, and return what is wrong where."""
    found = {}
    for address in addresses:
        answer = page.goto(address)
        found[address] = look_around(page)
        if answer is not None and answer.status != OK:
            found[address].append(f"status {answer.status}")
    return {address: faults for address, faults in found.items() if faults}


def look_around(page: Page) -> list[str]:
    """
    Return what is wrong with the page that is open.

    Every rule that is broken seriously, in a wide window and on a phone; the rules of colours by day and by
    night; and in all four by how much the page is wider than its window. The page is left wide and light.
    """
    settle(page)
    found = [*_tell("wide", overflow(page)), *_tell("wide", list_serious_faults(page))]
    page.evaluate(_SHOW, "dark")
    found += [*_tell("wide dark", overflow(page)), *_tell("wide dark", _run(page, _OF_COLOURS))]
    page.set_viewport_size({"width": NARROW[0], "height": NARROW[1]})
    found += [*_tell("narrow dark", overflow(page)), *_tell("narrow dark", list_serious_faults(page))]
    page.evaluate(_SHOW, "light")
    found += [*_tell("narrow", overflow(page)), *_tell("narrow", _run(page, _OF_COLOURS))]
    page.set_viewport_size({"width": WIDE[0], "height": WIDE[1]})
    return found


def settle(page: Page) -> None:
    """Wait until the page has all that it fetches by itself: its scripts, its parts, its charts."""
    page.wait_for_function(_IS_SETTLED)


def overflow_px(page: Page) -> int:
    """Return by how much the page is wider than its window."""
    return int(page.evaluate(_MEASURE))


def overflow(page: Page) -> list[str]:
    """
    Return a line if the page is wider than its window and stays so: charts follow their window by themselves.

    Two frames pass in any case: a page hears of its new width with the next frame, and what it then does to its
    tables must be done before anybody looks.
    """
    px = page.evaluate(
        f"""async () => {{
            const measure = {_MEASURE};
            for (let frame = 0; frame < 2 || (frame < 30 && measure() > 0); frame++)
                await new Promise(requestAnimationFrame);
            return measure();
        }}"""
    )
    return [f"{px} px too wide"] if px > 0 else []


def list_serious_faults(page: Page) -> list[str]:
    """Return the rules that axe finds broken seriously, each with the first place."""
    _bring_axe(page)
    if not _rules:
        _rules.extend(page.evaluate(_LIST_RULES))
    return _run(page, _rules)


def _run(page: Page, rules: list[str]) -> list[str]:
    found: list[str] = page.evaluate(_RUN, rules)
    return found


def _bring_axe(page: Page) -> None:
    if page.evaluate("typeof axe === 'undefined'"):
        page.evaluate(_AXE)


def _tell(where: str, faults: Iterable[str]) -> list[str]:
    return [f"{where}: {fault}" for fault in faults]
