"""A utility with one reviewer, and a browser of hers without a browser."""

from datetime import date

import pytest
from django.core.cache import cache
from django.test import Client

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
