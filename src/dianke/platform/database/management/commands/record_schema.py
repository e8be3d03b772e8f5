"""Record what all migrations execute on an empty database, after a migration was added."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser
from django.db import connections

from dianke.platform.database import recorded_schema

OWNER = "owner"


class Command(BaseCommand):
    """Write data/schema.sql anew."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """Take whether to begin from nothing."""
        parser.add_argument("--whole", action="store_true", help="record every migration, not only those that are new")

    def handle(self, *args: Any, **options: Any) -> None:
        """Migrate a database of the moment, really, and keep the statements; new ones after those that are recorded."""
        is_more = not options["whole"] and recorded_schema.is_beginning()
        before = recorded_schema.read_statements() if is_more else ""
        if not is_more:
            recorded_schema.RECORDING.unlink(missing_ok=True)
        with in_empty_database():
            if is_more:
                recorded_schema.replay(using=OWNER)
            with recorded_schema.recording(using=OWNER) as read:
                call_command("migrate", database=OWNER, interactive=False, verbosity=0)
                text = read()
        recorded_schema.write_recording(before, text)
        self.stdout.write(f"recorded {text.count('-- next')} statements")


@contextmanager
def in_empty_database() -> Iterator[None]:
    """Let the owner's connection lead to a new, empty database, which is gone afterwards."""
    connection = connections[OWNER]
    own = connection.settings_dict["NAME"]
    name = f"record_{secrets.token_hex(4)}"
    quoted = connection.ops.quote_name(name)
    with connection.cursor() as cursor:
        cursor.execute(f"create database {quoted} template template0")
    try:
        _connect(name)
        yield
    finally:
        _connect(own)
        with connection.cursor() as cursor:
            cursor.execute(f"drop database {quoted}")


def _connect(name: str) -> None:
    connections[OWNER].close()
    connections[OWNER].settings_dict["NAME"] = name
