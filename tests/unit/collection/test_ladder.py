"""Which step an account is due for, by the ladder's days, amounts and classes."""

from datetime import date
from importlib import resources

import pytest

from dianke.domain.collection.rules import ladder as rules
from dianke.domain.collection.rules.ladder import LadderUnreadable, find_next_step, list_house_ladders

HOUSE = list_house_ladders()[0]
ALL = [step.code for step in HOUSE.steps]


def choose(
    days: int, *, fen: int = 1_000_000, usage_class: str = "LARGE_INDUSTRIAL", taken: int = 0, rest: int = 99
) -> str:
    step = find_next_step(
        HOUSE, days_overdue=days, overdue_fen=fen, usage_class=usage_class, done=set(ALL[:taken]),
        days_since_last=rest if taken else None,
    )  # fmt: skip
    return step.code if step else ""


@pytest.mark.parametrize(
    ("days", "taken", "expected"),
    [
        (2, 0, ""),
        (3, 0, "REMINDER"),
        (300, 0, "REMINDER"),
        (6, 1, ""),
        (7, 1, "EMAIL"),
        (30, 5, "NOTICE"),
        (400, 7, ""),
    ],
)
def test_lowest_step_that_was_not_taken_is_due_when_its_days_have_come(days: int, taken: int, expected: str) -> None:
    assert choose(days, taken=taken) == expected


def test_steps_for_other_classes_and_larger_amounts_are_left_out() -> None:
    assert choose(300, usage_class="RESIDENTIAL", taken=1) == "CALL"
    assert choose(300, fen=150_00, usage_class="RESIDENTIAL", taken=1) == ""
    assert choose(300, fen=9_99) == ""


def test_next_step_waits_for_its_gap_and_never_comes_the_same_day() -> None:
    assert choose(300, taken=1, rest=1) == ""
    assert choose(300, taken=1, rest=2) == "EMAIL"


def test_text_is_filled_with_what_the_account_owes() -> None:
    values = rules.list_values(
        unit="云泽所", name="机械厂", account="0100200308", overdue_fen=1_286_40, days_overdue=3, items=2,
        due=date(2026, 2, 25), today=date(2026, 2, 28),
    )  # fmt: skip

    text = rules.fill_text(HOUSE.steps[0].text, values=values)

    assert (
        text == "【云泽所】户号尾号0308，有2笔电费共1286.40元已过缴费期（最早应于2026年2月25日缴清），"
        "请尽快缴纳；如已缴费请忽略。"
    )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (('"dunning-ladder/v1"', '"dunning-ladder/v2"'), "schema"),
        (("days_overdue = 7", "days_overdue = 2"), "rise"),
        (('code = "EMAIL"', 'code = "REMINDER"'), "twice"),
        (("{amount}元已过", "{amout}元已过"), "amout"),
        (('kind = "VISIT"', 'kind = "DRONE"'), "DRONE"),
    ],
)
def test_ladder_that_contradicts_itself_is_refused(change: tuple[str, str], message: str) -> None:
    house = (resources.files("dianke.domain.collection") / "data" / "ladder.toml").read_text("utf-8")

    with pytest.raises(LadderUnreadable, match=message):
        rules.read_ladders(house.replace(*change))
