"""The language of conditions: what reads back, what is refused, what holds of whom."""

import contextlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dianke.engine.tags.language import ConditionNotUnderstood, evaluate, read_condition, write_condition
from dianke.engine.tags.types import UNKNOWN, Comparison, Condition, Fact, FactKind, Joined, Not, Value

FACTS = {
    "energy": Fact("energy", FactKind.NUMBER, 2),
    "since": Fact("since", FactKind.DATE),
    "kind": Fact("kind", FactKind.CHOICE, choices={"PERSON": 1, "COMPANY": 2}),
    "is_rural": Fact("is_rural", FactKind.BOOLEAN),
}
numbers = st.integers(-(2**40), 2**40).map(Value)
days = st.one_of(
    st.integers(0, 60_000).map(Value), st.integers(-9_000, 9_000).map(lambda n: Value(n, is_relative=True))
)
choices = st.sampled_from([Value(1), Value(2)])
comparisons = st.one_of(
    st.builds(
        lambda sign, one: Comparison("energy", sign, (one,)),
        st.sampled_from(["=", "!=", "<", "<=", ">", ">="]),
        numbers,
    ),
    st.builds(lambda first, last: Comparison("since", "between", (first, last)), days, days),
    st.builds(lambda many: Comparison("kind", "in", tuple(many)), st.lists(choices, min_size=1, max_size=4)),
    st.just(Comparison("is_rural", "true")),
    st.sampled_from(["known", "unknown"]).map(lambda word: Comparison("energy", word)),
)


def nest(parts: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    joined = st.builds(
        lambda word, many: Joined(word, tuple(many)),
        st.sampled_from(["and", "or"]),
        st.lists(parts, min_size=2, max_size=3),
    )
    return st.one_of(joined, parts.map(Not))


conditions = st.recursive(comparisons, nest, max_leaves=8)


@given(conditions)
def test_what_is_written_reads_as_the_same_condition(condition: Condition) -> None:
    text = write_condition(condition, facts=FACTS)

    assert read_condition(text, facts=FACTS) == condition


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(ConditionNotUnderstood):
        condition = read_condition(text, facts=FACTS)
        assert read_condition(write_condition(condition, facts=FACTS), facts=FACTS) == condition


@pytest.mark.parametrize(
    "text",
    [
        "",
        "energy",
        "nobody = 1",
        "energy = 1; drop table customers_customer",
        "energy = 1 or",
        "energy in ()",
        "energy = 1.234",
        "kind > PERSON",
        "kind = MARTIAN",
        "since = 2026-02-30",
        "since > today - x",
        "is_rural = 1",
        "(energy = 1",
        "energy = 1 energy = 2",
        "energy = 1e999999",
        "not " * 40 + "is_rural",
        " and ".join(["energy = 1"] * 41),
    ],
)
def test_what_is_no_condition_is_refused(text: str) -> None:
    with pytest.raises(ConditionNotUnderstood):
        read_condition(text, facts=FACTS)


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("energy >= 10.5", [1, -1, 0]),
        ("not energy >= 10.5", [-1, 1, 0]),
        ("energy >= 10.5 or kind = COMPANY", [1, -1, 1]),
        ("energy >= 10.5 and kind = COMPANY", [-1, -1, 0]),
        ("energy is known", [1, 1, -1]),
        ("energy between 10.49 and 10.50", [1, 1, 0]),
        ("since > today - 5", [-1, 1, 1]),
    ],
)
def test_what_is_not_known_decides_only_where_nothing_else_does(text: str, holds: list[int]) -> None:
    columns = {
        "energy": np.array([1_050, 1_049, UNKNOWN]),
        "kind": np.array([1, 1, 2]),
        "since": np.array([95, 96, 100]),
    }

    found = evaluate(read_condition(text, facts=FACTS), columns=columns, today=100)

    assert found.tolist() == holds
