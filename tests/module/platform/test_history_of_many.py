"""The history of new rows is written once a statement, and misses none of them."""

from typing import Any

import pghistory
import pytest
from django.db import connection
from tests.factories import archive as factory
from tests.factories.archive import Archive

from dianke.domain.customers import operations
from dianke.domain.customers.models import Customer
from dianke.domain.customers.types import CustomerKind, NewCustomer
from dianke.platform.identity.types import Actor

pytestmark = pytest.mark.django_db

SYSTEM = Actor.system("reading the history of many")


@pytest.fixture
def archive() -> Archive:
    return factory.build_archive()


def add(archive: Archive, count: int) -> list[Customer]:
    new = [
        NewCustomer(
            unit_id=archive.east.pk,
            number=f"M{number:05d}",
            name=f"张{number}",
            kind=CustomerKind.PERSON,
            since_date=factory.INSTALLED,
        )
        for number in range(count)
    ]
    return operations.add_customers(actor=archive.actor, customers=new)


def history() -> list[tuple[str, str, str]]:
    model: Any = Customer
    rows = model.pgh_event_model.objects.for_actor(SYSTEM).filter(number__startswith="M").order_by("pgh_id")
    return [(row.pgh_label, row.number, row.pgh_context.metadata["actor"]) for row in rows]


@pytest.mark.parametrize("count", [1, 3, 600])
def test_each_new_row_has_its_line_with_who_acted(archive: Archive, count: int) -> None:
    with pghistory.context(actor="wang"):
        add(archive, count)

    assert history() == [("insert", f"M{number:05d}", "wang") for number in range(count)]


def test_a_row_that_was_not_inserted_leaves_no_line(archive: Archive) -> None:
    with pghistory.context(actor="wang"):
        (stored,) = add(archive, 1)
        again = Customer(
            unit_id=stored.unit_id, number="M00000", name="李", kind="PERSON", since_date=stored.since_date
        )
        Customer.objects.bulk_create([again], ignore_conflicts=True)

    assert history() == [("insert", "M00000", "wang")]


def test_every_table_with_history_writes_it_once_a_statement() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            select tgrelid::regclass::text from pg_trigger
             where tgname like 'pgtrigger_insert_insert%' and tgtype & 1 = 1
            """
        )
        by_row = cursor.fetchall()

    assert by_row == []
