"""An archive with two stations, people of the company and of a station, and programs with their tokens."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from tests.factories import archive as factory
from tests.factories.archive import Archive

from dianke.kernel.clock import SystemClock
from dianke.platform.api_access import operations
from dianke.platform.identity import operations as identity
from dianke.platform.identity.models import Staff
from dianke.platform.org.models import Unit

PASSWORD = "a long enough password"
RIGHTS = ["archive.view", "archive.enter", "readings.record", "tariffs.view", "protection.unmask_phone"]


@dataclass
class Program:
    """A program that calls with a token."""

    client: Client
    secret: str

    def get(self, path: str, **query: Any) -> Any:
        """Call a read."""
        return self.client.get(f"/api/v1/{path}", query, headers={"Authorization": f"Bearer {self.secret}"})

    def post(self, path: str, body: object, *, key: str | None = "key-00000001") -> Any:
        """Call a write under an idempotency key, or without one."""
        headers = {"Authorization": f"Bearer {self.secret}"}
        if key is not None:
            headers["Idempotency-Key"] = key
        text = json.dumps(body)
        return self.client.post(f"/api/v1/{path}", text, content_type="application/json", headers=headers)


MakeProgram = Callable[..., Program]


@pytest.fixture
def archive(db: None) -> Archive:
    """Build the archive; calls counted by another test are forgotten."""
    cache.clear()
    return factory.build_archive()


def engage(unit: Unit, login: str, rights: list[str]) -> Staff:
    """Return a new person who holds rights at a unit and below."""
    person = identity.add_staff(login=login, name=login, unit=unit, password=PASSWORD)
    post = identity.define_post(code=f"POST-{login}".upper(), name=login, rights=rights)
    identity.assign_post(staff=person, post=post, unit=unit, start=date(2020, 1, 1))
    return person


def give_token(archive: Archive, person: Staff, *, scopes: list[str], unit: Unit | None = None) -> Program:
    """Return a program with a new token of a person."""
    now = SystemClock().now()
    issued = operations.issue_token(
        actor=archive.actor,
        staff=person,
        name="test",
        scopes=scopes,
        unit=unit,
        expires_at=now + timedelta(days=30),
        at=now,
    )
    return Program(Client(), issued.secret)


@pytest.fixture
def chief(archive: Archive) -> Staff:
    """Return a person of the whole company."""
    return engage(archive.root, "chief", RIGHTS)


@pytest.fixture
def clerk(archive: Archive) -> Staff:
    """Return a person of the eastern station."""
    return engage(archive.east, "clerk", RIGHTS)


@pytest.fixture
def program(archive: Archive, chief: Staff) -> Program:
    """Return a program with everything that the company's person may do."""
    return give_token(archive, chief, scopes=RIGHTS)


@pytest.fixture
def eastern(archive: Archive, clerk: Staff) -> Program:
    """Return a program of the eastern station."""
    return give_token(archive, clerk, scopes=RIGHTS)
