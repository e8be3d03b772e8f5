"""Statements along indexes: the planner is told for the statements within, and asked again after them."""

import pytest
from django.db import connection

from dianke.platform.database.planning import along_indexes

pytestmark = [pytest.mark.django_db, pytest.mark.sql]


def read_settings() -> tuple[str, str]:
    with connection.cursor() as cursor:
        cursor.execute("select current_setting('enable_seqscan'), current_setting('enable_bitmapscan')")
        seqscan, bitmapscan = cursor.fetchone()
    return seqscan, bitmapscan


def test_scans_are_off_within_and_as_before_afterwards() -> None:
    before = read_settings()

    with along_indexes():
        within = read_settings()

    assert within == ("off", "on")
    assert read_settings() == before
