"""A customer enters in one act, and nobody enters twice unseen."""

from datetime import datetime
from typing import Any

import pytest
from tests.factories import archive as factory
from tests.factories.archive import Archive, actor_of, build_archive, found_customers

from dianke.application.archive import duplicates, entry
from dianke.application.archive.entry import Entered, Entry, NewPerson, Supply
from dianke.domain.customers import operations, queries
from dianke.domain.customers.models import Customer, CustomerAccount, DuplicateSuspicion
from dianke.domain.customers.types import (
    AddressParts,
    ContactRole,
    CustomerKind,
    DuplicateDecision,
    IdentityKind,
    NewContact,
    UsageClass,
)
from dianke.kernel.clock import SHANGHAI
from dianke.kernel.ids import is_user_number, make_user_number
from dianke.platform.audit.use_case import PermissionRefused

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=SHANGHAI)
CARD = "11010519491231002X"
PHONE = "139 0000 4418"
PLACE = AddressParts(region="云泽市", town="滨湖镇", road="望湖路", house_number="8", building="3", room="502")
LINE = "云泽市滨湖镇望湖路 8 号 3 栋 502 室"


@pytest.fixture
def archive() -> Archive:
    return build_archive()


def make_entry(**changes: Any) -> Entry:
    facts: dict[str, Any] = {
        "name": "王晓明",
        "kind": CustomerKind.PERSON,
        "identity_kind": IdentityKind.ID_CARD,
        "identity_number": CARD,
        "supply": Supply(usage_class=UsageClass.RESIDENTIAL, parts=PLACE, household_size=3, old_number="0712-334"),
        "contact": NewPerson(name="王晓明", phone=PHONE),
    }
    return Entry(**{**facts, **changes})


def enter(archive: Archive, entered: Entry | None = None, reason: str = "") -> Entered:
    clerk = actor_of(archive.east, "archive.enter")
    return entry.enter_customer(actor=clerk, unit=archive.east, entry=entered or make_entry(), at=NOW, reason=reason)


def test_customer_account_place_and_contact_enter_together(archive: Archive) -> None:
    entered = enter(archive)

    assert is_user_number(entered.account.number)
    assert entered.customer.name_initials == "wxm"
    assert entered.location.address == LINE
    assert entered.account.location_id == entered.location.pk
    [contact] = queries.list_contacts(actor=archive.actor, customer=entered.customer, on=NOW.date())
    assert (contact.phone, contact.preferred) == ("13900004418", True)


def test_entry_needs_its_right(archive: Archive) -> None:
    viewer = actor_of(archive.east, "archive.view")

    with pytest.raises(PermissionRefused):
        entry.enter_customer(actor=viewer, unit=archive.east, entry=make_entry(), at=NOW)

    assert Customer.objects.for_actor(archive.actor).count() == 0


def test_identity_number_with_a_slip_is_refused(archive: Archive) -> None:
    with pytest.raises(entry.IdentityNotValid):
        enter(archive, make_entry(identity_number="110105194912310021"))

    assert CustomerAccount.objects.for_actor(archive.actor).count() == 0


def test_same_person_entered_again_is_noticed_by_each_trait(archive: Archive) -> None:
    first = enter(archive).customer

    candidate = duplicates.Candidate(
        name="王晓明", kind=CustomerKind.PERSON, identity_number=CARD, phone="13900004418", address=LINE
    )
    [hit] = duplicates.find_duplicates(actor=archive.actor, candidate=candidate).hits

    assert hit.customer == first
    assert hit.verdict.score == 100
    assert [reason.value for reason in hit.verdict.reasons] == ["IDENTITY", "PHONE", "NAME_SAME", "PLACE_SAME"]


def test_neighbour_of_a_similar_name_is_noticed_by_place(archive: Archive) -> None:
    enter(archive, make_entry(name="欧阳晓明德", identity_number="", contact=NewPerson(name="欧", phone="13900000001")))

    candidate = duplicates.Candidate(name="欧阳晓明", kind=CustomerKind.PERSON, address=LINE)
    [hit] = duplicates.find_duplicates(actor=archive.actor, candidate=candidate).hits

    assert [reason.value for reason in hit.verdict.reasons] == ["NAME_LIKE", "PLACE_SAME"]


