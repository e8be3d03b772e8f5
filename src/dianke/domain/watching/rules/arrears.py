"""Arrears risk: whom the weekly scoring of risk watches, taken over and never computed again."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dianke.domain.watching.rules.policy import WatchPolicy
from dianke.domain.watching.types import REASONS, Bools, Flags, Integers, Reason, ReasonCode, WatchList

WORST_GRADE = "D"


@dataclass(frozen=True, slots=True)
class WatchedScores:
    """
    Accounts that the scoring of risk watches, one a row.

    Shapes (s,): row, index of the customer in the fleet; probability_e6; loss_fen; grades and causes one each, the
    causes as the scoring wrote them.
    """

    row: Integers
    probability_e6: Integers
    loss_fen: Integers
    grades: Sequence[str]
    causes: Sequence[Sequence[str]]


def find_arrears(scores: WatchedScores, *, policy: WatchPolicy) -> Flags:
    """Return the customers of watched accounts; of several accounts the one with the largest expected loss speaks."""
    order = np.lexsort((scores.loss_fen, scores.row))
    last = np.append(scores.row[order][1:] != scores.row[order][:-1], np.ones(min(order.size, 1), dtype=bool))
    chosen = order[last]
    least = policy.get(WatchList.ARREARS_RISK, "alarm_probability_percent") * 10_000
    is_worst: Bools = np.array([scores.grades[at] == WORST_GRADE for at in chosen.tolist()], dtype=bool)
    return Flags(
        rows=scores.row[chosen],
        is_alarm=is_worst | (scores.probability_e6[chosen] >= least),
        weight=scores.loss_fen[chosen],
        reasons=[_write(scores, at) for at in chosen.tolist()],
    )


def _write(scores: WatchedScores, at: int) -> tuple[Reason, ...]:
    found = [
        Reason(ReasonCode.RISK_GRADE, {"grade": scores.grades[at], "probability_e6": int(scores.probability_e6[at])})
    ]
    found += [Reason(ReasonCode.RISK_CAUSE, {"cause": cause}) for cause in scores.causes[at][: REASONS - 1]]
    if scores.loss_fen[at] > 0:
        found.append(Reason(ReasonCode.RISK_LOSS, {"loss_fen": int(scores.loss_fen[at])}))
    return tuple(found[:REASONS])
