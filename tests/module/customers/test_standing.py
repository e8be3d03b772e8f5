"""Value classes and credit grades are written for whole fleets, and only where they differ."""

from typing import Any

import numpy as np
import pytest
from tests.factories.archive import add_account, build_archive
from tests.factories.once import built_once, fresh

from dianke.domain.customers.models import Customer
from dianke.domain.customers.operations import UnableToPutStanding, put_credit_grades, put_value_classes
from dianke.platform.identity.types import Actor

pytestmark = pytest.mark.django_db

SYSTEM = Actor.system("testing")


def build_three() -> tuple[int, ...]:
    archive = build_archive()
    return tuple(add_account(archive).customer_id for _one in range(3))


built = built_once(build_three)


@pytest.fixture
def ids(built: Any) -> tuple[int, ...]:
    return tuple(fresh(built))


def read(ids: tuple[int, ...]) -> list[tuple[str, str, str]]:
    rows = Customer.objects.for_actor(SYSTEM).filter(pk__in=ids).order_by("pk")
    return list(rows.values_list("value_class", "service_table", "credit_grade"))


def count_history() -> int:
    events = Customer.scoped_events.rel.related_model  # type: ignore[attr-defined]
    return int(events.objects.for_actor(SYSTEM).count())


def test_only_rows_that_differ_are_written(ids: tuple[int, ...]) -> None:
    first = put_value_classes(customer_ids=ids, classes=["VIP", "MAIN", "SMALL"], service_table="2026-01")

    again = put_value_classes(customer_ids=ids, classes=["VIP", "ORDINARY", "SMALL"], service_table="2026-01")

    assert (first, again) == (3, 1)
    assert read(ids) == [("VIP", "2026-01", ""), ("ORDINARY", "2026-01", ""), ("SMALL", "2026-01", "")]


def test_another_service_table_is_a_difference(ids: tuple[int, ...]) -> None:
    put_value_classes(customer_ids=ids, classes=["VIP", "MAIN", ""], service_table="2026-01")

    assert put_value_classes(customer_ids=ids, classes=["VIP", "MAIN", ""], service_table="2027-01") == 3


def test_grades_come_as_arrays_and_leave_classes_alone(ids: tuple[int, ...]) -> None:
    put_value_classes(customer_ids=ids, classes=["VIP"] * 3, service_table="T")

    written = put_credit_grades(customer_ids=np.array(ids), grades=["AAA", "", "D"])  # type: ignore[arg-type]

    assert written == 2
    assert [row[2] for row in read(ids)] == ["AAA", "", "D"]
    assert [row[0] for row in read(ids)] == ["VIP"] * 3


def test_the_standing_writes_no_history_of_the_customer(ids: tuple[int, ...]) -> None:
    before = count_history()

    put_value_classes(customer_ids=ids, classes=["VIP"] * 3, service_table="T")
    put_credit_grades(customer_ids=ids, grades=["A"] * 3)

    assert count_history() == before


@pytest.mark.parametrize(
    ("codes", "twice"), [(["VIP"], False), (["VIP", "GOLD", ""], False), (["VIP", "VIP", "VIP"], True)]
)
def test_lists_that_do_not_fit_are_refused(ids: tuple[int, ...], codes: list[str], twice: bool) -> None:
    keys = (ids[0], ids[0], ids[1]) if twice else ids

    with pytest.raises(UnableToPutStanding):
        put_value_classes(customer_ids=keys, classes=codes, service_table="T")

    assert [row[0] for row in read(ids)] == ["", "", ""]
