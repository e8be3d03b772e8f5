"""The list of checks due: by days left, manager and unit, and nothing of other units."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from tests.factories.archive import Archive, add_account, build_archive
from tests.factories.utility import add_clerk

from dianke.domain.customers import operations as customers
from dianke.domain.customers.models import Customer
from dianke.domain.customers.types import EquipmentCondition, EquipmentKind, NewEquipment
from dianke.kernel.clock import SystemClock
from dianke.platform.identity.models import Staff
from dianke.platform.identity.types import Actor

PASSWORD = "correct horse battery"
SYSTEM = Actor.system("testing")
RIGHTS = ("care.view", "care.work", "archive.view", "archive.export")
PAGE = "/care/checks/"

Browse = Callable[..., Client]
pytestmark = pytest.mark.django_db


@pytest.fixture
def archive() -> Archive:
    cache.clear()
    return build_archive()


@pytest.fixture
def browse(archive: Archive) -> Browse:
    """Return a function that opens the browser of a person with rights at the eastern station."""

    def open_browser(login: str, *rights: str) -> Client:
        add_clerk(archive.east, login, list(rights))
        client = Client()
        client.post("/login/", {"login": login, "password": PASSWORD})
        return client

    return open_browser


def today() -> date:
    return SystemClock().now().date()


def add_equipment(customer: Customer, name: str, days: int | None) -> None:
    customers.add_equipment(
        actor=SYSTEM,
        equipment=[
            NewEquipment(
                customer_id=customer.pk,
                kind=EquipmentKind.GENERATOR,
                name=name,
                condition=EquipmentCondition.FAULTY,
                next_check_date=None if days is None else today() + timedelta(days=days),
            )
        ],
    )


def list_names(client: Client, query: str = "") -> list[str]:
    text = client.get(f"{PAGE}{query}").content.decode()
    return [name for name in ("逾期机", "近期机", "远期机", "更远机", "无期机", "西所机") if name in text]


def test_filters_by_days_and_manager(archive: Archive, browse: Browse) -> None:
    client = browse("lin", *RIGHTS)
    mine, other = add_account(archive).customer, add_account(archive, name="李明").customer
    for name, days in (("逾期机", -3), ("近期机", 20), ("远期机", 45)):
        add_equipment(mine, name, days)
    add_equipment(other, "更远机", 85)
    add_equipment(other, "无期机", None)
    add_equipment(add_account(archive, name="张三", unit=archive.west).customer, "西所机", 5)
    customers.assign_managers(
        actor=SYSTEM,
        customer_ids=[mine.pk],
        manager=Staff.objects.for_actor(SYSTEM).get(login="lin"),
        start=today() - timedelta(days=9),
        reason="",
        at=SystemClock().now(),
    )

    assert list_names(client) == ["逾期机", "近期机", "远期机", "更远机"]
    assert list_names(client, "?span=LATE") == ["逾期机"]
    assert list_names(client, "?span=30") == ["逾期机", "近期机"]
    assert list_names(client, "?span=60") == ["逾期机", "近期机", "远期机"]
    assert list_names(client, "?span=90&manager=lin") == ["逾期机", "近期机", "远期机"]
    assert list_names(client, "?manager=NOBODY") == ["更远机"]
    assert list_names(client, "?condition=GOOD") == []
    assert "逾期 3 天" in client.get(PAGE).content.decode()


def test_asks_for_the_right(browse: Browse) -> None:
    assert browse("mo", "archive.view").get(PAGE).status_code == 403


def test_calendar_and_portfolio_lead_there(browse: Browse) -> None:
    client = browse("su", *RIGHTS)
    for page in ("/care/calendar/", "/care/portfolio/"):
        assert f"{PAGE}?manager=su&amp;span=30" in client.get(page).content.decode()
