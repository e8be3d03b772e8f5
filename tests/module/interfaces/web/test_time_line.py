"""The time line: what stands on it, in which order, narrowed, paged, and what is not for everybody."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from tests.factories import utility as factory
from tests.factories.pages import Office

from dianke.application.listings import time_line
from dianke.application.listings.time_line import EventGroup
from dianke.application.listings.time_line_sources import Source, Subject
from dianke.domain.billing.models import Bill
from dianke.domain.customers.models import Customer
from dianke.domain.customers.operations.contacts import add_contacts
from dianke.domain.customers.operations.key_data import ask_key_change
from dianke.domain.customers.types import ContactRole, KeyField, NewContact
from dianke.interfaces.web.customers.time_line_words import GROUPS, WORDS
from dianke.platform.identity.types import Actor, Grant

issued = True
LogIn = Callable[[str], Client]
AT = datetime(2026, 3, 1, 2, 0, tzinfo=UTC)
OLDER = re.compile(r'<li class="older"><a href="([^"]+)"')
LINE = re.compile(r'<li[^>]*><span class="cap n">([^<]*)</span><div>(?:<a [^>]*>)?([^<]*)<')


def subject_of(office: Office, name: str) -> Subject:
    """Return whose time line a point's customer has."""
    point = office.points[name]
    return Subject(point.account.customer_id, point.account_id, (point.pk,), (point.location_id,))


def list_sources(office: Office, name: str, **more: object) -> list[Source]:
    """Return the sources of everything that happened to a point's customer."""
    page = time_line.list_happenings(actor=office.actor, subject=subject_of(office, name), limit=100, **more)
    return [happening.source for happening in page.happenings]


def add_contact(office: Office, name: str) -> None:
    """Enter a contact of a point's customer."""
    new = NewContact(
        customer_id=office.points[name].account.customer_id, name="骆一鸣", role=ContactRole.OWNER,
        start_date=factory.INSTALLED,
    )  # fmt: skip
    add_contacts(actor=office.actor, contacts=[new])


