"""Customers, accounts and places enter the archive of one's own units only."""

from datetime import date
from decimal import Decimal

import pytest
from tests.factories import archive as factory
from tests.factories.archive import Archive

from dianke.application.archive import add_customer as add_customer_use_case
from dianke.domain.customers import operations
from dianke.domain.customers.models import Customer, CustomerAccount, ServiceLocation
from dianke.domain.customers.types import CustomerKind, NewCustomer, UsageClass
from dianke.platform.audit.models import UseCaseRecord
from dianke.platform.audit.use_case import PermissionRefused
from dianke.platform.org.reach import UnitOutOfReach

pytestmark = pytest.mark.django_db

DAY = date(2025, 6, 1)


@pytest.fixture
def archive() -> Archive:
    return factory.build_archive()


def new_customer(unit_id: int, number: str) -> NewCustomer:
    return NewCustomer(unit_id=unit_id, number=number, name="王晓明", kind=CustomerKind.PERSON, since_date=DAY)


class TestAddCustomers:
    def test_stores_the_name_with_its_pinyin(self, archive: Archive) -> None:
        customer = operations.add_customer(
            actor=archive.actor,
            unit=archive.east,
            number="K1",
            name="单永强",
            kind=CustomerKind.PERSON,
            since_date=DAY,
        )

        customer.refresh_from_db()
        assert (customer.name, customer.name_initials, customer.name_pinyin) == (
            "单永强",
            "syq",
            "shanyongqiang",
        )

    def test_refuses_a_unit_beyond_the_actors_own_and_stores_nothing(self, archive: Archive) -> None:
        clerk = factory.actor_of(archive.west, "archive.edit")
        new = [new_customer(archive.west.pk, "K1"), new_customer(archive.east.pk, "K2")]

        with pytest.raises(UnitOutOfReach):
            operations.add_customers(actor=clerk, customers=new)

        assert Customer.objects.for_actor(archive.actor).count() == 0

    def test_refuses_a_number_that_another_unit_has_taken(self, archive: Archive) -> None:
        operations.add_customers(actor=archive.actor, customers=[new_customer(archive.east.pk, "K1")])
        clerk = factory.actor_of(archive.west, "archive.edit")

        with pytest.raises(operations.UnableToAddCustomer) as refusal:
            operations.add_customers(actor=clerk, customers=[new_customer(archive.west.pk, "K1")])

        assert refusal.value.field == "number"
        assert Customer.objects.for_actor(clerk).count() == 0

    def test_takes_sql_and_html_as_plain_text(self, archive: Archive) -> None:
        name = "'); drop table customers_customer; -- <script>alert(1)</script>"

        customer = operations.add_customer(
            actor=archive.actor,
            unit=archive.east,
            number="K1",
            name=name,
            kind=CustomerKind.COMPANY,
            since_date=DAY,
        )

        assert Customer.objects.for_actor(archive.actor).get(pk=customer.pk).name == name


class TestAddAccount:
    def test_takes_the_unit_of_its_customer(self, archive: Archive) -> None:
        account = factory.add_account(archive, unit=archive.west)

        assert account.unit == archive.west

    def test_refuses_a_customer_beyond_the_actors_units(self, archive: Archive) -> None:
        customer = factory.add_account(archive, unit=archive.east).customer
        clerk = factory.actor_of(archive.west, "archive.edit")

        with pytest.raises(operations.UnableToAddAccount) as refusal:
            operations.add_account(
                actor=clerk,
                customer=customer,
                unit=archive.west,
                number="1000000099",
                usage_class=UsageClass.RESIDENTIAL,
                opened_date=DAY,
            )

        assert refusal.value.field == "customer"
        assert CustomerAccount.objects.for_actor(archive.actor).count() == 1

    def test_refuses_to_close_before_it_opens(self, archive: Archive) -> None:
        customer = factory.add_account(archive).customer

        with pytest.raises(operations.UnableToAddAccount) as refusal:
            operations.add_account(
                actor=archive.actor,
                customer=customer,
                number="1000000099",
                usage_class=UsageClass.RESIDENTIAL,
                opened_date=DAY,
                closed_date=date(2025, 5, 31),
            )

        assert refusal.value.field == "closed_date"


class TestAddLocation:
    def test_refuses_a_longitude_alone(self, archive: Archive) -> None:
        with pytest.raises(operations.UnableToAddLocation):
            operations.add_location(
                actor=archive.actor, unit=archive.east, code="L1", address="建设路", longitude=Decimal("114.3")
            )

        assert ServiceLocation.objects.for_actor(archive.actor).count() == 0


class TestAddCustomerUseCase:
    def test_leaves_one_record_of_who_did_it(self, archive: Archive) -> None:
        clerk = factory.actor_of(archive.east, "archive.edit")

        add_customer_use_case(
            actor=clerk, unit=archive.east, number="K1", name="王晓明", kind=CustomerKind.PERSON, since_date=DAY
        )

        record = UseCaseRecord.objects.for_actor(archive.actor).get()
        assert (record.actor_login, record.right, record.facts["number"]) == ("at-GSE", "archive.edit", "K1")

    def test_refuses_the_unit_where_the_actor_holds_other_rights_only(self, archive: Archive) -> None:
        grants = factory.actor_of(archive.west, "archive.edit").grants
        clerk = factory.actor_of(archive.east, "billing.view")
        both = type(clerk)(login="both", name="both", grants=grants | clerk.grants)

        with pytest.raises(UnitOutOfReach):
            add_customer_use_case(
                actor=both,
                unit=archive.east,
                number="K1",
                name="王晓明",
                kind=CustomerKind.PERSON,
                since_date=DAY,
            )

        assert Customer.objects.for_actor(archive.actor).count() == 0

    def test_refuses_somebody_without_the_right(self, archive: Archive) -> None:
        viewer = factory.actor_of(archive.east, "archive.view")

        with pytest.raises(PermissionRefused):
            add_customer_use_case(
                actor=viewer,
                unit=archive.east,
                number="K1",
                name="王晓明",
                kind=CustomerKind.PERSON,
                since_date=DAY,
            )
