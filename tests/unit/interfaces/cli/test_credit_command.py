import io
import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from dianke.interfaces.cli import credit
from dianke.kernel.clock import SHANGHAI, FixedClock

CLOCK = FixedClock(datetime(2024, 12, 31, 12, tzinfo=SHANGHAI))
CASE = {"id": "A", "kind": "power", "facts": [{"type": "theft", "on": "2024-03-10"}]}


@pytest.fixture
def stdin(monkeypatch: pytest.MonkeyPatch) -> Any:
    def hold(content: object) -> None:
        raw = content if isinstance(content, bytes) else json.dumps(content).encode()
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(raw), encoding="utf-8"))

    return hold


class TestCreditCommand:
    def test_answers_a_case_with_an_object_as_of_today(self, stdin: Any, capsys: Any) -> None:
        stdin(CASE)

        status = credit.run(["--json"], clock=CLOCK)

        answer = json.loads(capsys.readouterr().out)
        assert status == 0
        assert (answer["id"], answer["score"], answer["grade"]) == ("A", "65", "D")

    def test_one_bad_case_does_not_stop_the_others(self, tmp_path: Path, capsys: Any) -> None:
        file = tmp_path / "cases.json"
        file.write_text(json.dumps([CASE, {"id": "B", "kind": "gas"}, CASE]), encoding="utf-8")

        status = credit.run([str(file)], clock=CLOCK)

        printed = capsys.readouterr()
        assert status == 1
        assert [one.get("grade") for one in json.loads(printed.out)] == ["D", None, "D"]
        assert printed.err == "not_a_choice: case B: kind: 'gas' is none of power, lighting\n"

    @pytest.mark.parametrize(
        ("case", "errors"),
        [
            (7, [("", "not_an_object")]),
            ({}, [("kind", "missing_field")]),
            ({"facts": {}}, [("facts", "not_a_list")]),
            ({"facts": [3]}, [("facts[0]", "not_an_object")]),
            ({"facts": [{"on": "2024-01-01"}]}, [("facts[0].type", "missing_field")]),
            ({"facts": [{"type": "theft"}]}, [("facts[0].on", "missing_field")]),
            ({"facts": [{"type": "gossip", "on": "2024-01-01"}]}, [("facts[0].type", "not_a_choice")]),
            ({"facts": [{"type": "theft", "on": "2024-02-30"}]}, [("facts[0].on", "unreadable_date")]),
            (
                {"facts": [{"type": "arrear", "on": "2024-02-03", "cleared_on": "2024-02-02"}]},
                [("facts[0].cleared_on", "cleared_before_on")],
            ),
            ({"facts": [{"type": "theft", "on": "2024-01-01", "day": "1"}]}, [("facts[0].day", "unknown_field")]),
            ({"management": "5.1"}, [("management", "out_of_range")]),
            ({"growth": "-1"}, [("growth", "out_of_range")]),
            ({"growth": "NaN"}, [("growth", "not_a_decimal")]),
            ({"customer_since": "2025-01-01"}, [("customer_since", "since_after_as_of")]),
            ({"since": "2025-01-01"}, [("since", "unknown_field")]),
        ],
    )
    def test_names_the_field_that_is_wrong(
        self, stdin: Any, capsys: Any, case: object, errors: list[tuple[str, str]]
    ) -> None:
        stdin([{"kind": "power", **case} if isinstance(case, dict) and case else case])

        status = credit.run([], clock=CLOCK)

        (answer,) = json.loads(capsys.readouterr().out)
        assert status == 1
        assert [(one["field"], one["code"]) for one in answer["errors"]] == errors
        assert "score" not in answer

    def test_reads_decimals_exactly(self, stdin: Any, capsys: Any) -> None:
        stdin(b'{"kind": "power", "management": 3.3, "growth": "0.10"}')

        credit.run([], clock=CLOCK)

        answer = json.loads(capsys.readouterr().out)
        assert (answer["items"]["management"], answer["items"]["growth"], answer["score"]) == ("3.3", "0.1", "93.4")

    @pytest.mark.parametrize("text", [b"{", b'{"kind": "power", "kind": "lighting"}', b"3", b"\xff"])
    def test_refuses_what_holds_no_cases(self, stdin: Any, capsys: Any, text: bytes) -> None:
        stdin(text)

        assert credit.run([]) == 1
        assert capsys.readouterr().out == ""

    def test_prints_the_schema(self, capsys: Any) -> None:
        assert credit.run(["--schema"]) == 0
        assert len(json.loads(capsys.readouterr().out)["$defs"]["fact"]["properties"]["type"]["enum"]) == 19

    def test_refuses_wrong_usage(self) -> None:
        assert credit.run(["--unknown"]) == 2
