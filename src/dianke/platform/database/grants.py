"""
What the service's own log-in may do.

Migrations run as the owner; the web and worker processes log in as a role that owns nothing. On append-only
tables that role may insert and read, and nothing else: triggers do not bind an owner, missing rights do.
"""

from django.apps import apps
from django.conf import settings
from django.db import connections
from pghistory.models import Event

APPEND_ONLY: set[str] = set()


def declare_append_only(*tables: str) -> None:
    """Name tables whose rows the service may add but never change or remove."""
    APPEND_ONLY.update(tables)


def grant_to_service(*, using: str = "owner") -> None:
    """Give the service role its rights: all on ordinary tables, INSERT and SELECT on append-only ones."""
    role = settings.SERVICE_ROLE
    connection = connections[using]
    with connection.cursor() as cursor:
        cursor.execute("select current_user")
        if not role or cursor.fetchone()[0] == role:
            return
        quoted = connection.ops.quote_name(role)
        cursor.execute(f"grant usage on schema public to {quoted}")
        cursor.execute(f"grant select, insert, update, delete on all tables in schema public to {quoted}")
        cursor.execute(f"grant usage, select, update on all sequences in schema public to {quoted}")
        cursor.execute(f"grant execute on all functions in schema public to {quoted}")
        for table in sorted(APPEND_ONLY | _list_history_tables()):
            for name in _list_with_partitions(cursor, table):
                cursor.execute(f"revoke update, delete, truncate on {connection.ops.quote_name(name)} from {quoted}")


def _list_history_tables() -> set[str]:
    """Return the tables of row history: a trail that its writer can change proves nothing."""
    return {model._meta.db_table for model in apps.get_models() if issubclass(model, Event)}


def _list_with_partitions(cursor: object, table: str) -> list[str]:
    cursor.execute(  # type: ignore[attr-defined]
        """
        select c.relname from pg_class c where c.relname = %s
        union all
        select c.relname from pg_inherits i
          join pg_class p on p.oid = i.inhparent join pg_class c on c.oid = i.inhrelid
         where p.relname = %s
        """,
        [table, table],
    )
    return [row[0] for row in cursor.fetchall()]  # type: ignore[attr-defined]
