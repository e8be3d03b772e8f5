"""What every history table needs beside its columns: an index by time, which is how a trail is read and chained."""

from typing import Any

from django.apps import apps
from django.db import connections
from pghistory.models import Event


def list_history_models() -> list[Any]:
    """Return every history table that stands in the database, by label."""
    models = (model for model in apps.get_models() if issubclass(model, Event) and model._meta.managed)
    return sorted((model for model in models if not model._meta.proxy), key=lambda model: model._meta.label_lower)


def index_history(*, using: str = "owner") -> None:
    """
    Add the index by time to every history table that lacks it.

    It is done for all of them after each migration, so that no module can forget it.
    """
    with connections[using].cursor() as cursor:
        for model in list_history_models():
            table = model._meta.db_table
            cursor.execute(f'create index if not exists "{table}_at" on "{table}" (pgh_created_at, pgh_id)')
