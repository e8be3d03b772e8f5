"""Changes are found by thing, person and time, within the units of who looks, with the fields before and after."""

from datetime import timedelta

import pytest
from tests.factories import archive as factory
from tests.factories.archive import Archive
from tests.module.trail.conftest import add_person

from dianke.application.trail.look_up import ChangeKind, NoSuchChange, get_change, list_changes
from dianke.domain.audits.models import QualityFinding
from dianke.domain.customers.models import Customer, CustomerAccount
from dianke.interfaces.web.trail import words
from dianke.kernel.clock import SystemClock
from dianke.platform.audit.models import UseCaseRecord
from dianke.platform.audit.use_case import PermissionRefused, use_case
from dianke.platform.identity.types import Actor, Grant
from dianke.platform.org.models import Unit

pytestmark = pytest.mark.django_db

SYSTEM = Actor.system("testing the search of the trail")
IDENTITY = "110101199003074610"


@use_case(right="archive.edit")
def change_customer(*, actor: Actor, number: str, name: str, identity_number: str = "", reason: str = "") -> None:
    """Change a customer."""
    customer = Customer.objects.for_actor(actor).get(number=number)
    customer.name = name
    customer.identity_number = identity_number
    customer.save()


@use_case(right="archive.edit")
def move_account(*, actor: Actor, account: CustomerAccount, unit: Unit) -> None:
    """Give an account to another station."""
    account.unit = unit
    account.save(update_fields=["unit"])


@pytest.fixture
def viewer(archive: Archive) -> Actor:
    return add_person(archive.root, "viewer", "trail.view")


@pytest.fixture
def editor(archive: Archive) -> Actor:
    return add_person(archive.root, "editor", "archive.edit")


@pytest.fixture
def account(archive: Archive) -> CustomerAccount:
    return factory.add_account(archive, name="王晓明")


def add_finding(archive: Archive) -> QualityFinding:
    now = SystemClock().now()
    found: QualityFinding = QualityFinding.objects.create(
        unit=archive.root,
        rule="customer_without_phone",
        severity="MEDIUM",
        subject_label="customers.customer",
        subject_key=1,
        subject_number="C420000001",
        first_seen_at=now,
        last_seen_at=now,
        due_date=now.date(),
    )
    return found


def test_a_change_that_its_table_names_a_decision_is_told_as_a_change(
    viewer: Actor, editor: Actor, archive: Archive
) -> None:
    finding = add_finding(archive)

    finding.state, finding.taken_by = "TAKEN", editor.login
    finding.save()

    latest = list_changes(actor=viewer, model_label="audits.QualityFinding", key=finding.pk).changes[0]
    assert (latest.kind, latest.title) == (ChangeKind.UPDATE, "C420000001")


def test_a_thing_shows_its_changes_latest_first(viewer: Actor, editor: Actor, account: CustomerAccount) -> None:
    change_customer(actor=editor, number=account.customer.number, name="王小明", reason="证件核对")

    page = list_changes(actor=viewer, model_label="customers.Customer", key=account.customer_id)

    latest, first = page.changes
    assert (latest.kind, first.kind) == (ChangeKind.UPDATE, ChangeKind.INSERT)
    assert [(one.name, one.before, one.after) for one in latest.fields] == [("name", "王晓明", "王小明")]
    assert (latest.login, latest.name, latest.address, latest.reason) == (
        "editor",
        "editor 同志",
        "10.0.0.7",
        "证件核对",
    )
    assert latest.use_case.endswith("change_customer")
    assert ("name", "", "王晓明") in [(one.name, one.before, one.after) for one in first.fields]
    assert page.next_after is None


def test_personal_data_is_masked_for_everybody(viewer: Actor, editor: Actor, account: CustomerAccount) -> None:
    change_customer(actor=editor, number=account.customer.number, name="王晓明", identity_number=IDENTITY)

    (latest, _) = list_changes(actor=viewer, model_label="customers.customer", key=account.customer_id).changes

    assert [(one.name, one.after, one.is_personal) for one in latest.fields] == [
        ("identity_number", "1101**********4610", True)
    ]
    assert IDENTITY not in repr(latest)
    assert IDENTITY not in repr(list(UseCaseRecord.objects.for_actor(SYSTEM).values()))


def test_a_key_is_shown_as_the_name_of_what_it_points_to(
    viewer: Actor, editor: Actor, archive: Archive, account: CustomerAccount
) -> None:
    move_account(actor=editor, account=account, unit=archive.west)

    latest = list_changes(actor=viewer, model_label="customers.customeraccount", key=account.pk).changes[0]

    assert [(one.name, one.before, one.after) for one in latest.fields] == [
        ("unit", "GSE 城东供电所", "GSW 城西供电所")
    ]


def test_a_person_shows_what_they_changed(viewer: Actor, editor: Actor, account: CustomerAccount) -> None:
    change_customer(actor=editor, number=account.customer.number, name="甲")
    change_customer(actor=editor, number=account.customer.number, name="乙")

    page = list_changes(actor=viewer, login="editor")
    nobody = list_changes(actor=viewer, login="viewer")

    assert [change.fields[0].after for change in page.changes] == ["乙", "甲"]
    assert nobody.changes == ()


