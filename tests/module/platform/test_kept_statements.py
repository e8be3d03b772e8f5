"""Statements that are kept answer for their reader and with the values of each time."""

import pytest
from tests.factories import archive as factory

from dianke.domain.customers.models import Customer
from dianke.platform.identity.types import Actor
from dianke.platform.org.kept_statements import KeptStatements
from dianke.platform.org.scoping import QueryWithoutActor

pytestmark = pytest.mark.django_db
NAME = "\0name"


def named(actor: Actor) -> object:
    return Customer.objects.for_actor(actor).filter(name=NAME).values_list("name")


def test_is_written_once_and_asked_with_other_values() -> None:
    archive = factory.build_archive()
    for name in ("张建国", "李国强"):
        factory.add_account(archive, name=name)
    statements, written = KeptStatements(), []

    def write() -> object:
        written.append(1)
        return named(archive.actor)

    found = [statements.ask("shape", write, {NAME: name}) for name in ("张建国", "李国强", "没有人")]

    assert (found, len(written)) == ([[("张建国",)], [("李国强",)], []], 1)


def test_without_an_actor_is_refused() -> None:
    with pytest.raises(QueryWithoutActor):
        KeptStatements().ask("shape", Customer.objects.all, {})


def test_of_nothing_and_of_a_reader_without_units_finds_nothing() -> None:
    factory.build_archive()
    nobody = Actor(login="nobody", name="nobody", grants=frozenset())

    assert KeptStatements().ask("shape", lambda: None, {}) == []
    assert KeptStatements().ask("shape", lambda: named(nobody), {NAME: "张建国"}) == []
