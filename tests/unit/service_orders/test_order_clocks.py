"""Clocks of orders beside hand-made tables: Spring Festival, make-up Saturdays, split shifts, pauses."""

from datetime import timedelta

import pytest

from dianke.domain.service_orders.rules.catalog import load_kinds
from dianke.domain.service_orders.rules.clocks import (
    ClockRules,
    EventsOutOfOrder,
    OrderPromises,
    choose_promises,
    read_order_clocks,
)
from dianke.domain.service_orders.rules.hours import parse_working_hours
from dianke.domain.service_orders.rules.promise_sets import get_promise_set, load_promise_book
from dianke.domain.service_orders.types import (
    ClockAct,
    ClockEvent,
    ClockReading,
    OrderKind,
    PauseReason,
    Promise,
    PromiseUnit,
)
from dianke.kernel.calendar import load_mainland_calendar
from dianke.kernel.clock import parse_instant

RULES = ClockRules(calendar=load_mainland_calendar(), day_end=timedelta(hours=18))


def event(text: str) -> ClockEvent:
    """Read `2024-02-05T10:00 PAUSE CUSTOMER_PAPERS` or `2024-02-05T10:00 ENTER design`."""
    at, act, *rest = text.split()
    detail = rest[0] if rest else ""
    is_pause = act == "PAUSE"
    return ClockEvent(
        at=parse_instant(at),
        act=ClockAct(act),
        step="" if is_pause else detail,
        reason=PauseReason(detail) if is_pause else None,
        evidence="paper 1" if is_pause else "",
    )


def read(promise_set: str, kind: str, now: str, *events: str) -> dict[str, ClockReading]:
    chosen = get_promise_set(load_promise_book(), promise_set=promise_set)
    readings = read_order_clocks(
        [event(text) for text in events],
        promised=choose_promises(load_kinds()[OrderKind(kind)], chosen),
        rules=RULES,
        now=parse_instant(now),
    )
    return {one.step or "whole": one for one in readings}


def due(reading: ClockReading) -> str:
    assert reading.due is not None
    return reading.due.due_at.isoformat()[:16]


class TestWholeTime:
    def test_runs_over_spring_festival_and_the_make_up_sunday(self):
        # 6 to 9 February are four, 10 to 17 off, Sunday 18 worked is five, 19 to 23 ten, 26 February to 1 March
        # fifteen, 4 to 8 March twenty, 11 and 12 March make twenty-two.
        whole = read("SLA-SG2023", "SUPPLY_HIGH_SINGLE", "2024-02-05T11:00", "2024-02-05T10:00 START")["whole"]

        assert due(whole) == "2024-03-12T18:00"
        assert (whole.state, whole.colour) == ("RUNNING", "GREEN")

    def test_runs_over_a_make_up_saturday(self):
        # Friday 7 February 2025: Saturday 8 is worked, 10 to 14 make six.
        whole = read("SLA-SG2023", "SUPPLY_LOW", "2025-02-07T10:00", "2025-02-07T10:00 START")["whole"]

        assert due(whole) == "2025-02-14T18:00"

    def test_stands_while_the_customer_designs(self):
        # 6, 7 May count; 8 to 10, Saturday 11 and Monday 13 are touched; 20 more from 14 May end on 11 June, for
        # Monday 10 June is off.
        events = ("2024-05-04T10:00 START", "2024-05-08T09:00 ENTER design", "2024-05-13T10:00 LEAVE design")

        whole = read("SLA-SG2023", "SUPPLY_HIGH_SINGLE", "2024-05-20T10:00", *events)["whole"]

        assert due(whole) == "2024-06-11T18:00"

    def test_has_no_due_time_while_it_stands_and_says_why(self):
        events = ("2024-05-06T10:00 START", "2024-05-07T09:00 ENTER collect_fee")

        whole = read("SLA-SG2023", "SUPPLY_HIGH_SINGLE", "2024-05-09T10:00", *events)["whole"]

        assert (whole.due, whole.state, whole.paused_for) == (None, "PAUSED", "CUSTOMER_PAYMENT")
        assert whole.due_if_resumed is not None

    def test_loses_nothing_to_a_pause_over_the_week_end(self):
        start = "2024-05-16T10:00 START"
        pause = ("2024-05-17T18:00 PAUSE CUSTOMER_PAPERS", "2024-05-20T00:00 RESUME")
        now = "2024-05-20T10:00"

        paused = read("SLA-SG2023", "SUPPLY_LOW", now, start, *pause)["whole"]

        assert due(paused) == due(read("SLA-SG2023", "SUPPLY_LOW", now, start)["whole"]) == "2024-05-24T18:00"

    def test_turns_amber_and_red_and_is_broken(self):
        def look(now: str) -> tuple[str, str]:
            one = read("SLA-SG2023", "SUPPLY_LOW", now, "2024-05-16T10:00 START")["whole"]
            return one.state, one.colour

        # Of six days four are amber's: 17, 20, 21 and 22 May.
        assert look("2024-05-22T17:59") == ("RUNNING", "GREEN")
        assert look("2024-05-22T18:00") == ("RUNNING", "AMBER")
        assert look("2024-05-24T18:00") == ("RUNNING", "AMBER")
        assert look("2024-05-24T18:01") == ("BROKEN", "RED")

    def test_is_kept_if_finished_in_time_broken_if_late_void_if_cancelled(self):
        def end(text: str) -> str:
            return read("SLA-SG2023", "SUPPLY_LOW", "2024-06-30", "2024-05-16T10:00 START", text)["whole"].state

        assert end("2024-05-24T18:00 FINISH") == "KEPT"
        assert end("2024-05-24T18:01 FINISH") == "BROKEN"
        assert end("2024-05-20T10:00 CANCEL") == "VOID"


