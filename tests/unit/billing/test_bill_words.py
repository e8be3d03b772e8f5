"""The words of documents: the same codes as the pages know, and what a line is called."""

from decimal import Decimal

import pytest

from dianke.domain.billing.rules.documents.words import BillWords, list_codes, section_of
from dianke.domain.billing.rules.explanations import Line, Part, Step
from dianke.interfaces.web.billing import bill_words, words
from dianke.interfaces.web.tariffs import rules

CHINESE, ENGLISH = BillWords("zh-Hans"), BillWords("en")


def line(code: str, *, name: str = "", unit: str = "kWh") -> Line:
    nothing = Decimal(0)
    return Line(code, name, nothing, unit, nothing, nothing, False, "TR-4")


@pytest.mark.parametrize(
    ("group", "page"),
    [
        ("sections", bill_words.SECTIONS),
        ("basic", bill_words.BASIC),
        ("units", bill_words.UNITS),
        ("steps", bill_words.STEPS),
        ("parts", bill_words.PARTS),
        ("periods", words.PERIODS),
        ("price_parts", words.PARTS),
        ("components", words.COMPONENTS),
        ("usage_classes", words.USAGE_CLASSES),
        ("structures", words.STRUCTURES),
        ("sides", words.SIDES),
        ("basic_modes", words.BASIC_MODES),
    ],
)
def test_documents_know_every_code_that_pages_know(group: str, page: dict[str, object]) -> None:
    assert list_codes(group) == set(page)


def test_documents_know_every_note_that_pages_know() -> None:
    fixed = {f"fixed.{kind}" for kind in bill_words._FIXED_NOTES}

    assert list_codes("notes") == {*bill_words.NOTES, *fixed}


def test_rules_cite_what_the_page_of_rules_cites() -> None:
    cited = {rule.id: [rule.text.id] if rule.text else [] for rule in rules.list_rules()}

    assert {rule: CHINESE.cite_rule(rule) for rule in cited} == cited


@pytest.mark.parametrize(
    ("given", "name"),
    [
        (line("energy.peak"), "高峰"),
        (line("energy.tier2"), "第 2 档加价"),
        (line("energy.free_quota"), "免费电量"),
        (line("basic.demand"), "需量电费"),
        (line("fund.RENEWABLE_SURCHARGE"), "可再生能源电价附加"),
        (line("power_factor"), "功率因数调整"),
        (line("share.x", name="职工宿舍"), "职工宿舍"),
        (line("fixed.x"), "fixed.x"),
    ],
)
def test_a_line_has_the_name_of_the_trade(given: Line, name: str) -> None:
    assert CHINESE.name_line(given) == name


def test_a_step_is_one_line_of_text() -> None:
    step = Step(
        "quantity", "23.96 × 60", "1,466", "kWh", "TR-1", parts=(Part("line_loss", "+28"), Part("shares", "−1"))
    )

    assert CHINESE.write_step(step) == "电量  23.96 × 60 + 28 线损 − 1 定量定比 = 1,466 kWh"
    assert ENGLISH.write_step(step) == "Billed energy  23.96 × 60 + 28 line loss − 1 shares = 1,466 kWh"


def test_a_result_that_was_rounded_is_only_near() -> None:
    step = Step("amount", "2 × 0.333 = 0.666", "0.67", "yuan", "TR-13")

    assert CHINESE.write_step(step) == "金额  2 × 0.333 = 0.666 ≈ 0.67 元  (四舍五入到分)"


@pytest.mark.parametrize(("code", "section"), [("per_kwh.x", "energy"), ("rent.meter", "fixed"), ("tax.vat", "tax")])
def test_every_line_has_a_section(code: str, section: str) -> None:
    assert section_of(code) == section
