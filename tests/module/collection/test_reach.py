"""Whom a message about money goes to, and when that person wants to hear nothing."""

from datetime import date, time

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange
from tests.factories.archive import add_account, build_archive

from dianke.domain.collection.queries.people import find_reach
from dianke.domain.customers.models import Contact
from dianke.platform.outbox.types import QuietHours

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 11)


def test_quiet_hours_are_those_of_whoever_has_the_number_or_the_mail() -> None:
    customer = add_account(build_archive()).customer
    since = DateRange(date(2025, 1, 1), None)
    Contact(customer=customer, name="周", role="BILLING", phone="13900001111", period=since).save()
    Contact(
        customer=customer, name="吴", role="OWNER", phone="13900002222", email="wu@example.org",
        quiet_from=time(12), quiet_until=time(14), period=since,
    ).save()  # fmt: skip

    reach = find_reach(customer_id=customer.pk, on=DAY)

    assert (reach.phone, reach.phone_quiet) == ("13900001111", None)
    assert (reach.email, reach.email_quiet) == ("wu@example.org", QuietHours(time(12), time(14)))
