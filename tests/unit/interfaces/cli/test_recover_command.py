import io
import json
from datetime import datetime
from pathlib import Path

import pytest

from dianke.interfaces.cli import recover
from dianke.kernel.clock import SHANGHAI, FixedClock

CLOCK = FixedClock(datetime(2024, 7, 1, 12, tzinfo=SHANGHAI))
THEFT = {"kind": "theft", "kwh": "100", "price": "0.5", "multiple": "3"}


@pytest.fixture
def stdin(monkeypatch: pytest.MonkeyPatch):
    def hold(raw: bytes) -> None:
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(raw), encoding="utf-8"))

    return hold


class TestRecoverCommand:
    def test_answers_a_case_from_standard_input_with_an_object(self, stdin, capsys):
        stdin(json.dumps(THEFT).encode())

        status = recover.run([], clock=CLOCK)

        assert status == 0
        assert json.loads(capsys.readouterr().out)["total"] == "200.00"

    def test_answers_a_list_from_a_file_with_a_list_in_order(self, tmp_path: Path, capsys):
        file = tmp_path / "cases.json"
        file.write_text(json.dumps([{**THEFT, "id": "b"}, {**THEFT, "id": "a"}]), encoding="utf-8")

        status = recover.run([str(file), "--json"], clock=CLOCK)

        assert status == 0
        assert [answer["id"] for answer in json.loads(capsys.readouterr().out)] == ["b", "a"]

    def test_refuses_one_case_and_answers_the_others(self, stdin, capsys):
        stdin(json.dumps([THEFT, {"id": "x", "kind": "theft"}, THEFT]).encode())

        status = recover.run([], clock=CLOCK)

        printed = capsys.readouterr()
        answers = json.loads(printed.out)
        assert status == 1
        assert [answer.get("total") for answer in answers] == ["200.00", None, "200.00"]
        assert answers[1] == {
            "id": "x",
            "errors": [
                {
                    "field": "capacity_kw",
                    "code": "missing_field",
                    "message": "capacity_kw (or kwh) is needed",
                }
            ],
        }
        assert printed.err == "missing_field: case x: capacity_kw: capacity_kw (or kwh) is needed\n"

    def test_reads_json_numbers_without_floating_point(self, stdin, capsys):
        stdin(b'{"kind": "theft", "kwh": 100, "price": 0.1, "multiple": 3}')

        recover.run([], clock=CLOCK)

        assert json.loads(capsys.readouterr().out)["recovered"] == "10.00"

    def test_reads_a_file_that_begins_with_a_byte_order_mark(self, stdin, capsys):
        stdin(b"\xef\xbb\xbf" + json.dumps(THEFT).encode())

        assert recover.run([], clock=CLOCK) == 0

    def test_answers_an_empty_list_with_an_empty_list(self, stdin, capsys):
        stdin(b"[]")

        assert recover.run([], clock=CLOCK) == 0
        assert json.loads(capsys.readouterr().out) == []

    @pytest.mark.parametrize(
        ("raw", "code"),
        [
            (b"", "not_json"),
            (b"{", "not_json"),
            (b'{"price": NaN}', "not_json"),
            (b"[" * 100_000, "not_json"),
            ("窃电".encode("gbk"), "unable_to_read"),
            (b'"theft"', "not_cases"),
            (b"7", "not_cases"),
        ],
    )
    def test_refuses_what_holds_no_cases(self, raw: bytes, code: str, stdin, capsys):
        stdin(raw)

        status = recover.run([], clock=CLOCK)

        printed = capsys.readouterr()
        assert status == 1
        assert printed.out == ""
        assert printed.err.startswith(f"{code}: FILE: ")

    def test_refuses_a_file_that_is_not_there(self, tmp_path: Path, capsys):
        status = recover.run([str(tmp_path / "none.json")], clock=CLOCK)

        assert status == 1
        assert capsys.readouterr().err.startswith("unable_to_read: FILE: ")

    def test_gives_back_an_id_that_no_encoding_can_carry(self, stdin, capsys):
        stdin(json.dumps({**THEFT, "id": "\ud800"}).encode())

        status = recover.run([], clock=CLOCK)

        assert status == 0
        assert json.loads(capsys.readouterr().out)["id"] == "\ud800"

    def test_gives_back_an_id_that_is_a_number(self, stdin, capsys):
        stdin(json.dumps({**THEFT, "id": 7}).encode())

        recover.run([], clock=CLOCK)

        assert json.loads(capsys.readouterr().out)["id"] == 7

    def test_prints_its_schema(self, capsys):
        status = recover.run(["--schema"])

        schema = json.loads(capsys.readouterr().out)
        assert status == 0
        assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
        assert sorted(schema["$defs"]) == sorted(
            [
                "breach",
                "case",
                "fuse",
                "late_fee",
                "meter_error",
                "result",
                "theft",
                "wrong_multiplier",
                "wrong_wiring",
            ]
        )

    @pytest.mark.parametrize(("argv", "status"), [(["--bogus"], 2), (["a", "b"], 2), (["--help"], 0)])
    def test_tells_wrong_usage_from_help(self, argv: list[str], status: int, capsys):
        assert recover.run(argv) == status
