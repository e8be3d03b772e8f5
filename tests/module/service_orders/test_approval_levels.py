"""The class of a customer says at which level an order is approved; a changed service table changes it."""

from datetime import date

import pytest
from tests.factories import utility as factory
from tests.factories.serving import put_table_in_force
from tests.factories.utility import Utility
from tests.module.service_orders.test_suspension import ASKED, DAY, People, ask, do, people, utility, waiting_step

from dianke.application.service_orders.approval import ApprovalOfHigher, find_level
from dianke.domain.customers.operations.standing import put_value_classes
from dianke.domain.service_orders.models import ServiceOrder
from dianke.platform.identity.types import Actor
from dianke.platform.org.operations import add_unit
from dianke.platform.org.types import UnitKind

__all__ = ["people", "utility"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def station_head(utility: Utility) -> Actor:
    """Return who may approve at the branch of the account alone, below the utility."""
    branch = add_unit(code="B1", name="城东分公司", kind=UnitKind.BRANCH, parent=utility.root)
    customer = utility.points[0].account.customer
    customer.unit = branch
    customer.save(update_fields=["unit"])
    return factory.add_clerk(branch, "station-head", ["orders.view", "orders.approve"])


def ask_and_check(utility: Utility, people: People, value_class: str) -> ServiceOrder:
    put_value_classes(
        customer_ids=[utility.points[0].account.customer_id], classes=[value_class], service_table="FW-2020"
    )
    order = ask(utility, people.clerk)
    do(order, people.inspector, ASKED + DAY)
    return order


@pytest.mark.parametrize("value_class", ["VIP", "MAIN", "SMALL", ""])
def test_who_is_below_the_level_of_the_class_approves_nothing(
    utility: Utility, people: People, station_head: Actor, value_class: str
) -> None:
    order = ask_and_check(utility, people, value_class)
    step = waiting_step(order)

    if value_class == "VIP":
        with pytest.raises(ApprovalOfHigher) as refused:
            do(order, station_head, ASKED + 2 * DAY)
        assert refused.value.facts["unit"] == utility.root.name
        assert waiting_step(order) == step
        do(order, people.head, ASKED + 2 * DAY)
    else:
        do(order, station_head, ASKED + 2 * DAY)

    assert waiting_step(order) != step


def test_a_changed_path_of_the_table_lets_another_level_approve(
    utility: Utility, people: People, station_head: Actor
) -> None:
    order = ask_and_check(utility, people, "VIP")
    put_table_in_force(utility.root, (ASKED + 2 * DAY).date(), VIP={"approval": "BRANCH"})

    do(order, station_head, ASKED + 2 * DAY)

    assert "seal" in waiting_step(order)


def test_the_level_names_who_holds_the_right_there(utility: Utility, people: People, station_head: Actor) -> None:
    order = ask_and_check(utility, people, "VIP")

    level = find_level(order=order, on=date.fromisoformat("2026-01-05"))

    assert level.unit == utility.root
    assert "head" in level.people
    assert "station-head" not in level.people