def test_company_with_one_wrong_character_is_noticed(archive: Archive) -> None:
    place = AddressParts(region="云泽市", road="工业一路", house_number="6")
    supply = Supply(usage_class=UsageClass.COMMERCIAL_INDUSTRIAL, parts=place)
    contact = NewPerson(name="沈知", phone="02787654321")
    company = make_entry(
        name="云泽东工机械制造有限公司",
        kind=CustomerKind.COMPANY,
        identity_kind=None,
        identity_number="",
        supply=supply,
        contact=contact,
    )
    enter(archive, company)

    candidate = duplicates.Candidate(
        name="云泽东工机诫制造有限公司", kind=CustomerKind.COMPANY, phone="027-87654321", address=""
    )
    [hit] = duplicates.find_duplicates(actor=archive.actor, candidate=candidate).hits

    assert [reason.value for reason in hit.verdict.reasons] == ["PHONE", "NAME_LIKE"]


def test_likeness_of_which_nothing_is_said_stops_the_entry(archive: Archive) -> None:
    enter(archive)

    with pytest.raises(entry.DuplicatesFound) as refusal:
        enter(archive)

    assert refusal.value.facts == {"count": 1}
    assert Customer.objects.for_actor(archive.actor).count() == 1


def test_entering_anyway_wants_a_reason(archive: Archive) -> None:
    first = enter(archive).customer

    with pytest.raises(entry.ReasonNeeded):
        enter(archive, make_entry(decisions={first.pk: DuplicateDecision.ENTERED_ANYWAY}))

    assert Customer.objects.for_actor(archive.actor).count() == 1


def test_likeness_that_is_put_off_waits(archive: Archive) -> None:
    first = enter(archive).customer

    second = enter(archive, make_entry(decisions={first.pk: DuplicateDecision.MERGE_LATER}), "母女同号").customer

    suspicion = DuplicateSuspicion.objects.for_actor(archive.actor).get()
    assert (suspicion.customer_id, suspicion.other_id, suspicion.score) == (second.pk, first.pk, 100)
    assert suspicion.settled_at is None


def test_customer_of_another_unit_is_counted_and_not_shown(archive: Archive) -> None:
    enter(archive)
    clerk_of_west = actor_of(archive.west, "archive.enter")

    found = duplicates.find_duplicates(
        actor=clerk_of_west,
        candidate=duplicates.Candidate(name="王晓明", kind=CustomerKind.PERSON, identity_number=CARD),
    )

    assert (found.hits, found.elsewhere) == ((), 1)


def test_second_account_opens_for_a_customer_who_is_there(archive: Archive) -> None:
    first = enter(archive)
    supply = Supply(usage_class=UsageClass.AGRICULTURAL, parts=AddressParts(road="柳林路", house_number="2"))

    second = entry.open_account(
        actor=actor_of(archive.east, "archive.enter"),
        customer=first.customer,
        unit=archive.east,
        supply=supply,
        at=NOW,
    )

    assert second.account.customer_id == first.customer.pk
    assert second.account.number != first.account.number
    assert second.location.address == "柳林路 2 号"


def test_user_number_that_is_taken_is_passed_over(archive: Archive) -> None:
    taken = operations.draw_user_number()
    holder = factory.add_account(archive)
    CustomerAccount.objects.for_actor(archive.actor).filter(pk=holder.pk).update(
        number=make_user_number(int(taken[:9]) + 1)
    )

    assert operations.draw_user_number()[:9] == str(int(taken[:9]) + 2)


@pytest.mark.parametrize(
    "text", ["0712-3", "0712-334", "13900004418", "139****4418", "+86 139 0000 4418", CARD, CARD.lower(), "王晓", "wxm"]
)
def test_customer_is_found_by_everything_known_of_it(archive: Archive, text: str) -> None:
    entered = enter(archive)
    factory.add_account(archive, name="李向东")

    assert found_customers(text, actor=archive.actor) == [entered.customer]


def test_customer_is_found_by_short_name_and_its_pinyin(archive: Archive) -> None:
    entered = enter(archive, make_entry(short_name="老王家"))
    factory.add_account(archive, name="李向东")

    found = [found_customers(text, actor=archive.actor) for text in ("老", "老王", "老王家", "lwj", "laowang")]

    assert found == [[entered.customer]] * 5


def test_phone_of_another_unit_finds_nobody(archive: Archive) -> None:
    enter(archive)

    assert found_customers("13900004418", actor=actor_of(archive.west, "archive.view")) == []


def test_contact_with_a_short_mobile_number_is_refused(archive: Archive) -> None:
    customer = enter(archive).customer
    wrong = NewContact(
        customer_id=customer.pk, name="李", role=ContactRole.AGENT, start_date=NOW.date(), phone="1390000441"
    )

    with pytest.raises(operations.UnableToSaveContact):
        operations.add_contacts(actor=archive.actor, contacts=[wrong])

    assert len(queries.list_contacts(actor=archive.actor, customer=customer)) == 1
