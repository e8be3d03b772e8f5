"""Bring a database to this version."""

from django.core.management import call_command
from django.db import connections
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

from dianke.platform.database.grants import grant_to_service
from dianke.platform.database.history import index_history


def count_pending() -> int:
    """Return how many migrations the database lacks."""
    executor = MigrationExecutor(connections["owner"])
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def migrate(*, verbose: bool) -> int:
    """Apply what is missing as the owner, grant the service its rights, and return how many were applied."""
    pending = count_pending()
    if pending:
        call_command("migrate", database="owner", interactive=False, verbosity=1 if verbose else 0)
    index_history()
    grant_to_service()
    return pending


def is_schema_current() -> bool:
    """Tell whether the service's database has every migration of this version."""
    return not _list_missing()


def _list_missing() -> set[tuple[str, str]]:
    loader = MigrationLoader(None, ignore_no_migrations=True)
    with connections["default"].cursor() as cursor:
        cursor.execute("select app, name from django_migrations")
        applied = {(row[0], row[1]) for row in cursor.fetchall()}
    return set(loader.disk_migrations) - applied
