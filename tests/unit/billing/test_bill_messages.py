"""Short messages: what each kind of bill says, and in how many parts it is sent."""

from datetime import date
from typing import Any

import pytest

from dianke.domain.billing.rules.documents import messages
from dianke.domain.billing.rules.documents.messages import MessageTemplatesUnreadable

OWN = """
schema = "dianke/messages/v1"
[[template]]
kind = "ORDINARY"
language = "zh-Hans"
from = 2026-03-01
text = "{month}电费{amount}元"
"""


def bill(kind: str = "ORDINARY", *, amount: str = "172.98", energy: str = "310", **extra: Any) -> dict[str, Any]:
    return {
        "number": "ZD-202601-4200118036-2",
        "kind": kind,
        "month": "2026-01",
        "period": {"start": "2026-01-01", "end": "2026-02-01", "days": 31},
        "issuer": {"code": "E", "name": "云泽供电公司"},
        "account": {"number": "4200118036"},
        "total": {"amount": amount},
        "quantities": {"energy_kwh": energy},
        "corrections": [],
        **extra,
    }


def write(written: dict[str, Any], *, own: str = "", on: date = date(2026, 2, 2)) -> dict[str, str]:
    templates = [*messages.list_house_templates(), *(messages.read_templates(own) if own else [])]
    return {one.language: one.text for one in messages.write_messages(written, templates=templates, on=on)}


def test_an_ordinary_bill_tells_month_use_amount_and_days() -> None:
    texts = write(bill())

    assert texts["zh-Hans"] == "【云泽供电公司】户号尾号8036，2026年1月用电310度，电费172.98元（01-01至01-31）。"
    assert texts["en"] == "云泽供电公司 *8036: Jan 2026 (01-01 to 01-31) 310 kWh, 172.98 yuan."


def test_a_bill_of_nothing_says_that_nothing_is_due() -> None:
    assert "无需缴费" in write(bill(amount="0.00", energy="0"))["zh-Hans"]


def test_a_bill_without_energy_that_costs_something_is_an_ordinary_one() -> None:
    assert "电费53915.00元" in write(bill(amount="53915.00", energy="0"))["zh-Hans"]


def test_a_reversal_names_what_is_taken_back_without_a_sign() -> None:
    text = write(bill("REVERSAL", amount="-172.98", energy="-310"))["zh-Hans"]

    assert "账单冲销：用电310度，电费172.98元" in text
    assert "-172" not in text


def test_a_reversal_that_no_bill_follows_says_so() -> None:
    number = bill()["number"]
    relation = {"original": "ZD-202601-4200118036-1", "original_amount": "172.98", "reversal": number}

    texts = {
        new: write(bill("REVERSAL", amount="-172.98", corrections=[{**relation, "replacement": new}]))["zh-Hans"]
        for new in (None, "ZD-202601-4200118036-3")
    }

    assert ["不再另发" in text for text in texts.values()] == [True, False]


def test_a_replacement_names_the_amount_before() -> None:
    relation = {"original": "ZD-202601-4200118036-1", "original_amount": "190.00", "replacement": bill()["number"]}

    text = write(bill("REPLACEMENT", corrections=[{**relation, "reversal": None}]))["zh-Hans"]

    assert "账单更正：用电310度，电费172.98元，原190.00元" in text


@pytest.mark.parametrize("kind", ["ORDINARY", "REVERSAL", "REPLACEMENT", "BACK_BILLING"])
def test_the_house_templates_fit_one_part_in_chinese(kind: str) -> None:
    for_good = [{"reversal": bill()["number"], "original_amount": "0", "replacement": None}]
    found = messages.write_messages(
        bill(kind, amount="21304.85", energy="31860", corrections=for_good),
        templates=messages.list_house_templates(),
        on=date.max,
    )

    assert [one.segments for one in found if one.language == "zh-Hans"] == [1]


@pytest.mark.parametrize(("characters", "segments"), [(1, 1), (70, 1), (71, 2), (134, 2), (135, 3)])
def test_parts_are_counted_as_networks_count_them(characters: int, segments: int) -> None:
    assert messages.count_segments(characters) == segments


def test_a_character_beyond_the_basic_plane_counts_twice() -> None:
    assert messages.count_characters("𬭩电") == 3


def test_the_newest_template_in_force_counts_and_the_utilitys_own_comes_last() -> None:
    assert write(bill(), own=OWN, on=date(2026, 3, 1))["zh-Hans"] == "2026年1月电费172.98元"
    assert write(bill(), own=OWN, on=date(2026, 2, 28))["zh-Hans"].startswith("【云泽供电公司】")


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ("{month}", "text"),
        ("ORDINARY", "kind"),
        ("zh-Hans", "language"),
        ("from = 2026-03-01", "from"),
        ("dianke/messages/v1", "schema"),
    ],
)
def test_templates_that_cannot_be_filled_are_refused(wrong: str, field: str) -> None:
    damaged = OWN.replace(wrong, "{month.year}" if field == "text" else "")

    with pytest.raises(MessageTemplatesUnreadable) as refusal:
        messages.read_templates(damaged)

    assert refusal.value.field == field
