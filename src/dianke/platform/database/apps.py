"""Django app of the database's own side."""

from django.apps import AppConfig


class DatabaseConfig(AppConfig):
    """Extensions, grants, COPY."""

    name = "dianke.platform.database"
    label = "database"

    def ready(self) -> None:
        """Register the lookups."""
        from dianke.platform.database import lookups  # noqa: F401 - registers them
