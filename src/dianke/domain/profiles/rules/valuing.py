"""Which value of a tag each customer has."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from dianke.domain.profiles.types import DOES_NOT_APPLY, NO_CONSENT, NONE, NOT_KNOWN, SLOTS, Refresh, Tag
from dianke.engine.tags.language import evaluate, list_facts
from dianke.engine.tags.types import UNKNOWN, Columns, Integers

Bytes = NDArray[np.int8]
# A tag is due when its last run is older than this.
PERIODS = {Refresh.DAILY: 1, Refresh.WEEKLY: 7, Refresh.MONTHLY: 28}


def value_customers(tag: Tag, *, columns: Columns, today: int, is_free: NDArray[np.bool_] | None = None) -> Bytes:
    """
    Return what stands in the slot of a tag of each customer.

    The first value whose condition holds; NONE where none does, NOT_KNOWN where that hangs on a fact not known,
    DOES_NOT_APPLY where the tag is about others, NO_CONSENT of people who did not agree to its purpose.

    :param is_free: who may be judged for the purpose of the tag; everybody unless given
    """
    size = len(next(iter(columns.values())))
    found = np.full(size, NONE, dtype=np.int8)
    is_open = np.ones(size, dtype=bool)
    in_doubt = np.zeros(size, dtype=bool)
    for number, value in enumerate(tag.values, start=1):
        truth = evaluate(value.when, columns=columns, today=today)
        found[is_open & (truth == 1)] = number
        in_doubt |= is_open & (truth == 0)
        is_open &= truth != 1
    found[is_open & in_doubt] = NOT_KNOWN
    if tag.applies is not None:
        applies = evaluate(tag.applies, columns=columns, today=today)
        found[applies == -1] = DOES_NOT_APPLY
        found[applies == 0] = NOT_KNOWN
    if is_free is not None:
        found[~is_free] = NO_CONSENT
    return found


def list_needed(tag: Tag) -> set[str]:
    """Return the facts that a tag is made of."""
    conditions = [one.when for one in tag.values] + ([tag.applies] if tag.applies is not None else [])
    return set().union(*(list_facts(one) for one in conditions))


def find_sourceless(tags: Sequence[Tag], *, sources: set[str]) -> list[Tag]:
    """Return the tags of which no source holds a single fact: they say nothing of anybody and are not shown."""
    return [tag for tag in tags if not sources.intersection(tag.sources)]


def find_due(tags: Sequence[Tag], *, today: int, last: dict[str, int]) -> list[Tag]:
    """Return the tags to be computed, given the day of each one's last run."""
    return [tag for tag in tags if tag.code not in last or today - last[tag.code] >= PERIODS[tag.refresh]]


def merge_values(
    *, old: Bytes, old_since: NDArray[np.int16], new: Bytes, due: Sequence[int], today: int
) -> tuple[Bytes, NDArray[np.int16], NDArray[np.bool_]]:
    """
    Return values and days since which they hold after a run, and which of them changed.

    Shapes: (n, SLOTS) each. Slots that are not due keep what they hold. Days count from SINCE_DAY.
    """
    is_due = np.zeros(SLOTS, dtype=bool)
    is_due[list(due)] = True
    changed = (old != new) & is_due[None, :]
    return np.where(changed, new, old), np.where(changed, np.int16(today), old_since), changed


def as_column(values: Bytes) -> Integers:
    """Return the values of a tag as a column of facts: what says nothing of a customer is UNKNOWN."""
    return np.where(values >= 0, values.astype(np.int64), UNKNOWN)
