"""The calendar of reading and billing: made from templates, moved by people, compared with what was done."""

from datetime import date, datetime

import pytest
from django.db import connection
from tests.factories.utility import JANUARY, LATER, Utility, add_clerk, build_utility

from dianke.application import meter_to_cash, reading_calendars
from dianke.domain.billing.queries import calendars
from dianke.domain.readings import operations as readings
from dianke.domain.readings.calendar_rules import USUAL_TEMPLATE
from dianke.domain.readings.models import PlannedDay
from dianke.domain.readings.operations import UnableToMoveDay, UnableToPlan
from dianke.domain.readings.queries import list_planned_days
from dianke.domain.readings.types import CalendarStep, DayShift, StepRule
from dianke.kernel.clock import SHANGHAI
from dianke.platform.audit.use_case import PermissionRefused
from dianke.platform.identity.types import Actor
from dianke.platform.org import operations as org
from dianke.platform.org.types import UnitKind

pytestmark = pytest.mark.django_db

NEW_YEAR = datetime(2026, 1, 2, 9, tzinfo=SHANGHAI)
FEBRUARY, MARCH = date(2026, 2, 1), date(2026, 3, 1)


@pytest.fixture
def utility() -> Utility:
    return build_utility()


@pytest.fixture
def planner(utility: Utility) -> Actor:
    return add_clerk(utility.root, "planner", ["readings.plan", "readings.view_calendar"])


def plan(planner: Actor, *, months: int = 1, at: datetime = NEW_YEAR) -> int:
    """Make the calendar from January on."""
    return reading_calendars.generate_days(actor=planner, cycle_code="C1", first_month=JANUARY, months=months, at=at)


def find_day(planner: Actor, step: CalendarStep, month: date = JANUARY) -> PlannedDay:
    """Return the planned day of a step."""
    return next(day for day in list_planned_days(actor=planner, months=[month]) if day.step == step.value)


class TestGenerate:
    """Days come from the template and keep off holidays."""

    def test_each_step_of_each_month_has_its_day(self, planner: Actor) -> None:
        made = plan(planner, months=2)

        days = list_planned_days(actor=planner, months=[JANUARY, FEBRUARY])
        assert made == len(days) == 14
        assert [day.planned_date for day in days[:7]] == [
            date(2026, 2, 1),
            date(2026, 2, 2),
            date(2026, 2, 3),
            date(2026, 2, 4),
            date(2026, 2, 6),
            date(2026, 2, 9),  # the 7th is a Saturday
            date(2026, 2, 24),  # the Spring Festival lies before it
        ]

    def test_made_again_nothing_changes(self, planner: Actor) -> None:
        plan(planner)

        assert plan(planner) == 0

    def test_a_new_template_moves_only_what_nobody_moved_and_has_not_come(self, planner: Actor) -> None:
        plan(planner)
        moved = find_day(planner, CalendarStep.ISSUE)
        reading_calendars.move_day(actor=planner, key=moved.pk, to=date(2026, 2, 10), reason="停机", at=NEW_YEAR)
        later = [
            StepRule(rule.step, rule.offset_days + (rule.step is CalendarStep.REVIEW), rule.shift)
            for rule in USUAL_TEMPLATE
        ]

        changed = reading_calendars.set_template(actor=planner, cycle_code="C1", from_month=JANUARY, step_rules=later)
        made = plan(planner)

        assert (changed, made) == (7, 1)
        assert find_day(planner, CalendarStep.REVIEW).planned_date == date(2026, 2, 9)
        assert find_day(planner, CalendarStep.ISSUE).planned_date == date(2026, 2, 10)

    def test_a_template_holds_from_its_month_on(self, planner: Actor) -> None:
        later = [StepRule(rule.step, rule.offset_days + 1, DayShift.NONE) for rule in USUAL_TEMPLATE]
        reading_calendars.set_template(actor=planner, cycle_code="C1", from_month=FEBRUARY, step_rules=later)

        plan(planner, months=2)

        assert find_day(planner, CalendarStep.READ_FROM).planned_date == date(2026, 2, 1)
        assert find_day(planner, CalendarStep.READ_FROM, FEBRUARY).planned_date == date(2026, 3, 2)

    def test_interim_readings_have_days_of_their_own(self, planner: Actor) -> None:
        reading_calendars.set_interim_days(actor=planner, cycle_code="C1", interim_days=[21, 11])

        made = plan(planner)

        days = list_planned_days(actor=planner, months=[JANUARY])
        assert made == 21
        assert [day.planned_date for day in days if day.step == "READ_FROM"] == [
            date(2026, 1, 11),
            date(2026, 1, 21),
            date(2026, 2, 1),
        ]
        assert {day.stages for day in days} == {3}

    def test_days_of_readings_that_were_given_up_are_taken_out(self, planner: Actor) -> None:
        reading_calendars.set_interim_days(actor=planner, cycle_code="C1", interim_days=[11])
        plan(planner)

        reading_calendars.set_interim_days(actor=planner, cycle_code="C1", interim_days=[])
        plan(planner)

        days = list_planned_days(actor=planner, months=[JANUARY])
        assert {(day.stage, day.stages) for day in days} == {(1, 1)}
        assert days[0].planned_date == date(2026, 2, 1)

    def test_more_than_two_years_at_once_are_refused(self, planner: Actor) -> None:
        with pytest.raises(UnableToPlan, match="twenty-four"):
            plan(planner, months=25)

        assert list_planned_days(actor=planner) == []


