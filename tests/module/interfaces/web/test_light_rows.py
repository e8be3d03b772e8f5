"""Rows fetched for an export hold what full rows hold, and nothing is fetched for a single row."""

from importlib import import_module

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.factories.pages import Office

from dianke.interfaces.web.components.light_rows import read_light_rows
from dianke.interfaces.web.components.list_views import draw_row
from dianke.interfaces.web.components.lists import ListSpec, list_specs
from dianke.interfaces.web.components.paging import page_by_key
from dianke.platform.identity.types import Actor

issued = True
LIGHT = ("billing.bills", "customers.accounts")
ACTOR = Actor.system("reading lists")


def find_spec(name: str) -> ListSpec:
    # The folders of pages enter their lists when the addresses are read.
    import_module(settings.ROOT_URLCONF)
    return next(spec for spec in list_specs() if spec.name == name)


def test_the_long_lists_are_read_light() -> None:
    assert find_spec(LIGHT[0])
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
        drawn = [draw_row(spec, spec.columns, row) for row in rows]

    assert len(cells) == len(rows) * len(spec.columns)
    assert all(row.url for row in drawn)
    assert asked.captured_queries == []


@pytest.mark.parametrize("name", LIGHT)
def test_a_page_of_light_rows_has_the_same_neighbours(office: Office, name: str) -> None:
    spec = find_spec(name)
    order = [*spec.columns[0].order, "id"]
    asked = {"order": order, "size": 2}

    full = page_by_key(spec.rows(ACTOR), **asked)
    light = page_by_key(spec.rows(ACTOR), **asked, reads=spec.reads)
    following = page_by_key(spec.rows(ACTOR), **asked, reads=spec.reads, at=light.next)

    assert full.next
    assert (light.next, light.previous) == (full.next, full.previous)
    assert [row.pk for row in light.rows] == [row.pk for row in full.rows]
    assert page_by_key(spec.rows(ACTOR), **asked, reads=spec.reads, at=following.previous).rows == light.rows
