"""More capacity for a customer of a bad grade: a higher post approves it, and only once security is held."""

from datetime import timedelta

import pytest
from tests.factories.utility import Utility
from tests.module.service_orders.test_approval_levels import station_head
from tests.module.service_orders.test_suspension import (
    ASKED,
    DAY,
    EVERYBODY,
    People,
    ask,
    do,
    people,
    utility,
    waiting_step,
)  # fmt: skip

from dianke.application.service_orders.approval import ApprovalOfHigher, SecurityMissing
from dianke.domain.customers.operations import put_credit_grades
from dianke.domain.receivables.models import Guarantee
from dianke.domain.service_orders.models import ServiceOrder
from dianke.platform.identity.types import Actor

__all__ = ["people", "station_head", "utility"]
pytestmark = pytest.mark.django_db


def ask_for_more(utility: Utility, people: People, grade: str) -> ServiceOrder:
    """
    Return an order for more capacity that waits for approval.

    Nothing carries out such orders yet, so one of another kind is let say that it is one: approving asks the kind.
    """
    put_credit_grades(customer_ids=[utility.points[0].account.customer_id], grades=[grade])
    order = ask(utility, people.clerk)
    do(order, people.inspector, ASKED + DAY)
    ServiceOrder.objects.for_actor(EVERYBODY).filter(pk=order.pk).update(kind="INCREASE")
    order.refresh_from_db()
    return order


def secure(order: ServiceOrder, *, days: int) -> None:
    """Let a bank guarantee for the account until so many days after the application."""
    Guarantee.objects.for_actor(EVERYBODY).create(
        account=order.account, kind="BANK", guarantor="工行", reference="BH-1", amount_fen=100_000,
        valid_from_date=ASKED.date() - timedelta(days=9), valid_until_date=ASKED.date() + timedelta(days=days),
        recorded_by="x", recorded_at=ASKED,
    )  # fmt: skip


@pytest.mark.parametrize("grade", ["D", "C", "AAA", ""])
def test_a_bad_grade_wants_the_approval_of_a_higher_post(
    utility: Utility, people: People, station_head: Actor, grade: str
) -> None:
    order = ask_for_more(utility, people, grade)
    secure(order, days=99)
    step = waiting_step(order)

    if grade == "D":
        with pytest.raises(ApprovalOfHigher) as refused:
            do(order, station_head, ASKED + 2 * DAY)
        assert refused.value.facts["unit"] == utility.root.name
        assert waiting_step(order) == step
        do(order, people.head, ASKED + 2 * DAY)
    else:
        do(order, station_head, ASKED + 2 * DAY)

    assert waiting_step(order) != step


def test_nobody_approves_it_before_security_is_held(utility: Utility, people: People, station_head: Actor) -> None:
    order = ask_for_more(utility, people, "D")
    step = waiting_step(order)

    with pytest.raises(SecurityMissing) as refused:
        do(order, people.head, ASKED + 2 * DAY)

    assert refused.value.facts["grade"] == "D"
    assert waiting_step(order) == step


def test_security_that_has_run_out_secures_nothing(utility: Utility, people: People, station_head: Actor) -> None:
    order = ask_for_more(utility, people, "D")
    secure(order, days=1)

    with pytest.raises(SecurityMissing):
        do(order, people.head, ASKED + 2 * DAY)


def test_less_capacity_is_approved_as_ever(utility: Utility, people: People, station_head: Actor) -> None:
    put_credit_grades(customer_ids=[utility.points[0].account.customer_id], grades=["D"])
    order = ask(utility, people.clerk)
    do(order, people.inspector, ASKED + DAY)
    step = waiting_step(order)

    do(order, station_head, ASKED + 2 * DAY)

    assert waiting_step(order) != step
