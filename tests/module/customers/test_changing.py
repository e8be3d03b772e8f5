"""Key data changes by two persons; two customers become one and two again."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db.models import ForeignKey
from tests.factories import archive as factory
from tests.factories.archive import Archive, actor_of, build_archive, found_customers

from dianke.application.archive import belongings, documents, key_changes, merging
from dianke.application.archive.documents import Upload
from dianke.domain.customers import operations, queries
from dianke.domain.customers.models import (
    BankAccount,
    Contact,
    Customer,
    CustomerDocument,
    CustomerMerge,
    KeyChange,
    SpecialMark,
)
from dianke.domain.customers.operations.key_data import read_key_value
from dianke.domain.customers.operations.merging import MOVED
from dianke.domain.customers.types import (
    ConsentChannel,
    ConsentPurpose,
    ContactRole,
    DocumentKind,
    KeyField,
    MarkKind,
    NewContact,
    NewMark,
)
from dianke.kernel.clock import SHANGHAI
from dianke.kernel.errors import DomainError
from dianke.platform.identity.separation import SamePerson

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=SHANGHAI)
PDF = b"%PDF-1.4 a paper"
BANK = {"bank_name": "云泽农商行", "bank_code": "", "holder": "王晓明", "number": "6222000000000001"}


@pytest.fixture
def archive() -> Archive:
    return build_archive()


@pytest.fixture(autouse=True)
def _data_directory(settings: Any, tmp_path: Any) -> None:
    settings.DATA_DIR = tmp_path


def ask(archive: Archive, customer: Customer, field: KeyField, value: dict[str, str], account: Any = None) -> KeyChange:
    clerk = actor_of(archive.east, "archive.change_key_data")
    return key_changes.ask_key_change(
        actor=clerk, customer=customer, account=account, field=field, value=value, reason="身份证更正", at=NOW
    )


def approve(archive: Archive, change: KeyChange, at: datetime = NOW) -> KeyChange:
    approver = actor_of(archive.root, "archive.approve_key_data")
    return key_changes.approve_key_change(actor=approver, change=change, at=at)


def add_contact(archive: Archive, customer: Customer) -> Contact:
    new = NewContact(
        customer_id=customer.pk, name="李", role=ContactRole.AGENT, start_date=NOW.date(), phone="13900004418"
    )
    return operations.add_contacts(actor=archive.actor, contacts=[new])[0]


def add_paper(archive: Archive, customer: Customer) -> CustomerDocument:
    clerk = actor_of(archive.east, "documents.add")
    return documents.add_document(
        actor=clerk, customer=customer, kind=DocumentKind.ID_COPY, upload=Upload("id.pdf", PDF), at=NOW
    )


def test_name_changes_when_another_person_agrees(archive: Archive) -> None:
    customer = factory.add_account(archive, name="王晓明").customer
    change = ask(archive, customer, KeyField.NAME, {"name": "王晓鸣"})
    assert Customer.objects.for_actor(archive.actor).get().name == "王晓明"

    approve(archive, change)

    stored = Customer.objects.for_actor(archive.actor).get()
    assert (stored.name, stored.name_pinyin) == ("王晓鸣", "wangxiaoming")


def test_whoever_asked_cannot_agree(archive: Archive) -> None:
    customer = factory.add_account(archive, name="王晓明").customer
    both = actor_of(archive.east, "archive.change_key_data", "archive.approve_key_data")
    change = key_changes.ask_key_change(
        actor=both, customer=customer, field=KeyField.NAME, value={"name": "王小明"}, reason="更正", at=NOW
    )

    with pytest.raises(SamePerson):
        key_changes.approve_key_change(actor=both, change=change, at=NOW)

    assert Customer.objects.for_actor(archive.actor).get().name == "王晓明"


def test_change_is_refused_when_the_value_changed_meanwhile(archive: Archive) -> None:
    account = factory.add_account(archive)
    change = ask(archive, account.customer, KeyField.HOUSEHOLD_SIZE, {"persons": "6"}, account)
    account.household_size = 4
    account.save(update_fields=["household_size"])

    with pytest.raises(operations.ValueChangedMeanwhile):
        approve(archive, change)

    account.refresh_from_db()
    assert account.household_size == 4


def test_second_change_of_a_field_waits_for_the_first(archive: Archive) -> None:
    customer = factory.add_account(archive).customer
    ask(archive, customer, KeyField.NAME, {"name": "王小明"})

    with pytest.raises(operations.UnableToAskForChange, match="waits for a decision"):
        ask(archive, customer, KeyField.NAME, {"name": "王大明"})

    assert KeyChange.objects.for_actor(archive.actor).count() == 1


def test_decided_change_is_not_decided_again(archive: Archive) -> None:
    customer = factory.add_account(archive).customer
    change = ask(archive, customer, KeyField.NAME, {"name": "王小明"})
    approver = actor_of(archive.root, "archive.approve_key_data")
    key_changes.reject_key_change(actor=approver, change=change, at=NOW, reason="证件不清")

    with pytest.raises(operations.ChangeIsDecided):
        approve(archive, change)

    assert Customer.objects.for_actor(archive.actor).get().name == "王晓明"


def test_only_who_asked_takes_a_change_back(archive: Archive) -> None:
    customer = factory.add_account(archive).customer
    change = ask(archive, customer, KeyField.NAME, {"name": "王小明"})
    stranger = actor_of(archive.root, "archive.change_key_data")

    with pytest.raises(key_changes.NotYourChange):
        key_changes.withdraw_key_change(actor=stranger, change=change, at=NOW)

    change.refresh_from_db()
    assert change.state == "PENDING"


def test_bank_account_ends_on_the_day_another_begins(archive: Archive) -> None:
    account = factory.add_account(archive)
    approve(archive, ask(archive, account.customer, KeyField.BANK_ACCOUNT, BANK, account))
    later = NOW + timedelta(days=10)
    other = {**BANK, "number": "6222000000000002"}
    change = key_changes.ask_key_change(
        actor=actor_of(archive.east, "archive.change_key_data"),
        customer=account.customer,
        account=account,
        field=KeyField.BANK_ACCOUNT,
        value=other,
        reason="换卡",
        at=later,
    )

    approve(archive, change, later)

    rows = BankAccount.objects.for_actor(archive.actor).order_by("period")
    assert [(row.number, row.period.lower, row.period.upper) for row in rows] == [
        ("6222000000000001", date(2026, 3, 2), date(2026, 3, 12)),
        ("6222000000000002", date(2026, 3, 12), None),
    ]


def test_identity_number_is_found_after_its_change(archive: Archive) -> None:
    customer = factory.add_account(archive).customer
    value = {"kind": "ID_CARD", "number": "11010519491231002x"}
    approve(archive, ask(archive, customer, KeyField.IDENTITY, value))

    assert found_customers("11010519491231002X", actor=archive.actor) == [customer]
    stored = Customer.objects.for_actor(archive.actor).get()
    read = read_key_value(field=KeyField.IDENTITY, customer=stored, account=None, on=NOW.date())
    assert read == {"kind": "ID_CARD", "number": "11010519491231002X"}


def merge(archive: Archive, kept: Customer, merged: Customer) -> CustomerMerge:
    actor = actor_of(archive.east, "archive.merge")
    return merging.merge_customers(actor=actor, kept=kept, merged=merged, reason="同一人", at=NOW)


def test_merge_moves_what_hangs_on_the_other(archive: Archive) -> None:
    first, second = factory.add_account(archive), factory.add_account(archive)
    contact, paper = add_contact(archive, second.customer), add_paper(archive, second.customer)

    done = merge(archive, first.customer, second.customer)

    second.refresh_from_db()
    assert second.customer_id == first.customer_id
    assert done.moved == {"accounts": [second.pk], "contacts": [contact.pk], "documents": [paper.pk]}


def test_number_of_a_merged_customer_finds_the_kept_one(archive: Archive) -> None:
    first, second = factory.add_account(archive), factory.add_account(archive)
    merge(archive, first.customer, second.customer)

    by_customer = found_customers(second.customer.number, actor=archive.actor)
    by_account = found_customers(second.number, actor=archive.actor)

    assert by_customer == by_account == [first.customer]
    assert found_customers("王晓明", actor=archive.actor) == [first.customer]


def test_merge_is_taken_back_while_nothing_changed(archive: Archive) -> None:
    first, second = factory.add_account(archive), factory.add_account(archive)
    former = second.customer
    done = merge(archive, first.customer, former)

    merging.undo_merge(actor=actor_of(archive.east, "archive.merge"), merge=done, reason="看错", at=NOW)

    second.refresh_from_db()
    former.refresh_from_db()
    assert (second.customer_id, former.merged_into_id) == (former.pk, None)


def test_merge_stays_once_what_moved_was_touched(archive: Archive) -> None:
    first, second = factory.add_account(archive), factory.add_account(archive)
    done = merge(archive, first.customer, second.customer)
    second.refresh_from_db()
    second.household_size = 5
    second.save(update_fields=["household_size"])

    with pytest.raises(operations.UnableToUndoMerge):
        merging.undo_merge(actor=actor_of(archive.east, "archive.merge"), merge=done, reason="看错", at=NOW)

    second.refresh_from_db()
    assert second.customer_id == first.customer_id


def test_merging_round_in_a_circle_is_refused(archive: Archive) -> None:
    first, second = factory.add_account(archive).customer, factory.add_account(archive).customer
    merge(archive, first, second)

    with pytest.raises(operations.UnableToMerge, match="merged before"):
        merge(archive, second, first)
    with pytest.raises(operations.UnableToMerge, match="same customer"):
        merge(archive, first, first)

    first.refresh_from_db()
    assert first.merged_into_id is None


def test_chain_of_merges_leads_to_the_last(archive: Archive) -> None:
    first, second, third = (factory.add_account(archive).customer for _ in range(3))
    merge(archive, second, third)
    merge(archive, first, second)

    assert found_customers(third.number, actor=archive.actor) == [first]


def test_customers_of_other_identity_numbers_are_not_merged(archive: Archive) -> None:
    first, second = factory.add_account(archive).customer, factory.add_account(archive).customer
    for customer, number in ((first, "AB12345"), (second, "AB12346")):
        approve(archive, ask(archive, customer, KeyField.IDENTITY, {"kind": "PASSPORT", "number": number}))

    with pytest.raises(operations.UnableToMerge, match="identity numbers differ"):
        merge(archive, first, second)

    second.refresh_from_db()
    assert second.merged_into_id is None


def test_every_row_that_hangs_on_a_customer_moves_or_stays_on_purpose() -> None:
    # An appeal tells of the rating of the customer who made it.
    stay = {"keychange", "customermerge", "duplicatesuspicion", "valueappeal"}
    hanging = {
        relation.related_model._meta.model_name
        for relation in Customer._meta.related_objects
        if isinstance(relation.field, ForeignKey) and relation.field.db_constraint
    }

    assert {name for name in hanging if name.startswith("customer") or name in {"contact", "consent"}} >= {"contact"}
    assert hanging - stay == {model._meta.model_name for model, _column in MOVED.values()}


def test_mark_wants_a_proof_and_an_end(archive: Archive) -> None:
    account = factory.add_account(archive)
    clerk = actor_of(archive.east, "archive.enter")
    mark = NewMark(account_id=account.pk, kind=MarkKind.LOW_INCOME, start_date=NOW.date(), end_date=date(2027, 1, 1))

    with pytest.raises(belongings.ProofNeeded):
        belongings.give_mark(actor=clerk, account=account, mark=mark, proof=None, at=NOW)
    belongings.give_mark(actor=clerk, account=account, mark=mark, proof=Upload("proof.pdf", PDF), at=NOW)

    [stored] = SpecialMark.objects.for_actor(archive.actor)
    assert stored.proof.kind == "ENTITLEMENT"


@pytest.mark.parametrize("persons", [0, 4])
def test_many_person_mark_wants_five_persons(archive: Archive, persons: int) -> None:
    account = factory.add_account(archive)
    mark = NewMark(
        account_id=account.pk,
        kind=MarkKind.MANY_PERSONS,
        start_date=NOW.date(),
        end_date=date(2027, 1, 1),
        persons=persons,
    )

    with pytest.raises(operations.UnableToMarkAccount):
        operations.add_marks(actor=archive.actor, marks=[mark])

    assert SpecialMark.objects.for_actor(archive.actor).count() == 0


def test_same_mark_is_not_given_twice_at_a_time(archive: Archive) -> None:
    account = factory.add_account(archive)
    mark = NewMark(account_id=account.pk, kind=MarkKind.MEDICAL, start_date=NOW.date(), end_date=date(2027, 1, 1))
    operations.add_marks(actor=archive.actor, marks=[mark])

    with pytest.raises(operations.UnableToMarkAccount):
        operations.add_marks(actor=archive.actor, marks=[mark])

    assert SpecialMark.objects.for_actor(archive.actor).count() == 1


def test_phone_that_stays_writes_no_change(archive: Archive) -> None:
    contact = add_contact(archive, factory.add_account(archive).customer)
    events = Contact.scoped_events.rel.related_model.objects.for_actor(archive.actor)
    wanted = NewContact(
        customer_id=contact.customer_id,
        name=contact.name,
        role=ContactRole.AGENT,
        start_date=NOW.date(),
        phone="139 0000 4418",
    )

    operations.change_contact(actor=archive.actor, contact=contact, wanted=wanted)

    assert events.filter(pgh_obj_id=contact.pk).count() == 1


def test_consent_stands_until_it_is_withdrawn(archive: Archive) -> None:
    customer = factory.add_account(archive).customer
    clerk = actor_of(archive.east, "protection.record_consent")
    facts: dict[str, Any] = {
        "actor": clerk,
        "customer": customer,
        "purpose": ConsentPurpose.BILL_NOTICE,
        "channel": ConsentChannel.COUNTER,
        "at": NOW,
    }
    consent = belongings.record_consent(**facts)
    with pytest.raises(DomainError):
        belongings.record_consent(**facts)

    belongings.withdraw_consent(actor=clerk, consent=consent, at=NOW + timedelta(days=1))

    assert [one.withdrawn_at for one in queries.list_consents(actor=archive.actor, customer=customer)] == [
        NOW + timedelta(days=1)
    ]
