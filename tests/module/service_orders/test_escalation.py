"""Clocks that run out come before somebody, once a level; amber to the post of the step, red to the unit above."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.factories import utility as factory
from tests.factories.order_pages import EVERYBODY, build_order_utility
from tests.factories.utility import Utility

from dianke.application import service_orders
from dianke.domain.service_orders.models import OrderNote, ServiceOrder
from dianke.domain.service_orders.operations.accepting import Application
from dianke.domain.service_orders.queries import escalations
from dianke.domain.service_orders.types import OrderKind, PauseReason
from dianke.interfaces.web.service_orders.menu import _list_broken_below
from dianke.kernel.clock import SHANGHAI
from dianke.platform.audit.models import UseCaseRecord
from dianke.platform.identity.queries import get_actor
from dianke.platform.identity.types import Actor
from dianke.platform.org import operations as org
from dianke.platform.org.types import UnitKind

pytestmark = pytest.mark.django_db

ASKED = datetime(2025, 12, 29, 10, tzinfo=SHANGHAI)
AMBER = datetime(2026, 1, 9, 18, tzinfo=SHANGHAI)
DUE = datetime(2026, 1, 10, 18, tzinfo=SHANGHAI)
MINUTE = timedelta(minutes=1)
NIGHT = Actor.system("a quarter of an hour of a test")


@pytest.fixture
def utility() -> Utility:
    return build_order_utility()


@pytest.fixture
def order(utility: Utility) -> ServiceOrder:
    """Return a reduction from 10 January on, due at the end of that day, of a station below the utility."""
    clerk = act("counter")
    application = Application(
        kind=OrderKind.REDUCE, effective_on=DUE.date(), ends_on=datetime(2026, 3, 1, tzinfo=SHANGHAI).date(),
        transformer_codes=frozenset({"T-2"}),
        papers=frozenset({"application", "identity", "unit_list", "mandate"}),
    )  # fmt: skip
    taken = service_orders.accept_order(
        actor=clerk, account_number=utility.points[0].account.number, application=application, at=ASKED
    )
    station = org.add_unit(code="02", name="城南供电所", kind=UnitKind.STATION, parent=utility.root)
    factory.add_clerk(station, "station-head", ["orders.view", "orders.manage"])
    ServiceOrder.objects.for_actor(EVERYBODY).filter(pk=taken.pk).update(unit=station)
    return taken


def act(login: str) -> Actor:
    return get_actor(login=login, on=ASKED.date(), origin="test")


def told() -> list[tuple[str, str, datetime]]:
    rows = OrderNote.objects.for_actor(EVERYBODY).filter(act="ESCALATED").order_by("id")
    return [(one.subject, one.text, one.at) for one in rows]


def test_nothing_is_said_while_there_is_time(order: ServiceOrder) -> None:
    assert service_orders.escalate_clocks(actor=NIGHT, at=AMBER - MINUTE) == 0
    assert told() == []


def test_each_level_is_told_once_before_whom_it_concerns(utility: Utility, order: ServiceOrder) -> None:
    for at in (AMBER, AMBER + MINUTE, DUE, DUE + MINUTE, DUE + 60 * MINUTE):
        service_orders.escalate_clocks(actor=NIGHT, at=at)

    assert told() == [
        ("AMBER:agreed_day", "城南供电所", AMBER),
        ("RED:agreed_day", utility.root.name, DUE + MINUTE),
    ]
    records = UseCaseRecord.objects.for_actor(EVERYBODY).filter(use_case__endswith="escalation.escalate_order")
    assert records.count() == 2
    assert ServiceOrder.objects.for_actor(EVERYBODY).get().revision == order.revision


def test_red_stands_on_the_home_of_the_unit_above_alone(order: ServiceOrder) -> None:
    late = DUE + MINUTE
    assert _list_broken_below(act("head"), late) == []
    service_orders.escalate_clocks(actor=NIGHT, at=late)

    assert [one.number for one in _list_broken_below(act("head"), late)] == [order.number]
    assert _list_broken_below(act("station-head"), late) == []


def test_a_clock_that_stands_comes_before_nobody_and_an_ended_order_neither(order: ServiceOrder) -> None:
    now = ServiceOrder.objects.for_actor(EVERYBODY).get()
    service_orders.pause_order(
        actor=act("counter"), number=now.number, revision=now.revision, why=PauseReason.CUSTOMER_PAPERS,
        evidence="补件通知单 7", at=AMBER - MINUTE,
    )  # fmt: skip
    assert service_orders.escalate_clocks(actor=NIGHT, at=DUE + MINUTE) == 0

    now = ServiceOrder.objects.for_actor(EVERYBODY).get()
    service_orders.cancel_order(
        actor=act("counter"), number=now.number, revision=now.revision, reason="客户撤回", at=DUE + MINUTE
    )
    assert service_orders.escalate_clocks(actor=NIGHT, at=DUE + 2 * MINUTE) == 0
    assert told() == []


def test_the_rows_of_the_utility_come_after_those_of_the_house(
    order: ServiceOrder, settings: Any, tmp_path: Path
) -> None:
    settings.DATA_DIR = tmp_path
    row = "[[row]]\nsince = 2026-01-10\nAMBER = { units_up = 1 }\nRED = { units_up = 2 }\n"
    text = f'schema = "order-escalation/v1"\n{row}'
    (tmp_path / escalations.OWN_FILE).write_text(text, "utf-8")

    assert escalations.find_row(on=AMBER.date()).units_up == {"AMBER": 0, "RED": 1}
    assert escalations.find_row(on=DUE.date()).units_up == {"AMBER": 1, "RED": 2}
