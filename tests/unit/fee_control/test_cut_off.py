"""Every rule that stands in the way of a disconnection, to its edges."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dianke.domain.fee_control.rules import clocks, cut_off, states
from dianke.domain.fee_control.rules.policy import PolicyUnreadable, find_policy, list_house_policies, read_policies
from dianke.domain.fee_control.types import Cause, ControlState, CutOffFacts, Light, RuleCode, Thresholds
from dianke.domain.service_orders.rules.promise_sets import get_promise, load_promise_book
from dianke.kernel.calendar import load_mainland_calendar
from dianke.kernel.clock import SHANGHAI

CALENDAR = load_mainland_calendar()
NOW = find_policy(list_house_policies(), on=date(2026, 3, 11))
OLDER = find_policy(list_house_policies(), on=date(2020, 1, 1))
# A Wednesday among working days.
AT = datetime(2026, 3, 11, 10, tzinfo=SHANGHAI)
LIMITS = Thresholds(5_000, 2_000, 0)


def owing(**changes: Any) -> CutOffFacts:
    facts = CutOffFacts(
        cause=Cause.OVERDUE, usage_class="RESIDENTIAL", overdue_fen=10_000, days_overdue=30,
        told_at=AT - timedelta(days=7),
    )  # fmt: skip
    return replace(facts, **changes)


def low(**changes: Any) -> CutOffFacts:
    facts = CutOffFacts(
        cause=Cause.BALANCE, usage_class="RESIDENTIAL", balance_fen=-1, told_at=AT - timedelta(hours=24),
        last_hour_at=AT - timedelta(minutes=60),
    )  # fmt: skip
    return replace(facts, **changes)


def refuse(facts: CutOffFacts, *, at: datetime = AT, policy: Any = NOW) -> list[RuleCode]:
    found = cut_off.list_refusals(facts, policy=policy, calendar=CALENDAR, at=at, is_execution=True)
    return [one.rule for one in found]


@pytest.mark.parametrize(
    ("facts", "rules"),
    [
        (owing(), []),
        (owing(days_overdue=29), [RuleCode.NOT_OVERDUE_LONG_ENOUGH]),
        (owing(told_at=AT - timedelta(days=6)), [RuleCode.NOTICE_TOO_SHORT]),
        (owing(told_at=None), [RuleCode.NOTICE_MISSING]),
        (owing(overdue_fen=0), [RuleCode.PAID]),
        (owing(exemption="MEDICAL"), [RuleCode.EXEMPT]),
        (owing(is_vulnerable=True), [RuleCode.VULNERABLE]),
        (owing(is_paused=True), [RuleCode.PAUSED]),
        (owing(is_important=True), [RuleCode.IMPORTANT]),
        (owing(is_important=True, has_special_approval=True), []),
        (owing(usage_class="COMMERCIAL_INDUSTRIAL", told_at=AT - timedelta(days=3)), [RuleCode.LAST_HOUR_MISSING]),
        (
            owing(
                usage_class="COMMERCIAL_INDUSTRIAL",
                told_at=AT - timedelta(days=2),
                last_hour_at=AT - timedelta(minutes=60),
            ),
            [RuleCode.NOTICE_TOO_SHORT],
        ),
        (low(), []),
        (low(balance_fen=0), [RuleCode.NOT_BELOW_STOP]),
        (low(told_at=AT - timedelta(hours=23, minutes=59)), [RuleCode.NOTICE_TOO_SHORT]),
        (low(last_hour_at=AT - timedelta(minutes=59)), [RuleCode.LAST_HOUR_TOO_SHORT]),
        (low(last_hour_at=AT - timedelta(days=1)), [RuleCode.LAST_HOUR_MISSING]),
        (low(estimate_days_old=7), []),
        (low(estimate_days_old=8), [RuleCode.ESTIMATE_TOO_OLD]),
    ],
)
def test_a_rule_stands_in_the_way_to_its_edge(facts: CutOffFacts, rules: list[RuleCode]) -> None:
    assert refuse(facts) == rules


@pytest.mark.parametrize(
    ("day", "rules"),
    [
        (date(2026, 2, 13), []),  # a Friday before a Saturday that is worked
        (date(2026, 2, 14), [RuleCode.EVE_OF_HOLIDAY]),  # that make-up Saturday, the eve of the Spring Festival
        (date(2026, 2, 16), [RuleCode.HOLIDAY]),
        (date(2026, 2, 27), []),
        (date(2026, 2, 28), [RuleCode.EVE_OF_HOLIDAY]),  # a make-up Saturday before a Sunday
        (date(2026, 3, 13), [RuleCode.EVE_OF_HOLIDAY]),  # an ordinary Friday
        (date(2026, 3, 14), [RuleCode.HOLIDAY]),
        (date(2026, 9, 20), []),  # a make-up Sunday before a Monday
        (date(2026, 12, 31), [RuleCode.CALENDAR_NOT_LOADED]),
        (date(2027, 3, 10), [RuleCode.CALENDAR_NOT_LOADED]),
    ],
)
def test_nobody_is_cut_off_when_the_next_day_is_not_worked(day: date, rules: list[RuleCode]) -> None:
    at = datetime(day.year, day.month, day.day, 10, tzinfo=SHANGHAI)

    assert refuse(owing(told_at=at - timedelta(days=30)), at=at) == rules


@pytest.mark.parametrize(("hour", "minute", "allowed"), [(7, 59, False), (8, 0, True), (16, 59, True), (17, 0, False)])
def test_nobody_is_cut_off_at_night(hour: int, minute: int, allowed: bool) -> None:
    rules = refuse(owing(), at=AT.replace(hour=hour, minute=minute))

    assert (rules == []) is allowed
    assert set(rules) <= {RuleCode.OUTSIDE_HOURS}


def test_the_older_rules_ask_seven_days_of_everybody_and_no_last_word() -> None:
    shop = owing(usage_class="COMMERCIAL_INDUSTRIAL")

    assert refuse(replace(shop, told_at=AT - timedelta(days=6)), policy=OLDER) == [RuleCode.NOTICE_TOO_SHORT]
    assert refuse(shop, policy=OLDER) == []
    assert OLDER.name_article(RuleCode.NOTICE_TOO_SHORT) == "SRC-P11"


def test_the_next_moment_leaves_weekends_and_nights_out() -> None:
    friday_evening = datetime(2026, 2, 13, 16, 30, tzinfo=SHANGHAI)

    # Saturday 14 is the eve of the Spring Festival, which lasts until Monday 23.
    found = cut_off.find_moment(policy=NOW, calendar=CALENDAR, earliest=friday_evening + timedelta(hours=1))

    assert found == datetime(2026, 2, 24, 8, tzinfo=SHANGHAI)


def test_the_law_restores_within_the_hours_of_the_promise_sets() -> None:
    promise = get_promise(load_promise_book(), promise_set="SLA-2009", promise="reconnect")

    assert (NOW.law_hours, OLDER.law_hours, promise.unit.value) == (promise.amount, promise.amount, "HOUR")
    assert clocks.find_due_time(cause=Cause.OVERDUE, paid_at=AT, policy=NOW) == AT + timedelta(hours=24)
    assert clocks.find_due_time(cause=Cause.BALANCE, paid_at=AT, policy=NOW) == AT + timedelta(hours=2)


@pytest.mark.parametrize(
    ("minutes", "light"), [(59, Light.GREEN), (60, Light.AMBER), (120, Light.AMBER), (121, Light.RED)]
)
def test_a_clock_turns_amber_at_half_its_time_and_red_after_it(minutes: int, light: Light) -> None:
    at = AT + timedelta(minutes=minutes)

    assert clocks.find_light(started_at=AT, due_at=AT + timedelta(hours=2), at=at, policy=NOW) is light
    assert clocks.is_kept(due_at=AT + timedelta(hours=2), restored_at=at) is (light is not Light.RED)


@pytest.mark.parametrize(
    ("payments", "surplus", "at"),
    [
        ([(3, 500), (2, 5_000), (1, 100)], 300, 3),
        ([(3, 500), (2, 5_000), (1, 100)], 500, 2),
        ([(2, 100), (1, 100)], 900, 1),
        ([], 0, None),
    ],
)
def test_the_clock_runs_from_the_payment_that_made_it_enough(payments: Any, surplus: int, at: int | None) -> None:
    given_payments = [(AT + timedelta(hours=hour), fen) for hour, fen in payments]

    found = states.find_crossing(given_payments, surplus_fen=surplus)

    assert found == (None if at is None else AT + timedelta(hours=at))


@given(balances=st.lists(st.integers(-10_000, 10_000), max_size=40), warned=st.booleans())
def test_no_rung_is_left_out_downwards_and_enough_leads_up_at_once(balances: list[int], warned: bool) -> None:
    rungs = [ControlState.NORMAL, ControlState.NOTICE, ControlState.WARNED, ControlState.TO_DISCONNECT]
    state = ControlState.NORMAL

    for balance in balances:
        following = states.find_next_state(
            current=state, balance_fen=balance, thresholds=LIMITS, is_warned_long_enough=warned
        )
        wanted = states.find_rung(balance_fen=balance, thresholds=LIMITS)
        assert rungs.index(following) <= rungs.index(state) + 1
        assert rungs.index(following) <= max(rungs.index(wanted), 0)
        assert warned or following is not ControlState.TO_DISCONNECT
        state = following


@pytest.mark.parametrize(
    ("balance", "rung"), [(5_000, "NORMAL"), (4_999, "NOTICE"), (1_999, "WARNED"), (0, "WARNED"), (-1, "TO_DISCONNECT")]
)
def test_what_equals_a_threshold_has_not_crossed_it(balance: int, rung: str) -> None:
    assert states.find_rung(balance_fen=balance, thresholds=LIMITS) == rung


@pytest.mark.parametrize(("balance", "daily", "left"), [(1_000, 300, 3), (0, 300, 0), (-5, 300, 0), (1_000, 0, None)])
def test_days_left_are_whole_days_of_the_daily_use(balance: int, daily: int, left: int | None) -> None:
    assert states.count_days_left(balance_fen=balance, stop_fen=0, daily_fen=daily) == left


def test_a_policy_that_contradicts_itself_is_refused() -> None:
    with pytest.raises(PolicyUnreadable):
        read_policies('schema = "fee-control-policy/v1"\n[[version]]\ncode = "X"\n')
    with pytest.raises(PolicyUnreadable):
        find_policy(list_house_policies(), on=date(2000, 1, 1))
