"""Visits by rhythm, and which relations can stand."""

from datetime import date
from pathlib import Path

import pytest

from dianke.domain.customers.rules.care import (
    CarePolicyUnreadable,
    choose_care_policy,
    find_visit_due,
    get_care_policy,
    read_care_policies,
)
from dianke.domain.customers.rules.relations import closes_loop, find_relation_obstacle, order_pair
from dianke.domain.customers.types import NewRelation, RelationKind

FILE = Path("src/dianke/domain/customers/data/care.toml")
DAY = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("importance", "days"), [("SPECIAL", 30), ("FIRST", 60), ("SECOND", 90), ("TEMPORARY", 90), ("NONE", None)]
)
def test_importance_has_a_rhythm(importance: str, days: int | None) -> None:
    assert get_care_policy(on=DAY).find_rhythm(importance=importance) == days


@pytest.mark.parametrize(
    ("last", "rhythm", "due"),
    [(DAY, 30, date(2026, 4, 1)), (None, 30, date(2026, 1, 31)), (DAY, None, None)],
)
def test_a_visit_falls_due_a_rhythm_after_the_last_or_after_the_manager_began(
    last: date | None, rhythm: int | None, due: date | None
) -> None:
    assert find_visit_due(last=last, begun=date(2026, 1, 1), rhythm_days=rhythm) == due


def test_the_version_of_the_day_holds() -> None:
    text = FILE.read_text("utf-8")
    later = text[text.index("[[version]]") :].replace("2024-01-01", "2026-06-01").replace('"2024-01"', '"NEW"')
    versions = read_care_policies(f"{text}\n{later}")

    assert [choose_care_policy(versions, on=day).code for day in (DAY, date(2026, 6, 1))] == ["2024-01", "NEW"]


@pytest.mark.parametrize("text", ["", 'schema = "other"', 'schema = "care-policy/v1"\nversion = []', "not toml ="])
def test_a_damaged_policy_is_refused(text: str) -> None:
    with pytest.raises(CarePolicyUnreadable):
        read_care_policies(text)


def relation(**facts: object) -> NewRelation:
    given = {"customer_id": 1, "other_id": 2, "kind": RelationKind.PARENT, "start_date": DAY, **facts}
    return NewRelation(**given)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("facts", "obstacle"),
    [
        ({}, None),
        ({"share_e4": 10_000}, None),
        ({"other_id": 1}, "nobody stands to themselves"),
        ({"end_date": DAY}, "it ends before it starts"),
        ({"share_e4": 0}, "a share lies between 0 and 100 percent"),
        ({"share_e4": 1, "kind": RelationKind.SUPPLIER}, "only a parent has a share"),
    ],
)
def test_a_relation_that_cannot_stand_says_why(facts: dict[str, object], obstacle: str | None) -> None:
    assert find_relation_obstacle(relation(**facts)) == obstacle


def test_mutual_relations_are_kept_with_the_smaller_key_first() -> None:
    assert order_pair(kind=RelationKind.SAME_OWNER, customer_id=2, other_id=1) == (1, 2)
    assert order_pair(kind=RelationKind.PARENT, customer_id=2, other_id=1) == (2, 1)


def test_a_loop_of_parents_is_seen_however_long() -> None:
    parents = {2: [1], 3: [2], 4: [3]}

    assert closes_loop(parents=parents, parent=4, child=1)
    assert not closes_loop(parents=parents, parent=1, child=5)
