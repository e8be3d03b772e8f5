"""The worked examples of the rule pages are what the commands answer."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from dianke.domain.billing.rules.recover.case import recover_case
from dianke.interfaces.cli import clock
from dianke.kernel.clock import parse_date

PAGES = Path(__file__).parents[4] / "docs" / "rules"
CLOCK_EXAMPLES = re.findall(r"^\./dianke clock (due .+)\n(.+)$", (PAGES / "clock.md").read_text("utf-8"), re.M)
RECOVER_BLOCKS = re.findall(r"```json\n(.+)\n```", (PAGES / "recover.md").read_text("utf-8"))
RECOVER_EXAMPLES = [
    (json.loads(case), json.loads(answer))
    for case, answer in zip(RECOVER_BLOCKS[::2], RECOVER_BLOCKS[1::2], strict=True)
]


@pytest.mark.parametrize(("line", "due"), CLOCK_EXAMPLES)
def test_clock_answers_as_its_page_says(line: str, due: str, capsys: pytest.CaptureFixture[str]) -> None:
    clock.run(line.split())

    assert capsys.readouterr().out == f"{due}\n"


@pytest.mark.parametrize(("case", "expected"), RECOVER_EXAMPLES)
def test_recover_answers_as_its_page_says(case: dict[str, Any], expected: dict[str, str]) -> None:
    answer = recover_case(case, today=parse_date("2024-07-01"))

    assert {name: answer.get(name) for name in answer if name not in ("steps", "rule")} == expected


def test_pages_work_more_than_a_few_examples() -> None:
    assert (len(CLOCK_EXAMPLES), len(RECOVER_EXAMPLES)) == (13, 9)
