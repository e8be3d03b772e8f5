"""What a statement tells the planner where it knows better than the statistics."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction

_SET = "select set_config('enable_seqscan', %s, true), set_config('enable_bitmapscan', %s, true)"


@contextmanager
def along_indexes() -> Iterator[Any]:
    """
    Give a cursor whose statements find rows by an index, whatever the planner makes of it.

    A table that was filled a moment ago has no statistics, and one whose keys rise with its pages looks to the
    planner as if they stood anywhere: it would read all of it for a few rows.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("select current_setting('enable_seqscan'), current_setting('enable_bitmapscan')")
        before = cursor.fetchone()
        cursor.execute(_SET, ("off", "on"))
        yield cursor
        cursor.execute(_SET, before)
