"""Adding people, giving posts, moving units: who may, how far, and never for oneself."""

from datetime import date, timedelta
from typing import Any

import pytest
from tests.module.identity.conftest import SYSTEM, Company

from dianke.application.administration import conflicts, people, posts, units
from dianke.application.administration.posts import UnknownRight
from dianke.application.administration.reach import (
    OwnRightsComeFromAnother,
    PersonHoldsMore,
    PersonOutOfReach,
    WholeUtilityWanted,
    today,
)
from dianke.kernel.clock import SystemClock
from dianke.kernel.errors import DomainError
from dianke.platform.audit.use_case import PermissionRefused
from dianke.platform.identity import operations as identity
from dianke.platform.identity.models import Deputyship, Post, PostAssignment, Staff
from dianke.platform.identity.operations import UnableToAddStaff, UnableToAssignPost, UnfitPhone
from dianke.platform.identity.types import Department
from dianke.platform.org import operations as org
from dianke.platform.org.models import Unit
from dianke.platform.org.operations import UnableToAddUnit, UnableToMoveUnit
from dianke.platform.org.reach import UnitOutOfReach
from dianke.platform.org.types import UnitKind


def list_posts_of(person: Staff) -> list[str]:
    held = PostAssignment.objects.for_actor(SYSTEM).filter(staff=person, period__contains=today())
    return sorted(held.values_list("post__code", flat=True))


@pytest.fixture
def office(company: Company) -> Company:
    """Return the company with an administrator for all, one for the east, and clerks at both branches."""
    company.add("admin", "ADMINISTRATOR")
    company.add("admin-east", "ADMINISTRATOR", company.east)
    company.add("li", "COUNTER_CLERK", company.east)
    company.add("wang", "COUNTER_CLERK", company.west)
    return company


class TestPeople:
    def test_new_person_gets_a_first_password_that_must_be_changed(self, office: Company) -> None:
        given = people.add_person(actor=office.actor("admin-east"), login="neu", name="新人", unit_code="E")

        person = Staff.objects.for_actor(SYSTEM).get(login="neu")
        assert person.check_password(given.password)
        assert (person.must_change_password, person.unit_id) == (True, office.east.pk)
        assert list_posts_of(person) == []

    def test_login_is_given_once(self, office: Company) -> None:
        with pytest.raises(UnableToAddStaff):
            people.add_person(actor=office.actor("admin"), login="li", name="李二", unit_code="E")

        assert Staff.objects.for_actor(SYSTEM).filter(login="li").get().name == "li的名字"

    @pytest.mark.parametrize("unit", ["W", "0", "nowhere"])
    def test_nobody_is_added_beyond_the_administrators_units(self, office: Company, unit: str) -> None:
        with pytest.raises(UnitOutOfReach):
            people.add_person(actor=office.actor("admin-east"), login="neu", name="新人", unit_code=unit)

        assert not Staff.objects.for_actor(SYSTEM).filter(login="neu").exists()

    def test_the_phone_of_a_desk_is_changed_with_the_person_and_left_alone_without(self, office: Company) -> None:
        actor = office.actor("admin")
        given = {"login": "li", "name": "李二", "unit_code": "E"}

        people.change_person(actor=actor, **given, office_phone=" 027-8800 0101 ")
        people.change_person(actor=actor, **given)
        with pytest.raises(UnfitPhone):
            people.change_person(actor=actor, **given, office_phone="not a number")

        assert Staff.objects.for_actor(SYSTEM).get(login="li").office_phone == "027-8800 0101"

    def test_person_of_a_sibling_is_out_of_reach(self, office: Company) -> None:
        with pytest.raises(PersonOutOfReach):
            people.reset_password(actor=office.actor("admin-east"), login="wang", at=SystemClock().now())

    def test_person_who_holds_more_is_not_taken_over(self, office: Company) -> None:
        chief = office.add("chief", None, office.east)
        identity.assign_post(staff=chief, post=office.posts["BILL_SUPERVISOR"], unit=office.root, start=today())
        before = chief.password

        with pytest.raises(PersonHoldsMore):
            people.reset_password(actor=office.actor("admin-east"), login="chief", at=SystemClock().now())

        chief.refresh_from_db()
        assert chief.password == before

    def test_closed_person_can_come_back(self, office: Company) -> None:
        actor = office.actor("admin")

        people.deactivate_person(actor=actor, login="li", reason="调离", at=SystemClock().now())
        closed = Staff.objects.for_actor(SYSTEM).get(login="li").active
        people.reactivate_person(actor=actor, login="li", reason="调回")

        assert closed is False
        assert Staff.objects.for_actor(SYSTEM).get(login="li").active is True

    def test_administrator_does_not_close_themselves(self, office: Company) -> None:
        with pytest.raises(OwnRightsComeFromAnother):
            people.deactivate_person(actor=office.actor("admin"), login="admin", reason="误", at=SystemClock().now())