class TestMove:
    """A planned day is moved by a person with the right, until it has come."""

    def test_the_change_stands_in_the_trail(self, planner: Actor) -> None:
        plan(planner)
        day = find_day(planner, CalendarStep.FREEZE)

        moved = reading_calendars.move_day(
            actor=planner, key=day.pk, to=date(2026, 2, 4), reason="表计升级", at=NEW_YEAR
        )

        assert (moved.planned_date, moved.template_date) == (date(2026, 2, 4), date(2026, 2, 3))
        assert (moved.moved_by, moved.reason) == ("planner", "表计升级")
        with connection.cursor() as cursor:
            cursor.execute(
                "select pgh_label, planned_date from readings_planneddayscopedevent where pgh_obj_id = %s"
                " order by pgh_id",
                [day.pk],
            )
            assert cursor.fetchall() == [("insert", date(2026, 2, 3)), ("update", date(2026, 2, 4))]

    def test_a_day_that_has_come_stands(self, planner: Actor) -> None:
        plan(planner)
        day = find_day(planner, CalendarStep.FREEZE)
        that_day = datetime(2026, 2, 3, 8, tzinfo=SHANGHAI)

        with pytest.raises(UnableToMoveDay, match="the day has come"):
            reading_calendars.move_day(actor=planner, key=day.pk, to=date(2026, 2, 4), reason="晚", at=that_day)

        assert find_day(planner, CalendarStep.FREEZE).planned_date == date(2026, 2, 3)

    def test_only_who_plans_may_move_it(self, utility: Utility, planner: Actor) -> None:
        plan(planner)
        viewer = add_clerk(utility.root, "viewer", ["readings.view_calendar"])
        day = find_day(planner, CalendarStep.FREEZE)

        with pytest.raises(PermissionRefused):
            reading_calendars.move_day(actor=viewer, key=day.pk, to=date(2026, 2, 4), reason="晚", at=NEW_YEAR)

        assert find_day(planner, CalendarStep.FREEZE).moved_by == ""

    def test_another_unit_sees_nothing_of_it(self, utility: Utility, planner: Actor) -> None:
        other = org.add_unit(code="9", name="别处", kind=UnitKind.BRANCH, parent=utility.root)
        stranger = add_clerk(other, "stranger", ["readings.view_calendar", "readings.plan"])
        plan(planner)

        assert list_planned_days(actor=stranger) == []


class TestProgress:
    """Plan against fact."""

    def test_what_was_frozen_is_done_and_the_rest_is_late(self, utility: Utility, planner: Actor) -> None:
        plan(planner)
        month = readings.open_month(actor=utility.actor, cycle=utility.cycle, month=JANUARY)
        readings.freeze_month(actor=utility.actor, cycle_month=month, at=LATER)
        a_week_later = datetime(2026, 2, 10, 9, tzinfo=SHANGHAI)

        found = {
            one.day.step: (one.state.is_done, one.state.is_late)
            for one in calendars.list_progress(actor=planner, at=a_week_later, months=[JANUARY])
        }

        assert found == {
            "READ_FROM": (True, False),
            "READ_TO": (True, False),
            "FREEZE": (True, False),
            "CALCULATE": (False, True),
            "REVIEW": (False, True),
            "ISSUE": (False, True),
            "PAYMENT_DUE": (False, False),
        }

    def test_a_stage_is_frozen_by_its_own_name(self, utility: Utility, planner: Actor) -> None:
        reading_calendars.set_interim_days(actor=planner, cycle_code="C1", interim_days=[11])
        plan(planner)
        utility.cycle.refresh_from_db()
        readings.open_month(actor=utility.actor, cycle=utility.cycle, month=JANUARY)
        clerk = add_clerk(utility.root, "freezer", ["readings.freeze"])

        meter_to_cash.freeze_readings(actor=clerk, cycle_code="C1", month=JANUARY, at=LATER, stage=1)

        found = calendars.list_progress(actor=planner, at=LATER, months=[JANUARY])
        done = {(one.day.stage, one.state.is_done) for one in found if one.day.step == "FREEZE"}
        assert done == {(1, True), (2, False)}
