"""
How customers might pay: a made-up population, drawn month by month, for measuring and testing what finds risk.

It knows nothing of features or scores. Each account is sound, strained or failing, and passes from one to the other;
the strained pay later and later before they fail. Some are late by habit and never go bad, which a plain count of
late bills takes for risk.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]
SOUND, STRAINED, FAILING = 0, 1, 2
NEVER = -1
_FIRST = date(1970, 1, 1)
_DUE_AFTER_DAYS = 15
# From each state to each, a month.
_PASSING = np.array([[0.985, 0.013, 0.002], [0.16, 0.72, 0.12], [0.03, 0.07, 0.90]])
_HABIT_SHARE, _NEVER_PAID = 0.08, 0.25


@dataclass(frozen=True, slots=True)
class Behaviour:
    """
    Bills and payments of accounts. Shapes: bill_fen, paid_on, state (n, m); issued, due, starts (m,).

    Units: fen; days since 1970, NEVER where a bill was not paid.
    """

    bill_fen: Integers
    paid_on: Integers
    state: Integers
    starts: Integers
    issued: Integers
    due: Integers


def draw_behaviour(*, accounts: int, first_month: date, months: int, seed: int) -> Behaviour:
    """Return what accounts were billed for the months from one on, and when they paid; the same for the same seed."""
    random = np.random.default_rng(seed)
    starts = [_add_months(first_month, at) for at in range(months + 1)]
    issued = np.array([_number(day) + 1 for day in starts[1:]], dtype=np.int64)
    due = issued + _DUE_AFTER_DAYS
    state = _draw_states(random, accounts, months)
    level = np.exp(random.normal(9.6, 1.1, accounts))
    season = 1 + 0.25 * np.cos(2 * np.pi * (np.array([day.month for day in starts[:-1]]) - 1) / 6)
    weak = np.where(state == SOUND, 1.0, np.where(state == STRAINED, 0.85, 0.55))
    fen = level[:, None] * season * weak * random.lognormal(0, 0.15, (accounts, months))
    never = np.equal(state, FAILING) & np.less(random.random(state.shape), _NEVER_PAID)
    paid_on: Integers = np.where(never, NEVER, due + _draw_days(random, state))
    return Behaviour(
        np.maximum(fen, 100).astype(np.int64),
        paid_on,
        state,
        np.array([_number(day) for day in starts], dtype=np.int64),
        issued,
        due,
    )


def _draw_states(random: np.random.Generator, accounts: int, months: int) -> Integers:
    state = np.empty((accounts, months), dtype=np.int64)
    now = random.choice(3, size=accounts, p=[0.93, 0.05, 0.02])
    steps = _PASSING.cumsum(axis=1)
    for at in range(months):
        state[:, at] = now
        now = np.minimum((random.random(accounts)[:, None] > steps[now]).sum(axis=1), FAILING)
    return state


def _draw_days(random: np.random.Generator, state: Integers) -> Integers:
    """Return by how many days each bill is paid after its due day, below nought before it."""
    accounts = state.shape[0]
    early = -random.integers(0, 13, state.shape)
    slip = random.random(state.shape) < 0.04
    sound = np.where(slip, random.integers(1, 9, state.shape), early)
    habit = np.less(random.random((accounts, 1)), _HABIT_SHARE)
    sound = np.where(habit, random.integers(2, 16, state.shape), sound)
    strained = random.gamma(2.0, 8.0, state.shape).astype(np.int64)
    failing = 25 + random.gamma(2.0, 30.0, state.shape).astype(np.int64)
    found: Integers = np.where(state == SOUND, sound, np.where(state == STRAINED, strained, failing))
    return found


def _add_months(day: date, months: int) -> date:
    place = day.year * 12 + day.month - 1 + months
    return date(place // 12, place % 12 + 1, 1)


def _number(day: date) -> int:
    return (day - _FIRST) // timedelta(days=1)
