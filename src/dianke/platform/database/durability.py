"""
Transactions of which many make one work, and of which the last alone waits for the disk.

A server that breaks down within the next second may lose the newest of them, whole and in order: none is half there,
and no transaction that waited is lost while one before it is. So it is right for the parts of a work that goes on
where it stopped and whose end is committed as ever, which makes all of its parts durable. It is wrong for whatever
leaves the house before that end.
"""

from django.db import connection


def commit_without_waiting() -> None:
    """Let the running transaction end without waiting for the disk."""
    with connection.cursor() as cursor:
        cursor.execute("set local synchronous_commit to off")
