"""Templates are whole and filled whole; terms, steps, comparison and the hash of what was agreed on."""

import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from dianke.domain.contracts.rules.templates import (
    ContractIncomplete,
    TemplateUnreadable,
    fill,
    find_template,
    list_house_templates,
    list_missing,
    read_template,
)
from dianke.domain.contracts.rules.versions import compare, find_notice_day, find_term, hash_content, may_become
from dianke.domain.contracts.types import ChangeKind, Clause, ContractKind, VersionState

REGISTER = Path(__file__).resolve().parents[3] / "docs" / "regulations.toml"
HIGH = find_template(list_house_templates(), kind=ContractKind.HIGH_VOLTAGE, on=date(2026, 1, 1))
FACTS = {
    "address": "工业路 1 号", "account": "1000000001", "sources": "城关一线", "voltage": "10kV", "usage": "大工业用电",
    "ownership_point": "支线首端", "metering": "高供高计", "price": "两部制", "payment_days": "10",
    "capacity_kva": "630", "start": "2026-02-01", "until": "2029-02-01",
}  # fmt: skip


def content(**changes: Any) -> dict[str, Any]:
    clause = {"code": "supply", "heading": "供电", "text": "供电至{address}。", "basis": ["REG-CIVIL-CODE-2020"]}
    return {
        "kind": "LOW_VOLTAGE", "valid_from": "2027-01-01", "title": "合同", "term_months": 12, "notice_days": 30,
        "required": [], "clauses": [{**clause, **changes.pop("clause", {})}], **changes,
    }  # fmt: skip


def test_every_kind_has_a_template_that_cites_known_texts() -> None:
    known = {one["id"] for one in tomllib.loads(REGISTER.read_text())["regulation"]}
    cited = {basis.split()[0] for one in list_house_templates() for clause in one.clauses for basis in clause.basis}

    assert {one.kind for one in list_house_templates()} == set(ContractKind)
    assert cited <= known


def test_a_template_comes_back_from_its_content() -> None:
    assert [read_template(one.as_content()) for one in list_house_templates()] == list(list_house_templates())


@pytest.mark.parametrize(
    "changes",
    [
        {"clause": {"text": "供电至{nowhere}。"}},
        {"clause": {"text": "供电至{address.__class__}。"}},
        {"clause": {"text": "供电至{address!r}。"}},
        {"clause": {"text": "供电至{address。"}},
        {"clause": {"basis": []}},
        {"clause": {"when": ["nowhere=1"]}},
        {"clauses": []},
        {"term_months": 241},
        {"kind": "BARTER"},
        {"required": ["nowhere"]},
    ],
)
def test_a_template_that_is_not_whole_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(TemplateUnreadable):
        read_template(content(**changes))


def test_clauses_are_there_as_the_parameters_ask_for_them() -> None:
    plain = [one.code for one in fill(HIGH, FACTS)]
    demand = {
        one.code: one.text for one in fill(HIGH, {**FACTS, "basic_mode": "CONTRACT_DEMAND", "contract_kw": "500"})
    }

    assert not {"demand", "guarantee", "factor", "capacity_charge"} & set(plain)
    assert "500千瓦" in demand["demand"]


def test_what_is_missing_is_named_and_what_is_of_another_type_is_missing() -> None:
    assert list_missing(HIGH, FACTS) == []
    assert list_missing(HIGH, {**FACTS, "payment_days": "ten", "capacity_kva": "-1"}) == [
        "payment_days",
        "capacity_kva",
    ]
    assert list_missing(HIGH, {**FACTS, "basic_mode": "CONTRACT_DEMAND"}) == ["contract_kw"]
    assert "＿＿" in fill(HIGH, {})[0].text
    with pytest.raises(ContractIncomplete):
        fill(HIGH, {"nowhere": "x"})


def test_a_text_in_a_value_is_no_placeholder() -> None:
    assert "{customer}" in fill(HIGH, {**FACTS, "address": "{customer}"})[0].text


@pytest.mark.parametrize(
    ("start", "months", "until"),
    [
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2025, 8, 31), 6, date(2026, 2, 28)),
        (date(2025, 12, 1), 1, date(2026, 1, 1)),
        (date(2026, 1, 1), 0, None),
    ],
)
def test_terms_end_on_the_same_day_or_the_last_of_a_month(start: date, months: int, until: date | None) -> None:
    assert find_term(start=start, months=months).until == until


def test_notice_begins_days_before_the_end() -> None:
    assert find_notice_day(until=date(2026, 3, 1), notice_days=30) == date(2026, 1, 30)


def test_steps_only_go_forward() -> None:
    assert may_become(VersionState.PROPOSED, VersionState.APPROVED)
    assert not may_become(VersionState.DRAFT, VersionState.APPROVED)
    assert not may_become(VersionState.FILED, VersionState.WITHDRAWN)


def test_versions_are_compared_clause_by_clause() -> None:
    before = [Clause("a", "甲", "一"), Clause("b", "乙", "二"), Clause("c", "丙", "三")]
    after = [Clause("a", "甲", "一"), Clause("c", "丙", "四"), Clause("d", "丁", "五")]

    found = [(change.kind, (change.after or change.before).code) for change in compare(before, after)]  # type: ignore[union-attr]

    assert found == [
        (ChangeKind.SAME, "a"), (ChangeKind.REMOVED, "b"), (ChangeKind.CHANGED, "c"), (ChangeKind.ADDED, "d"),
    ]  # fmt: skip


def test_the_hash_is_of_the_words() -> None:
    clause = Clause("a", "甲", "一")
    first = hash_content(title="合同", parameters={"x": "1", "y": "2"}, clauses=[clause])

    assert first == hash_content(title="合同", parameters={"y": "2", "x": "1"}, clauses=[clause])
    assert first != hash_content(title="合同", parameters={"y": "2", "x": "1"}, clauses=[Clause("a", "甲", "二")])