class TestStepClocks:
    def test_count_from_entering_to_leaving_and_again_after_rework(self):
        events = (
            "2024-05-06T10:00 START",
            "2024-05-06T11:00 ENTER inspect_mid",
            "2024-05-14T09:00 LEAVE inspect_mid",
            "2024-05-20T09:00 ENTER inspect_mid",
        )
        chosen = get_promise_set(load_promise_book(), promise_set="SLA-2009")
        readings = read_order_clocks(
            [event(text) for text in events],
            promised=choose_promises(load_kinds()[OrderKind.SUPPLY_HIGH_SINGLE], chosen),
            rules=RULES,
            now=parse_instant("2024-05-20T10:00"),
        )
        first, second = (one for one in readings if one.step == "inspect_mid")

        # 7 to 10 and Saturday 11 May make five: one working day late.
        assert (due(first), first.state) == ("2024-05-11T18:00", "BROKEN")
        assert (due(second), second.state) == ("2024-05-27T18:00", "RUNNING")

    def test_of_the_answer_ends_with_the_plan(self):
        events = ("2024-05-06T10:00 START", "2024-05-20T09:00 ENTER answer_plan", "2024-05-20T10:00 LEAVE answer_plan")

        answer = read("SLA-2009", "SUPPLY_HIGH_SINGLE", "2024-08-01", *events)["answer_plan"]

        assert (answer.promise, answer.state) == ("plan.high_single", "KEPT")

    def test_run_in_split_shifts(self):
        hour = Promise(code="callback", amount=3, unit=PromiseUnit.HOUR, evidence="P", source="SRC-P")
        rules = ClockRules(
            calendar=RULES.calendar, day_end=RULES.day_end, shifts=parse_working_hours("08:30-12:00,14:30-18:00")
        )
        promised = OrderPromises(whole=hour, plan=None, steps={}, customer_steps={})
        events = [event("2024-05-10T17:00 START"), event("2024-05-11T09:00 PAUSE CUSTOMER_PAPERS"),
                  event("2024-05-11T15:00 RESUME")]  # fmt: skip

        whole = read_order_clocks(events, promised=promised, rules=rules, now=parse_instant("2024-05-11T15:30"))[0]

        # One hour on Friday, half an hour on the worked Saturday, an hour and a half from 15:00.
        assert due(whole) == "2024-05-11T16:30"


class TestEventsOutOfOrder:
    @pytest.mark.parametrize(
        "events",
        [
            ["2024-05-06T10:00 PAUSE CUSTOMER_PAPERS"],
            ["2024-05-06T10:00 START", "2024-05-06T10:00 START"],
            ["2024-05-06T10:00 START", "2024-05-06T09:00 FINISH"],
            ["2024-05-06T10:00 START", "2024-05-06T11:00 RESUME"],
            ["2024-05-06T10:00 START", "2024-05-06T11:00 LEAVE design"],
            ["2024-05-06T10:00 START", "2024-05-06T11:00 FINISH", "2024-05-06T12:00 ENTER design"],
            ["2024-05-06T10:00 START", "2024-05-06T11:00 ENTER design", "2024-05-06T12:00 ENTER design"],
            ["2024-05-06T10:00 START", *["2024-05-06T11:00 PAUSE CUSTOMER_WORKS"] * 2],
            ["2029-01-01 START"],
        ],
    )
    def test_are_refused(self, events):
        with pytest.raises(EventsOutOfOrder):
            read("SLA-SG2023", "SUPPLY_LOW", "2024-05-07", *events)

    def test_among_them_a_pause_without_evidence(self):
        start = event("2024-05-06T10:00 START")
        pause = ClockEvent(at=start.at, act=ClockAct.PAUSE, reason=PauseReason.CUSTOMER_WORKS)
        promised = OrderPromises(whole=None, plan=None, steps={}, customer_steps={})

        with pytest.raises(EventsOutOfOrder):
            read_order_clocks([start, pause], promised=promised, rules=RULES, now=start.at)


def test_a_meter_comes_off_and_goes_back_within_five_days() -> None:
    # Five days, not working days: Saturday the 8th counts, and the fifth day after is a Thursday.
    off = read(
        "SLA-SEED", "REMOVE", "2024-06-08T12:00", "2024-06-07T09:00 START", "2024-06-08T09:00 ENTER remove_temporarily"
    )
    back = read(
        "SLA-SEED", "REINSTALL", "2024-06-08T12:00", "2024-06-07T09:00 START", "2024-06-08T09:00 ENTER reinstall"
    )

    assert due(off["remove_temporarily"])[:10] == due(back["reinstall"])[:10] == "2024-06-13"
