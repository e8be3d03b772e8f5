"""A company with two branches, posts of the template, and people to act as."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

import pytest
from django.core.cache import cache

from dianke.application.administration.posts import define_from_template
from dianke.platform.identity import operations as identity
from dianke.platform.identity.models import Post, Staff
from dianke.platform.identity.queries import build_actor
from dianke.platform.identity.template import read_template
from dianke.platform.identity.types import Actor
from dianke.platform.org import operations as org
from dianke.platform.org.models import Unit
from dianke.platform.org.types import UnitKind

PASSWORD = "correct horse battery 9"
SINCE = date(2025, 1, 1)
TODAY = date(2026, 2, 10)
SYSTEM = Actor.system("testing people")


@dataclass
class Company:
    """The units, the posts of the template, and the people added so far."""

    root: Unit
    east: Unit
    west: Unit
    posts: dict[str, Post]
    people: dict[str, Staff] = field(default_factory=dict)

    def add(self, login: str, post: str | None, unit: Unit | None = None) -> Staff:
        """Return a new person who holds a post at a unit (the company's, if none is named)."""
        unit = unit or self.root
        person = identity.add_staff(login=login, name=f"{login}的名字", unit=unit, password=PASSWORD)
        if post is not None:
            identity.assign_post(staff=person, post=self.posts[post], unit=unit, start=SINCE)
        self.people[login] = person
        return person

    def actor(self, login: str, on: date = TODAY) -> Actor:
        """Return the actor that a person is."""
        return build_actor(staff=self.people[login], on=on, origin="web", address="10.0.0.7")


@pytest.fixture
def company(db: None) -> Company:
    """Return a company with two branches and the template's posts."""
    cache.clear()
    root = org.add_unit(code="0", name="云泽供电公司", kind=UnitKind.UTILITY, parent=None)
    return Company(
        root=root,
        east=org.add_unit(code="E", name="城东分公司", kind=UnitKind.BRANCH, parent=root),
        west=org.add_unit(code="W", name="城西分公司", kind=UnitKind.BRANCH, parent=root),
        posts={post.code: define_from_template(post) for post in read_template().posts},
    )


@pytest.fixture
def today(monkeypatch: pytest.MonkeyPatch) -> Callable[[date], None]:
    """Return a function that sets the utility's date for acts that ask the clock."""

    def set_date(day: date) -> None:
        for module in ("reach", "posts", "conflicts"):
            monkeypatch.setattr(f"dianke.application.administration.{module}.today", lambda: day)

    return set_date
