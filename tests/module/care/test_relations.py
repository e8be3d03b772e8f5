"""Customers stand to one another: entered once, shown at both, hidden where a reader does not reach."""

from datetime import date, datetime
from typing import Any

import pytest
from django.utils import translation
from tests.factories.archive import Archive, actor_of, add_account, build_archive
from tests.factories.once import built_once, fresh

from dianke.application.archive import relations
from dianke.domain.customers.models import Contact, Customer, CustomerRelation
from dianke.domain.customers.operations import CustomerOutOfReach, UnableToRelate
from dianke.domain.customers.queries.relations import list_relations, walk_relations
from dianke.domain.customers.types import ContactRole, CustomerKind, NewRelation, RelationKind
from dianke.interfaces.web.customers.relation_graph import draw_graph
from dianke.kernel.clock import SHANGHAI
from dianke.platform.identity.types import Actor

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 2, 9, tzinfo=SHANGHAI)
TODAY = date(2026, 3, 2)
SYSTEM = Actor.system("testing")


def build() -> tuple[Archive, list[Customer]]:
    archive = build_archive()
    units = (archive.east, archive.east, archive.west, archive.west)
    firms = [
        add_account(archive, name=f"云泽{name}有限公司", kind=CustomerKind.COMPANY, unit=unit).customer
        for name, unit in zip("甲乙丙丁", units, strict=True)
    ]
    return archive, firms


built = built_once(build)


@pytest.fixture
def firms(built: Any) -> list[Customer]:
    return list(fresh(built)[1])


@pytest.fixture
def archive(built: Any) -> Archive:
    found: Archive = fresh(built)[0]
    return found


def relate(archive: Archive, one: Customer, two: Customer, kind: RelationKind, **more: Any) -> CustomerRelation:
    clerk = actor_of(archive.root, "archive.enter")
    new = NewRelation(customer_id=one.pk, other_id=two.pk, kind=kind, start_date=date(2026, 1, 1), **more)
    return relations.add_relation(actor=clerk, relation=new, at=NOW)


def test_a_relation_is_shown_at_both_ends(archive: Archive, firms: list[Customer]) -> None:
    made = relate(archive, firms[0], firms[1], RelationKind.PARENT, share_e4=6_000)

    seen = [list_relations(actor=archive.actor, customer=one) for one in firms[:2]]

    assert seen == [[made], [made]]


def test_mutual_relations_stand_once_whoever_enters_them(archive: Archive, firms: list[Customer]) -> None:
    relate(archive, firms[1], firms[0], RelationKind.SAME_OWNER)

    with pytest.raises(UnableToRelate, match="stands already"):
        relate(archive, firms[0], firms[1], RelationKind.SAME_OWNER)

    assert CustomerRelation.objects.for_actor(SYSTEM).count() == 1


def test_a_firm_never_becomes_its_own_parent(archive: Archive, firms: list[Customer]) -> None:
    relate(archive, firms[0], firms[1], RelationKind.PARENT)
    relate(archive, firms[1], firms[2], RelationKind.PARENT)

    with pytest.raises(UnableToRelate, match="its own parent"):
        relate(archive, firms[2], firms[0], RelationKind.PARENT)

    assert CustomerRelation.objects.for_actor(SYSTEM).count() == 2


def test_a_walk_hides_customers_of_other_units_and_all_behind_them(archive: Archive, firms: list[Customer]) -> None:
    for one, two in ((0, 1), (1, 2), (2, 3)):
        relate(archive, firms[one], firms[two], RelationKind.SUPPLIER)
    reader = actor_of(archive.east, "archive.view")

    found = walk_relations(actor=reader, customer=firms[0], on=TODAY)

    assert set(found.customers) == {firms[0].pk, firms[1].pk}
    assert found.hidden == {firms[2].pk}
    assert firms[3].pk not in found.steps


def test_a_walk_ends_at_so_many(archive: Archive, firms: list[Customer]) -> None:
    for one in firms[1:]:
        relate(archive, firms[0], one, RelationKind.SUPPLIER)

    found = walk_relations(actor=archive.actor, customer=firms[0], on=TODAY, most=3)

    assert (len(found.steps), len(found.relations), found.is_cut) == (3, 2, True)


def test_both_customers_must_be_within_the_clerks_units(archive: Archive, firms: list[Customer]) -> None:
    clerk = actor_of(archive.east, "archive.enter")
    new = NewRelation(
        customer_id=firms[0].pk, other_id=firms[2].pk, kind=RelationKind.LANDLORD, start_date=date(2026, 1, 1)
    )

    with pytest.raises(CustomerOutOfReach):
        relations.add_relation(actor=clerk, relation=new, at=NOW)

    assert not CustomerRelation.objects.for_actor(SYSTEM).exists()


def test_an_ended_relation_is_walked_no_more(archive: Archive, firms: list[Customer]) -> None:
    made = relate(archive, firms[0], firms[1], RelationKind.GUARANTOR)

    relations.end_relation(actor=actor_of(archive.root, "archive.enter"), key=made.pk, on=TODAY)

    assert walk_relations(actor=archive.actor, customer=firms[0], on=TODAY).relations == {}
    assert len(list_relations(actor=archive.actor, customer=firms[0])) == 1


def test_the_picture_names_people_by_their_role_where_there_is_no_relation_too(firms: list[Customer]) -> None:
    network = walk_relations(actor=SYSTEM, customer=firms[0], on=TODAY)
    electrician = Contact(name="骆一鸣", role=ContactRole.ELECTRICAL.value)
    director = Contact(name="温如故", role=ContactRole.OWNER.value, is_decision_maker=True)

    with translation.override("zh-hans"):
        graph = draw_graph(customer=firms[0], network=network, contacts=[electrician, director], manager=None)
        alone = draw_graph(customer=firms[0], network=network, contacts=[], manager=None)
        assert graph is not None
        shown = [(one.shape, one.title) for one in graph.nodes[1:]]
        named = [str(one.name) for one in graph.edges]

    assert alone is None
    assert shown == [("contact", "骆一鸣 · 电气负责人"), ("decides", "温如故 · 业主")]
    assert named == ["电气负责人", "业主"]
