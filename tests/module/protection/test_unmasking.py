"""A value of personal data is shown whole to whoever has the right, for a reason, and it is written down."""

from datetime import date

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange
from tests.factories import archive as factory
from tests.factories.archive import NOW, Archive

from dianke.application.protection import registry, unmask
from dianke.domain.customers.models import BankAccount, Contact, Customer, CustomerAccount
from dianke.platform.audit.models import UseCaseRecord
from dianke.platform.audit.use_case import PermissionRefused
from dianke.platform.identity.types import Actor
from dianke.platform.protection.models import Unmasking

pytestmark = pytest.mark.django_db

PHONE, IDENTITY, BANK = "13907214418", "420106198803121234", "6222021001112341234"
EVERYTHING = ("protection.unmask_phone", "protection.unmask_identity", "protection.unmask_bank")
NOBODY = Actor.system("looking at what a test left")


@pytest.fixture
def archive() -> Archive:
    return factory.build_archive()


@pytest.fixture
def account(archive: Archive) -> CustomerAccount:
    account = factory.add_account(archive)
    customer = account.customer
    customer.identity_number = IDENTITY
    customer.save()
    since = DateRange(date(2025, 1, 1), None)
    Contact(customer=customer, name="王晓明", role="OWNER", phone=PHONE, email="wang@example.com", period=since).save()
    BankAccount(account=account, bank_name="示例银行", holder="王晓明", number=BANK, period=since).save()
    return account


def see(actor: Actor, reference: str, kind: str, reason: str = "客户来电核对") -> str:
    return unmask.unmask(actor=actor, reference=reference, kind=kind, reason=reason, at=NOW).text


def contact_of(account: CustomerAccount) -> str:
    return f"customers.contact:{Contact.objects.for_actor(NOBODY).get(customer=account.customer).pk}"


class TestUnmasking:
    def test_shows_each_kind_to_its_right(self, archive: Archive, account: CustomerAccount):
        actor = factory.actor_of(archive.east, *EVERYTHING)
        bank = BankAccount.objects.for_actor(NOBODY).get(account=account)

        assert see(actor, contact_of(account), "phone") == PHONE
        assert see(actor, contact_of(account), "email") == "wang@example.com"
        assert see(actor, f"customers.customer:{account.customer_id}", "identity") == IDENTITY
        assert see(actor, f"customers.bankaccount:{bank.pk}", "bank") == BANK

    def test_enters_who_saw_what_and_why_but_not_the_value(self, archive: Archive, account: CustomerAccount):
        actor = factory.actor_of(archive.east, "protection.unmask_phone")

        see(actor, contact_of(account), "phone", reason="  停电通知  未接通 ")

        entry = Unmasking.objects.for_actor(NOBODY).get()
        assert f"{entry.thing_label}:{entry.thing_key}" == contact_of(account)
        assert (entry.kind, entry.actor_login, entry.reason) == ("phone", "at-GSE", "停电通知 未接通")
        assert (entry.customer_number, entry.unit_id) == (account.customer.number, archive.east.pk)
        record = UseCaseRecord.objects.for_actor(NOBODY).get()
        assert (record.use_case, record.reason) == ("protection.unmask.unmask_phone", "停电通知 未接通")
        assert record.facts["reference"] == contact_of(account)
        assert PHONE not in str(record.facts)

    @pytest.mark.parametrize(("kind", "right"), [("phone", EVERYTHING[1]), ("email", EVERYTHING[2])])
    def test_of_another_kind_needs_another_right(
        self, archive: Archive, account: CustomerAccount, kind: str, right: str
    ):
        with pytest.raises(PermissionRefused):
            see(factory.actor_of(archive.east, right), contact_of(account), kind)

        assert not Unmasking.objects.for_actor(NOBODY).exists()

    def test_stops_at_the_units_of_the_right(self, archive: Archive, account: CustomerAccount):
        elsewhere = factory.actor_of(archive.west, *EVERYTHING)

        with pytest.raises(registry.NoSuchValue):
            see(elsewhere, contact_of(account), "phone")

        assert not Unmasking.objects.for_actor(NOBODY).exists()

    @pytest.mark.parametrize("reason", ["", " ", "\n\t", "x"])
    def test_wants_a_reason(self, archive: Archive, account: CustomerAccount, reason: str):
        with pytest.raises(unmask.ReasonMissing):
            see(factory.actor_of(archive.east, *EVERYTHING), contact_of(account), "phone", reason=reason)

        assert not UseCaseRecord.objects.for_actor(NOBODY).exists()

    @pytest.mark.parametrize(
        "reference",
        ["", "customers.contact:0", "customers.contact:999999", "customers.contact:x", "identity.staff:1",
         "customers.customer:1;", "customers.contactevent:1", "customers.contact:99999999999999999999"],
    )  # fmt: skip
    def test_of_nothing_is_refused(self, archive: Archive, account: CustomerAccount, reference: str):
        with pytest.raises(registry.NoSuchValue):
            see(factory.actor_of(archive.east, *EVERYTHING), reference, "phone")

    def test_of_an_empty_value_is_refused(self, archive: Archive):
        empty = factory.add_account(archive).customer

        with pytest.raises(registry.NoSuchValue):
            see(factory.actor_of(archive.east, *EVERYTHING), f"customers.customer:{empty.pk}", "identity")


def test_every_column_of_personal_data_is_in_the_register_of_columns() -> None:
    personal = {(one.label, one.name) for one in registry.list_protected_fields() if one.purpose in registry.KINDS}

    assert {
        ("customers.customer", "identity_number"),
        ("customers.contact", "phone"),
        ("customers.contact", "email"),
        ("customers.bankaccount", "number"),
    } <= personal


def test_no_column_of_personal_data_stands_in_a_table_that_answers_everybody() -> None:
    open_tables = [
        one.label
        for one in registry.list_protected_fields()
        if one.purpose in registry.KINDS and one.model.unit_lookup is None
    ]

    assert open_tables == []


def test_value_is_not_stored_as_it_is(archive: Archive, account: CustomerAccount) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("select identity_number from customers_customer where id = %s", [account.customer_id])
        stored = bytes(cursor.fetchone()[0])

    assert IDENTITY.encode() not in stored
    assert Customer.objects.for_actor(NOBODY).get(pk=account.customer_id).identity_number == IDENTITY
