from pathlib import Path

import pytest
from launcher.errors import LauncherError

from launcher import bare, debian, lanes

REPORT = """<?xml version="1.0" encoding="utf-8"?>
<testsuites name="pytest tests">
<testsuite name="pytest" errors="1" failures="2" skipped="3" tests="10"/>
</testsuites>
"""


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """Give the Python of an environment with one program that succeeds and one that fails."""
    for name, status in (("python", 0), ("good", 0), ("bad", 1)):
        (tmp_path / name).write_text(f"#!/bin/sh\necho {name} spoke\nexit {status}\n", "utf-8")
        (tmp_path / name).chmod(0o755)
    return tmp_path / "python"


class TestLanes:
    def test_stop_at_the_first_that_fails(self, programs: Path, capfd: pytest.CaptureFixture[str]):
        run = lanes.Lanes(programs, keep_going=False)

        for name in ("good", "bad", "good"):
            run.tool(name, name, env={})

        assert [result.verdict for result in run.results] == ["ok", "FAILED"]
        shown = capfd.readouterr().out
        assert "bad spoke" in shown
        assert "good spoke" not in shown

    def test_go_on_when_told_so(self, programs: Path):
        run = lanes.Lanes(programs, keep_going=True)

        for name in ("bad", "good"):
            run.tool(name, name, env={})

        assert [result.verdict for result in run.results] == ["FAILED", "ok"]
        assert run.has_failed

    @pytest.mark.parametrize(("status", "verdicts"), [(0, ["ok", "ok"]), (3, ["ok", "FAILED"])])
    def test_run_one_program_beside_another(
        self, programs: Path, capfd: pytest.CaptureFixture[str], status: int, verdicts: list[str]
    ):
        programs.write_text(f"#!/bin/sh\necho spoke of $1\nsleep 0.2\nexit {status}\n", "utf-8")
        run = lanes.Lanes(programs, keep_going=True)

        with run.beside("types", "types", env={}):
            run.tool("good", "good", env={})

        assert [(result.name, result.verdict) for result in run.results] == list(
            zip(["good", "types"], verdicts, strict=True)
        )
        assert ("spoke of types" in capfd.readouterr().out) == bool(status)

    def test_end_what_runs_beside_when_they_are_interrupted(self, programs: Path):
        programs.write_text("#!/bin/sh\nexec sleep 600\n", "utf-8")
        run = lanes.Lanes(programs, keep_going=True)

        with pytest.raises(lanes.Interrupted), run.beside("types", "types", env={}):
            raise lanes.Interrupted

        assert run.results == []

    def test_close_with_all_tests_on_one_line(self, programs: Path):
        run = lanes.Lanes(programs, keep_going=False)
        run.results = [
            lanes.Result("unit", "ok", 1.0, "", {"passed": 7, "failed": 0, "skipped": 1}),
            lanes.Result("sql", "skipped", note="PostgreSQL 15 is not installed"),
            lanes.Result("database", "FAILED", 2.0, "", {"passed": 2, "failed": 1, "skipped": 0}),
        ]

        lines = run.summary().splitlines()

        assert lines[-1] == "9 passed, 1 failed, 1 skipped"
        assert lines[-3] == "sql          skipped: PostgreSQL 15 is not installed"


class TestReadCounts:
    def test_counts_errors_as_failures(self, tmp_path: Path):
        (tmp_path / "report.xml").write_text(REPORT, "utf-8")

        counts = lanes._read_counts(tmp_path / "report.xml")

        assert counts == {"passed": 4, "failed": 3, "skipped": 3}

    def test_has_nothing_to_count_when_pytest_broke(self, tmp_path: Path):
        assert lanes._read_counts(tmp_path / "none.xml") == {}


class TestArguments:
    def test_leave_out_long_tests_unless_asked(self, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.delenv("DIANKE_LONG", raising=False)
        assert lanes._markers("sql") == ["-m", "sql and not long"]

        monkeypatch.setenv("DIANKE_LONG", "1")
        assert lanes._markers("sql") == ["-m", "sql"]
        assert lanes._markers() == []

    def test_of_check_are_refused_when_unknown(self):
        with pytest.raises(LauncherError, match="--fast") as refusal:
            lanes.main("check", ["--fast"])

        assert refusal.value.status == 2

    @pytest.mark.parametrize("arguments", [["--only"], ["--only", "nobody"], ["--quick"]])
    def test_of_bare_are_refused_when_unknown(self, arguments: list[str]):
        with pytest.raises(LauncherError) as refusal:
            lanes.main("test", ["--bare", *arguments])

        assert (refusal.value.code, refusal.value.status) == ("launcher.unknown_option", 2)


class TestBareSteps:
    def test_run_both_commands_as_root_and_as_an_ordinary_user(self):
        typed = [(step.who.name, step.command) for step in bare.steps_for(["root", "user"])]

        assert typed == [
            ("root", "./dianke demo --once"),
            ("root", "./dianke test"),
            ("root", "./dianke demo --once"),
            ("tester", "./dianke demo --once"),
            ("tester", "./dianke test"),
        ]


class TestDebianPackages:
    def test_names_only_what_is_missing(self):
        assert debian.missing_packages(["dpkg", "no-such-package-here"]) == ["no-such-package-here"]

    def test_gives_an_ordinary_user_the_line_to_type(self, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(debian.os, "geteuid", lambda: 1000)

        with pytest.raises(LauncherError) as refusal:
            debian.ensure_packages(["dpkg", "no-such-package-here"])

        assert refusal.value.code == "launcher.packages_missing"
        assert refusal.value.message.endswith(
            "apt-get update && apt-get install -y --no-install-recommends no-such-package-here"
        )
