"""A deputy acts with the posts of the absent person, and the trail says so."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.module.identity.conftest import SYSTEM, TODAY, Company

from dianke.kernel.clock import SystemClock
from dianke.platform.audit.models import UseCaseRecord
from dianke.platform.audit.use_case import use_case
from dianke.platform.identity import operations as identity
from dianke.platform.identity.models import Deputyship
from dianke.platform.identity.operations import UnableToAddDeputy, UnableToEnd
from dianke.platform.identity.separation import SamePerson, require_another_person
from dianke.platform.identity.types import Actor

ON_LEAVE = (date(2026, 2, 2), date(2026, 2, 20))


@use_case(right="billing.issue")
def issue_something(*, actor: Actor) -> None:
    """Do nothing, with a right that two posts of the tests hold."""


@pytest.fixture
def pair(company: Company) -> Company:
    company.add("zhu", "BILL_SUPERVISOR")
    company.add("an", "AUDITOR", company.east)
    identity.add_deputy(
        absent=company.people["zhu"],
        deputy=company.people["an"],
        start=ON_LEAVE[0],
        last_date=ON_LEAVE[1],
        reason="休假",
    )
    return company


@pytest.mark.parametrize(
    ("day", "holds"),
    [(date(2026, 2, 1), False), (ON_LEAVE[0], True), (ON_LEAVE[1], True), (date(2026, 2, 21), False)],
)
def test_holds_the_posts_of_the_absent_person_on_the_days_named(pair: Company, day: date, holds: bool) -> None:
    actor = pair.actor("an", on=day)

    assert actor.may("billing.issue", pair.west.path) is holds
    assert actor.deputises_for == (("zhu",) if holds else ())
    assert actor.may("trail.view", pair.east.path)


def test_lends_nothing_when_the_absent_person_may_no_longer_log_in(pair: Company) -> None:
    identity.set_active(staff=pair.people["zhu"], active=False)

    assert not pair.actor("an").may("billing.issue")


def test_does_not_pass_a_loan_on(pair: Company) -> None:
    third = pair.add("wei", None)
    identity.add_deputy(absent=pair.people["an"], deputy=third, start=ON_LEAVE[0], last_date=ON_LEAVE[1], reason="培训")

    actor = pair.actor("wei")

    assert actor.may("trail.view")
    assert not actor.may("billing.issue")


def test_trail_names_whom_the_deputy_acted_for(pair: Company) -> None:
    issue_something(actor=pair.actor("an"))
    issue_something(actor=pair.actor("zhu"))

    records = UseCaseRecord.objects.for_actor(SYSTEM).order_by("id")
    assert [(one.actor_login, one.deputy_for) for one in records] == [("an", "zhu"), ("zhu", "")]


def test_own_post_goes_before_a_loan(pair: Company) -> None:
    identity.assign_post(staff=pair.people["an"], post=pair.posts["BILL_SUPERVISOR"], unit=pair.east, start=ON_LEAVE[0])

    assert pair.actor("an").find_lender("billing.issue") == ""


def test_actor_is_built_with_one_query(pair: Company) -> None:
    person = pair.people["an"]

    with CaptureQueriesContext(
        connection,
    ) as queries:
        pair.actor(person.login)

    assert len(queries) == 1


def test_deputyship_may_end_early_and_then_lends_nothing(pair: Company) -> None:
    deputyship = Deputyship.objects.for_actor(SYSTEM).get()

    identity.end_deputyship(deputyship=deputyship, end=TODAY)

    assert not pair.actor("an").may("billing.issue")
    with pytest.raises(UnableToEnd):
        identity.end_deputyship(deputyship=deputyship, end=TODAY)


def test_deputyship_that_has_not_begun_never_begins(pair: Company) -> None:
    deputyship = Deputyship.objects.for_actor(SYSTEM).get()

    identity.end_deputyship(deputyship=deputyship, end=ON_LEAVE[0] - timedelta(days=5))

    deputyship.refresh_from_db()
    assert deputyship.period.isempty
    assert not pair.actor("an").may("billing.issue")


@pytest.mark.parametrize(
    ("deputy", "last", "reason"),
    [
        ("zhu", date(2026, 3, 2), "nobody stands in for themselves"),
        ("an", date(2026, 2, 28), "the last day lies before the first"),
        ("an", date(2026, 3, 2), "they stand in already at that time"),
    ],
)
def test_refuses_oneself_turned_days_and_twice(pair: Company, deputy: str, last: date, reason: str) -> None:
    start = date(2026, 2, 20) if "already" in reason else date(2026, 3, 1)

    with pytest.raises(UnableToAddDeputy) as refusal:
        identity.add_deputy(
            absent=pair.people["zhu"], deputy=pair.people[deputy], start=start, last_date=last, reason="休假"
        )

    assert refusal.value.facts["reason"] == reason
    assert Deputyship.objects.for_actor(SYSTEM).count() == 1


class TestRequireAnotherPerson:
    def test_lets_another_person_decide(self, company: Company) -> None:
        company.add("a", "COUNTER_CLERK")
        company.add("b", "ARCHIVE_KEEPER")

        require_another_person(actor=company.actor("b"), operator_login="a")

    def test_refuses_who_did_it(self, company: Company) -> None:
        company.add("a", "ARCHIVE_KEEPER")

        with pytest.raises(SamePerson):
            require_another_person(actor=company.actor("a"), operator_login="a")

    @pytest.mark.parametrize(("decides", "operator"), [("absent", "deputy"), ("deputy", "absent")])
    def test_refuses_both_ways_between_a_deputy_and_the_absent_person(
        self, company: Company, decides: str, operator: str
    ) -> None:
        today = SystemClock().now().date()
        company.add("absent", "ARCHIVE_KEEPER")
        company.add("deputy", "ARCHIVE_KEEPER")
        identity.add_deputy(
            absent=company.people["absent"],
            deputy=company.people["deputy"],
            start=today,
            last_date=today,
            reason="休假",
        )

        with pytest.raises(SamePerson):
            require_another_person(actor=company.actor(decides, on=today), operator_login=operator)

    def test_remembers_who_stood_in_on_the_day_it_was_done(self, pair: Company) -> None:
        absent = pair.actor("zhu", on=date(2026, 6, 1))

        require_another_person(actor=absent, operator_login="an")
        with pytest.raises(SamePerson):
            require_another_person(actor=absent, operator_login="an", operated_on=date(2026, 2, 10))
