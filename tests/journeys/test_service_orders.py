"""A reduction is checked, approved and sealed by three people; another application is refused with its reasons."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from playwright.sync_api import expect
from tests.factories import billed
from tests.factories import utility as factory
from tests.journeys.conftest import Enter, Stage
from tests.journeys.looks import look_around

from dianke.application import service_orders
from dianke.domain.network import operations as network
from dianke.domain.network.models import TransformerSpell
from dianke.domain.service_orders.operations.accepting import Application
from dianke.domain.service_orders.types import OrderKind
from dianke.kernel.clock import SystemClock
from dianke.platform.identity.types import Actor

pytestmark = [pytest.mark.browser]

SYSTEM = Actor.system("a journey of service orders")
PASSWORD = "correct horse battery"
VIEWS = ["orders.view", "archive.view"]
PAPERS = frozenset({"application", "identity", "unit_list"})


@dataclass(frozen=True)
class Asked:
    """An order whose day is today, and an account that has none."""

    number: str
    other_account: str


def ask(_data_dir: Path) -> Asked:
    """Let a foundry ask for the rest of its second transformer from today on."""
    now = SystemClock().now()
    with transaction.atomic():
        utility = factory.build_utility()
        billed.add_foundry(utility)
        billed.add_foundry(utility)
        account, other = (point.account for point in utility.points)
        network.add_transformer(
            actor=utility.actor, feeder=utility.feeder, code="T-2", name="二号变", capacity_kva=Decimal(630),
            since_date=factory.INSTALLED, account=account, unit=utility.root,
        )  # fmt: skip
        clerk = factory.add_clerk(utility.root, "counter", [*VIEWS, "orders.accept"])
        factory.add_clerk(utility.root, "inspector", [*VIEWS, "orders.survey", "orders.seal"])
        factory.add_clerk(utility.root, "head", [*VIEWS, "orders.approve", "orders.manage"])
        application = Application(
            kind=OrderKind.REDUCE, effective_on=now.date(), ends_on=now.date() + timedelta(days=90),
            transformer_codes=frozenset({"T-2"}), papers=PAPERS,
        )  # fmt: skip
        order = service_orders.accept_order(
            actor=clerk, account_number=account.number, application=application, at=now - timedelta(days=12)
        )
    return Asked(order.number, other.number)


def test_three_people_and_a_sealed_transformer(enter: Enter, stage: Stage[Asked], faults: list[str]) -> None:
    asked = stage(ask)
    at_home = enter("inspector", password=PASSWORD)
    at_home.get_by_role("link", name=asked.number).first.click()
    expect(at_home.locator("[data-process]").first.locator("[data-element-id=check]")).to_be_visible()
    assert look_around(at_home) == []
    at_home.get_by_label("核查情况或原因").fill("二号变已停用，同意加封")
    at_home.get_by_role("button", name="完成", exact=True).click()
    expect(at_home.get_by_text("已办理，工单进入下一环节。")).to_be_visible()

    head = enter("head", f"/service-orders/{asked.number}/", password=PASSWORD)
    head.get_by_role("button", name="批准", exact=True).click()
    at_home.reload()
    at_home.get_by_role("button", name="完成", exact=True).click()

    expect(at_home.locator("h2", has_text="归档")).to_be_visible()
    today = SystemClock().now().date()
    spell: Any = TransformerSpell.objects.for_actor(SYSTEM).get(transformer__code="T-2", state="SUSPENDED")
    assert (spell.period.lower, spell.period.upper) == (today, None)
    assert look_around(at_home) == []
    at_home.goto("/service-orders/")
    assert look_around(at_home) == []

    clerk = enter("counter", f"/service-orders/new/{asked.other_account}/", password=PASSWORD)
    clerk.get_by_role("button", name="受理", exact=True).click()
    expect(clerk.get_by_text("请补齐所缺资料。")).to_be_visible()
    assert look_around(clerk) == []
    assert [fault for fault in faults if "422" not in fault] == []
