"""First terms of many points are set at once, or not at all."""

from datetime import date
from decimal import Decimal

import pytest
from tests.factories import archive as factory
from tests.factories import utility as utility_factory

from dianke.domain.billing.models import BillingTerms, ShareTerms
from dianke.domain.billing.operations.first_terms import FirstTerms, set_first_terms
from dianke.domain.billing.operations.terms import Share, UnableToSetTerms
from dianke.domain.billing.types import BasicMode
from dianke.domain.tariffs.queries import get_plan
from dianke.domain.tariffs.types import Structure

pytestmark = pytest.mark.django_db

START = date(2025, 1, 1)
LIGHTING = Share(name="照明", price=Decimal("0.7"), ratio=Decimal("0.08"))


@pytest.fixture
def archive() -> factory.Archive:
    return factory.build_archive()


@pytest.fixture
def plan_id(archive: factory.Archive) -> int:
    for name in utility_factory.SHEETS:
        utility_factory.load_sheet_file(
            actor=archive.actor,
            path=utility_factory.SHEET_FOLDER / name,
            loaded_at=utility_factory.LATER,
        )
    return int(get_plan(actor=archive.actor, plan_code=utility_factory.HUBEI).pk)


def two_part(point_id: int, plan_id: int) -> FirstTerms:
    return FirstTerms(
        usage_point_id=point_id,
        start=START,
        plan_id=plan_id,
        structure=Structure.TWO_PART,
        price_voltage="1-10(20)kV",
        time_of_use=True,
        basic_mode=BasicMode.CAPACITY,
        power_factor_standard=Decimal("0.90"),
        shares=(LIGHTING,),
    )


def test_sets_terms_with_their_shares(archive: factory.Archive, plan_id: int) -> None:
    points = [factory.add_point(archive) for _ in range(2)]

    set_first_terms(actor=archive.actor, terms=[two_part(point.pk, plan_id) for point in points])

    rows = list(BillingTerms.objects.for_actor(archive.actor).order_by("usage_point_id"))
    assert [(row.usage_point_id, row.period.lower, row.period.upper, row.basic_mode) for row in rows] == [
        (point.pk, START, None, "CAPACITY") for point in points
    ]
    shares = ShareTerms.objects.for_actor(archive.actor).order_by("id")
    assert [(share.sequence, share.name, share.ratio) for share in shares] == [
        (1, "照明", Decimal("0.080000")),
        (1, "照明", Decimal("0.080000")),
    ]


def test_refuses_a_point_that_has_terms_and_sets_none(archive: factory.Archive, plan_id: int) -> None:
    first, second = factory.add_point(archive), factory.add_point(archive)
    set_first_terms(actor=archive.actor, terms=[two_part(first.pk, plan_id)])

    with pytest.raises(UnableToSetTerms, match="has terms already"):
        set_first_terms(actor=archive.actor, terms=[two_part(second.pk, plan_id), two_part(first.pk, plan_id)])

    assert BillingTerms.objects.for_actor(archive.actor).count() == 1


def test_refuses_a_point_that_comes_twice(archive: factory.Archive, plan_id: int) -> None:
    point = factory.add_point(archive)

    with pytest.raises(UnableToSetTerms, match="has terms already"):
        set_first_terms(actor=archive.actor, terms=[two_part(point.pk, plan_id)] * 2)

    assert not BillingTerms.objects.for_actor(archive.actor).exists()


def test_refuses_a_point_of_another_unit(archive: factory.Archive, plan_id: int) -> None:
    point = factory.add_point(archive)
    stranger = factory.actor_of(archive.west, "archive.edit")

    with pytest.raises(UnableToSetTerms, match="not within your units"):
        set_first_terms(actor=stranger, terms=[two_part(point.pk, plan_id)])

    assert not BillingTerms.objects.for_actor(archive.actor).exists()
