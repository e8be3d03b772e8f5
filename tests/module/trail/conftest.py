"""A small archive whose changes the trail tells of."""

from datetime import date

import pytest
from tests.factories import archive as factory
from tests.factories.archive import Archive

from dianke.platform.identity import operations as identity
from dianke.platform.identity.queries import build_actor
from dianke.platform.identity.types import Actor
from dianke.platform.org.models import Unit


@pytest.fixture
def archive() -> Archive:
    """Return an archive of two stations."""
    return factory.build_archive()


def add_person(unit: Unit, login: str, *rights: str) -> Actor:
    """Return somebody at the unit who holds these rights there, at work on the web."""
    staff = identity.add_staff(login=login, name=f"{login} 同志", unit=unit, password=None)
    post = identity.define_post(code=f"P-{login}", name="岗", rights=list(rights))
    identity.assign_post(staff=staff, post=post, unit=unit, start=date(2020, 1, 1))
    return build_actor(staff=staff, on=date(2026, 2, 1), origin="web", address="10.0.0.7")
