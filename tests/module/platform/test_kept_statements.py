"""Statements that are kept answer for their reader and with the values of each time."""

import pytest
from tests.factories import archive as factory

from dianke.domain.customers.models import Customer, CustomerAccount
from dianke.platform.identity.types import Actor
from dianke.platform.org.kept_statements import KeptStatements
from dianke.platform.org.scoping import QueryWithoutActor

pytestmark = pytest.mark.django_db
NAME = "\0name"
SYSTEM = Actor.system("asking in a test")


def named(actor: Actor) -> object:
    return Customer.objects.for_actor(actor).filter(name=NAME).values_list("name")


def test_is_written_once_and_asked_with_other_values() -> None:
    archive = factory.build_archive()
    for name in ("张建国", "李国强"):
        factory.add_account(archive, name=name)
    statements, written = KeptStatements(), []

    def write(actor: Actor) -> object:
        written.append(1)
        return named(actor)

    names = ("张建国", "李国强", "没有人")
    found = [statements.ask(actor=archive.actor, write=write, values={NAME: name}) for name in names]

    assert (found, len(written)) == ([[("张建国",)], [("李国强",)], []], 1)


def test_without_an_actor_is_refused() -> None:
    with pytest.raises(QueryWithoutActor):
        KeptStatements().ask(actor=SYSTEM, write=lambda _actor: Customer.objects.all(), values={})


def test_of_nothing_and_of_a_reader_without_units_finds_nothing() -> None:
    factory.build_archive()
    nobody = Actor(login="nobody", name="nobody", grants=frozenset())

    assert KeptStatements().ask(actor=SYSTEM, write=lambda _actor: None, values={}) == []
    assert KeptStatements().ask(actor=nobody, write=named, values={NAME: "张建国"}) == []


def test_of_one_reader_is_not_answered_to_another() -> None:
    archive = factory.build_archive()
    factory.add_account(archive, name="张建国")
    statements, elsewhere = KeptStatements(), factory.actor_of(archive.west, "archive.view")

    found = [
        statements.ask(actor=actor, write=named, values={NAME: "张建国"})
        for actor in (archive.actor, elsewhere, archive.actor)
    ]

    assert found == [[("张建国",)], [], [("张建国",)]]


def test_finds_objects_with_what_they_join_as_the_orm_does() -> None:
    archive = factory.build_archive()
    account = factory.add_account(archive, name="张建国")
    statements = KeptStatements()

    def write(actor: Actor) -> object:
        return CustomerAccount.objects.for_actor(actor).select_related("customer", "unit").filter(number=NAME)

    (found,) = statements.ask_objects(actor=archive.actor, write=write, values={NAME: account.number})

    assert (found, found.customer.name, found.unit) == (account, "张建国", account.unit)
    assert statements.ask_objects(actor=archive.actor, write=write, values={NAME: "0"}) == []


def test_a_number_larger_than_any_key_finds_nothing() -> None:
    archive = factory.build_archive()
    factory.add_account(archive, name="张建国")

    def write(actor: Actor) -> object:
        return Customer.objects.for_actor(actor).filter(pk=-1).values_list("name")

    assert KeptStatements(is_prepared=True).ask(actor=archive.actor, write=write, values={-1: 10**40}) == []
