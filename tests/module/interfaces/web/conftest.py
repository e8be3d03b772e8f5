"""A utility with one reviewer, an office with a billed month, and browsers of theirs without a browser."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from tests.factories import pages
from tests.factories.pages import Office

from dianke.platform.identity import operations as identity
from dianke.platform.identity.models import Staff
from dianke.platform.org.operations import add_unit
from dianke.platform.org.types import UnitKind

PASSWORD = "a long enough password"


@pytest.fixture
def reviewer(db: None) -> Staff:
    """Add the utility and a person who reviews bills there."""
    cache.clear()
    utility = add_unit(code="YZ", name="云泽供电公司", kind=UnitKind.UTILITY, parent=None)
    person = identity.add_staff(login="YZ10427", name="沈知禾", unit=utility, password=PASSWORD)
    post = identity.define_post(code="REVIEWER", name="核算审核员", rights=["billing.review"])
    identity.assign_post(staff=person, post=post, unit=utility, start=date(2020, 1, 1))
    return person


@pytest.fixture
def visitor(db: None) -> Client:
    """Return a client that nobody has logged in with."""
    return Client()


@pytest.fixture
def client_of_reviewer(reviewer: Staff, visitor: Client) -> Client:
    """Return a client that the reviewer has logged in with."""
    visitor.post("/login/", {"login": reviewer.login, "password": PASSWORD})
    return visitor


@pytest.fixture(scope="module")
def built(request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: Any) -> Iterator[Office]:
    """Build the office once a file; `issued = True` in the file has its bills issued."""
    with django_db_blocker.unblock(), pages.rolled_back():
        yield pages.build_office(issued=getattr(request.module, "issued", False))


@pytest.fixture
def office(built: Office, db: None) -> Office:
    """Return the office; what a test changes in it is undone."""
    cache.clear()
    return built


@pytest.fixture
def log_in(office: Office) -> Callable[[str], Client]:
    """Return a function that opens the browser of a person."""

    def open_browser(login: str) -> Client:
        client = Client()
        client.post("/login/", {"login": login, "password": pages.PASSWORD})
        return client

    return open_browser


@pytest.fixture
def reviewer_pages(log_in: Callable[[str], Client], office: Office) -> Client:
    """Return the browser of who runs and reviews."""
    return log_in(office.reviewer)
