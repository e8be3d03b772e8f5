import json
import os
import signal
import stat
import subprocess
from pathlib import Path

import pytest
from tests.launcher.conftest import Clone

from dianke.interfaces.cli.main import COMMANDS
from launcher import commands


class TestNeedsDatabase:
    @pytest.mark.parametrize(
        ("name", "arguments", "needed"),
        [
            ("quote", ["cases.json"], False),
            ("recover", [], False),
            ("clock", ["due"], False),
            ("bench", ["engine", "--size", "10"], False),
            ("bench", ["list"], False),
            ("bench", [], False),
            ("bench", ["--size", "10", "billing"], True),
            ("import", ["--template", "customers"], False),
            ("import", ["--template=customers"], False),
            ("import", ["customers", "file.csv"], True),
            ("bill", ["run"], True),
            ("risk", ["yardstick", "file.parquet"], False),
            ("risk", ["report"], True),
        ],
    )
    def test_follows_the_command_and_its_arguments(self, name: str, arguments: list[str], needed: bool):
        assert commands.PRODUCT_COMMANDS[name].needs_database(arguments) is needed


class TestHelp:
    def test_names_every_command_on_one_screen(self):
        lines = commands.help_text().splitlines()

        assert len(lines) <= 32
        assert {"test", "check", *commands.PRODUCT_COMMANDS} <= {line.split()[0] for line in lines if line}

    def test_offers_every_command_of_the_product(self):
        assert commands.PRODUCT_COMMANDS.keys() == COMMANDS.keys()

    def test_is_wrong_usage_when_nothing_was_asked(self, clone: Clone):
        done = clone.run()

        assert (done.returncode, done.stdout) == (2, "")
        assert "./dianke COMMAND" in done.stderr


class TestDoor:
    def test_refuses_an_unknown_command(self, clone: Clone):
        done = clone.run("frobnicate")

        assert done.returncode == 2
        assert done.stderr.startswith("launcher.unknown_command: ")

    def test_opens_through_a_link_and_keeps_the_caller_in_his_folder(self, clone: Clone, tmp_path: Path):
        link = tmp_path / "link"
        link.symlink_to(clone.root / "dianke")

        done = subprocess.run(
            [link, "quote", "a b", "--json"],
            env=clone.environ,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )

        facts = json.loads(done.stdout)
        assert facts["arguments"] == ["quote", "a b", "--json"]
        assert facts["folder"] == str(tmp_path)
        assert facts["url"] == ""

    def test_is_not_misled_by_files_that_look_like_modules(self, clone: Clone, tmp_path: Path):
        for name in ("json", "types", "subprocess", "launcher"):
            (tmp_path / f"{name}.py").write_text("raise SystemExit('taken in')", "utf-8")
        clone.environ |= {"PYTHONPATH": str(tmp_path), "PYTHONHOME": str(tmp_path)}

        done = clone.run("quote", folder=tmp_path)

        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["import_path"] == str(clone.root / "src")

    def test_compiles_into_the_home_even_where_the_machine_would_not(self, clone: Clone):
        (clone.root / "src/dianke/once.py").write_text("")
        main = clone.root / "src/dianke/interfaces/cli/main.py"
        main.write_text(f"import dianke.once\n{main.read_text('utf-8')}", "utf-8")
        clone.environ["PYTHONDONTWRITEBYTECODE"] = "1"

        done = clone.run("quote")

        assert done.returncode == 0, done.stderr
        assert list((clone.root / "src").rglob("__pycache__")) == []
        kept = clone.home / "bytecode" / str(clone.root / "src/dianke").lstrip("/")
        assert [file.name.split(".")[0] for file in kept.glob("*.pyc")] == ["once"]

    def test_passes_the_status_of_the_product_on(self, clone: Clone):
        assert clone.run("clock", "refuse").returncode == 3

    def test_says_which_python_it_needs(self, clone: Clone, tmp_path: Path):
        clone.environ |= {"PATH": str(tmp_path), "DIANKE_PYTHON": "python-that-is-not-there"}
        for name in ("dirname", "readlink"):
            (tmp_path / name).symlink_to(Path("/usr/bin") / name)
        script = (clone.root / "dianke").read_text("utf-8").replace("/usr/bin/python3", "none")
        (clone.root / "dianke").write_text(script, "utf-8")

        done = clone.run("quote")

        assert done.returncode == 1
        assert done.stderr.startswith("launcher.python_missing: ")


class TestDatabaseCommands:
    def test_run_below_a_folder_that_others_cannot_pass(self, clone: Clone):
        assert stat.S_IMODE(clone.root.parent.stat().st_mode) == 0o700

        done = clone.run("migrate")

        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["user"] == "dianke_app"
        assert clone.servers() == []

    def test_keep_their_data_for_the_next_start(self, clone: Clone):
        first = json.loads(clone.run("migrate").stdout)

        second = clone.run("bill", "review")

        assert json.loads(second.stdout)["url"] == first["url"]
        assert "making a database" not in second.stderr

    def test_once_leaves_no_database_behind(self, clone: Clone):
        done = clone.run("demo", "--once")

        assert done.returncode == 0, done.stderr
        assert "/scratch/" in json.loads(done.stdout)["url"]
        assert clone.servers() == []
        assert list((clone.home / "scratch").iterdir()) == []

    def test_stop_the_server_when_they_are_told_to_end(self, clone: Clone):
        with clone.start("serve", "wait") as serving:
            assert serving.stdout is not None
            serving.stdout.readline()
            running = clone.servers()
            os.kill(serving.pid, signal.SIGTERM)
            status = serving.wait(timeout=30)

        assert len(running) == 1
        assert status == 0
        assert clone.servers() == []

    def test_recover_from_a_launcher_that_was_killed(self, clone: Clone):
        with clone.start("serve", "wait") as serving:
            assert serving.stdout is not None
            serving.stdout.readline()
            serving.kill()
        left = clone.servers()

        done = clone.run("migrate")

        assert len(left) == 1
        assert done.returncode == 0, done.stderr
        assert clone.servers() == []
