"""What the log-in of the web process may not do, tried with that log-in itself."""

import os
from collections.abc import Iterator

import psycopg
import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection
from pghistory.models import Event

from dianke.config.env import DatabaseAddress

pytestmark = [pytest.mark.django_db, pytest.mark.sql]

APPEND_ONLY = [
    "billing_bill",
    "billing_billline",
    "audit_usecaserecord",
    "audit_alarmdecision",
    "audit_chainday",
    "audit_chainsegment",
    "audit_trailproof",
    "readings_frozensegment",
]


@pytest.fixture
def service() -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    address = DatabaseAddress.parse(os.environ["DATABASE_URL"])
    assert address.user == settings.SERVICE_ROLE != settings.DATABASES["owner"]["USER"]
    with psycopg.connect(
        dbname=connection.settings_dict["NAME"],
        user=address.user,
        password=address.password,
        host=address.host,
        port=address.port or None,
        autocommit=True,
    ) as opened:
        yield opened


@pytest.mark.parametrize("table", APPEND_ONLY)
@pytest.mark.parametrize("statement", ["update {} set id = id", "delete from {}", "truncate {}"])
def test_append_only_rows_cannot_be_changed(
    service: psycopg.Connection[tuple[object, ...]], table: str, statement: str
) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        service.execute(statement.format(table))


def test_history_cannot_be_changed(service: psycopg.Connection[tuple[object, ...]]) -> None:
    tables = [model._meta.db_table for model in apps.get_models() if issubclass(model, Event)]

    assert len(tables) > 10
    for table in tables:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            service.execute(f'delete from "{table}"')


def test_partition_of_a_month_gives_no_way_around(service: psycopg.Connection[tuple[object, ...]]) -> None:
    service.execute("select billing_open_month(9912)")

    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        service.execute("delete from billing_bill_9912")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        service.execute("truncate billing_billline_9912")


def test_schema_cannot_be_changed(service: psycopg.Connection[tuple[object, ...]]) -> None:
    for statement in ("drop table billing_bill", "alter table billing_bill add column x int", "create table x (y int)"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            service.execute(statement)


def test_ordinary_rows_can_be_read_and_written(service: psycopg.Connection[tuple[object, ...]]) -> None:
    with service.transaction(force_rollback=True):
        service.execute(
            "insert into org_unit (code, name, kind, path) values ('svc', '测试', 'UTILITY', '/svc/') returning id"
        )
        changed = service.execute("update org_unit set name = '改' where code = 'svc'").rowcount

    assert changed == 1


@pytest.mark.parametrize("yymm", [0, 13, 2600, 2613, 10000])
def test_a_month_that_is_none_is_refused(service: psycopg.Connection[tuple[object, ...]], yymm: int) -> None:
    with pytest.raises(psycopg.errors.RaiseException):
        service.execute("select billing_open_month(%s)", [yymm])


@pytest.mark.parametrize("statement", ["update pghistory_context set metadata = '{}'", "delete from pghistory_context"])
def test_who_and_why_of_a_change_cannot_be_rewritten_later(
    service: psycopg.Connection[tuple[object, ...]], statement: str
) -> None:
    with service.transaction(force_rollback=True):
        service.execute(
            "insert into pghistory_context (id, created_at, updated_at, metadata)"
            " values (gen_random_uuid(), '2026-01-01', '2026-01-01', '{\"actor\": \"li\"}')"
        )
        with pytest.raises(psycopg.errors.RaiseException):
            service.execute(statement)
