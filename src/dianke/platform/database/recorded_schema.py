"""
The statements that every migration together executes on an empty database, recorded.

Django renders its models anew at each step of each migration: half a minute of computing for a second of SQL.
An empty database is therefore made from the recording; one that has tables takes the migrations as ever. The
recording names the migrations that it was made from and is not used where one of them is another by now.
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
_MARK = 16
_NEXT = "\n-- next\n"
_COMMENTS = re.compile(r"\A(?:\s+|--[^\n]*\n|/\*.*?\*/)*", re.DOTALL)
# A server older than 17 lets nobody use a value in the transaction that added it to an enumeration.
_USES_NEW_VALUES_AT_ONCE = 170_000
_ADDED_VALUE = re.compile(r"^ALTER TYPE (\w+) ADD VALUE ('\w+')(?: (BEFORE|AFTER) ('\w+'))?;$", re.MULTILINE)
_LINE_COMMENT = re.compile(r"--[^\n]*")
# What only asks or brackets a transaction makes nothing.
_MAKES_NOTHING = ("select", "show", "savepoint", "release", "rollback", "begin", "commit")


Name = tuple[str, str]


def read_migrations() -> dict[Name, str]:
    """Return a mark of the text of every migration on disk."""
    found = {}
    for app, name in sorted(MigrationLoader(None, ignore_no_migrations=True).disk_migrations):
        folder = Path(apps.get_app_config(app).path) / "migrations"
        found[app, name] = hashlib.sha256(_find_source(folder, app, name).read_bytes()).hexdigest()[:_MARK]
    return found


def _find_source(folder: Path, app: str, name: str) -> Path:
    file = folder / f"{name}.py"
    if file.is_file():
        return file
    # Some apps keep their migrations elsewhere than beside their models.
    module = importlib.import_module(f"{MigrationLoader.migrations_module(app)[0]}.{name}")
    return Path(str(module.__file__))


def is_usable(*, using: str) -> bool:
    """
    Tell whether the database is empty and the recording is a beginning of the migrations on disk.

    Migrations that came since are applied after it as ever; one that was changed makes the recording worthless.
    """
    with connections[using].cursor() as cursor:
        cursor.execute("select exists(select 1 from pg_tables where schemaname = current_schema())")
        if cursor.fetchone()[0]:
            return False
    return is_beginning()


def is_beginning() -> bool:
    """Tell whether every recorded migration stands on disk as it was, and none needs one that came since."""
    recorded, on_disk = read_recorded(), read_migrations()
    if not recorded or any(on_disk.get(name) != mark for name, mark in recorded.items()):
        return False
    migrations = MigrationLoader(None, ignore_no_migrations=True).disk_migrations
    needed = {tuple(one) for name in recorded for one in migrations[name].dependencies}
    return not any(one in on_disk and one not in recorded for one in needed)


def read_recorded() -> dict[Name, str]:
    """Return the migrations that the recording was made from with their marks, or nothing without one."""
    found = {}
    if RECORDING.is_file():
        with RECORDING.open(encoding="utf-8") as file:
            for line in file:
                if not line.startswith(_KEY):
                    break
                app, name, mark = line.removeprefix(_KEY).split()
                found[app, name] = mark
    return found


def replay(*, using: str) -> None:
    """Make the schema in an empty database and enter every recorded migration as applied."""
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
        recorder.migration_qs.bulk_create(recorder.Migration(app=app, name=name) for app, name in read_recorded())


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
        yield lambda: _NEXT.join(f"{_strip(one)};" for one in noted) + "\n"


def write_recording(*statements: str) -> None:
    """Write pieces of statements down, made from the migrations on disk."""
    marks = "".join(f"{_KEY}{app} {name} {mark}\n" for (app, name), mark in read_migrations().items())
    RECORDING.parent.mkdir(exist_ok=True)
    RECORDING.write_text(marks + _NEXT.join(one.rstrip("\n") for one in statements if one.strip()) + "\n", "utf-8")


def read_statements() -> str:
    """Return the statements of the recording without what they were made from."""
    lines = RECORDING.read_text("utf-8").splitlines(keepends=True)
    return "".join(line for line in lines if not line.startswith(_KEY))


def _strip(statement: str) -> str:
    return statement.strip().rstrip(";")
