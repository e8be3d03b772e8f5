"""Django's migrate, which makes an empty database from the recorded schema."""

from typing import Any

from django.core.management.commands.migrate import Command as Migrate

from dianke.platform.database import recorded_schema


class Command(Migrate):
    """Migrate; where nothing is yet and nothing special is asked, the recording stands for all migrations."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Replay if that gives the same, then let Django apply what is missing and say that it has."""
        special = any(options.get(name) for name in ("app_label", "migration_name", "fake", "plan", "check_unapplied"))
        using = str(options["database"])
        if not special and recorded_schema.is_usable(using=using):
            recorded_schema.replay(using=using)
        super().handle(*args, **options)
