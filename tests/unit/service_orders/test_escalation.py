"""Rows of who stands above are read strictly; a clock of a step that is reached again is told again."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from dianke.domain.service_orders.rules.escalation import (
    Level,
    Told,
    choose_row,
    find_untold,
    list_house_rows,
    path_above,
    read_rows,
)
from dianke.domain.service_orders.rules.rule_sets import OrderRulesUnreadable
from dianke.domain.service_orders.types import ClockColour, ClockReading, ClockState, PauseReason

BEGUN = datetime(2026, 1, 5, 2, tzinfo=UTC)
CLOCK = ClockReading(
    promise="survey.high", step="survey", started_at=BEGUN, ended_at=None, due=None, due_if_resumed=None,
    amber_at=None, state=ClockState.BROKEN, colour=ClockColour.RED, paused_for=None,
)  # fmt: skip
ROW = 'schema = "order-escalation/v1"\n[[row]]\nsince = 2026-01-01\n'


def test_red_is_told_once_and_again_for_the_next_arrival():
    told = [Told("RED:survey", BEGUN + timedelta(hours=1))]

    assert find_untold([CLOCK], []) == [(Level.RED, CLOCK)]
    assert find_untold([CLOCK], told) == []
    again = replace(CLOCK, started_at=BEGUN + timedelta(hours=2))
    assert find_untold([again], told) == [(Level.RED, again)]


def test_what_is_green_stands_or_ended_is_told_to_nobody():
    assert find_untold([replace(CLOCK, colour=ClockColour.GREEN)], []) == []
    assert find_untold([replace(CLOCK, paused_for=PauseReason.CUSTOMER_PAPERS)], []) == []
    assert find_untold([replace(CLOCK, ended_at=BEGUN)], []) == []


@pytest.mark.parametrize(("up", "found"), [(0, "/3/17/5/"), (1, "/3/17/"), (2, "/3/"), (5, "/3/")])
def test_units_above_end_at_the_highest(up: int, found: str):
    assert path_above("/3/17/5/", up) == found


@pytest.mark.parametrize(
    "text",
    [
        "",
        'schema = "other/v1"',
        ROW + "AMBER = { units_up = 0 }",
        ROW + "AMBER = { units_up = 0 }\nRED = { units_up = -1 }",
        ROW + "AMBER = { units_up = 0 }\nRED = { units_up = true }",
        ROW.replace("2026-01-01", '"2026"') + "AMBER = { units_up = 0 }\nRED = { units_up = 1 }",
    ],
)
def test_rows_that_cannot_be_used_are_refused(text: str):
    with pytest.raises(OrderRulesUnreadable):
        read_rows(text)


def test_no_row_no_answer():
    with pytest.raises(OrderRulesUnreadable):
        choose_row(list_house_rows(), on=datetime(1990, 1, 1, tzinfo=UTC).date())
