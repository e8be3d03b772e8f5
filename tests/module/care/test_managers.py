"""Who looks after whom: one at a time, handed over by one person and approved by another, nothing lost."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from tests.factories.archive import Archive, actor_of, add_account, build_archive
from tests.factories.once import built_once, fresh

from dianke.application import care
from dianke.application.administration.people import PersonHoldsCustomers, deactivate_person
from dianke.application.care.calendar import EventKind, list_events
from dianke.application.care.portfolio import read_portfolio
from dianke.domain.customers import operations as customers
from dianke.domain.customers.models import AccountManagement, Customer, ManagerHandOver, Visit
from dianke.domain.customers.operations import UnableToAssignManager, UnableToHandOver, put_value_classes
from dianke.domain.customers.queries.care import VisitUnknown
from dianke.domain.customers.queries.managers import HandOverUnknown, count_held
from dianke.domain.customers.types import (
    CareKind,
    ContactRole,
    NewCareRecord,
    NewContact,
    NewVisit,
    PreferredChannel,
    VisitOutcome,
    VisitPurpose,
)
from dianke.domain.profiles.models import Segment
from dianke.domain.profiles.operations.segments import keep_segment
from dianke.domain.profiles.types import TagPurpose
from dianke.domain.watching.models import WatchEntry
from dianke.domain.watching.types import EntryState, WatchAction, WatchLevel, WatchList
from dianke.kernel.clock import SHANGHAI
from dianke.platform.identity import operations as identity
from dianke.platform.identity.models import Staff
from dianke.platform.identity.separation import SamePerson
from dianke.platform.identity.types import Actor

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 2, 9, tzinfo=SHANGHAI)
TODAY = NOW.date()
SYSTEM = Actor.system("testing")
LOGINS = ("lin", "mo", "su")


@dataclass
class Office:
    """Three managers of the east, two customers there and one in the west."""

    archive: Archive
    people: dict[str, Staff]
    east: list[Customer]
    west: Customer

    @property
    def assigner(self) -> Actor:
        return actor_of(self.archive.root, "care.assign", "care.view")

    @property
    def approver(self) -> Actor:
        return actor_of(self.archive.east, "care.approve", "care.view")

    def worker(self, login: str) -> Actor:
        unit = self.archive.east
        actor = actor_of(unit, "care.work", "care.view")
        return Actor(login=login, name=login, grants=actor.grants, unit_path=unit.path)

    def assign(self, *customers: Customer, login: str = "lin", start: date = TODAY) -> Any:
        return care.assign_managers(
            actor=self.assigner, numbers=[one.number for one in customers], login=login, start=start, reason="", at=NOW
        )

    def propose(self, **takers: str) -> ManagerHandOver:
        return care.propose_hand_over(
            actor=self.assigner, giver="lin", taker="mo", takers=takers, reason="调离", at=NOW
        )

    def plan(self, customer: Customer, login: str = "lin", on: date = TODAY) -> Visit:
        new = NewVisit(customer_id=customer.pk, purpose=VisitPurpose.ROUTINE, planned_date=on)
        return care.plan_visit(actor=self.worker(login), visit=new, visitor=login, at=NOW)


def build() -> Office:
    archive = build_archive()
    post = identity.define_post(code="AM", name="客户经理", rights=["care.work", "care.view"])
    people = {}
    for login in LOGINS:
        staff = identity.add_staff(login=login, name=login, unit=archive.east, password="correct horse battery")
        identity.assign_post(staff=staff, post=post, unit=archive.east, start=date(2025, 1, 1))
        people[login] = staff
    east = [add_account(archive, name=name).customer for name in ("甲厂", "乙厂")]
    return Office(archive, people, east, add_account(archive, name="丙厂", unit=archive.west).customer)


built = built_once(build)


@pytest.fixture
def office(built: Any) -> Office:
    found: Office = fresh(built)
    return found


def list_periods(customer: Customer) -> list[tuple[str, date, date | None]]:
    rows = AccountManagement.objects.for_actor(SYSTEM).filter(customer=customer).order_by("period")
    return [(one.manager.login, one.period.lower, one.period.upper) for one in rows.select_related("manager")]


def add_entry(customer: Customer, *, owner: str, state: EntryState = EntryState.OPEN) -> WatchEntry:
    closed = {} if state is EntryState.OPEN else {"closed_by": owner, "closed_at": NOW, "closing_note": "谈过"}
    entry: WatchEntry = WatchEntry.objects.create(
        unit=customer.unit, customer=customer, list_code=WatchList.LEAVING.value, level=WatchLevel.WATCH.value,
        state=state.value, action=WatchAction.VISIT_TO_KEEP.value, weight=1, reasons=[],
        opened_on=TODAY, last_seen_on=TODAY, due_date=TODAY, owner=owner, **closed,
    )  # fmt: skip
    return entry


def add_segment(office: Office, owner: str) -> Segment:
    return keep_segment(
        segment=None, unit=office.archive.east, name="重点户", condition="kind = COMPANY", purpose=TagPurpose.SERVICE,
        note="", is_shared=False, login=owner, at=NOW,
    )  # fmt: skip


class TestAssigning:
    """Half-open times without gap or overlap."""

    def test_the_next_manager_begins_where_the_last_one_ends(self, office: Office) -> None:
        office.assign(office.east[0], start=date(2026, 1, 1))

        office.assign(office.east[0], login="mo")

        assert list_periods(office.east[0]) == [("lin", date(2026, 1, 1), TODAY), ("mo", TODAY, None)]

    def test_assigning_again_changes_nothing(self, office: Office) -> None:
        office.assign(*office.east)

        again = office.assign(*office.east)

        assert (again.assigned, again.unchanged) == (0, 2)

    def test_the_database_keeps_two_managers_apart(self, office: Office) -> None:
        office.assign(office.east[0])
        second = AccountManagement(
            customer=office.east[0], manager=office.people["mo"], period=DateRange(TODAY, None),
            assigned_by="x", assigned_at=NOW,
        )  # fmt: skip

        with pytest.raises(IntegrityError), transaction.atomic():
            second.save()

        assert len(list_periods(office.east[0])) == 1

    def test_a_person_without_the_post_there_is_refused(self, office: Office) -> None:
        with pytest.raises(UnableToAssignManager, match="does not look after"):
            office.assign(office.east[0], office.west)

        assert list_periods(office.east[0]) == []

    def test_a_preview_tells_what_would_change(self, office: Office) -> None:
        office.assign(office.east[0])

        seen = care.preview_assignment(
            actor=office.assigner, numbers=[office.east[0].number, office.east[1].number, "K0"], login="mo", on=TODAY
        )

        assert [one.pk for one in seen.customers] == [one.pk for one in office.east]
        assert [(one.pk, login) for one, login in seen.taken] == [(office.east[0].pk, "lin")]
        assert (seen.unchanged, seen.unknown) == (0, ("K0",))


class TestHandOver:
    """All in one transaction, by two persons."""

    def fill(self, office: Office) -> tuple[Visit, Visit]:
        office.assign(*office.east, start=date(2026, 1, 1))
        planned = office.plan(office.east[1], on=TODAY + timedelta(days=3))
        visited = office.plan(office.east[0])
        done = VisitOutcome(
            done_at=NOW, outcome="谈了用能", next_step="送方案", next_due_date=TODAY + timedelta(days=7)
        )
        return planned, care.finish_visit(actor=office.worker("lin"), key=visited.pk, done=done, at=NOW)

    def test_everything_moves_when_another_person_approves(self, office: Office) -> None:
        planned, visited = self.fill(office)
        listed = office.propose(**{office.east[1].number: "su"})

        done = care.approve_hand_over(actor=office.approver, key=listed.pk, reason="", at=NOW)

        assert done.moved == {"customers": 2, "visits": 1, "steps": 1, "entries": 0, "segments": 0}
        assert list_periods(office.east[0])[-1] == ("mo", TODAY, None)
        assert list_periods(office.east[1])[-1] == ("su", TODAY, None)
        rows = Visit.objects.for_actor(SYSTEM)
        assert rows.get(pk=planned.pk).visitor.login == "su"
        step = rows.get(pk=visited.pk)
        assert (step.visitor.login, step.next_owner.login if step.next_owner else "") == ("lin", "mo")
        assert count_held(staff=office.people["lin"], on=TODAY).is_nothing

    def test_watch_entries_and_segments_of_who_leaves_move_too(self, office: Office) -> None:
        self.fill(office)
        first, second = (add_entry(one, owner="lin") for one in office.east)
        closed = add_entry(office.west, owner="lin", state=EntryState.DONE)
        segments = [add_segment(office, owner) for owner in ("mo", "lin")]
        listed = office.propose(**{office.east[1].number: "su"})

        done = care.approve_hand_over(actor=office.approver, key=listed.pk, reason="", at=NOW)

        assert (done.moved["entries"], done.moved["segments"]) == (2, 1)
        rows = WatchEntry.objects.for_actor(SYSTEM)
        assert [rows.get(pk=one.pk).owner for one in (first, second, closed)] == ["mo", "su", "lin"]
        owned = Segment.objects.for_actor(SYSTEM).in_bulk([one.pk for one in segments])
        assert [(one.owner, one.name) for one in owned.values()] == [("mo", "重点户"), ("mo", "重点户 2")]

    def test_nothing_moves_where_the_list_no_longer_holds(self, office: Office) -> None:
        self.fill(office)
        entry = add_entry(office.east[0], owner="lin")
        listed = office.propose()
        office.assign(office.east[0], login="su", start=TODAY)

        with pytest.raises(UnableToHandOver):
            care.approve_hand_over(actor=office.approver, key=listed.pk, reason="", at=NOW)

        assert WatchEntry.objects.for_actor(SYSTEM).get(pk=entry.pk).owner == "lin"

    def test_who_proposed_never_approves(self, office: Office) -> None:
        self.fill(office)
        listed = office.propose()
        both = actor_of(office.archive.root, "care.assign", "care.approve")

        with pytest.raises(SamePerson):
            care.approve_hand_over(actor=both, key=listed.pk, reason="", at=NOW)

        assert list_periods(office.east[0]) == [("lin", date(2026, 1, 1), None)]

    def test_a_list_that_is_out_of_date_is_refused(self, office: Office) -> None:
        office.assign(office.east[0])
        listed = office.propose()
        office.assign(office.east[1])

        with pytest.raises(UnableToHandOver, match="changed since"):
            care.approve_hand_over(actor=office.approver, key=listed.pk, reason="", at=NOW)

        assert list_periods(office.east[0]) == [("lin", TODAY, None)]

    def test_taken_back_nothing_has_moved_and_another_list_can_be_made(self, office: Office) -> None:
        office.assign(office.east[0])
        listed = office.propose()

        care.withdraw_hand_over(actor=office.assigner, key=listed.pk, reason="", at=NOW)

        with pytest.raises(UnableToHandOver, match="decided before"):
            care.approve_hand_over(actor=office.approver, key=listed.pk, reason="", at=NOW)
        assert list_periods(office.east[0]) == [("lin", TODAY, None)]
        assert office.propose().pk != listed.pk

    def test_a_list_of_another_unit_is_not_there(self, office: Office) -> None:
        office.assign(office.east[0])
        listed = office.propose()

        with pytest.raises(HandOverUnknown):
            care.approve_hand_over(
                actor=actor_of(office.archive.west, "care.approve"), key=listed.pk, reason="", at=NOW
            )

        assert ManagerHandOver.objects.for_actor(SYSTEM).get(pk=listed.pk).state == "PROPOSED"

    def test_a_person_with_customers_keeps_the_log_in_until_they_are_handed_over(self, office: Office) -> None:
        office.assign(office.east[0])
        admin = actor_of(office.archive.root, "*")

        with pytest.raises(PersonHoldsCustomers):
            deactivate_person(actor=admin, login="lin", reason="离职", at=NOW)
        kept = Staff.objects.for_actor(SYSTEM).get(login="lin").active
        care.approve_hand_over(actor=office.approver, key=office.propose().pk, reason="", at=NOW)
        deactivate_person(actor=admin, login="lin", reason="离职", at=NOW)

        assert kept
        assert not Staff.objects.for_actor(SYSTEM).get(login="lin").active


class TestCalendar:
    """What falls on the days of a manager, and the portfolio."""

    def test_visits_birthdays_and_visits_due_stand_on_their_days(self, office: Office) -> None:
        office.assign(*office.east, start=date(2026, 2, 20))
        put_value_classes(customer_ids=[office.east[0].pk], classes=["VIP"], service_table="")
        office.plan(office.east[1], on=date(2026, 3, 9))
        contact = NewContact(
            customer_id=office.east[1].pk, name="周某", role=ContactRole.OWNER, start_date=TODAY, phone="13900000001",
            birthday=date(1980, 3, 12),
        )  # fmt: skip
        customers.add_contacts(actor=SYSTEM, contacts=[contact])

        events = list_events(
            actor=office.worker("lin"), login="lin", first=date(2026, 3, 1), last=date(2026, 3, 31), today=TODAY
        )

        assert [(one.kind, one.on, one.customer.pk) for one in events] == [
            (EventKind.VISIT, date(2026, 3, 9), office.east[1].pk),
            (EventKind.BIRTHDAY, date(2026, 3, 12), office.east[1].pk),
            (EventKind.VISIT_DUE, date(2026, 3, 22), office.east[0].pk),
        ]

    def test_another_units_visit_is_not_there(self, office: Office) -> None:
        visit = office.plan(office.east[0])
        stranger = actor_of(office.archive.west, "care.work")

        with pytest.raises(VisitUnknown):
            care.cancel_visit(actor=stranger, key=visit.pk, reason="x")

        assert Visit.objects.for_actor(SYSTEM).get(pk=visit.pk).state == "PLANNED"

    def test_a_next_step_without_a_day_is_refused(self, office: Office) -> None:
        visit = office.plan(office.east[0])

        with pytest.raises(customers.UnableToVisit, match="a next step has a day"):
            care.finish_visit(
                actor=office.worker("lin"), key=visit.pk,
                done=VisitOutcome(done_at=NOW, outcome="好", next_step="送方案"), at=NOW,
            )  # fmt: skip

        assert Visit.objects.for_actor(SYSTEM).get(pk=visit.pk).state == "PLANNED"

    def test_the_portfolio_puts_who_is_to_be_visited_first_in_front(self, office: Office) -> None:
        office.assign(*office.east, start=date(2026, 1, 1))
        keys = [one.pk for one in office.east]
        put_value_classes(customer_ids=keys, classes=["MAIN", "VIP"], service_table="")

        found = read_portfolio(actor=office.worker("lin"), login="lin", today=TODAY, sees_money=True)

        assert [(one.customer.pk, one.visit_due) for one in found.rows] == [
            (keys[1], date(2026, 1, 31)), (keys[0], date(2026, 4, 1)),
        ]  # fmt: skip
        assert (found.total, found.overdue_fen, found.changes) == (2, 0, [])

    def test_care_of_a_customer_is_recorded_with_who_gave_it(self, office: Office) -> None:
        given = NewCareRecord(
            customer_id=office.east[0].pk, kind=CareKind.FESTIVAL, channel=PreferredChannel.PHONE, on_date=TODAY,
            note="元宵问候",
        )  # fmt: skip

        made = care.record_care(actor=office.worker("lin"), care=given, at=NOW)

        assert (made.done_by, made.note) == ("lin", "元宵问候")
