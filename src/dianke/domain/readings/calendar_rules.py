"""Decisions of the calendar: the stages of a month, the days its steps are due, when a day may be moved."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from itertools import pairwise

from dianke.domain.readings.types import CalendarStep, DayShift, StepRule
from dianke.kernel.calendar import WorkingCalendar
from dianke.kernel.period import DatePeriod

MOST_INTERIM_READINGS = 2
FURTHEST_OFFSET = 60

# Our own convention until a unit sets another one: a monthly bill within a week of the reading, two weeks to pay it.
USUAL_TEMPLATE: tuple[StepRule, ...] = (
    StepRule(CalendarStep.READ_FROM, 0, DayShift.NONE),
    StepRule(CalendarStep.READ_TO, 1, DayShift.NEXT),
    StepRule(CalendarStep.FREEZE, 2, DayShift.NEXT),
    StepRule(CalendarStep.CALCULATE, 3, DayShift.NEXT),
    StepRule(CalendarStep.REVIEW, 5, DayShift.NEXT),
    StepRule(CalendarStep.ISSUE, 6, DayShift.NEXT),
    StepRule(CalendarStep.PAYMENT_DUE, 20, DayShift.NEXT),
)


def find_interim_obstacle(*, interim_days: Sequence[int], reading_day: int, months_per_period: int) -> str | None:
    """Return why a cycle cannot be read on these days as well, or None."""
    if not interim_days:
        return None
    if months_per_period != 1:
        return "only a cycle that is billed every month has interim readings"
    if len(interim_days) > MOST_INTERIM_READINGS:
        return "a month has at most three readings"
    if any(not 1 <= day <= 28 for day in interim_days):
        return "the reading day lies between 1 and 28, for every month has it"
    if len({*interim_days, reading_day}) != len(interim_days) + 1:
        return "the readings of a month fall on different days"
    return None


def cut_stages(period: DatePeriod, *, interim_days: Sequence[int]) -> list[DatePeriod]:
    """Return the stages of a month in order: cut at each interim day that lies inside it."""
    inside = [day for day in period.each_day() if day.day in interim_days and day != period.start]
    bounds = [period.start, *inside, period.start + timedelta(days=period.days())]
    return [DatePeriod(start, end) for start, end in pairwise(bounds)]


def plan_days(*, read_on: date, rules: Sequence[StepRule], calendar: WorkingCalendar) -> dict[CalendarStep, date]:
    """
    Return the day of each step, in the order of the steps.

    A shift may carry a step past the one that follows; the later step then falls on the same day.
    """
    by_step = {rule.step: rule for rule in rules}
    days: dict[CalendarStep, date] = {}
    reached = date.min
    for step in CalendarStep:
        rule = by_step.get(step)
        if rule is None:
            continue
        day = read_on + timedelta(days=rule.offset_days)
        while rule.shift is not DayShift.NONE and not calendar.is_working_day(day):
            day += timedelta(days=1 if rule.shift is DayShift.NEXT else -1)
        reached = days[step] = max(day, reached)
    return days


def find_template_obstacle(rules: Sequence[StepRule]) -> str | None:
    """Return why a template cannot hold, or None."""
    if {rule.step for rule in rules} != set(CalendarStep) or len(rules) != len(CalendarStep):
        return "every step has its day, once"
    offsets = {rule.step: rule.offset_days for rule in rules}
    ordered = [offsets[step] for step in CalendarStep]
    if ordered != sorted(ordered):
        return "a step cannot be due before the one that it follows"
    if not all(-FURTHEST_OFFSET <= offset <= FURTHEST_OFFSET for offset in ordered):
        return "a step is due within sixty days of the reading"
    return None


def find_move_obstacle(
    *, step: CalendarStep, to: date, days: Mapping[CalendarStep, date], today: date, reason: str
) -> str | None:
    """Return why a planned day cannot be moved there, or None; a day that has come stands."""
    if days[step] <= today:
        return "the day has come"
    if to <= today:
        return "a plan is made for days to come"
    if not reason.strip():
        return "a reason is needed"
    order = list(CalendarStep)
    earlier = [days[other] for other in order[: order.index(step)] if other in days]
    later = [days[other] for other in order[order.index(step) + 1 :] if other in days]
    if any(day > to for day in earlier):
        return "a step cannot be due before the one that it follows"
    if any(day < to for day in later):
        return "a step cannot be due after the one that follows it"
    return None
