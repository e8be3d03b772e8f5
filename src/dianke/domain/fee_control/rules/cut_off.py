"""When an account may be cut off: every rule that stands in the way, by its text; and the moment when none does."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from dianke.domain.fee_control.rules.policy import Policy
from dianke.domain.fee_control.types import Cause, CutOffFacts, Refusal, RuleCode
from dianke.kernel.calendar import WorkingCalendar
from dianke.kernel.clock import add_elapsed, at_midnight, to_shanghai

_ONE_DAY = timedelta(days=1)
_MOST_DAYS_SEARCHED = 60


def list_refusals(
    facts: CutOffFacts, *, policy: Policy, calendar: WorkingCalendar, at: datetime, is_execution: bool
) -> list[Refusal]:
    """
    Return the rules that stand in the way at a moment, none if it may be done.

    An order is proposed and approved on what is owed, told and protected; the hour, the day, the last word and the
    approval of an important user are asked when it is carried out as well.
    """
    found = [*_list_of_debt(facts, policy, to_shanghai(at)), *_list_of_protection(facts, is_execution)]
    if is_execution:
        found += [*_list_of_last_hour(facts, policy, at), *_list_of_moment(policy, calendar, to_shanghai(at))]
    return [Refusal(rule, policy.name_article(rule), about) for rule, about in found]


def find_moment(*, policy: Policy, calendar: WorkingCalendar, earliest: datetime) -> datetime | None:
    """Return the first moment from one on at which the day and the hour allow a cut; None within the days searched."""
    moment = to_shanghai(earliest)
    for _day in range(_MOST_DAYS_SEARCHED):
        opening = at_midnight(moment.date()) + timedelta(hours=policy.hours_from)
        moment = max(moment, opening)
        if not list(_list_of_moment(policy, calendar, moment)):
            return moment
        moment = at_midnight(moment.date() + _ONE_DAY)
    return None


def find_earliest(facts: CutOffFacts, *, policy: Policy, at: datetime) -> datetime:
    """Return the moment from which the last word would be old enough, were it said now."""
    return add_elapsed(to_shanghai(at), timedelta(minutes=_last_hour_minutes(facts, policy)))


def needs_last_hour(facts: CutOffFacts, policy: Policy) -> bool:
    """Return whether the customer is told once more before the cut."""
    return _last_hour_minutes(facts, policy) > 0


def _list_of_debt(facts: CutOffFacts, policy: Policy, at: datetime) -> Iterator[tuple[RuleCode, str]]:
    if facts.cause is Cause.BALANCE:
        if facts.balance_fen >= facts.stop_fen:
            yield RuleCode.NOT_BELOW_STOP, str(facts.balance_fen)
        if facts.estimate_days_old > policy.most_estimate_days:
            yield RuleCode.ESTIMATE_TOO_OLD, str(facts.estimate_days_old)
        if facts.told_at is None:
            yield RuleCode.NOTICE_MISSING, ""
        elif at - facts.told_at < timedelta(hours=policy.balance.warned_hours):
            yield RuleCode.NOTICE_TOO_SHORT, f"{policy.balance.warned_hours} h"
        return
    terms = policy.find_notice(facts.usage_class)
    if facts.overdue_fen <= 0:
        yield RuleCode.PAID, ""
    if facts.days_overdue < terms.least_days_overdue:
        yield RuleCode.NOT_OVERDUE_LONG_ENOUGH, str(facts.days_overdue)
    if facts.told_at is None:
        yield RuleCode.NOTICE_MISSING, ""
    elif (at.date() - to_shanghai(facts.told_at).date()).days < terms.notice_days:
        yield RuleCode.NOTICE_TOO_SHORT, f"{terms.notice_days} d"


def _list_of_protection(facts: CutOffFacts, is_execution: bool) -> Iterator[tuple[RuleCode, str]]:
    if facts.exemption:
        yield RuleCode.EXEMPT, facts.exemption
    if facts.is_vulnerable:
        yield RuleCode.VULNERABLE, ""
    if facts.is_paused:
        yield RuleCode.PAUSED, ""
    if facts.is_important and is_execution and not facts.has_special_approval:
        yield RuleCode.IMPORTANT, ""


def _list_of_last_hour(facts: CutOffFacts, policy: Policy, at: datetime) -> Iterator[tuple[RuleCode, str]]:
    minutes = _last_hour_minutes(facts, policy)
    if not minutes:
        return
    if facts.last_hour_at is None or to_shanghai(facts.last_hour_at).date() != to_shanghai(at).date():
        yield RuleCode.LAST_HOUR_MISSING, f"{minutes} min"
    elif at - facts.last_hour_at < timedelta(minutes=minutes):
        yield RuleCode.LAST_HOUR_TOO_SHORT, f"{minutes} min"


def _list_of_moment(policy: Policy, calendar: WorkingCalendar, at: datetime) -> Iterator[tuple[RuleCode, str]]:
    day = at.date()
    if policy.keeps_working_days:
        yield from _list_of_day(calendar, day)
    since_midnight = at - at_midnight(day)
    if not timedelta(hours=policy.hours_from) <= since_midnight < timedelta(hours=policy.hours_until):
        yield RuleCode.OUTSIDE_HOURS, f"{policy.hours_from}-{policy.hours_until}"


def _list_of_day(calendar: WorkingCalendar, day: date) -> Iterator[tuple[RuleCode, str]]:
    # What the next day is decides as well, so that the last day of the last year is not known to be free of an eve.
    for needed in (day, day + _ONE_DAY):
        if not calendar.covers(needed):
            yield RuleCode.CALENDAR_NOT_LOADED, str(needed.year)
            return
    if not calendar.is_working_day(day):
        yield RuleCode.HOLIDAY, day.isoformat()
    elif not calendar.is_working_day(day + _ONE_DAY):
        yield RuleCode.EVE_OF_HOLIDAY, day.isoformat()


def _last_hour_minutes(facts: CutOffFacts, policy: Policy) -> int:
    if facts.cause is Cause.BALANCE:
        return policy.balance.last_hour_minutes
    return policy.find_notice(facts.usage_class).last_hour_minutes
