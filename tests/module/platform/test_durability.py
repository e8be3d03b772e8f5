"""A transaction that need not wait for the disk is the only one that does not."""

import pytest
from django.db import connection, transaction

from dianke.platform.database.durability import commit_without_waiting


@pytest.mark.django_db(transaction=True)
def test_holds_for_the_running_transaction_only() -> None:
    execute("set synchronous_commit to on")

    with transaction.atomic():
        commit_without_waiting()
        within = read_setting()
    after = read_setting()
    execute("reset synchronous_commit")

    assert (within, after) == ("off", "on")


def read_setting() -> str:
    with connection.cursor() as cursor:
        cursor.execute("show synchronous_commit")
        return str(cursor.fetchone()[0])


def execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
