import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest
from launcher.errors import LauncherError
from launcher.postgres import Cluster, running_pid

from launcher import binaries, database, memory

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root hands the server to another user")


def make_cluster(home: Path, name: str) -> Cluster:
    return Cluster(home / name, binaries.find_binaries(), throw_away=True)


class TestSession:
    def test_gives_two_log_ins_of_which_one_owns_the_database(self, own_home: Path):
        cluster = make_cluster(own_home, "roles")

        with (
            cluster.session() as told,
            psycopg.connect(told["DATABASE_URL"]) as service,
            psycopg.connect(told["DATABASE_OWNER_URL"]) as owner,
        ):
            rights = "select current_user, rolcreatedb, rolsuper from pg_roles where rolname = current_user"
            assert service.execute(rights).fetchone() == ("dianke_app", False, False)
            assert owner.execute(rights).fetchone() == ("dianke_owner", True, False)
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                service.execute("create table intruder (a int)")
        cluster.remove()

    def test_finds_chinese_by_trigrams_and_checks_its_pages(self, own_home: Path):
        cluster = make_cluster(own_home, "chinese")

        with cluster.session() as told, psycopg.connect(told["DATABASE_OWNER_URL"]) as owner:
            owner.execute("create extension pg_trgm")
            row = owner.execute("select cardinality(show_trgm('国网江苏电力')), upper('é')").fetchone()
            assert row == (7, "É")
            assert owner.execute("show data_checksums").fetchone() == ("on",)
            assert owner.execute("show listen_addresses").fetchone() == ("",)
        cluster.remove()

    def test_refuses_a_wrong_password(self, own_home: Path):
        cluster = make_cluster(own_home, "password")

        with cluster.session() as told:
            password = told["DATABASE_URL"].split(":")[2].partition("@")[0]
            wrong = told["DATABASE_URL"].replace(password, "wrong")
            with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
                psycopg.connect(wrong)
        cluster.remove()

    def test_leaves_the_server_to_the_last_one_out(self, own_home: Path):
        first = make_cluster(own_home, "shared")
        second = make_cluster(own_home, "shared")
        data = own_home / "shared/pgdata"

        with first.session():
            started = running_pid(data)
            with second.session():
                shared = running_pid(data)
            after_second = running_pid(data)
        after_first = running_pid(data)

        assert started is not None
        assert shared == after_second == started
        assert after_first is None
        first.remove()

    def test_keeps_what_was_written(self, own_home: Path):
        cluster = Cluster(own_home / "kept", binaries.find_binaries())
        with cluster.session() as told, psycopg.connect(told["DATABASE_OWNER_URL"]) as owner:
            owner.execute("create table note as select 42 as a")

        with cluster.session() as told, psycopg.connect(told["DATABASE_OWNER_URL"]) as owner:
            assert owner.execute("select a from note").fetchone() == (42,)
        cluster.remove()

    def test_starts_again_after_the_server_was_killed(self, own_home: Path):
        cluster = make_cluster(own_home, "killed")
        data = own_home / "killed/pgdata"
        with cluster.session():
            pid = running_pid(data)
            assert pid is not None
            os.kill(pid, signal.SIGKILL)

        with cluster.session() as told, psycopg.connect(told["DATABASE_URL"]) as service:
            assert service.execute("select 1").fetchone() == (1,)
        cluster.remove()

    def test_is_not_misled_by_a_process_number_that_went_to_another(self, own_home: Path):
        cluster = make_cluster(own_home, "stale")
        with cluster.session():
            pass
        (own_home / "stale/pgdata/postmaster.pid").write_text(f"{os.getpid()}\n", "utf-8")

        with cluster.session() as told, psycopg.connect(told["DATABASE_URL"]) as service:
            assert service.execute("select 1").fetchone() == (1,)
        cluster.remove()

    def test_refuses_data_of_another_version_and_leaves_it_alone(self, own_home: Path):
        programs = binaries.find_binaries()
        cluster = Cluster(own_home / "old", programs, throw_away=True)
        with cluster.session():
            pass
        newer = Cluster(own_home / "old", binaries.Binaries(programs.folder, programs.major + 1))

        with pytest.raises(LauncherError, match="pg_dump") as refusal, newer.session():
            pass

        assert refusal.value.code == "launcher.data_of_another_version"
        assert (own_home / "old/pgdata/PG_VERSION").read_text("ascii").strip() == str(programs.major)
        cluster.remove()

    def test_finds_a_short_place_for_its_socket(self, own_home: Path):
        deep = own_home / ("x" * 80)
        cluster = make_cluster(deep, "deep")

        with cluster.session() as told, psycopg.connect(told["DATABASE_URL"]) as service:
            folder = Path(service.info.host)
            assert service.execute("select 1").fetchone() == (1,)
            assert len(str(folder)) <= 80
        cluster.remove()
        assert not folder.exists()

    @as_root
    def test_says_so_when_its_user_cannot_reach_the_folder(self, own_home: Path, tmp_path: Path):
        private = tmp_path / "private"
        private.mkdir(mode=0o700)
        cluster = make_cluster(private, "x")

        with pytest.raises(LauncherError, match="DIANKE_HOME") as refusal, cluster.session():
            pass

        assert refusal.value.code == "launcher.folder_out_of_reach"


