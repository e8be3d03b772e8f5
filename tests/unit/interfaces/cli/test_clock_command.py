import json

import pytest

from dianke.interfaces.cli import clock

SG2011 = "due --promise-set SLA-SG2011 --promise"


def run(line: str) -> int:
    return clock.run(line.split())


class TestClockDue:
    def test_prints_nothing_but_the_due_time_as_json(self, capsys):
        status = run(f"{SG2011} plan.low_voltage --from 2024-04-28T10:00 --json")

        printed = capsys.readouterr()
        assert status == 0
        assert json.loads(printed.out) == {"due": "2024-05-10T18:00:00+08:00"}
        assert printed.err == ""

    def test_prints_the_due_time_as_a_line(self, capsys):
        status = run(f"{SG2011} repair.urban --from 2024-04-28T23:30")

        assert status == 0
        assert capsys.readouterr().out == "2024-04-29T00:15:00+08:00\n"

    def test_stops_for_every_pause(self, capsys):
        run(
            f"{SG2011} repair.urban --from 2024-05-06T10:00 --json"
            " --pause 2024-05-06T10:10/2024-05-06T10:20 --pause 2024-05-06T10:30/2024-05-06T10:40"
        )

        assert json.loads(capsys.readouterr().out) == {"due": "2024-05-06T11:05:00+08:00"}

    def test_runs_in_split_shifts(self, capsys):
        run(f"{SG2011} callback --from 2024-04-28T17:30 --json --hours 08:30-12:00,14:30-18:00")

        assert json.loads(capsys.readouterr().out) == {"due": "2024-05-07T11:00:00+08:00"}

    def test_ends_the_working_day_when_told(self, capsys):
        run(f"{SG2011} complaint.contact --from 2024-05-06 --json --day-end 17:00")

        assert json.loads(capsys.readouterr().out) == {"due": "2024-05-07T17:00:00+08:00"}

    def test_calls_a_due_time_past_the_loaded_years_provisional(self, capsys):
        status = run("due --promise-set SLA-SG2023 --promise whole.residential --from 2026-12-28T10:00 --json")

        printed = capsys.readouterr()
        answer = json.loads(printed.out)
        assert status == 1
        assert answer["due"] == "2027-01-04T18:00:00+08:00"
        assert answer["provisional"] is True
        assert [(error["field"], error["code"]) for error in answer["errors"]] == [("from", "calendar_year_not_loaded")]
        assert printed.err.startswith("calendar_year_not_loaded: from: provisional: ")

    def test_calls_it_provisional_on_the_line_too(self, capsys):
        run("due --promise-set SLA-SG2023 --promise whole.residential --from 2026-12-28T10:00")

        assert capsys.readouterr().out == "2027-01-04T18:00:00+08:00 (provisional)\n"

    def test_finds_every_fault_at_once(self, capsys):
        status = run(
            "due --promise-set SLA-X --promise callback --from soon --json"
            " --pause x --pause 2024-01-02/2024-01-01 --hours 8-12 --day-end 00:00"
        )

        printed = capsys.readouterr()
        assert status == 1
        assert [(error["field"], error["code"]) for error in json.loads(printed.out)["errors"]] == [
            ("promise_set", "unknown_promise_set"),
            ("from", "unreadable_instant"),
            ("pause", "unreadable_pause"),
            ("pause", "unreadable_pause"),
            ("hours", "unreadable_hours"),
            ("day_end", "unreadable_time"),
        ]
        assert len(printed.err.splitlines()) == 6

    def test_has_no_due_time_while_a_pause_is_open(self, capsys):
        status = run(f"{SG2011} repair.urban --from 2024-05-06T10:00 --json --pause 2024-05-06T10:10/")

        answer = json.loads(capsys.readouterr().out)
        assert status == 1
        assert [error["code"] for error in answer["errors"]] == ["clock_is_stopped"]
        assert "due" not in answer

    @pytest.mark.parametrize(
        ("line", "status"),
        [
            ("", 2),
            ("due", 2),
            ("due --promise-set SLA-2009", 2),
            ("later", 2),
            ("due --promise-se SLA-2009 --promise callback --from 2024-05-06", 2),
            ("--help", 0),
            ("due --help", 0),
        ],
    )
    def test_tells_wrong_usage_from_help(self, line: str, status: int, capsys):
        assert run(line) == status


class TestClockSets:
    def test_lists_sets_and_promises_with_their_evidence(self, capsys):
        status = run("sets --json")

        sets = {row["promise_set"]: row for row in json.loads(capsys.readouterr().out)}
        assert status == 0
        assert list(sets) == ["SLA-SEED", "SLA-2009", "SLA-SG2011", "SLA-SG2023", "SLA-CSG"]
        assert sets["SLA-2009"]["valid_from"] == "2010-01-01"
        assert sets["SLA-CSG"]["promises"][0] == {
            "promise": "plan.residential",
            "title_en": "Answer with a supply plan, residential",
            "title_zh": "答复供电方案（居民）",
            "amount": "2",
            "unit": "working_day",
            "evidence": "C",
            "source": "SRC-CSG",
            "note": "",
        }

    def test_lists_them_for_people(self, capsys):
        status = run("sets")

        lines = capsys.readouterr().out.splitlines()
        assert status == 0
        assert "SLA-SG2023  State Grid ten promises, current · 国家电网有限公司供电服务十项承诺（现行）" in lines
        assert (
            "  complaint.contact                   1 working day     [C]  "
            "First contact after a complaint · 投诉联系客户"
        ) in lines
