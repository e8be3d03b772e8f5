"""Which database a command gets: DATABASE_URL, this checkout's kept one, or one that is thrown away."""

import base64
import json
import os
import secrets
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import chain
from pathlib import Path

from launcher import binaries, memory, paths
from launcher.errors import LauncherError
from launcher.locks import exclusive, open_lock, take_at_once
from launcher.postgres import Cluster

_UNFINISHED = ".new-"
_UNFINISHED_AGE_S = 3600


def base_environment() -> dict[str, str]:
    """Return the environment of the product without a database of the launcher's own."""
    # What is compiled is kept whatever the machine says: it costs each of two dozen processes of a test some seconds.
    strange = {"PYTHONHOME", "PYTHONDONTWRITEBYTECODE", "VIRTUAL_ENV", "DJANGO_SETTINGS_MODULE"}
    kept = {name: value for name, value in os.environ.items() if name not in strange}
    # Absolute, because the product runs in whatever folder its caller is in. Nothing is compiled into the checkout.
    folders = {
        "DIANKE_DATA_DIR": str(paths.kept_folder() / "files"),
        "PYTHONPYCACHEPREFIX": str(paths.home_folder() / "bytecode"),
    }
    return (
        folders
        | kept
        | {
            "PYTHONPATH": str(paths.ROOT / "src"),
            # A types.py in the caller's folder must not take the place of Python's own.
            "PYTHONSAFEPATH": "1",
            # Files are UTF-8 whatever the machine's locale is; a bare one has none.
            "PYTHONUTF8": "1",
            "DJANGO_SETTINGS_MODULE": "dianke.config.settings",
        }
    )


def without_database() -> dict[str, str]:
    """Return the environment of a command that needs no database."""
    return {
        name: value for name, value in base_environment().items() if name not in {"DATABASE_URL", "DATABASE_OWNER_URL"}
    }


@contextmanager
def kept() -> Iterator[dict[str, str]]:
    """Have this checkout's database running and give the environment that leads to it."""
    if os.environ.get("DATABASE_URL"):
        yield _given()
        return
    cluster = Cluster(paths.kept_folder(), binaries.find_binaries())
    with cluster.session() as variables:
        (cluster.folder / "checkout").write_text(f"{paths.ROOT}\n", "utf-8")
        yield _own(cluster.folder, variables)


@contextmanager
def thrown_away(programs: binaries.Binaries | None = None, *, in_memory: bool = False) -> Iterator[dict[str, str]]:
    """Give an environment with a fresh database, in memory if that has room, that is gone afterwards come what may."""
    if programs is None and os.environ.get("DATABASE_URL"):
        yield _given()
        return
    sweep_scratch()
    programs = programs or binaries.find_binaries()
    folder = make_scratch(in_memory=in_memory) / f"{paths.checkout_key()[:8]}-{secrets.token_hex(4)}"
    # Born under another name, so that no sweeper meets it before its lock is held.
    unborn = paths.make_folder(folder.with_name(_UNFINISHED + folder.name))
    with open_lock(unborn / "alive.lock") as alive:
        take_at_once(alive)
        unborn.rename(folder)
        cluster = Cluster(folder, programs, throw_away=True)
        try:
            with cluster.session() as variables:
                yield _own(folder, variables)
        finally:
            cluster.remove()


def make_scratch(*, in_memory: bool) -> Path:
    """
    Return the folder below which throw-away data goes, made if need be.

    A copy of a database is two thousand small files, and each journey of the tests begins with one: memory makes them
    in a sixth of the time. Where memory is short, or somebody else has taken the name, the disk does.
    """
    if in_memory and memory.has_room():
        with suppress(LauncherError):
            folder = paths.make_folder(memory.folder())
            if folder.lstat().st_uid == os.geteuid() and not folder.is_symlink():
                return folder
    return paths.make_folder(paths.scratch_folder())


def sweep_scratch() -> None:
    """Remove what launchers that were killed outright have left behind."""
    for folder in chain(paths.scratch_folder().glob("*"), memory.folder().glob("*")):
        if folder.name.startswith(_UNFINISHED):
            if time.time() - folder.stat().st_mtime > _UNFINISHED_AGE_S:
                shutil.rmtree(folder, ignore_errors=True)
            continue
        with open_lock(folder / "alive.lock") as alive:
            if take_at_once(alive):
                remove_cluster(folder)


def remove_cluster(folder: Path) -> None:
    """Remove a data folder whose programs may be gone."""
    Cluster(folder, binaries.Binaries(Path("/"), 0), throw_away=True).remove()


def _given() -> dict[str, str]:
    environ = base_environment()
    environ.setdefault("DATABASE_OWNER_URL", environ["DATABASE_URL"])
    return _with_key(paths.make_folder(paths.kept_folder()), environ)


def _own(folder: Path, variables: dict[str, str]) -> dict[str, str]:
    # PGHOST, PGSERVICE and their like would lead libpq elsewhere than the address says.
    environ = {name: value for name, value in base_environment().items() if not name.startswith("PG")}
    if not os.environ.get("DIANKE_DATA_DIR"):
        environ["DIANKE_DATA_DIR"] = str(paths.make_folder(folder / "files"))
    return _with_key(folder, environ | variables)


def _with_key(folder: Path, environ: dict[str, str]) -> dict[str, str]:
    if not environ.get("DIANKE_SECRET_KEY_FILE"):
        environ["DIANKE_SECRET_KEY_FILE"] = str(_ensure_key(folder / "secret.key", _make_secret))
    if not environ.get("DIANKE_DATA_KEYS_FILE"):
        environ["DIANKE_DATA_KEYS_FILE"] = str(_ensure_key(folder / "data-keys.json", _make_data_keys))
    return environ


def _make_secret() -> str:
    return secrets.token_urlsafe(48)


def _make_data_keys() -> str:
    # The form that dianke.platform.crypto.keys reads; the launcher runs before the product is installed.
    data, lookup = (base64.b64encode(secrets.token_bytes(32)).decode() for _ in range(2))
    return json.dumps({"current": "k1", "data": {"k1": data}, "lookup": lookup}, indent=1)


def _ensure_key(file: Path, make: Callable[[], str]) -> Path:
    if not file.exists():
        with exclusive(file.with_name("key.lock")):
            if not file.exists():
                part = file.with_suffix(".part")
                part.unlink(missing_ok=True)
                with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as handle:
                    handle.write(make() + "\n")
                part.rename(file)
    return file
