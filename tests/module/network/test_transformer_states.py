"""A transformer stands in one state at a time; the next one ends the one before."""

from datetime import date
from decimal import Decimal

import pytest
from tests.factories import archive as factory
from tests.factories.archive import INSTALLED, Archive

from dianke.domain.network import operations
from dianke.domain.network.models import Transformer, TransformerSpell
from dianke.domain.network.types import TransformerState

pytestmark = pytest.mark.django_db

MAY = date(2026, 5, 10)


@pytest.fixture
def archive() -> Archive:
    return factory.build_archive()


@pytest.fixture
def transformer(archive: Archive) -> Transformer:
    return Transformer.objects.for_actor(archive.actor).get(code="T1")


def spells(archive: Archive, transformer: Transformer) -> list[tuple[str, date, date | None]]:
    rows = TransformerSpell.objects.for_actor(archive.actor).filter(transformer=transformer)
    return [(row.state, row.period.lower, row.period.upper) for row in rows.order_by("period")]


def test_the_new_state_ends_the_one_before(archive: Archive, transformer: Transformer) -> None:
    operations.set_transformer_state(
        actor=archive.actor, transformer=transformer, state=TransformerState.SUSPENDED, from_date=MAY
    )

    assert spells(archive, transformer) == [("RUNNING", INSTALLED, MAY), ("SUSPENDED", MAY, None)]


@pytest.mark.parametrize(
    ("state", "from_date"),
    [
        (TransformerState.SUSPENDED, INSTALLED),
        (TransformerState.SUSPENDED, date(2025, 5, 31)),
        (TransformerState.RUNNING, MAY),
    ],
)
def test_refuses_what_would_overlap_or_change_nothing(
    archive: Archive, transformer: Transformer, state: TransformerState, from_date: date
) -> None:
    with pytest.raises(operations.UnableToSetTransformerState):
        operations.set_transformer_state(actor=archive.actor, transformer=transformer, state=state, from_date=from_date)

    assert spells(archive, transformer) == [("RUNNING", INSTALLED, None)]


def test_a_removed_transformer_stays_removed(archive: Archive, transformer: Transformer) -> None:
    operations.set_transformer_state(
        actor=archive.actor, transformer=transformer, state=TransformerState.REMOVED, from_date=MAY
    )

    with pytest.raises(operations.UnableToSetTransformerState):
        operations.set_transformer_state(
            actor=archive.actor,
            transformer=transformer,
            state=TransformerState.RUNNING,
            from_date=date(2026, 6, 1),
        )


def test_refuses_a_transformer_of_another_unit(archive: Archive, transformer: Transformer) -> None:
    clerk = factory.actor_of(archive.west, "archive.edit")

    with pytest.raises(operations.UnableToSetTransformerState) as refusal:
        operations.set_transformer_state(
            actor=clerk, transformer=transformer, state=TransformerState.SUSPENDED, from_date=MAY
        )

    assert refusal.value.field == "transformer"
    assert spells(archive, transformer) == [("RUNNING", INSTALLED, None)]


@pytest.mark.parametrize("capacity", ["0", "-1"])
def test_refuses_a_capacity_that_is_not_above_zero(archive: Archive, capacity: str) -> None:
    with pytest.raises(operations.UnableToAddEquipment):
        operations.add_transformer(
            actor=archive.actor,
            feeder=archive.feeder,
            code="T2",
            name="二号变",
            capacity_kva=Decimal(capacity),
            since_date=INSTALLED,
            area=archive.area,
        )

    assert Transformer.objects.for_actor(archive.actor).count() == 1


def test_refuses_a_transformer_that_is_neither_public_nor_anybodys(archive: Archive) -> None:
    with pytest.raises(operations.UnableToAddEquipment):
        operations.add_transformer(
            actor=archive.actor,
            feeder=archive.feeder,
            code="T2",
            name="二号变",
            capacity_kva=Decimal(100),
            since_date=INSTALLED,
        )
