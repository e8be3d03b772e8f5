"""What a run does: new entries, entries that go on, entries that nobody sees any more; never the same twice."""

from dataclasses import dataclass

import numpy as np

from dianke.domain.watching.rules.policy import WatchPolicy
from dianke.domain.watching.types import Bools, Flags, Integers


@dataclass(frozen=True, slots=True)
class Living:
    """Entries of a list that are open or taken. Shapes (e,): row of the customer, runs that missed it, is_taken."""

    row: Integers
    missed: Integers
    is_taken: Bools


@dataclass(frozen=True, slots=True)
class Resting:
    """Customers whose last entry of the list was closed of late. Shapes (r,): row, and whether it was an alarm."""

    row: Integers
    was_alarm: Bools


@dataclass(frozen=True, slots=True)
class Plan:
    """
    What becomes of a run's flags and of the entries that live.

    new: places in the flags, the most urgent first; left_out: how many more there were; continued: pairs of a place
    among the living and a place in the flags (c, 2); missed and lapsed: places among the living.
    """

    new: Integers
    left_out: int
    resting: int
    continued: Integers
    missed: Integers
    lapsed: Integers


def plan_run(flags: Flags, *, living: Living, resting: Resting, policy: WatchPolicy, is_judged: Bools) -> Plan:
    """
    Return what a run does with a list.

    Shapes: is_judged (n,), whether the run had the facts to judge a customer at all: an entry of one that it could not
    judge stays as it was.
    """
    order = np.argsort(living.row, kind="stable")
    of_living = _find(living.row[order], flags.rows)
    is_new = of_living < 0
    rests = np.isin(flags.rows, resting.row)
    if policy.get_general("alarm_breaks_rest"):
        rests &= ~flags.is_alarm | np.isin(flags.rows, resting.row[resting.was_alarm])
    candidates = np.flatnonzero(is_new & ~rests)
    urgent = candidates[np.lexsort((flags.rows[candidates], -flags.weight[candidates], ~flags.is_alarm[candidates]))]
    most = policy.get_general("most_new")
    seen = np.flatnonzero(~is_new)
    continued = np.stack([order[of_living[seen]], seen], axis=1)
    is_unseen = ~np.isin(living.row, flags.rows) & is_judged[living.row]
    lapses = is_unseen & ~living.is_taken & (living.missed + 1 >= policy.get_general("lapse_runs"))
    return Plan(
        new=urgent[:most],
        left_out=max(urgent.size - most, 0),
        resting=int((is_new & rests).sum()),
        continued=continued,
        missed=np.flatnonzero(is_unseen & ~lapses),
        lapsed=np.flatnonzero(lapses),
    )


def _find(known: Integers, wanted: Integers) -> Integers:
    """Return the place of each wanted value among sorted ones, -1 where it is not there."""
    if not known.size:
        return np.full(wanted.size, -1, dtype=np.int64)
    place = np.minimum(np.searchsorted(known, wanted), known.size - 1)
    found: Integers = np.where(known[place] == wanted, place, -1)
    return found
