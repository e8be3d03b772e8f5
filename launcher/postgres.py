"""One PostgreSQL server of our own: socket only, scram, checksums; the last command out stops it."""

import hashlib
import json
import os
import secrets
import shutil
import signal
import stat
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

from launcher.binaries import Binaries, server_user
from launcher.errors import LauncherError, say
from launcher.locks import exclusive, open_lock, share, take_at_once
from launcher.paths import make_folder
from launcher.processes import shielded

DATABASE = "dianke"
OWNER_ROLE = "dianke_owner"
SERVICE_ROLE = "dianke_app"
_SUPERUSER = "postgres"
_LONGEST_SOCKET_FOLDER = 80  # the kernel takes 107 characters with the socket's own name
_LOG_LIMIT_BYTES = 20_000_000

_SETTINGS = """\
# Written at every start; changes belong into the launcher.
listen_addresses = ''
port = 5432
unix_socket_directories = '{sockets}'
shared_buffers = 256MB
work_mem = 64MB
maintenance_work_mem = 256MB
max_wal_size = 4GB
random_page_cost = 1.1
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
"""
_DURABLE = "synchronous_commit = on\n"
_THROW_AWAY = """\
fsync = off
synchronous_commit = off
full_page_writes = off
wal_level = minimal
max_wal_senders = 0
max_wal_size = 1GB
"""

# Statements may come a second time after an interruption, so none of them minds.
_ROLES = """\
SELECT format('CREATE ROLE %I LOGIN', name)
FROM unnest(ARRAY['{owner}', '{service}']) AS name
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \\gexec
ALTER ROLE {owner} WITH LOGIN CREATEDB NOSUPERUSER NOCREATEROLE PASSWORD '{owner_password}';
ALTER ROLE {service} WITH LOGIN NOCREATEDB NOSUPERUSER NOCREATEROLE PASSWORD '{service_password}';
SELECT 'CREATE DATABASE {database} OWNER {owner}'
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '{database}') \\gexec
"""


