"""Rows fetched for an export hold what full rows hold, and nothing is fetched for a single row."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.factories.pages import Office

from dianke.interfaces.web.components.light_rows import read_light_rows
from dianke.interfaces.web.components.lists import ListSpec, list_specs
from dianke.platform.identity.types import Actor

issued = True
LIGHT = ("billing.bills", "customers.accounts")
ACTOR = Actor.system("reading lists")


def find_spec(name: str) -> ListSpec:
    return next(spec for spec in list_specs() if spec.name == name)


def test_the_long_lists_are_read_light() -> None:
    assert {spec.name for spec in list_specs() if spec.reads} >= set(LIGHT)


@pytest.mark.parametrize("name", LIGHT)
def test_every_cell_is_the_one_of_a_full_row(office: Office, name: str) -> None:
    spec = find_spec(name)
    full = list(spec.rows(ACTOR).order_by("pk"))
    light = [row for batch in read_light_rows(spec.rows(ACTOR).order_by("pk"), spec.reads, batch=2) for row in batch]
    for rows in (full, light):
        if spec.enrich:
            spec.enrich(ACTOR, rows)

    found = [[str(column.cell(row)) for column in spec.columns] for row in light]

    assert len(full) > 2
    assert found == [[str(column.cell(row)) for column in spec.columns] for row in full]


@pytest.mark.parametrize("name", LIGHT)
def test_no_cell_asks_for_a_row_by_itself(office: Office, name: str) -> None:
    spec = find_spec(name)
    (rows,) = read_light_rows(spec.rows(ACTOR).order_by("pk"), spec.reads, batch=10_000)
    if spec.enrich:
        spec.enrich(ACTOR, rows)

    with CaptureQueriesContext(connection) as asked:
        cells = [column.cell(row) for row in rows for column in spec.columns]

    assert len(cells) == len(rows) * len(spec.columns)
    assert asked.captured_queries == []
