"""The recorded schema is that of the migrations on disk."""

import pytest
from django.core.management import call_command
from django.db import connections

from dianke.platform.database import recorded_schema
from dianke.platform.database.management.commands.record_schema import OWNER, in_empty_database

CATALOGUE = """
    select table_name, column_name, data_type, is_nullable, column_default, generation_expression
      from information_schema.columns where table_schema = 'public'
    union all
    select conrelid::regclass::text, conname, pg_get_constraintdef(oid), '', '', '' from pg_constraint
     where connamespace = 'public'::regnamespace
    union all
    select tablename, indexname, indexdef, '', '', '' from pg_indexes where schemaname = 'public'
    union all
    select tgrelid::regclass::text, tgname, pg_get_triggerdef(oid), '', '', '' from pg_trigger where not tgisinternal
    union all
    select proname, '', prosrc, '', '', '' from pg_proc where pronamespace = 'public'::regnamespace
    union all
    select app, name, '', '', '', '' from django_migrations
     order by 1, 2, 3
"""


def test_was_made_from_the_migrations_on_disk() -> None:
    assert recorded_schema.read_recorded() == recorded_schema.read_migrations(), "run: python -m django record_schema"


@pytest.mark.long
@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_makes_the_schema_that_the_migrations_make(monkeypatch: pytest.MonkeyPatch) -> None:
    replayed = read_catalogue()
    monkeypatch.setattr(recorded_schema, "is_usable", lambda **_: False)
    migrated = read_catalogue()

    assert len(replayed) > 1000
    assert replayed == migrated


def read_catalogue() -> list[tuple[object, ...]]:
    with in_empty_database():
        call_command("migrate", database=OWNER, interactive=False, verbosity=0)
        with connections[OWNER].cursor() as cursor:
            cursor.execute(CATALOGUE)
            return list(cursor.fetchall())
