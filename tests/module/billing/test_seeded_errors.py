"""The review on a real database against errors that are known, small: every certain one found, clean bills let be."""

from typing import Any

import pytest

from dianke.interfaces.cli.bench import review_run

pytestmark = pytest.mark.django_db

SIZE = 1_000
MOST_CLEAN_FLAGGED = 0.01


@pytest.fixture(scope="module")
def told(django_db_setup: None, django_db_blocker: Any) -> Any:
    """What the review found in a fleet that was filled, frozen, run and thrown away again."""
    from django.db import transaction

    with django_db_blocker.unblock(), transaction.atomic():
        fleet, number = review_run.prepare(size=SIZE, shard_size=400, owner="default")
        bills = review_run.review(number)
        yield {"bills": bills, **review_run.compare(fleet, number)}
        transaction.set_rollback(True)


def test_every_error_that_the_data_tell_is_found(told: dict[str, Any]) -> None:
    missed = [code for code, row in told["codes"].items() if row["deterministic"] and row["missed"]]

    assert missed == []
    assert told["deterministic_missed"] == 0
    assert {row["seeded"] for row in told["codes"].values()} == {3}


def test_clean_bills_are_let_be(told: dict[str, Any]) -> None:
    assert told["clean_flagged_share"] <= MOST_CLEAN_FLAGGED
    assert told["clean_unbilled"] == {}
    assert told["bills"] == SIZE - sum(row["found_as_fault"] for row in told["codes"].values())


def test_what_might_be_the_customers_own_doing_is_found_mostly(told: dict[str, Any]) -> None:
    statistical = [row for row in told["codes"].values() if not row["deterministic"]]

    assert sum(row["found"] for row in statistical) >= 5