class Cluster:
    """A data folder with its server, passwords and key; `session` is the way in."""

    def __init__(self, folder: Path, binaries: Binaries, *, throw_away: bool = False) -> None:
        self.folder = folder
        self._binaries = binaries
        self._throw_away = throw_away
        self._user = server_user()
        self._data = folder / "pgdata"
        self._sockets = _socket_folder(folder)

    @contextmanager
    def session(self) -> Iterator[dict[str, str]]:
        """Have the server running and give the variables that lead to it; the last one out stops it."""
        make_folder(self.folder)
        with open_lock(self.folder / "users.lock") as users:
            with self._alone():
                share(users)
                try:
                    self._ensure_running()
                except BaseException:
                    self._stop()
                    raise
            try:
                yield self._variables()
            finally:
                with shielded(), self._alone():
                    if take_at_once(users):
                        self._stop()

    def remove(self) -> None:
        """End the server without ceremony and remove everything."""
        with shielded():
            _kill_server(self._data)
            shutil.rmtree(self._sockets, ignore_errors=True)
            shutil.rmtree(self.folder, ignore_errors=True)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with exclusive(self.folder / "start.lock"):
            yield

    def _variables(self) -> dict[str, str]:
        passwords = self._passwords()
        query = f"host={quote(str(self._sockets), safe='/')}&port=5432"
        return {
            name: f"postgresql://{role}:{quote(passwords[role], safe='')}@/{DATABASE}?{query}"
            for name, role in (("DATABASE_URL", SERVICE_ROLE), ("DATABASE_OWNER_URL", OWNER_ROLE))
        }

    def _ensure_running(self) -> None:
        self._check_reach()
        if not (self._data / "PG_VERSION").exists():
            self._initialise()
        self._check_version()
        if running_pid(self._data) is None or not self._is_ready():
            self._start()
        if not (self.folder / "roles.done").exists():
            self._make_roles()

    def _check_reach(self) -> None:
        if not self._user.is_other:
            return
        for folder in (self.folder, *self.folder.parents):
            if not folder.stat().st_mode & stat.S_IXOTH:
                message = (
                    f"{folder} lets no other user through, and the server cannot run as root; "
                    "set DIANKE_HOME to a folder that others may pass through"
                )
                raise LauncherError("folder_out_of_reach", message)

    def _initialise(self) -> None:
        say(f"making a database in {self.folder}")
        fresh = self.folder / "pgdata.new"
        shutil.rmtree(fresh, ignore_errors=True)
        (self.folder / "roles.done").unlink(missing_ok=True)
        self._give_folder(fresh)
        password_file = self.folder / "superuser.password"
        _write_secret(password_file, self._passwords()[_SUPERUSER])
        os.chown(password_file, self._user.uid, self._user.gid)
        # Under LC_CTYPE=C, which a bare machine has, trigram search finds no Chinese, so --locale is said
        # even where the built-in provider (from 17 on) sorts and folds.
        builtin = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        locale = ["--locale=C.UTF-8", *(builtin if self._binaries.major >= 17 else [])]
        try:
            command = ["initdb", "-D", str(fresh), "-U", _SUPERUSER, "-E", "UTF8", "-k", *locale]
            auth = ["--auth=scram-sha-256", f"--pwfile={password_file}"]
            self._run([*command, *auth, *(["--no-sync"] if self._throw_away else [])])
        finally:
            password_file.unlink()
        with (fresh / "postgresql.conf").open("a", encoding="utf-8") as settings:
            settings.write("\ninclude 'dianke.conf'\n")
        fresh.rename(self._data)

    def _check_version(self) -> None:
        found = (self._data / "PG_VERSION").read_text("ascii").strip()
        if found == str(self._binaries.major):
            return
        message = (
            f"{self._data} was made by PostgreSQL {found}, the programs are {self._binaries.major}. Way out: "
            f"pg_dump with DIANKE_PG_BIN=/usr/lib/postgresql/{found}/bin, move that folder away, pg_restore, "
            "./dianke migrate; docs/howto/run.md has every line"
        )
        raise LauncherError("data_of_another_version", message)

    def _start(self) -> None:
        self._give_folder(self._sockets)
        settings = _SETTINGS.format(sockets=str(self._sockets).replace("'", "''"))
        part = self.folder / "dianke.conf.part"
        part.write_text(settings + (_THROW_AWAY if self._throw_away else _DURABLE), "utf-8")
        part.chmod(0o644)
        part.replace(self._data / "dianke.conf")
        if running_pid(self._data) is None:
            self._clear_up()
        log = self._data / "server.log"
        if log.exists() and log.stat().st_size > _LOG_LIMIT_BYTES:
            log.replace(self._data / "server.log.1")
        self._run(["pg_ctl", "start", "-D", str(self._data), "-w", "-t", "60", "-s", "-l", str(log)])

    def _clear_up(self) -> None:
        """Remove what a server that was killed left; a number in it may be another process's by now."""
        stale = [self._data / "postmaster.pid", *self._sockets.iterdir()]
        deadline = time.monotonic() + 10
        # Its children hold its shared memory until they notice.
        while stale[0].exists() and _works_in(self._data) and time.monotonic() < deadline:
            time.sleep(0.05)
        for path in stale:
            path.unlink(missing_ok=True)

    def _is_ready(self) -> bool:
        deadline = time.monotonic() + 60
        while running_pid(self._data) is not None and time.monotonic() < deadline:
            with suppress(OSError, IndexError):
                state = (self._data / "postmaster.pid").read_text("utf-8").splitlines()[7].strip()
                if state == "ready":
                    return True
            time.sleep(0.05)
        return False

    def _make_roles(self) -> None:
        passwords = self._passwords()
        statements = _ROLES.format(
            owner=OWNER_ROLE,
            service=SERVICE_ROLE,
            database=DATABASE,
            owner_password=passwords[OWNER_ROLE],
            service_password=passwords[SERVICE_ROLE],
        )
        address = ["-h", str(self._sockets), "-p", "5432", "-U", _SUPERUSER, "-d", "postgres"]
        command = ["psql", "-X", "-q", "-w", "-v", "ON_ERROR_STOP=1", *address]
        self._run(command, text=statements, extra={"PGPASSWORD": passwords[_SUPERUSER]})
        (self.folder / "roles.done").touch()

    def _stop(self) -> None:
        if running_pid(self._data) is None:
            return
        if self._throw_away:
            _kill_server(self._data)
            return
        with suppress(LauncherError):
            self._run(["pg_ctl", "stop", "-D", str(self._data), "-m", "fast", "-w", "-t", "60", "-s"])
        _kill_server(self._data)

    def _passwords(self) -> dict[str, str]:
        file = self.folder / "credentials.json"
        if not file.exists():
            made = {role: secrets.token_urlsafe(24) for role in (_SUPERUSER, OWNER_ROLE, SERVICE_ROLE)}
            _write_secret(file, json.dumps(made))
        passwords: dict[str, str] = json.loads(file.read_text("utf-8"))
        return passwords

    def _give_folder(self, folder: Path) -> None:
        """Make a folder that belongs to the server's user alone and is not somebody's trap."""
        with suppress(FileExistsError):
            folder.mkdir(mode=0o700)
            if self._user.is_other:
                os.chown(folder, self._user.uid, self._user.gid)
        facts = folder.lstat()
        if not stat.S_ISDIR(facts.st_mode) or facts.st_uid != self._user.uid:
            raise LauncherError("folder_not_ours", f"{folder} belongs to somebody else; remove it")
        folder.chmod(0o700)

    def _run(self, command: Sequence[str], *, text: str = "", extra: Mapping[str, str] | None = None) -> None:
        """Run one of PostgreSQL's programs as the server's user, in a folder that user can reach."""
        other = self._user.is_other
        result = subprocess.run(
            [str(self._binaries.folder / command[0]), *command[1:]],
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C", "HOME": "/"} | dict(extra or {}),
            cwd="/",
            input=text.encode(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            check=False,
            user=self._user.uid if other else None,
            group=self._user.gid if other else None,
            extra_groups=[] if other else None,
        )
        if result.returncode:
            lines = result.stdout.decode("utf-8", "replace").strip().splitlines() + self._log_tail()
            message = f"{command[0]} ended with {result.returncode}: " + " / ".join(lines[-8:])
            raise LauncherError("database_failed", message)

    def _log_tail(self) -> list[str]:
        log = self._data / "server.log"
        return log.read_text("utf-8", "replace").splitlines()[-5:] if log.exists() else []


def running_pid(data: Path) -> int | None:
    """Return the process number of the server of this data folder, or None when none runs."""
    try:
        pid = int((data / "postmaster.pid").read_text("utf-8").splitlines()[0])
        # A number may have gone to another process since; the server works in its data folder.
        if Path(f"/proc/{pid}/cwd").readlink() == data.resolve():
            return pid
    except (OSError, ValueError, IndexError):
        return None
    return None


def _socket_folder(folder: Path) -> Path:
    near = folder / "run"
    if len(os.fsencode(near)) <= _LONGEST_SOCKET_FOLDER:
        return near
    name = hashlib.sha256(os.fsencode(folder)).hexdigest()[:8]
    return Path(f"/tmp/dk-{os.geteuid()}-{name}")  # noqa: S108  (owner and mode are checked before use)


def _kill_server(data: Path) -> None:
    for number, patience_s in ((signal.SIGQUIT, 10.0), (signal.SIGKILL, 10.0)):
        pid = running_pid(data)
        if pid is None:
            return
        with suppress(ProcessLookupError):
            os.kill(pid, number)
        deadline = time.monotonic() + patience_s
        while running_pid(data) is not None and time.monotonic() < deadline:
            time.sleep(0.02)


def _works_in(folder: Path) -> bool:
    """Tell whether any process has the folder as its own."""
    for entry in Path("/proc").glob("[0-9]*/cwd"):
        with suppress(OSError):
            if entry.readlink() == folder.resolve():
                return True
    return False


def _write_secret(file: Path, text: str) -> None:
    part = file.with_name(file.name + ".part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as handle:
        handle.write(text)
    part.replace(file)
