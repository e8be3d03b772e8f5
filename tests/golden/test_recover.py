"""Recovery cases that others published, and one of our own for every field of the contract."""

import json
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from dianke.domain.billing.rules.recover.fields import KIND_FIELDS, list_fields
from dianke.interfaces.cli import recover
from dianke.kernel.clock import SHANGHAI, FixedClock
from dianke.kernel.money import round_half_up

HERE = Path(__file__).parent
PUBLISHED = json.loads((HERE / "recover-open.json").read_text(encoding="utf-8"))
BY_HAND = json.loads((HERE / "recover-hand.json").read_text(encoding="utf-8"))
CLOCK = FixedClock(datetime(2024, 7, 1, 12, tzinfo=SHANGHAI))


def answer(case: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """Return what the command prints for one case that it must accept."""
    file = tmp_path / "case.json"
    file.write_text(json.dumps(case), encoding="utf-8")

    status = recover.run([str(file)], clock=CLOCK)

    printed: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert status == 0
    return printed


@pytest.mark.parametrize("case", PUBLISHED, ids=[case["id"] for case in PUBLISHED])
def test_agrees_with_every_published_case(
    case: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    printed = answer(case["input"], tmp_path, capsys)

    for expected in case["expect"]:
        found = round_half_up(Decimal(printed[expected["path"]]), decimals=expected["decimals"])
        assert found == Decimal(expected["value"])


@pytest.mark.parametrize("case", BY_HAND, ids=[case["id"] for case in BY_HAND])
def test_agrees_with_every_case_worked_by_hand(
    case: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    printed = answer(case["input"], tmp_path, capsys)
    steps = printed.pop("steps")

    assert printed == {"id": case["id"], **case["expect"]}
    assert steps


def test_works_every_field_of_the_contract_by_hand() -> None:
    used = {(case["input"]["kind"], name) for case in BY_HAND for name in case["input"]}

    fields = {(kind, field.name) for kind in KIND_FIELDS for field in list_fields(kind=kind)}

    # A price has no part in late fees and breaches, a penalty base none where there is no multiple, and `on`
    # is read for every kind by the same line.
    without_part = {(kind, name) for kind in KIND_FIELDS for name in ("on", "penalty_on", "price")}
    whole_time = {("wrong_multiplier", "half_period"), ("fuse", "half_period")}
    assert fields - used <= without_part | whole_time
    assert {name for _, name in fields} == {name for _, name in used}


def test_holds_the_published_cases_and_skips_none() -> None:
    assert len(PUBLISHED) == 13
