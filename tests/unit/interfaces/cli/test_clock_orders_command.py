"""dianke clock order and pauses from a file, as people call them."""

import json

import pytest

from dianke.interfaces.cli import clock

ORDER = {
    "promise_set": "SLA-SG2023",
    "kind": "SUPPLY_LOW",
    "events": [
        {"at": "2024-05-16T10:00", "act": "START"},
        {"at": "2024-05-17T10:00", "act": "PAUSE", "reason": "CUSTOMER_PAPERS", "evidence": "letter 7"},
        {"at": "2024-05-20T10:00", "act": "RESUME"},
    ],
}
DUE = ["due", "--promise-set", "SLA-SG2023", "--promise", "whole.low_voltage", "--from", "2024-05-16T10:00"]


@pytest.fixture
def write(tmp_path):
    def write_file(text: str) -> str:
        path = tmp_path / "file"
        path.write_text(text, encoding="utf-8")
        return str(path)

    return write_file


class TestClockOrder:
    def test_prints_what_due_prints(self, capsys, write):
        pauses = write("2024-05-17T10:00/2024-05-20T10:00  # papers\n\n")
        assert clock.run([*DUE, "--pauses", pauses, "--json"]) == 0
        due = json.loads(capsys.readouterr().out)["due"]

        assert clock.run(["order", write(json.dumps(ORDER)), "--now", "2024-05-21", "--json"]) == 0
        whole = json.loads(capsys.readouterr().out)["clocks"][0]

        # 17 and 20 May are touched; 21 to 24, 27 and 28 make six.
        assert whole["due"] == due == "2024-05-28T18:00:00+08:00"
        assert (whole["state"], whole["colour"], whole["paused_for"]) == ("RUNNING", "GREEN", None)

    def test_prints_a_line_for_each_clock(self, capsys, write):
        assert clock.run(["order", write(json.dumps(ORDER)), "--now", "2024-05-21"]) == 0

        assert capsys.readouterr().out.split() == [
            "whole.low_voltage", "whole", "RUNNING", "GREEN", "2024-05-28T18:00:00+08:00",
        ]  # fmt: skip

    @pytest.mark.parametrize(
        ("text", "code"),
        [
            ("{", "unreadable_file"),
            (json.dumps(ORDER | {"kind": "DANCE"}), "unreadable_file"),
            (json.dumps(ORDER | {"events": ORDER["events"][1:]}), "service_orders.events_out_of_order"),
            (json.dumps(ORDER | {"promise_set": "SLA-NONE"}), "unknown_promise_set"),
        ],
    )
    def test_refuses_what_it_cannot_read(self, capsys, write, text, code):
        assert clock.run(["order", write(text), "--now", "2024-05-21", "--json"]) == 1

        assert json.loads(capsys.readouterr().out)["errors"][0]["code"] == code

    def test_refuses_a_file_of_pauses_that_is_not_there(self, capsys):
        assert clock.run([*DUE, "--pauses", "/nowhere/at/all", "--json"]) == 1

        assert json.loads(capsys.readouterr().out)["errors"][0]["code"] == "unreadable_file"
