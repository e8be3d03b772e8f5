"""
The statements that every migration together executes on an empty database, recorded.

Django renders its models anew at each step of each migration: half a minute of computing for a second of SQL.
An empty database is therefore made from the recording; one that has tables takes the migrations as ever. The
recording names the migrations that it was made from and is not used for others.
"""

import hashlib
import importlib
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db import connections, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

RECORDING = Path(__file__).parent / "data" / "schema.sql"

_KEY = "-- made from: "
_NEXT = "\n-- next\n"
_COMMENTS = re.compile(r"\A(?:\s+|--[^\n]*\n|/\*.*?\*/)*", re.DOTALL)
# A server older than 17 lets nobody use a value in the transaction that added it to an enumeration.
_USES_NEW_VALUES_AT_ONCE = 170_000
_ADDED_VALUE = re.compile(r"^ALTER TYPE (\w+) ADD VALUE ('\w+')(?: (BEFORE|AFTER) ('\w+'))?;$", re.MULTILINE)
_LINE_COMMENT = re.compile(r"--[^\n]*")
# What only asks or brackets a transaction makes nothing.
_MAKES_NOTHING = ("select", "show", "savepoint", "release", "rollback", "begin", "commit")


def compute_key() -> str:
    """Return a mark of every migration on disk, by name and text."""
    digest = hashlib.sha256()
    for app, name in sorted(MigrationLoader(None, ignore_no_migrations=True).disk_migrations):
        folder = Path(apps.get_app_config(app).path) / "migrations"
        digest.update(f"{app} {name}\0".encode())
        digest.update(_find_source(folder, app, name).read_bytes())
    return digest.hexdigest()


def _find_source(folder: Path, app: str, name: str) -> Path:
    file = folder / f"{name}.py"
    if file.is_file():
        return file
    # Some apps keep their migrations elsewhere than beside their models.
    module = importlib.import_module(f"{MigrationLoader.migrations_module(app)[0]}.{name}")
    return Path(str(module.__file__))


def is_usable(*, using: str) -> bool:
    """Tell whether the database is empty and the recording was made from the migrations on disk."""
    with connections[using].cursor() as cursor:
        cursor.execute("select exists(select 1 from pg_tables where schemaname = current_schema())")
        if cursor.fetchone()[0]:
            return False
    return read_key() == compute_key()


def read_key() -> str:
    """Return what the recording was made from, or nothing without one."""
    if not RECORDING.is_file():
        return ""
    with RECORDING.open(encoding="utf-8") as file:
        return file.readline().removeprefix(_KEY).strip()


def replay(*, using: str) -> None:
    """Make the schema in an empty database and enter every migration as applied."""
    connection: Any = connections[using]
    statements = RECORDING.read_text("utf-8")
    connection.ensure_connection()
    if connection.pg_version < _USES_NEW_VALUES_AT_ONCE:
        statements = name_values_at_once(statements)
    with transaction.atomic(using=using):
        with connection.cursor() as cursor:
            # Without parameters psycopg sends many statements at once.
            cursor.execute(statements)
        recorder = MigrationRecorder(connection)
        recorder.ensure_schema()
        names = sorted(MigrationLoader(None, ignore_no_migrations=True).disk_migrations)
        recorder.migration_qs.bulk_create(recorder.Migration(app=app, name=name) for app, name in names)


def name_values_at_once(statements: str) -> str:
    """Return the statements with every value of an enumeration named where its type is created, none added later."""
    whole = _ADDED_VALUE.sub("", statements)
    for name, value, side, beside in _ADDED_VALUE.findall(statements):
        head, create, rest = whole.partition(f"CREATE TYPE {name} AS ENUM (")
        listed, end, rest = rest.partition("\n);")
        values = [one.strip() for one in _LINE_COMMENT.sub("", listed).split(",")]
        at = values.index(beside) + (side == "AFTER") if side else len(values)
        values.insert(at, value)
        whole = f"{head}{create}{', '.join(values)}{end}{rest}"
    return whole


@contextmanager
def recording(*, using: str) -> Iterator[Callable[[], str]]:
    """Note what is executed meanwhile; the yielded function returns the text of the recording."""
    connection: Any = connections[using]
    noted: list[str] = []

    def note(execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        text = str(sql)
        begins = _COMMENTS.sub("", text, count=1).casefold()
        if not begins.startswith(_MAKES_NOTHING) and "django_migrations" not in text:
            noted.append(connection.ops.compose_sql(text, params) if params else text)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield lambda: f"{_KEY}{compute_key()}\n" + _NEXT.join(f"{_strip(one)};" for one in noted) + "\n"


def _strip(statement: str) -> str:
    return statement.strip().rstrip(";")