class TestPosts:
    def test_template_is_loaded_once_and_leaves_what_was_changed(self, office: Company) -> None:
        clerk = office.posts["COUNTER_CLERK"]
        Post.objects.for_actor(SYSTEM).filter(code="DISPATCHER").delete()
        identity.define_post(code="COUNTER_CLERK", name="柜台", rights=["archive.view"])

        added = posts.load_template(actor=office.actor("admin"))

        clerk.refresh_from_db()
        assert added == 1
        assert (clerk.name, clerk.rights) == ("柜台", ["archive.view"])

    def test_post_counts_at_the_unit_and_below(self, office: Company) -> None:
        posts.assign_post(
            actor=office.actor("admin"), login="li", post_code="METER_READER", unit_code="W", start=date(2026, 1, 1)
        )

        actor = office.actor("li")

        assert actor.list_unit_paths("readings.record") == (office.west.path,)
        assert actor.list_unit_paths("archive.enter") == (office.east.path,)

    def test_rights_of_one_post_do_not_reach_the_units_of_another(self, office: Company) -> None:
        identity.assign_post(
            staff=office.people["li"], post=office.posts["METER_READER"], unit=office.west, start=date(2026, 1, 1)
        )
        actor = office.actor("li")

        entering = actor.within("archive.enter")

        seen = Staff.objects.for_actor(entering).values_list("login", flat=True)
        assert "wang" in Staff.objects.for_actor(actor).values_list("login", flat=True)
        assert "wang" not in seen

    def test_nobody_gives_themselves_a_post(self, office: Company) -> None:
        with pytest.raises(OwnRightsComeFromAnother):
            posts.assign_post(
                actor=office.actor("admin"), login="admin", post_code="BILL_SUPERVISOR", unit_code="0", start=today()
            )

        assert list_posts_of(office.people["admin"]) == ["ADMINISTRATOR"]

    def test_nobody_widens_a_post_they_hold(self, office: Company) -> None:
        with pytest.raises(OwnRightsComeFromAnother):
            posts.change_post(
                actor=office.actor("admin"),
                code="ADMINISTRATOR",
                name="系统管理员",
                name_en="",
                department=Department.ADMINISTRATION,
                rights=["staff.manage", "billing.issue"],
            )

        assert "billing.issue" not in Post.objects.for_actor(SYSTEM).get(code="ADMINISTRATOR").rights

    def test_branch_does_not_change_what_a_post_means_for_all(self, office: Company) -> None:
        with pytest.raises(WholeUtilityWanted):
            posts.change_post(
                actor=office.actor("admin-east"),
                code="COUNTER_CLERK",
                name="柜台",
                name_en="",
                department=Department.COUNTER,
                rights=["archive.view"],
            )

    def test_unknown_right_is_refused(self, office: Company) -> None:
        with pytest.raises(UnknownRight):
            posts.add_post(
                actor=office.actor("admin"),
                code="X1",
                name="x",
                name_en="",
                department=Department.AUDIT,
                rights=["billing.everything"],
            )

        assert not Post.objects.for_actor(SYSTEM).filter(code="X1").exists()

    def test_same_post_is_not_held_twice_at_a_time(self, office: Company) -> None:
        with pytest.raises(UnableToAssignPost) as refusal:
            posts.assign_post(
                actor=office.actor("admin"), login="li", post_code="COUNTER_CLERK", unit_code="E", start=today()
            )

        assert refusal.value.facts["reason"] == "they hold it there already"

    def test_ended_post_gives_no_right_from_that_day_on(self, office: Company) -> None:
        assignment = PostAssignment.objects.for_actor(SYSTEM).get(staff=office.people["li"])

        posts.end_assignment(actor=office.actor("admin-east"), assignment_id=assignment.pk)

        assert office.actor("li", on=today()).grants == frozenset()
        assert office.actor("li", on=today() - timedelta(days=1)).may("archive.enter")

    def test_post_of_a_sibling_is_not_ended(self, office: Company) -> None:
        assignment = PostAssignment.objects.for_actor(SYSTEM).get(staff=office.people["wang"])

        with pytest.raises(DomainError):
            posts.end_assignment(actor=office.actor("admin-east"), assignment_id=assignment.pk)

        assert list_posts_of(office.people["wang"]) == ["COUNTER_CLERK"]


