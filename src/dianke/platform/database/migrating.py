"""Bring a database to this version."""

from django.core.management import call_command
from django.db import connections
from django.db.migrations.executor import MigrationExecutor

from dianke.platform.database.grants import grant_to_service


def count_pending() -> int:
    """Return how many migrations the database lacks."""
    executor = MigrationExecutor(connections["owner"])
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def migrate(*, verbose: bool) -> int:
    """Apply what is missing as the owner, grant the service its rights, and return how many were applied."""
    pending = count_pending()
    if pending:
        call_command("migrate", database="owner", interactive=False, verbosity=1 if verbose else 0)
    grant_to_service()
    return pending
