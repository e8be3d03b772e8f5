"""From the browser to the row: a right held in one unit only, and a right that is lent, open just that much."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.contrib.messages import get_messages
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from tests.factories import archive as factory
from tests.factories.archive import Archive

from dianke.application.archive import key_changes
from dianke.domain.customers.models import Customer, KeyChange
from dianke.domain.customers.types import KeyField
from dianke.kernel.clock import SystemClock
from dianke.platform.audit.models import UseCaseRecord
from dianke.platform.identity import operations as identity
from dianke.platform.identity import queries
from dianke.platform.identity.models import Deputyship, Staff
from dianke.platform.org.models import Unit

pytestmark = pytest.mark.django_db

PASSWORD = "correct horse battery"
CHANGED_BY = "archive.belongings.change_customer"
Engage = Callable[..., Staff]


@pytest.fixture
def archive() -> Archive:
    cache.clear()
    return factory.build_archive()


@pytest.fixture
def engage(archive: Archive) -> Engage:
    """Return a function that engages a person with a post for each unit, by the rights held there."""

    def add(login: str, **rights: list[str]) -> Staff:
        person = identity.add_staff(login=login, name=login, unit=archive.root, password=PASSWORD)
        for place, held in rights.items():
            unit: Unit = getattr(archive, place)
            post = identity.define_post(code=f"{login}-{place}", name=login, rights=held)
            identity.assign_post(staff=person, post=post, unit=unit, start=date(2025, 1, 1))
        return person

    return add


def browse(login: str) -> Client:
    client = Client()
    client.post("/login/", {"login": login, "password": PASSWORD})
    return client


def lend(absent: Staff, deputy: Staff, *, ended: bool = False) -> Deputyship:
    """Let a person stand in for another from ten days ago on, till yesterday or for ten days more."""
    today = SystemClock().now().date()
    last = today + timedelta(days=-1 if ended else 10)
    return identity.add_deputy(
        absent=absent, deputy=deputy, start=today - timedelta(days=10), last_date=last, reason="休假"
    )


def edit(client: Client, customer: Customer) -> int:
    """Send a new short name of a customer and return the status of the answer."""
    url = reverse("web:customer_edit", args=[customer.number])
    return client.post(url, {"short_name": "新简称", "industry_code": ""}).status_code


def read_short_name(archive: Archive, customer: Customer) -> str:
    return Customer.objects.for_actor(archive.actor).get(pk=customer.pk).short_name


class TestRightOfOneUnit:
    def test_changes_rows_there_and_no_row_of_a_unit_that_only_another_right_reaches(
        self, archive: Archive, engage: Engage
    ) -> None:
        engage("an", root=["archive.view"], west=["archive.edit"])
        east = factory.add_account(archive).customer
        west = factory.add_account(archive, unit=archive.west).customer
        client = browse("an")

        answers = [edit(client, one) for one in (east, west)]

        records = UseCaseRecord.objects.for_actor(archive.actor).filter(use_case=CHANGED_BY)
        assert answers == [404, 302]
        assert [read_short_name(archive, one) for one in (east, west)] == ["", "新简称"]
        assert [(one.actor_login, one.deputy_for) for one in records] == [("an", "")]

    def test_shows_both_units_but_offers_the_act_in_one(self, archive: Archive, engage: Engage) -> None:
        engage("an", root=["archive.view"], west=["archive.edit"])
        pages = [
            browse("an").get(reverse("web:customer_account", args=[account.number])).content.decode()
            for account in (factory.add_account(archive), factory.add_account(archive, unit=archive.west))
        ]

        assert ["/edit/" in page for page in pages] == [False, True]


class TestLentRight:
    def test_changes_rows_and_the_trail_names_whom_for(self, archive: Archive, engage: Engage) -> None:
        absent = engage("zhu", east=["archive.view", "archive.edit"])
        lend(absent, engage("an", west=["archive.view"]))
        customer = factory.add_account(archive).customer

        status = edit(browse("an"), customer)

        record = UseCaseRecord.objects.for_actor(archive.actor).get(use_case=CHANGED_BY)
        assert (status, read_short_name(archive, customer)) == (302, "新简称")
        assert (record.actor_login, record.deputy_for, record.origin) == ("an", "zhu", "web")

    def test_reaches_no_further_than_the_absent_person(self, archive: Archive, engage: Engage) -> None:
        absent = engage("zhu", east=["archive.view", "archive.edit"])
        lend(absent, engage("an", west=["archive.view"]))
        customer = factory.add_account(archive, unit=archive.west).customer

        assert edit(browse("an"), customer) == 404
        assert read_short_name(archive, customer) == ""

    def test_is_gone_with_the_last_day(self, archive: Archive, engage: Engage) -> None:
        absent = engage("zhu", east=["archive.view", "archive.edit"])
        lend(absent, engage("an", east=["archive.view"]), ended=True)
        customer = factory.add_account(archive).customer

        assert edit(browse("an"), customer) == 403
        assert read_short_name(archive, customer) == ""

    def test_is_gone_while_the_session_goes_on(self, archive: Archive, engage: Engage) -> None:
        absent = engage("zhu", east=["archive.view", "archive.edit"])
        deputyship = lend(absent, engage("an", east=["archive.view"]))
        customer = factory.add_account(archive).customer
        client = browse("an")

        before = client.get(reverse("web:customer_edit", args=[customer.number])).status_code
        identity.end_deputyship(deputyship=deputyship, end=SystemClock().now().date())

        assert (before, edit(client, customer)) == (200, 403)
        assert read_short_name(archive, customer) == ""

    def test_never_approves_what_the_absent_person_asked_for(self, archive: Archive, engage: Engage) -> None:
        absent = engage("zhu", east=["archive.view", "archive.change_key_data"])
        lend(absent, engage("an", east=["archive.view", "archive.approve_key_data"]))
        customer = factory.add_account(archive).customer
        now = SystemClock().now()
        change = key_changes.ask_key_change(
            actor=queries.get_actor(login="zhu", on=now.date(), origin="web"),
            customer=customer,
            field=KeyField.NAME,
            value={"name": "王大明"},
            reason="更名",
            at=now,
        )

        answer = browse("an").post(reverse("web:key_change_decide", args=[change.pk]), {"decision": "approve"})

        told = [str(one) for one in get_messages(answer.wsgi_request)]
        assert told == ["zhu 经办的事项须由 an 以外的人审批"]
        assert KeyChange.objects.for_actor(archive.actor).get().state == "PENDING"
        assert Customer.objects.for_actor(archive.actor).get(pk=customer.pk).name == customer.name