class TestDeputies:
    def add(self, office: Company, by: str, absent: str, deputy: str) -> Deputyship:
        return posts.add_deputy(
            actor=office.actor(by),
            absent_login=absent,
            deputy_login=deputy,
            start=today(),
            last_date=today(),
            reason="休假",
        )

    def test_administrator_names_one(self, office: Company) -> None:
        self.add(office, "admin", "li", "wang")

        assert office.actor("wang", on=today()).deputises_for == ("li",)

    def test_administrator_does_not_name_themselves(self, office: Company) -> None:
        with pytest.raises(OwnRightsComeFromAnother):
            self.add(office, "admin", "li", "admin")

        assert Deputyship.objects.for_actor(SYSTEM).count() == 0

    def test_person_who_holds_more_is_not_lent_by_a_branch(self, office: Company) -> None:
        chief = office.add("chief", None, office.east)
        identity.assign_post(staff=chief, post=office.posts["BILL_SUPERVISOR"], unit=office.root, start=today())

        with pytest.raises(PersonHoldsMore):
            self.add(office, "admin-east", "chief", "li")

        assert Deputyship.objects.for_actor(SYSTEM).count() == 0


class TestConflicts:
    def test_no_post_of_the_template_joins_a_pair(self, office: Company) -> None:
        assert conflicts.list_post_conflicts(actor=office.actor("admin")) == []

    def test_nobody_holds_too_much_at_first(self, office: Company) -> None:
        assert conflicts.list_person_conflicts(actor=office.actor("admin")) == []

    def test_lists_a_post_that_joins_a_pair(self, office: Company) -> None:
        identity.define_post(code="ALL", name="全", rights=["billing.run", "billing.issue", "archive.view"])

        (found,) = conflicts.list_post_conflicts(actor=office.actor("admin"))

        assert (found.post.code, found.pairs) == ("ALL", (("billing.run", "billing.issue"),))

    @pytest.mark.parametrize(("unit", "found"), [("east", 1), ("root", 1), ("west", 0)])
    def test_lists_a_person_whose_two_posts_meet_at_a_unit(self, office: Company, unit: str, found: int) -> None:
        identity.assign_post(
            staff=office.people["li"],
            post=office.posts["ARCHIVE_KEEPER"],
            unit=getattr(office, unit),
            start=date(2025, 1, 1),
        )

        listed = conflicts.list_person_conflicts(actor=office.actor("admin"))

        assert [(one.person.login, one.first.right, one.second.right) for one in listed] == [
            ("li", "archive.change_key_data", "archive.approve_key_data")
        ] * found

    def test_lists_what_a_deputy_holds_together(self, office: Company) -> None:
        keeper = office.add("keeper", "ARCHIVE_KEEPER", office.east)
        identity.add_deputy(absent=keeper, deputy=office.people["li"], start=today(), last_date=today(), reason="休假")

        (found,) = conflicts.list_person_conflicts(actor=office.actor("admin"))

        assert (found.person.login, found.second.lender) == ("li", keeper)

    def test_shows_a_branch_only_its_own_people(self, office: Company) -> None:
        identity.assign_post(
            staff=office.people["wang"], post=office.posts["ARCHIVE_KEEPER"], unit=office.west, start=date(2025, 1, 1)
        )

        assert conflicts.list_person_conflicts(actor=office.actor("admin-east")) == []

    def test_asks_for_the_right(self, office: Company) -> None:
        with pytest.raises(PermissionRefused):
            conflicts.list_person_conflicts(actor=office.actor("li"))


