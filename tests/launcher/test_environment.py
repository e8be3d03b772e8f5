import json
import shutil
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

import pytest
from launcher.errors import LauncherError

from launcher import environment, paths

VERSION = f"python{sys.version_info.major}.{sys.version_info.minor}"

# Stands for the foreign program uv: notes what it is asked and makes the folder it is asked for.
UV = f"""#!/bin/sh
echo "$1 $2" >> "$UV_LOG"
for last; do :; done
case "$1" in
venv)
    rm -rf "$last"
    mkdir -p "$last/bin" "$last/lib/{VERSION}/site-packages"
    ln -s "{Path(sys.executable).resolve()}" "$last/bin/python"
    ;;
pip)
    sleep "${{UV_SLEEP:-0}}"
    exit "${{UV_STATUS:-0}}"
    ;;
esac
"""


@dataclass
class Bench:
    """A checkout of locks only, an environment to be made and the notes of uv."""

    venv: Path
    requirements: Path
    log: Path

    def asked(self) -> list[str]:
        return self.log.read_text("utf-8").splitlines()

    def stamp(self) -> dict[str, str]:
        stamp: dict[str, str] = json.loads((self.venv / "dianke-environment.json").read_text("utf-8"))
        return stamp


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    requirements = tmp_path / "requirements"
    requirements.mkdir()
    for profile in ("local", "dev"):
        (requirements / f"{profile}.lock").write_text(f"{profile}==1\n", "utf-8")
    uv = tmp_path / "uv"
    uv.write_text(UV, "utf-8")
    uv.chmod(0o755)
    log = tmp_path / "uv.log"
    log.touch()
    monkeypatch.setattr(paths, "REQUIREMENTS", requirements)
    monkeypatch.setenv("DIANKE_VENV", str(tmp_path / "venv"))
    monkeypatch.setenv("DIANKE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("DIANKE_UV", str(uv))
    monkeypatch.setenv("UV_LOG", str(log))
    return Bench(tmp_path / "venv", requirements, log)


class TestEnsure:
    def test_makes_the_environment_and_notes_that_it_is_done(self, bench: Bench):
        python = environment.ensure("local")

        assert python == bench.venv / "bin/python"
        assert bench.asked() == ["venv --quiet", "pip sync"]
        assert (bench.stamp()["state"], bench.stamp()["profile"]) == ("done", "local")

    def test_asks_nobody_the_second_time(self, bench: Bench):
        environment.ensure("local")
        bench.log.write_text("", "utf-8")

        environment.ensure("local")

        assert bench.asked() == []

    def test_adds_the_checks_to_what_is_there(self, bench: Bench):
        environment.ensure("local")

        environment.ensure("dev")

        assert bench.asked() == ["venv --quiet", "pip sync", "pip sync"]
        assert bench.stamp()["profile"] == "dev"

    def test_finds_everything_where_the_checks_are_installed(self, bench: Bench):
        environment.ensure("dev")
        bench.log.write_text("", "utf-8")

        environment.ensure("local")

        assert bench.asked() == []

    def test_keeps_the_checks_when_the_lock_has_changed(self, bench: Bench):
        environment.ensure("dev")
        (bench.requirements / "dev.lock").write_text("dev==2\n", "utf-8")

        environment.ensure("local")

        assert bench.asked()[-1] == "pip sync"
        assert bench.stamp()["profile"] == "dev"

    def test_keeps_what_somebody_installed_by_hand(self, bench: Bench):
        environment.ensure("local")
        (bench.venv / "dianke-environment.json").unlink()
        (bench.venv / "bin/pytest").touch()

        environment.ensure("local")

        assert bench.asked() == ["venv --quiet", "pip sync", "pip sync"]
        assert bench.stamp()["profile"] == "dev"

    def test_makes_a_half_installed_environment_again(self, bench: Bench, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setenv("UV_STATUS", "2")
        with pytest.raises(LauncherError) as refusal:
            environment.ensure("local")
        monkeypatch.setenv("UV_STATUS", "0")

        environment.ensure("local")

        assert refusal.value.code == "launcher.install_failed"
        assert bench.asked() == ["venv --quiet", "pip sync", "venv --quiet", "pip sync"]
        assert bench.stamp()["state"] == "done"

    def test_makes_an_environment_again_whose_python_has_gone(self, bench: Bench):
        environment.ensure("local")
        (bench.venv / "bin/python").unlink()
        (bench.venv / "bin/python").symlink_to("/nowhere/python3.10")

        environment.ensure("local")

        assert bench.asked() == ["venv --quiet", "pip sync", "venv --quiet", "pip sync"]

    def test_makes_an_environment_again_that_holds_another_version_of_python(self, bench: Bench):
        environment.ensure("local")
        (bench.venv / "lib" / VERSION).rename(bench.venv / "lib/python3.1")
        (bench.requirements / "local.lock").write_text("local==2\n", "utf-8")

        environment.ensure("local")

        assert bench.asked() == ["venv --quiet", "pip sync", "venv --quiet", "pip sync"]

    def test_lets_a_second_launcher_wait(self, bench: Bench, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setenv("UV_SLEEP", "0.3")
        launchers = [threading.Thread(target=environment.ensure, args=("local",)) for _ in range(2)]

        for launcher in launchers:
            launcher.start()
        for launcher in launchers:
            launcher.join()

        assert bench.asked() == ["venv --quiet", "pip sync"]

    def test_says_what_to_do_when_the_home_cannot_be_made(self, bench: Bench, monkeypatch: pytest.MonkeyPatch):
        (bench.requirements / "file").touch()
        monkeypatch.setenv("DIANKE_HOME", str(bench.requirements / "file/home"))

        with pytest.raises(LauncherError, match="set DIANKE_HOME") as refusal:
            environment.ensure("local")

        assert refusal.value.code == "launcher.folder_not_writable"
        assert bench.asked() == []


def test_removing_an_environment_leads_to_a_new_one(bench: Bench):
    environment.ensure("local")
    shutil.rmtree(bench.venv)

    environment.ensure("local")

    assert bench.asked() == ["venv --quiet", "pip sync", "venv --quiet", "pip sync"]
