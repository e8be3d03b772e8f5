"""Put together what a rule found: the rows, and the weightiest reasons of each."""

from collections.abc import Callable, Sequence

import numpy as np

from dianke.domain.watching.types import REASONS, Bools, Flags, Floats, Reason

# Weight of a reason for each row of the fleet (0 or less: it does not hold), and how to write it of a row.
Candidate = tuple[Floats, Callable[[int], Reason]]


def flag(*, is_flagged: Bools, is_alarm: Bools, weight: Floats, candidates: Sequence[Candidate]) -> Flags:
    """Return the rows that are flagged, each with its weightiest reasons, at most three, of those that hold."""
    rows = np.flatnonzero(is_flagged)
    weights = np.stack([given[rows] for given, _write in candidates], axis=1) if rows.size else np.zeros((0, 0))
    order = np.argsort(-weights, axis=1, kind="stable")[:, :REASONS]
    reasons = [
        tuple(candidates[place][1](row) for place in places if weights[at, place] > 0)
        for at, (row, places) in enumerate(zip(rows.tolist(), order.tolist(), strict=True))
    ]
    return Flags(rows=rows, is_alarm=is_alarm[rows], weight=np.rint(weight[rows]).astype(np.int64), reasons=reasons)