class TestUnits:
    def test_second_company_is_refused(self, office: Company) -> None:
        with pytest.raises(UnableToAddUnit) as refusal:
            org.add_unit(code="2", name="另一公司", kind=UnitKind.UTILITY, parent=None)

        assert refusal.value.facts["reason"] == "the company exists already"
        assert Unit.objects.for_actor(SYSTEM).filter(parent=None).count() == 1

    @pytest.mark.parametrize(
        ("kind", "code", "reason"),
        [
            (UnitKind.UTILITY, "2", "only the company stands at the top"),
            (UnitKind.STATION, "W", "the code is taken"),
        ],
    )
    def test_company_below_and_taken_code_are_refused(
        self, office: Company, kind: UnitKind, code: str, reason: str
    ) -> None:
        with pytest.raises(UnableToAddUnit) as refusal:
            org.add_unit(code=code, name="名", kind=kind, parent=office.east)

        assert refusal.value.facts["reason"] == reason

    def test_move_takes_everything_below_along(self, office: Company) -> None:
        actor = office.actor("admin")
        station = units.add_unit(actor=actor, code="E1", name="一所", kind=UnitKind.STATION, parent_code="E")
        team = units.add_unit(actor=actor, code="E11", name="一班", kind=UnitKind.DEPARTMENT, parent_code="E1")

        moved = units.move_unit(actor=actor, code="E1", parent_code="W", reason="区划调整")

        station.refresh_from_db()
        team.refresh_from_db()
        assert moved == 2
        assert (station.parent_id, station.path) == (office.west.pk, f"{office.west.path}{station.pk}/")
        assert team.path == f"{station.path}{team.pk}/"
        office.east.refresh_from_db()
        assert office.east.path == f"{office.root.path}{office.east.pk}/"

    def test_move_carries_who_reaches_it(self, office: Company) -> None:
        actor = office.actor("admin")
        station = units.add_unit(actor=actor, code="E1", name="一所", kind=UnitKind.STATION, parent_code="E")

        units.move_unit(actor=actor, code="E1", parent_code="W", reason="区划调整")

        station.refresh_from_db()
        assert office.actor("wang").may("archive.enter", station.path)
        assert not office.actor("li").may("archive.enter", station.path)

    @pytest.mark.parametrize(
        ("unit", "parent", "reason"),
        [
            ("E", "E1", "a unit cannot stand below itself"),
            ("E", "E", "a unit cannot stand below itself"),
            ("E1", "E", "it stands there already"),
            ("0", "E", "the company stands at the top"),
        ],
    )
    def test_move_that_makes_no_tree_is_refused(self, office: Company, unit: str, parent: str, reason: str) -> None:
        actor = office.actor("admin")
        units.add_unit(actor=actor, code="E1", name="一所", kind=UnitKind.STATION, parent_code="E")
        before = list(Unit.objects.for_actor(SYSTEM).order_by("id").values_list("path", flat=True))

        with pytest.raises(UnableToMoveUnit) as refusal:
            units.move_unit(actor=actor, code=unit, parent_code=parent, reason="区划调整")

        assert refusal.value.facts["reason"] == reason
        assert list(Unit.objects.for_actor(SYSTEM).order_by("id").values_list("path", flat=True)) == before

    def test_branch_renames_its_own_and_moves_nothing(self, office: Company) -> None:
        actor = office.actor("admin-east")

        units.rename_unit(actor=actor, code="E", name="城东新名")
        attempts: list[Any] = [
            (UnitOutOfReach, lambda: units.rename_unit(actor=actor, code="W", name="夺名")),
            (WholeUtilityWanted, lambda: units.move_unit(actor=actor, code="E", parent_code="W", reason="")),
        ]

        for refusal, attempt in attempts:
            with pytest.raises(refusal):
                attempt()
        names = dict(Unit.objects.for_actor(SYSTEM).values_list("code", "name"))
        assert (names["E"], names["W"]) == ("城东新名", "城西分公司")
