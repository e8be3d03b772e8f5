"""Data that is built once and handed to every test as a fresh copy of the database that holds it."""

import pickle
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from django.core.cache import cache
from django.db import connection, connections

T = TypeVar("T")


@dataclass(frozen=True)
class _Kept:
    """What a builder left: a database, a folder of files, and what it returned."""

    database: str
    folder: Path
    returned: bytes


class Stages:
    """
    Give each test a database of its own.

    PostgreSQL copies one in a tenth of a second, which is less than emptying two hundred tables, and far less
    than loading a utility. What a test does to its copy, nobody else sees, in whatever order the tests come.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._empty = str(connection.settings_dict["NAME"])
        # Sessions of this database are ended and copies of it dropped: it must never be anybody's but the tests' own.
        assert self._empty.startswith("test_")
        self._own = f"{self._empty}_own"
        self._kept: dict[str, _Kept] = {}

    def enter(self, build: Callable[[Path], T], data_dir: Path) -> T:
        """Go on in a new copy of what `build` leaves, files below `data_dir` too, and return what it returned."""
        name = f"{build.__module__}.{build.__qualname__}"
        if name not in self._kept:
            self._go_to(self._empty)
            self._kept[name] = self._build(build, data_dir)
        else:
            kept = self._kept[name]
            self._go_to(kept.database)
            shutil.copytree(kept.folder, data_dir, dirs_exist_ok=True)
        # Unpacked for each test: what one does to the objects is not seen by the next either.
        returned: T = pickle.loads(self._kept[name].returned)  # noqa: S301 - packed by ourselves
        return returned

    def leave(self) -> None:
        """Go back to the empty database."""
        _point_at(self._empty)
        cache.clear()

    def close(self) -> None:
        """Remove every database that was made."""
        for database in [self._own, *(kept.database for kept in self._kept.values())]:
            _remove(database)

    def _build(self, build: Callable[[Path], T], data_dir: Path) -> _Kept:
        returned = pickle.dumps(build(data_dir))
        number = len(self._kept) + 1
        kept = _Kept(f"{self._empty}_kept{number}", self._folder / str(number), returned)
        _copy(self._own, kept.database)
        shutil.copytree(data_dir, kept.folder)
        return kept

    def _go_to(self, database: str) -> None:
        _copy(database, self._own)
        _point_at(self._own)
        cache.clear()


def _point_at(database: str) -> None:
    connections.close_all()
    for alias in connections:
        # Every thread's connection reads this same dictionary; those of the old database notice that it is gone.
        connections[alias].settings_dict["NAME"] = database


def _copy(source: str, target: str) -> None:
    connections.close_all()
    _remove(target)
    # Only a database to which nobody is connected is copied; the set-up of the tests may be, from before the
    # browser's event loop, where this thread's connections are others.
    _end_sessions(source)
    _run(f'create database "{target}" template "{source}"')


def _remove(database: str) -> None:
    # Not "with (force)": that stumbles over the database's own cleaner, which a plain drop sends away.
    _end_sessions(database)
    _run(f'drop database if exists "{database}"')


def _end_sessions(database: str) -> None:
    _run(
        "select pg_terminate_backend(pid) from pg_stat_activity where datname = %s and backend_type = 'client backend'",
        database,
    )


def _run(statement: str, *values: str) -> None:
    with connection._nodb_cursor() as cursor:
        cursor.execute(statement, values or None)