def test_pages_follow_each_other_without_a_gap(viewer: Actor, editor: Actor, archive: Archive) -> None:
    for number in range(7):
        change_customer(actor=editor, number=factory.add_account(archive).customer.number, name=f"新名 {number}")
    whole = [change.event_id for change in list_changes(actor=viewer, limit=500).changes]

    seen: list[int] = []
    after = None
    for _ in range(100):
        page = list_changes(actor=viewer, limit=3, after=after)
        seen += [change.event_id for change in page.changes]
        after = page.next_after
        if after is None:
            break

    assert seen == whole
    assert len(whole) > 21


def test_pages_of_a_person_follow_each_other_without_a_gap(viewer: Actor, editor: Actor, archive: Archive) -> None:
    accounts = [factory.add_account(archive) for _ in range(7)]
    for number, account in enumerate(accounts):
        change_customer(actor=editor, number=account.customer.number, name=f"新名 {number}")

    first = list_changes(actor=viewer, login="editor", limit=4)
    second = list_changes(actor=viewer, login="editor", limit=4, after=first.next_after)

    names = [change.fields[0].after for change in (*first.changes, *second.changes)]
    assert names == [f"新名 {number}" for number in reversed(range(7))]
    assert second.next_after is None


def test_a_time_before_everything_shows_nothing(viewer: Actor, account: CustomerAccount) -> None:
    now = SystemClock().now()

    earlier = list_changes(actor=viewer, end=now - timedelta(days=1))
    today = list_changes(actor=viewer, start=now - timedelta(days=1))

    assert earlier.changes == ()
    assert today.changes != ()


def test_changes_that_no_use_case_made_are_told_apart(viewer: Actor, editor: Actor, account: CustomerAccount) -> None:
    change_customer(actor=editor, number=account.customer.number, name="甲")

    stray = list_changes(actor=viewer, is_stray=True, labels=["customers.customer"])

    assert [(change.kind, change.login) for change in stray.changes] == [(ChangeKind.INSERT, "")]


def test_another_station_sees_none_of_it(archive: Archive, account: CustomerAccount) -> None:
    stranger = add_person(archive.west, "stranger", "trail.view")

    page = list_changes(actor=stranger, model_label="customers.customer", key=account.customer_id)
    everything = list_changes(actor=stranger, labels=["customers.customer", "customers.customeraccount"])

    assert (page.changes, everything.changes) == ((), ())


def test_one_change_of_another_station_is_not_opened(viewer: Actor, archive: Archive, account: CustomerAccount) -> None:
    stranger = add_person(archive.west, "stranger", "trail.view")
    (change,) = list_changes(actor=viewer, model_label="customers.customer", key=account.customer_id).changes

    with pytest.raises(NoSuchChange):
        get_change(actor=stranger, model_label="customers.customer", event_id=change.event_id)

    assert get_change(actor=viewer, model_label="customers.customer", event_id=change.event_id) == change


def test_who_sees_a_customer_sees_its_changes_but_not_the_trail(archive: Archive, account: CustomerAccount) -> None:
    clerk = Actor(login="li", name="李", grants=frozenset({Grant("archive.view", archive.east.path)}))

    page = list_changes(actor=clerk, model_label="customers.customer", key=account.customer_id)

    assert len(page.changes) == 1
    with pytest.raises(PermissionRefused):
        list_changes(actor=clerk)


def test_a_record_names_where_the_actor_works(editor: Actor, archive: Archive, account: CustomerAccount) -> None:
    change_customer(actor=editor, number=account.customer.number, name="甲")

    record = UseCaseRecord.objects.for_actor(SYSTEM).get()

    assert (record.actor_unit_path, record.deputy_for) == (archive.root.path, "")


def test_a_row_that_was_removed_leaves_its_last_state(viewer: Actor, account: CustomerAccount) -> None:
    key = account.pk
    CustomerAccount.objects.for_actor(SYSTEM).filter(pk=key).delete()

    latest = list_changes(actor=viewer, model_label="customers.customeraccount", key=key).changes[0]

    assert latest.kind is ChangeKind.DELETE
    assert ("number", account.number, "") in [(one.name, one.before, one.after) for one in latest.fields]


def test_people_in_fields_are_told_by_name_and_login(viewer: Actor, editor: Actor, archive: Archive) -> None:
    finding = add_finding(archive)
    finding.state, finding.taken_by = "TAKEN", editor.login
    finding.save()
    changes = list_changes(actor=viewer, model_label="audits.QualityFinding", key=finding.pk).changes
    (change,) = [one for one in changes if one.kind is ChangeKind.UPDATE]

    lines = [(str(line.label), line.before, line.after) for line in words.write_lines(change)]

    assert ("领取人", "", "editor 同志 editor") in lines
