"""The calendar's decisions: stages of a month, days of steps, moving a day."""

from datetime import date

import pytest

from dianke.domain.readings import calendar_rules as rules
from dianke.domain.readings.types import CalendarStep, DayShift, StepRule
from dianke.kernel.calendar import load_mainland_calendar
from dianke.kernel.period import DatePeriod

CALENDAR = load_mainland_calendar()
JANUARY = DatePeriod(date(2026, 1, 1), date(2026, 2, 1))
DAYS = {
    CalendarStep.READ_FROM: date(2026, 3, 1),
    CalendarStep.READ_TO: date(2026, 3, 2),
    CalendarStep.FREEZE: date(2026, 3, 3),
    CalendarStep.CALCULATE: date(2026, 3, 4),
    CalendarStep.REVIEW: date(2026, 3, 6),
    CalendarStep.ISSUE: date(2026, 3, 9),
    CalendarStep.PAYMENT_DUE: date(2026, 3, 23),
}


class TestStages:
    """A month cut at its interim readings."""

    def test_a_month_without_interim_readings_is_one_stage(self) -> None:
        assert rules.cut_stages(JANUARY, interim_days=()) == [JANUARY]

    def test_two_interim_readings_make_three_stages(self) -> None:
        found = rules.cut_stages(JANUARY, interim_days=(11, 21))

        assert [(stage.start.day, stage.days()) for stage in found] == [(1, 10), (11, 10), (21, 11)]

    def test_a_cycle_read_on_the_fifth_and_the_twentieth_cuts_across_two_months(self) -> None:
        found = rules.cut_stages(DatePeriod(date(2026, 1, 5), date(2026, 2, 5)), interim_days=(20,))

        assert [stage.start for stage in found] == [date(2026, 1, 5), date(2026, 1, 20)]
        assert found[-1].end == date(2026, 2, 5)

    @pytest.mark.parametrize(
        ("interim_days", "reading_day", "months", "reason"),
        [
            ((11,), 1, 2, "only a cycle that is billed every month has interim readings"),
            ((6, 11, 21), 1, 1, "a month has at most three readings"),
            ((29,), 1, 1, "the reading day lies between 1 and 28, for every month has it"),
            ((11, 11), 1, 1, "the readings of a month fall on different days"),
            ((1,), 1, 1, "the readings of a month fall on different days"),
        ],
    )
    def test_what_cannot_be_is_refused(
        self, interim_days: tuple[int, ...], reading_day: int, months: int, reason: str
    ) -> None:
        found = rules.find_interim_obstacle(
            interim_days=interim_days, reading_day=reading_day, months_per_period=months
        )

        assert found == reason

    def test_three_readings_are_allowed(self) -> None:
        assert rules.find_interim_obstacle(interim_days=(11, 21), reading_day=1, months_per_period=1) is None


class TestPlannedDays:
    """Days counted from the reading, off the days that nobody works on."""

    def test_a_weekend_moves_a_step_to_monday_and_the_next_step_not_before_it(self) -> None:
        found = rules.plan_days(read_on=date(2026, 3, 5), rules=rules.USUAL_TEMPLATE, calendar=CALENDAR)

        assert found[CalendarStep.FREEZE] == date(2026, 3, 9)  # the 7th is a Saturday
        assert found[CalendarStep.CALCULATE] == date(2026, 3, 9)
        assert found[CalendarStep.REVIEW] == date(2026, 3, 10)

    def test_the_spring_festival_moves_the_steps_behind_it(self) -> None:
        found = rules.plan_days(read_on=date(2026, 2, 15), rules=rules.USUAL_TEMPLATE, calendar=CALENDAR)

        assert found[CalendarStep.READ_FROM] == date(2026, 2, 15)
        assert found[CalendarStep.FREEZE] == CALENDAR.add_working_days(date(2026, 2, 15), 1)

    def test_a_shift_may_lead_to_the_working_day_before(self) -> None:
        only = (StepRule(CalendarStep.ISSUE, 2, DayShift.PREVIOUS),)

        found = rules.plan_days(read_on=date(2026, 3, 5), rules=only, calendar=CALENDAR)

        assert found == {CalendarStep.ISSUE: date(2026, 3, 6)}

    def test_a_template_lacks_no_step(self) -> None:
        assert rules.find_template_obstacle(rules.USUAL_TEMPLATE[1:]) == "every step has its day, once"

    def test_a_template_keeps_the_order_of_the_steps(self) -> None:
        turned = (*rules.USUAL_TEMPLATE[:-1], StepRule(CalendarStep.PAYMENT_DUE, 1, DayShift.NEXT))

        assert rules.find_template_obstacle(turned) == "a step cannot be due before the one that it follows"

    def test_the_usual_template_holds(self) -> None:
        assert rules.find_template_obstacle(rules.USUAL_TEMPLATE) is None


class TestMove:
    """A planned day is moved until it has come."""

    @pytest.mark.parametrize(
        ("to", "today", "reason", "obstacle"),
        [
            (date(2026, 3, 5), date(2026, 2, 20), "系统升级", None),
            (date(2026, 3, 5), date(2026, 3, 4), "系统升级", "the day has come"),
            (date(2026, 2, 20), date(2026, 2, 20), "系统升级", "a plan is made for days to come"),
            (date(2026, 3, 5), date(2026, 2, 20), " ", "a reason is needed"),
            (date(2026, 3, 2), date(2026, 2, 20), "系统升级", "a step cannot be due before the one that it follows"),
            (date(2026, 3, 9), date(2026, 2, 20), "系统升级", "a step cannot be due after the one that follows it"),
        ],
    )
    def test_it_stays_between_its_neighbours(self, to: date, today: date, reason: str, obstacle: str | None) -> None:
        found = rules.find_move_obstacle(step=CalendarStep.CALCULATE, to=to, days=DAYS, today=today, reason=reason)

        assert found == obstacle
