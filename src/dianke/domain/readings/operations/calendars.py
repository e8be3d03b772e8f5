"""The calendar: templates, the days made from them, and the days that people move."""

from collections.abc import Sequence
from datetime import date, datetime

from dianke.domain.readings import calendar_rules, rules
from dianke.domain.readings.models import CalendarTemplate, PlannedDay, ReadingCycle
from dianke.domain.readings.queries import get_step_rules
from dianke.domain.readings.types import CalendarStep, StepRule
from dianke.kernel.calendar import load_mainland_calendar
from dianke.kernel.clock import to_shanghai
from dianke.kernel.errors import DomainError
from dianke.kernel.period import DatePeriod
from dianke.platform.identity.types import Actor

MOST_MONTHS = 24


class UnableToPlan(DomainError):
    """The calendar of the cycle cannot be made or changed so."""

    code = "readings.unable_to_plan"
    message = "the calendar of cycle {cycle} cannot be changed: {reason}"


class UnableToMoveDay(DomainError):
    """The planned day cannot be moved there."""

    code = "readings.unable_to_move_day"
    message = "the day of {cycle} {month} cannot be moved: {reason}"


def set_interim_days(*, actor: Actor, cycle: ReadingCycle, interim_days: Sequence[int]) -> ReadingCycle:
    """
    Let a cycle be read and billed on further days of the month; months that are open already stay as they are.

    :raises UnableToPlan: if a month cannot have these readings, or the cycle is not the actor's
    """
    stored = _lock_cycle(actor, cycle)
    wanted = sorted(interim_days)
    obstacle = calendar_rules.find_interim_obstacle(
        interim_days=wanted, reading_day=stored.reading_day, months_per_period=stored.months_per_period
    )
    if obstacle:
        raise UnableToPlan(field="interim_days", cycle=stored.code, reason=obstacle)
    if stored.interim_days != wanted:
        stored.interim_days = wanted
        stored.save(update_fields=["interim_days"])
    return stored


def set_template(*, actor: Actor, cycle: ReadingCycle, from_month: date, step_rules: Sequence[StepRule]) -> int:
    """
    Let the steps of a cycle be due by these rules from a month on, and return how many of them changed.

    :raises UnableToPlan: if a step is missing or would be due before the one that it follows
    """
    stored = _lock_cycle(actor, cycle)
    if obstacle := calendar_rules.find_template_obstacle(step_rules):
        raise UnableToPlan(field="offset_days", cycle=stored.code, reason=obstacle)
    month = from_month.replace(day=1)
    rows = CalendarTemplate.objects.for_actor(actor).filter(cycle=stored, from_month=month)
    existing = {row.step: row for row in rows}
    changed = 0
    for rule in step_rules:
        row = existing.get(rule.step.value) or CalendarTemplate(cycle=stored, from_month=month, step=rule.step.value)
        if row.pk and (row.offset_days, row.shift) == (rule.offset_days, rule.shift.value):
            continue
        row.offset_days, row.shift = rule.offset_days, rule.shift.value
        row.save()
        changed += 1
    return changed


def generate_days(*, actor: Actor, cycle: ReadingCycle, first_month: date, months: int, today: date) -> int:
    """
    Make the calendar of some months from the template in force, and return how many days were made or changed.

    What a person moved and what has come already is left alone, so that it can be made again after a change.

    :raises UnableToPlan: if more than two years are asked for, or the cycle is not the actor's
    """
    stored = _lock_cycle(actor, cycle)
    if not 1 <= months <= MOST_MONTHS:
        raise UnableToPlan(field="months", cycle=stored.code, reason="one to twenty-four months are planned at a time")
    month = first_month.replace(day=1)
    return sum(
        _generate_month(actor, stored, rules.add_months(month, number), today)
        for number in range(months)
        if _is_billed(stored, rules.add_months(month, number))
    )


def move_day(*, actor: Actor, day: PlannedDay, to: date, reason: str, at: datetime) -> PlannedDay:
    """
    Move a planned day until it has come.

    :raises UnableToMoveDay: if the day has come, no reason is given, or the steps would change their order
    """
    rows = PlannedDay.objects.for_actor(actor).select_for_update(of=("self",)).select_related("cycle")
    stored: PlannedDay = rows.get(pk=day.pk)
    of_month = PlannedDay.objects.for_actor(actor).filter(cycle=stored.cycle, month=stored.month, stage=stored.stage)
    days = {CalendarStep(row.step): row.planned_date for row in of_month}
    step = CalendarStep(stored.step)
    today = to_shanghai(at).date()
    if obstacle := calendar_rules.find_move_obstacle(step=step, to=to, days=days, today=today, reason=reason):
        field = "reason" if obstacle == "a reason is needed" else "to"
        raise UnableToMoveDay(field=field, cycle=stored.cycle.code, month=f"{stored.month:%Y-%m}", reason=obstacle)
    stored.planned_date, stored.moved_by, stored.moved_at = to, actor.login, at
    stored.reason = reason.strip()[:200]
    stored.save(update_fields=["planned_date", "moved_by", "moved_at", "reason"])
    return stored


def _lock_cycle(actor: Actor, cycle: ReadingCycle) -> ReadingCycle:
    rows = ReadingCycle.objects.for_actor(actor).select_for_update(of=("self",))
    stored: ReadingCycle | None = rows.filter(pk=cycle.pk).first()
    if stored is None:
        raise UnableToPlan(field="cycle", cycle=cycle.code, reason="the cycle is not within your units")
    return stored


def _is_billed(cycle: ReadingCycle, month: date) -> bool:
    """Tell whether a bill of the cycle ends in the month: every one, or every second, third … counted from December."""
    return month.month % cycle.months_per_period == 0


def _generate_month(actor: Actor, cycle: ReadingCycle, month: date, today: date) -> int:
    period = rules.month_period(month=month, reading_day=cycle.reading_day, months_per_period=cycle.months_per_period)
    stages = calendar_rules.cut_stages(period, interim_days=cycle.interim_days)
    step_rules = get_step_rules(cycle=cycle, month=month)
    stored = {
        (row.stage, row.step): row for row in PlannedDay.objects.for_actor(actor).filter(cycle=cycle, month=month)
    }
    for row in stored.values():
        # The month has fewer readings than when it was planned.
        if row.stage > len(stages) and row.planned_date > today:
            row.delete()
    return sum(
        _generate_stage(cycle, month, (number, len(stages)), stage, step_rules, stored, today)
        for number, stage in enumerate(stages, 1)
    )


def _generate_stage(
    cycle: ReadingCycle,
    month: date,
    place: tuple[int, int],
    stage: DatePeriod,
    step_rules: Sequence[StepRule],
    stored: dict[tuple[int, str], PlannedDay],
    today: date,
) -> int:
    assert stage.end is not None  # noqa: S101 - a stage is cut out of a closed month
    number, of = place
    days = calendar_rules.plan_days(read_on=stage.end, rules=step_rules, calendar=load_mainland_calendar())
    written = 0
    for step, day in days.items():
        row = stored.get((number, step.value)) or PlannedDay(
            cycle=cycle, month=month, stage=number, step=step.value, planned_date=day, template_date=day
        )
        is_fixed = bool(row.pk) and (bool(row.moved_by) or row.planned_date <= today)
        if is_fixed or (row.pk and row.planned_date == day and row.stages == of):
            continue
        row.stages, row.planned_date, row.template_date = of, day, day
        row.save()
        written += 1
    return written
