"""What supplies an account on a day: 户-表-变-线."""

from datetime import date
from decimal import Decimal

import pytest
from pytest_django import DjangoAssertNumQueries
from tests.factories import archive as factory
from tests.factories.archive import INSTALLED, Archive, ratio, values

from dianke.domain.customers.queries import get_account
from dianke.domain.metering import operations, queries
from dianke.domain.network import operations as network
from dianke.domain.network.types import TransformerState

pytestmark = pytest.mark.django_db

DAY = date(2026, 1, 20)


@pytest.fixture
def archive() -> Archive:
    return factory.build_archive()


def test_leads_from_the_customer_to_the_substation(archive: Archive) -> None:
    account = factory.add_account(archive, name="王晓明")
    point = factory.add_point(archive, account=account)
    meter = factory.install(archive, point, ct=ratio("100/5"))

    tree = queries.get_supply_tree(actor=archive.actor, account=account, on=DAY)

    node = tree.points[0]
    assert (tree.customer_name, tree.account_number) == ("王晓明", account.number)
    assert (node.code, node.address) == (point.code, "建设路 8 号")
    assert node.meter is not None
    assert (node.meter.asset_number, str(node.meter.ct), str(node.meter.pt)) == (
        meter.asset_number,
        "100/5",
        "1/1",
    )
    assert (node.meter.multiplier, node.meter.since_date) == (Decimal(20), INSTALLED)
    assert [(t.code, t.is_own, t.state, t.since_date) for t in node.transformers] == [
        ("T1", False, "RUNNING", INSTALLED)
    ]
    assert (node.area.code if node.area else None, node.feeder.code, node.feeder.substation.code) == (
        "A1",
        "F1",
        "S1",
    )


def test_shows_the_state_of_the_day(archive: Archive) -> None:
    account = factory.add_account(archive)
    factory.add_point(archive, account=account)
    own = network.add_transformer(
        actor=archive.actor,
        feeder=archive.feeder,
        code="T9",
        name="专变",
        capacity_kva=Decimal(315),
        since_date=INSTALLED,
        account=account,
    )
    network.set_transformer_state(
        actor=archive.actor, transformer=own, state=TransformerState.SUSPENDED, from_date=date(2026, 1, 10)
    )

    before = queries.get_supply_tree(actor=archive.actor, account=account, on=date(2026, 1, 9))
    after = queries.get_supply_tree(actor=archive.actor, account=account, on=DAY)

    assert [t.state for t in before.points[0].transformers] == ["RUNNING"]
    assert [(t.code, t.is_own, t.state, t.since_date) for t in after.points[0].transformers] == [
        ("T9", True, "SUSPENDED", date(2026, 1, 10))
    ]


def test_shows_the_meter_of_the_day(archive: Archive) -> None:
    account = factory.add_account(archive)
    point = factory.add_point(archive, account=account)
    old = factory.install(archive, point)
    new = factory.add_meter(archive)
    operations.exchange_meter(
        actor=archive.actor,
        usage_point=point,
        on=DAY,
        removal_readings=values({"total": "5"}),
        meter=new,
        install_readings=values({"total": "0"}),
    )

    trees = [
        queries.get_supply_tree(actor=archive.actor, account=account, on=on)
        for on in (date(2025, 5, 31), date(2026, 1, 19), DAY)
    ]

    meters = [tree.points[0].meter for tree in trees]
    assert [meter.asset_number if meter else None for meter in meters] == [
        None,
        old.asset_number,
        new.asset_number,
    ]


def test_costs_the_same_queries_however_many_points(
    archive: Archive, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    account = factory.add_account(archive)
    for _ in range(3):
        factory.install(archive, factory.add_point(archive, account=account))
    found = get_account(actor=archive.actor, number=account.number)
    assert found is not None

    with django_assert_num_queries(4):
        queries.get_supply_tree(actor=archive.actor, account=found, on=DAY)


def test_shows_no_points_of_other_units(archive: Archive) -> None:
    account = factory.add_account(archive)
    factory.add_point(archive, account=account)
    clerk = factory.actor_of(archive.west, "archive.view")

    assert queries.get_supply_tree(actor=clerk, account=account, on=DAY).points == ()
