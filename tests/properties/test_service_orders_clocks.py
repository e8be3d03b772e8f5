"""What holds for every clock of an order, whatever the start and the pauses."""

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from dianke.domain.service_orders.rules.clocks import (
    ClockRules,
    OrderPromises,
    count_used_days,
    read_order_clocks,
)
from dianke.domain.service_orders.types import (
    ClockAct,
    ClockEvent,
    ClockReading,
    PauseReason,
    Promise,
    PromiseUnit,
    Shift,
)
from dianke.kernel.calendar import load_mainland_calendar
from dianke.kernel.clock import SHANGHAI, at_midnight
from dianke.kernel.period import TimePeriod

DAY_END = timedelta(hours=18)
MINUTE = timedelta(minutes=1)
FIRST = datetime(2024, 1, 1, tzinfo=SHANGHAI)
FAR = datetime(2026, 12, 1, tzinfo=SHANGHAI)
SPLIT = (
    Shift(timedelta(hours=8, minutes=30), timedelta(hours=12)),
    Shift(timedelta(hours=14, minutes=30), timedelta(hours=18)),
)

moments = st.integers(0, 300 * 24 * 60).map(lambda minutes: FIRST + minutes * MINUTE)
lengths = st.integers(1, 9 * 24 * 60).map(lambda minutes: minutes * MINUTE)
promises = st.builds(
    lambda amount, unit: Promise(code="p", amount=amount, unit=unit, evidence="P", source="SRC-P"),
    st.integers(1, 32),
    st.sampled_from(PromiseUnit),
)
rule_sets = st.sampled_from(((), SPLIT)).map(
    lambda shifts: ClockRules(calendar=load_mainland_calendar(), day_end=DAY_END, shifts=shifts)
)


def look(promise: Promise, rules: ClockRules, start: datetime, *pauses: tuple[datetime, datetime]) -> ClockReading:
    events = [ClockEvent(at=start, act=ClockAct.START)]
    for begin, end in pauses:
        events.append(ClockEvent(at=begin, act=ClockAct.PAUSE, reason=PauseReason.CUSTOMER_PAPERS, evidence="e"))
        events.append(ClockEvent(at=end, act=ClockAct.RESUME))
    promised = OrderPromises(whole=promise, plan=None, steps={}, customer_steps={})
    return read_order_clocks(events, promised=promised, rules=rules, now=FAR)[0]


def due(reading: ClockReading) -> datetime:
    assert reading.due is not None
    return reading.due.due_at


class TestPauses:
    @given(promises, rule_sets, moments, lengths)
    def test_that_end_at_once_change_nothing(self, promise, rules, start, after):
        moment = start + after

        assert look(promise, rules, start, (moment, moment)) == look(promise, rules, start)

    @given(promises, rule_sets, moments, lengths, lengths, lengths)
    def test_split_in_two_are_the_same_pause(self, promise, rules, start, after, first, second):
        begin = start + after
        middle, end = begin + first, begin + first + second

        split = look(promise, rules, start, (begin, middle), (middle, end))

        assert split.due == look(promise, rules, start, (begin, end)).due

    @given(st.integers(1, 32), moments, st.integers(0, 20))
    def test_over_days_off_add_no_working_day(self, amount, start, skipped):
        calendar = load_mainland_calendar()
        rules = ClockRules(calendar=calendar, day_end=DAY_END)
        promise = Promise(code="p", amount=amount, unit=PromiseUnit.WORKING_DAY, evidence="P", source="SRC-P")
        last = start.date() + timedelta(days=skipped + 1)
        while not (calendar.is_working_day(last) and not calendar.is_working_day(last + timedelta(days=1))):
            last += timedelta(days=1)
        free = (at_midnight(last) + DAY_END, at_midnight(calendar.next_working_day(last)))

        assert look(promise, rules, start, free).due == look(promise, rules, start).due

    @given(promises, rule_sets, moments, lengths, lengths)
    def test_never_bring_the_due_time_nearer(self, promise, rules, start, after, length):
        paused = look(promise, rules, start, (start + after, start + after + length))

        assert due(paused) >= due(look(promise, rules, start))


class TestDue:
    @given(promises, rule_sets, moments, lengths)
    def test_is_monotone_in_the_start(self, promise, rules, start, later):
        assert due(look(promise, rules, start)) <= due(look(promise, rules, start + later))

    @given(promises, rule_sets, moments)
    def test_is_not_before_amber(self, promise, rules, start):
        reading = look(promise, rules, start)

        assert reading.amber_at is not None
        assert start <= reading.amber_at <= due(reading)


class TestUsedDays:
    @given(moments, lengths, lengths, lengths, lengths)
    def test_of_spans_that_meet_add_up(self, start, first, second, begin, length):
        rules = ClockRules(calendar=load_mainland_calendar(), day_end=DAY_END)
        pauses = [TimePeriod(start + begin, start + begin + length)]

        def used(after: datetime, until: datetime) -> int:
            return count_used_days(started_at=start, after=after, until=until, pauses=pauses, rules=rules)

        middle, end = start + first, start + first + second

        assert used(start, middle) + used(middle, end) == used(start, end)

    @given(st.integers(1, 32), moments, lengths, lengths)
    def test_at_the_due_time_are_the_promised_ones(self, amount, start, begin, length):
        rules = ClockRules(calendar=load_mainland_calendar(), day_end=DAY_END)
        promise = Promise(code="p", amount=amount, unit=PromiseUnit.WORKING_DAY, evidence="P", source="SRC-P")
        pause = (start + begin, start + begin + length)

        until = due(look(promise, rules, start, pause))

        assert count_used_days(
            started_at=start, after=start, until=until, pauses=[TimePeriod(*pause)], rules=rules
        ) == amount  # fmt: skip
