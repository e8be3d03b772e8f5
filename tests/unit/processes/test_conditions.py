"""The small language of conditions: what it says, what it refuses, what it never reaches."""

from decimal import Decimal

import pytest

from dianke.platform.processes.conditions import MissingFact, UnfitFact, UnreadableCondition, read_condition


@pytest.mark.parametrize(
    ("text", "facts", "answer"),
    [
        ('outcome == "REWORK"', {"outcome": "REWORK"}, True),
        ('outcome != "REWORK"', {"outcome": "REWORK"}, False),
        ('outcome in ("PASSED", "AGREED")', {"outcome": "AGREED"}, True),
        ('outcome not in ("PASSED", "AGREED")', {"outcome": "AGREED"}, False),
        ("capacity_kva >= 2000", {"capacity_kva": 2000}, True),
        ("capacity_kva >= 2000", {"capacity_kva": Decimal("1999.9")}, False),
        ("is_dual and not is_resident", {"is_dual": True, "is_resident": False}, True),
        ("is_dual or is_resident", {"is_dual": False, "is_resident": False}, False),
        ("not (is_dual or is_resident)", {"is_dual": False, "is_resident": False}, True),
    ],
)
def test_condition_holds_or_not(text: str, facts: dict[str, object], answer: bool) -> None:
    assert read_condition(text).holds(facts) is answer


@pytest.mark.parametrize(
    "text",
    [
        '__import__("os").system("true")',
        "outcome.__class__",
        "len(outcome) == 3",
        "facts[0] == 1",
        "(lambda: True)()",
        "[one for one in (1, 2)]",
        "f'{outcome}' == 'A'",
        "1 + 1 == 2",
        "2 ** 9 ** 9 == 1",
        "1 < capacity_kva < 3",
        "outcome := 1",
        "_hidden == 1",
        "outcome is None",
        "capacity_kva == 1.5",
        "True",
        "outcome ==",
        "",
        " and ".join(["is_dual"] * 100),
        "not " * 40 + "is_dual",
    ],
)
def test_anything_else_is_refused_when_it_is_read(text: str) -> None:
    with pytest.raises(UnreadableCondition):
        read_condition(text)


def test_name_that_was_not_given_is_an_error_and_never_false() -> None:
    with pytest.raises(MissingFact):
        read_condition("is_dual or is_important").holds({"is_dual": True})


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("capacity_kva >= 2000", {"capacity_kva": "3000"}),
        ("capacity_kva == 1", {"capacity_kva": True}),
        ("outcome >= 'A'", {"outcome": "B"}),
        ("is_dual", {"is_dual": 1}),
    ],
)
def test_values_of_two_kinds_are_not_compared(text: str, facts: dict[str, object]) -> None:
    with pytest.raises(UnfitFact):
        read_condition(text).holds(facts)


def test_condition_tells_what_it_asks_for() -> None:
    condition = read_condition('outcome == "REWORK" or outcome_of_sign_grid in ("OBJECTED", "LATE") and is_dual')

    assert condition.names == {"outcome", "outcome_of_sign_grid", "is_dual"}
    assert condition.outcomes == {
        ("outcome", "REWORK"), ("outcome_of_sign_grid", "OBJECTED"), ("outcome_of_sign_grid", "LATE"),
    }  # fmt: skip
