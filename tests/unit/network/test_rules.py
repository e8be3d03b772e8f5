"""Which state a transformer may pass into, and when."""

from datetime import date

import pytest

from dianke.domain.network import rules
from dianke.domain.network.types import Spell, TransformerState

START = date(2025, 6, 1)
RUNNING = [Spell(TransformerState.RUNNING, START, None)]


def test_the_first_state_needs_nothing_before_it() -> None:
    assert rules.find_spell_obstacle([], state=TransformerState.RUNNING, from_date=START) is None


@pytest.mark.parametrize(
    ("state", "from_date", "obstacle"),
    [
        (TransformerState.SUSPENDED, date(2025, 6, 2), None),
        (TransformerState.SUSPENDED, START, "it passed into RUNNING on that day already"),
        (TransformerState.SUSPENDED, date(2025, 5, 31), "a later state is recorded from 2025-06-01"),
        (TransformerState.RUNNING, date(2025, 6, 2), "it is RUNNING since 2025-06-01"),
    ],
)
def test_a_state_follows_the_last_one(state: TransformerState, from_date: date, obstacle: str | None) -> None:
    assert rules.find_spell_obstacle(RUNNING, state=state, from_date=from_date) == obstacle


def test_a_state_that_has_ended_is_not_overlapped() -> None:
    ended = [Spell(TransformerState.RUNNING, START, date(2025, 7, 1))]

    inside = rules.find_spell_obstacle(ended, state=TransformerState.RUNNING, from_date=date(2025, 6, 15))
    after = rules.find_spell_obstacle(ended, state=TransformerState.RUNNING, from_date=date(2025, 7, 1))

    assert (inside, after) == ("its last state is recorded until 2025-07-01", None)


@pytest.mark.parametrize(("voltage", "is_known"), [("10kV", True), ("10 kV", False), ("10KV", False), ("", False)])
def test_only_nominal_voltages_are_known(voltage: str, is_known: bool) -> None:
    assert (rules.find_voltage_obstacle(voltage) is None) is is_known