class TestListing:
    def test_tells_the_newest_first(self, office: Office) -> None:
        assert list_sources(office, "printer") == [
            Source.BILL, Source.FREEZE, Source.METER_UP, Source.METER_UP, Source.TRANSFORMER, Source.OPENED,
        ]  # fmt: skip

    def test_tells_changes_asked_for_and_contacts_entered(self, office: Office) -> None:
        customer = Customer.objects.for_actor(office.actor).get(pk=office.points["farm"].account.customer_id)
        ask_key_change(
            actor=office.actor, customer=customer, account=None, field=KeyField.NAME, value={"name": "新农场"},
            reason="更名", at=AT,
        )  # fmt: skip
        add_contact(office, "farm")
        customer.short_name = "农场"
        customer.save(update_fields=["short_name"])

        told = list_sources(office, "farm", group=EventGroup.ARCHIVE)

        assert sorted(told) == [Source.OPENED, Source.CUSTOMER_CHANGE, Source.CONTACT_CHANGE, Source.KEY_CHANGE]

    @pytest.mark.parametrize(
        ("group", "sources"),
        [
            (EventGroup.BILLS, [Source.BILL]),
            (EventGroup.READINGS, [Source.FREEZE]),
            (EventGroup.EQUIPMENT, [Source.METER_UP, Source.METER_UP, Source.TRANSFORMER]),
            (EventGroup.ARCHIVE, [Source.OPENED]),
            (EventGroup.DOCUMENTS, []),
        ],
    )
    def test_can_be_narrowed(self, group: EventGroup, sources: list[Source], office: Office) -> None:
        assert list_sources(office, "printer", group=group) == sources

    @pytest.mark.parametrize("size", [1, 2, 3, 5])
    def test_pages_tell_everything_once_though_moments_are_equal(self, size: int, office: Office) -> None:
        subject, mark, told, pages = subject_of(office, "printer"), None, [], 0
        whole = time_line.list_happenings(actor=office.actor, subject=subject, limit=100).happenings

        while mark is not None or pages == 0:
            page = time_line.list_happenings(actor=office.actor, subject=subject, after=mark, limit=size)
            told, mark, pages = [*told, *page.happenings], page.next_mark, pages + 1

        assert told == list(whole)
        assert pages == -(-len(whole) // size)

    def test_leaves_out_what_the_reader_has_no_right_to(self, office: Office) -> None:
        grants = frozenset({Grant("archive.view", office.utility.root.path)})
        clerk = Actor(login="x", name="x", grants=grants, unit_path=office.utility.root.path)

        page = time_line.list_happenings(actor=clerk, subject=subject_of(office, "printer"), limit=100)

        assert Source.BILL not in {happening.source for happening in page.happenings}
        assert EventGroup.BILLS not in time_line.list_groups(actor=clerk, subject=subject_of(office, "printer"))

    def test_of_another_unit_is_empty(self, office: Office) -> None:
        grants = frozenset({Grant("archive.view", office.station.path), Grant("billing.view", office.station.path)})
        outsider = Actor(login="x", name="x", grants=grants, unit_path=office.station.path)

        page = time_line.list_happenings(actor=outsider, subject=subject_of(office, "printer"), limit=100)

        assert page.happenings == ()

    def test_costs_one_query(self, office: Office, django_assert_num_queries: Callable[..., object]) -> None:
        with django_assert_num_queries(1):
            list_sources(office, "printer")


class TestPages:
    def test_words_say_what_happened(self, office: Office, reviewer_pages: Client) -> None:
        page = reviewer_pages.get(f"/customers/accounts/{office.account('printer')}/time-line/").content.decode()

        told = LINE.findall(page)

        assert told[:2] == [
            ("02-01 08:00", "2026-01 电费账单发行 365,282.69 元"),
            ("02-01 08:00", "2026-01 示数冻结，1 只表"),
        ]
        assert told[2] == ("2026-01-19", "电能表 M100000004 倍率由 3,000 改为 2,000")
        assert told[-1] == ("2025-06-01", f"户号 {office.account('printer')} 立户")

    def test_older_ones_are_fetched_behind_the_page(self, office: Office, reviewer_pages: Client) -> None:
        bill = office.bill("printer")
        for serial in range(1, 31):
            older = Bill.objects.for_actor(office.actor).get(pk=bill.pk)
            older.pk, older.issued_at = bill.pk + 1000 + serial, AT - timedelta(days=100 + serial)
            older.save(force_insert=True)
        first = reviewer_pages.get(f"/customers/accounts/{office.account('printer')}/").content.decode()
        found = OLDER.search(first)

        more = reviewer_pages.get(found[1].replace("&amp;", "&") if found else "", headers={"HX-Request": "true"})

        assert len(LINE.findall(first)) == 12
        assert len(LINE.findall(more.content.decode())) == 12
        assert "<html" not in more.content.decode()

    def test_filter_is_a_part_for_the_page_and_a_page_for_itself(self, office: Office, reviewer_pages: Client) -> None:
        address = f"/customers/accounts/{office.account('printer')}/time-line/?kind=equipment"

        part = reviewer_pages.get(address, headers={"HX-Request": "true"}).content.decode()
        page = reviewer_pages.get(address).content.decode()

        assert [text for _at, text in LINE.findall(part)] == [text for _at, text in LINE.findall(page)]
        assert len(LINE.findall(part)) == 3
        assert "<html" not in part

    @pytest.mark.parametrize("at", ["x", "W2ZhbHNlLDFd", "WzEsMiwzLDRd", "W2ZhbHNlLCIyMDI2LTAxLTAxIiwxLDFd"])
    def test_damaged_mark_is_refused(self, at: str, office: Office, reviewer_pages: Client) -> None:
        answer = reviewer_pages.get(f"/customers/accounts/{office.account('printer')}/time-line/", {"at": at})

        assert answer.status_code == 409


class TestKinds:
    def test_every_kind_belongs_to_one_group_and_has_words(self) -> None:
        grouped = [source for sources in time_line.GROUPS.values() for source in sources]

        assert sorted(grouped) == sorted(Source)
        assert set(WORDS) == set(Source)
        assert set(GROUPS) == set(EventGroup)
