"""A utility whose posts take and work on orders, and what its people do on the pages."""

from datetime import date, timedelta
from decimal import Decimal

from django.test import Client
from django.utils import timezone
from tests.factories import billed
from tests.factories import utility as factory
from tests.factories.utility import Utility

from dianke.domain.network import operations as network
from dianke.domain.service_orders.models import ServiceOrder
from dianke.kernel.calendar import load_mainland_calendar
from dianke.kernel.clock import SystemClock
from dianke.platform.identity.types import Actor
from dianke.platform.org import operations as org
from dianke.platform.org.types import UnitKind

EVERYBODY = Actor.system("looking at what a test left")
PASSWORD = "correct horse battery"
VIEWS = ["orders.view", "archive.view"]
PAPERS = ["application", "identity", "unit_list"]


def build_order_utility() -> Utility:
    """Return a utility with a foundry of two transformers and a person of each post."""
    utility = factory.build_utility()
    billed.add_foundry(utility)
    network.add_transformer(
        actor=utility.actor, feeder=utility.feeder, code="T-2", name="二号变", capacity_kva=Decimal(630),
        since_date=factory.INSTALLED, account=utility.points[0].account, unit=utility.root,
    )  # fmt: skip
    for login, rights in {
        "counter": ["orders.accept"], "inspector": ["orders.survey", "orders.seal"],
        "head": ["orders.approve", "orders.manage"],
    }.items():  # fmt: skip
        factory.add_clerk(utility.root, login, [*VIEWS, *rights])
    elsewhere = org.add_unit(code="01", name="别处", kind=UnitKind.STATION, parent=utility.root)
    factory.add_clerk(elsewhere, "elsewhere", [*VIEWS, "orders.accept", "orders.survey"])
    return utility


def enter(login: str) -> Client:
    client = Client()
    client.post("/login/", {"login": login, "password": PASSWORD})
    return client


def first_day() -> date:
    today = timezone.localdate(SystemClock().now())
    return load_mainland_calendar().add_working_days(today, 6)


def take(utility: Utility, **changes: object) -> object:
    start = first_day()
    given = {
        "kind": "REDUCE", "effective_on": start.isoformat(), "ends_on": (start + timedelta(days=60)).isoformat(),
        "transformers": ["T-2"], "papers": PAPERS,
    } | changes  # fmt: skip
    return enter("counter").post(f"/service-orders/new/{utility.points[0].account.number}/", given)


def get_order() -> ServiceOrder:
    return ServiceOrder.objects.for_actor(EVERYBODY).get()
