import io
import json
from pathlib import Path

import pytest

from dianke.interfaces.cli import quote

CASE = {"usage": {"total_kwh": "100"}, "energy_price": {"single": "0.5"}}


@pytest.fixture
def stdin(monkeypatch: pytest.MonkeyPatch):
    def hold(raw: bytes) -> None:
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(raw), encoding="utf-8"))

    return hold


class TestQuoteCommand:
    def test_answers_a_case_from_standard_input_with_an_object(self, stdin, capsys):
        stdin(json.dumps(CASE).encode())

        status = quote.run([])

        assert status == 0
        assert json.loads(capsys.readouterr().out)["total"] == "50.00"

    def test_answers_a_list_from_a_file_with_a_list_in_order(self, tmp_path: Path, capsys):
        file = tmp_path / "cases.json"
        file.write_text(json.dumps([{**CASE, "id": "b"}, {**CASE, "id": "a"}]), encoding="utf-8")

        status = quote.run(["--json", str(file)])

        assert status == 0
        assert [answer["id"] for answer in json.loads(capsys.readouterr().out)] == ["b", "a"]

    def test_refuses_one_case_and_answers_the_others(self, stdin, capsys):
        stdin(json.dumps([CASE, {"id": "x", "usage": {"total_kwh": "-1"}}, {"usage": 3}, CASE]).encode())

        status = quote.run([])

        printed = capsys.readouterr()
        answers = json.loads(printed.out)
        assert status == 1
        assert [answer.get("total") for answer in answers] == ["50.00", None, None, "50.00"]
        assert printed.err.splitlines() == [
            "out_of_range: case x: usage.total_kwh: must be 0 or more",
            "not_an_object: case 3: usage: must be an object",
        ]

    def test_reads_json_numbers_without_floating_point(self, stdin, capsys):
        stdin(b'{"id": 3, "usage": {"total_kwh": 3}, "energy_price": {"single": 0.1}}')

        quote.run([])

        answer = json.loads(capsys.readouterr().out)
        assert answer["id"] == 3
        assert answer["total"] == "0.30"

    def test_reads_a_file_that_begins_with_a_byte_order_mark(self, stdin, capsys):
        stdin(b"\xef\xbb\xbf" + json.dumps(CASE).encode())

        assert quote.run([]) == 0

    @pytest.mark.parametrize(
        ("raw", "code"),
        [
            (b'{"usage":', "not_json"),
            (b"", "not_json"),
            (b"[" * 100_000, "not_json"),
            (b'{"usage": {"total_kwh": NaN}}', "not_json"),
            (b'{"usage": {}, "usage": {}}', "not_json"),
            (b'"case"', "not_cases"),
            ('{"id": "电"}'.encode("gbk"), "unable_to_read"),
        ],
        ids=["cut off", "empty", "too deep", "not a number", "said twice", "a text", "gbk"],
    )
    def test_refuses_what_is_no_json_in_one_line(self, stdin, capsys, raw, code):
        stdin(raw)

        status = quote.run([])

        printed = capsys.readouterr()
        assert status == 1
        assert printed.out == ""
        assert printed.err.startswith(f"{code}: standard input")
        assert printed.err.count("\n") == 1

    def test_answers_a_number_of_thousands_of_digits_with_a_refusal(self, stdin, capsys):
        stdin(b'{"id": 1e9999, "usage": {"total_kwh": ' + b"9" * 5_000 + b"}}")

        status = quote.run([])

        assert status == 1
        assert json.loads(capsys.readouterr().out)["errors"][0]["code"] == "not_a_decimal"

    def test_refuses_a_file_that_is_not_there(self, tmp_path: Path, capsys):
        status = quote.run([str(tmp_path / "none.json")])

        assert status == 1
        assert capsys.readouterr().err.startswith("unable_to_read: ")

    @pytest.mark.parametrize("argv", [["one", "two"], ["--colour"], ["--schema", "-x"]])
    def test_tells_wrong_usage_apart(self, capsys, argv):
        status = quote.run(argv)

        printed = capsys.readouterr()
        assert status == 2
        assert printed.out == ""
        assert printed.err.startswith("usage: ")

    def test_explains_itself(self, capsys):
        assert quote.run(["--help"]) == 0
        assert "usage: dianke quote" in capsys.readouterr().out

    def test_prints_the_schema_of_cases(self, capsys):
        status = quote.run(["--schema"])

        schema = json.loads(capsys.readouterr().out)
        case = schema["$defs"]["case"]
        assert status == 0
        assert case["additionalProperties"] is False
        assert set(case["properties"]) >= {"meters", "usage", "energy_price", "rounding"}
        assert case["properties"]["funds"]["items"]["required"] == ["name", "price"]
