"""Class and credit grade in the work of a manager: the rhythm of visits, and what changed in a week."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from tests.factories.archive import Archive, actor_of, add_account, build_archive
from tests.factories.rows import RowFactory

from dianke.application import valuation
from dianke.application.care.changes import ChangeKind, list_changes
from dianke.application.care.rhythm import read_rhythm
from dianke.domain.credit.models import CreditScore
from dianke.domain.customers.models import Customer
from dianke.domain.valuation.models import CustomerRating, RatingRun, ValueAppeal
from dianke.kernel.clock import SHANGHAI
from dianke.platform.identity.types import Actor

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 2, 9, tzinfo=SHANGHAI)
TODAY = NOW.date()
SYSTEM = Actor.system("testing")


@pytest.fixture
def archive() -> Archive:
    return build_archive()


def customer_of(value_class: str, importance: str = "NONE") -> Customer:
    return Customer(value_class=value_class, importance=importance)


@pytest.mark.parametrize(
    ("value_class", "importance", "days"),
    [
        ("VIP", "NONE", 30),
        ("MAIN", "NONE", 90),
        ("MAIN", "FIRST", 60),
        ("ORDINARY", "SECOND", 90),
        # Small customers have no regular visits, but important ones have.
        ("SMALL", "NONE", None),
        ("SMALL", "SPECIAL", 30),
        # Who has no class yet goes by importance alone.
        ("", "SECOND", 90),
        ("", "NONE", None),
    ],
)
def test_the_shorter_of_class_and_importance_holds(value_class: str, importance: str, days: int | None) -> None:
    assert read_rhythm(on=TODAY).find_days(customer_of(value_class, importance)) == days


def test_a_new_service_table_changes_the_rhythm_from_its_day(archive: Archive) -> None:
    rows = {
        code: {"queue_place": 1, "has_manager": False, "call_back_minutes": 30, "visit_days": days,
               "channel": "PHONE", "offers": "", "approval": "STANDARD"}
        for code, days in (("VIP", 14), ("MAIN", 45), ("ORDINARY", 0), ("SMALL", 0))
    }  # fmt: skip
    proposer, approver = (
        Actor(login=login, name=login, grants=actor_of(archive.root, "*").grants, unit_path=archive.root.path)
        for login in ("proposer", "approver")
    )
    version = valuation.propose_service_table(
        actor=proposer, rows=rows, valid_from=date(2026, 5, 1), note="夏季走访", at=NOW
    )
    valuation.approve_service_table(actor=approver, code=version.code, reason="", at=NOW)

    before, after = read_rhythm(on=date(2026, 4, 30)), read_rhythm(on=date(2026, 5, 1))

    assert [one.find_days(customer_of("VIP")) for one in (before, after)] == [30, 14]
    assert [one.find_days(customer_of("ORDINARY")) for one in (before, after)] == [365, None]
    assert after.table == version.code


def find_changes(archive: Archive, *customers: Customer, unit: Any = None) -> list[tuple[str, str, str, int]]:
    actor = actor_of(unit or archive.root, "care.view")
    found = list_changes(actor=actor, customers={one.pk: one for one in customers}, accounts={}, fresh={}, today=TODAY)
    return [(one.kind.value, one.code_before, one.code, (TODAY - one.on).days) for one in found]


def add_score(customer: Customer, before: str, after: str, steps: int, days: int = 2) -> None:
    score = RowFactory(customer.unit).make(CreditScore)
    CreditScore.objects.for_actor(SYSTEM).filter(pk=score.pk).update(
        customer=customer, made_at=NOW - timedelta(days=days), grade_before=before, grade=after, steps=steps
    )


class TestChanges:
    def test_grades_that_changed_within_a_week_are_named(self, archive: Archive) -> None:
        customer, other = add_account(archive).customer, add_account(archive, name="李明").customer
        add_score(customer, "AA", "B", -2)
        add_score(customer, "A", "AA", 1, days=8)
        add_score(other, "A", "A", 0)
        add_score(other, "", "A", 0)

        assert find_changes(archive, customer, other) == [(ChangeKind.CREDIT_GRADE.value, "AA", "B", 2)]

    def test_classes_that_a_rating_or_an_appeal_changed_are_named(self, archive: Archive) -> None:
        customer, other = add_account(archive).customer, add_account(archive, name="李明").customer
        rating = RowFactory(customer.unit).make(CustomerRating)
        CustomerRating.objects.for_actor(SYSTEM).filter(pk=rating.pk).update(
            customer=customer, previous_class="MAIN", value_class="VIP", is_changed=True
        )
        RatingRun.objects.for_actor(SYSTEM).filter(pk=rating.run_id).update(ended_at=NOW - timedelta(days=1))
        appeal = RowFactory(other.unit).make(ValueAppeal)
        ValueAppeal.objects.for_actor(SYSTEM).filter(pk=appeal.pk).update(
            customer=other, class_then="SMALL", asked_class="MAIN", state="GRANTED", decided_at=NOW
        )

        assert find_changes(archive, customer, other) == [
            (ChangeKind.VALUE_CLASS.value, "SMALL", "MAIN", 0),
            (ChangeKind.VALUE_CLASS.value, "MAIN", "VIP", 1),
        ]
        assert find_changes(archive, customer, other, unit=archive.west) == []