class TestThrownAway:
    def test_leaves_neither_process_nor_folder(self, own_home: Path):
        with database.thrown_away() as environ:
            folder = Path(environ["DIANKE_SECRET_KEY_FILE"]).parent
            pid = running_pid(folder / "pgdata")
            assert (folder / "secret.key").stat().st_mode & 0o777 == 0o600
            assert Path(environ["DIANKE_DATA_KEYS_FILE"]) == folder / "data-keys.json"
            assert (folder / "data-keys.json").stat().st_mode & 0o777 == 0o600
            assert (folder / "credentials.json").stat().st_mode & 0o777 == 0o600

        assert pid is not None
        assert list((own_home / "scratch").iterdir()) == []

    def test_removes_what_a_killed_launcher_left(self, own_home: Path):
        program = (
            f"import sys, time; sys.path.insert(0, {str(Path(__file__).parents[2])!r})\n"
            "from launcher import database\n"
            "with database.thrown_away() as environ:\n"
            "    print(environ['DIANKE_SECRET_KEY_FILE'], flush=True); time.sleep(60)\n"
        )
        with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as launcher:
            assert launcher.stdout is not None
            folder = Path(launcher.stdout.readline().strip()).parent
            launcher.kill()
        left = running_pid(folder / "pgdata")

        database.sweep_scratch()

        assert left is not None
        assert not folder.exists()
        assert not Path(f"/proc/{left}/cwd").exists()

    @pytest.mark.skipif(not memory.has_room(), reason="this machine's memory has no room for a database")
    def test_lies_in_memory_where_that_has_room(self, own_home: Path):
        with database.thrown_away(in_memory=True) as environ:
            folder = Path(environ["DIANKE_SECRET_KEY_FILE"]).parent
            pid = running_pid(folder / "pgdata")

        assert pid is not None
        assert folder.parent == memory.folder()
        assert not folder.exists()

    def test_lies_on_the_disk_where_memory_is_short(self, own_home: Path, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(memory, "NEEDED_BYTES", 1 << 63)

        assert database.make_scratch(in_memory=True) == own_home / "scratch"

    def test_leads_libpq_nowhere_else(self, own_home: Path, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setenv("PGPORT", "1")
        monkeypatch.setenv("PGSERVICE", "other")

        with database.thrown_away() as environ:
            found = sorted(name for name in environ if name.startswith("PG"))

        assert found == []


class TestGivenDatabase:
    def test_is_used_as_it_is(self, own_home: Path, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setenv("DATABASE_URL", "postgresql://me@db.example/dianke")

        with database.kept() as environ:
            assert environ["DATABASE_URL"] == "postgresql://me@db.example/dianke"
            assert environ["DATABASE_OWNER_URL"] == "postgresql://me@db.example/dianke"

        assert not Path(environ["DIANKE_SECRET_KEY_FILE"]).with_name("pgdata").exists()

    def test_keeps_the_owner_that_is_named(self, own_home: Path, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setenv("DATABASE_URL", "postgresql://me@db.example/dianke")
        monkeypatch.setenv("DATABASE_OWNER_URL", "postgresql://owner@db.example/dianke")

        with database.kept() as environ:
            assert environ["DATABASE_OWNER_URL"] == "postgresql://owner@db.example/dianke"


class TestRunningPid:
    def test_waits_for_nobody_when_there_is_no_folder(self, tmp_path: Path):
        started = time.monotonic()

        assert running_pid(tmp_path / "none") is None
        assert time.monotonic() - started < 1
