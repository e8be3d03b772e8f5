"""Lists paged by key on a real table."""

import pytest

from dianke.interfaces.web.components.paging import KeyPage, page_by_key
from dianke.platform.identity import operations as identity
from dianke.platform.identity.models import Staff
from dianke.platform.identity.types import Actor

ORDER = ("-name", "login")


@pytest.fixture
def staff(reviewer: Staff) -> list[tuple[str, str]]:
    """Add five people, two of them with one name, and return names and logins in the order of the list."""
    people = [("乙", "A2"), ("乙", "A1"), ("甲", "B1"), ("丙", "C1")]
    for name, login in people:
        identity.add_staff(login=login, name=name, unit=reviewer.unit, password=None)
    everybody = [*people, (reviewer.name, reviewer.login)]
    return sorted(sorted(everybody, key=lambda row: row[1]), key=lambda row: row[0], reverse=True)


def show(at: str = "") -> KeyPage[Staff]:
    """Return a page of two."""
    return page_by_key(Staff.objects.for_actor(Actor.system("test")), order=ORDER, at=at, size=2)


def read(page: KeyPage[Staff]) -> list[tuple[str, str]]:
    """Return names and logins of the page."""
    return [(person.name, person.login) for person in page.rows]


def test_pages_show_every_row_once_in_order(staff: list[tuple[str, str]]) -> None:
    first = show()
    second = show(first.next)
    third = show(second.next)

    assert read(first) + read(second) + read(third) == staff
    assert (first.previous, third.next) == ("", "")


def test_way_back_shows_the_same_pages(staff: list[tuple[str, str]]) -> None:
    first = show()
    second = show(first.next)
    third = show(second.next)

    again = show(third.previous)
    start = show(again.previous)

    assert read(again) == read(second)
    assert read(start) == read(first)
    assert start.previous == ""
    assert read(show(start.next)) == read(second)


def test_row_added_meanwhile_moves_nobody_to_another_page(staff: list[tuple[str, str]], reviewer: Staff) -> None:
    first = show()
    identity.add_staff(login="Z0", name="龙", unit=reviewer.unit, password=None)

    second = show(first.next)

    assert read(second) == staff[2:4]


def test_empty_list_has_no_neighbours(db: None) -> None:
    page = show()

    assert (list(page.rows), page.previous, page.next) == ([], "", "")
