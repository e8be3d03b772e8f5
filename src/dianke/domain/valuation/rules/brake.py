"""The brake against flapping: when another candidate becomes the class in force."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dianke.domain.valuation.rules.policy import Brake
from dianke.domain.valuation.types import ClassReason

Integers = NDArray[np.int64]
Places = NDArray[np.int8]
NONE = -1
REASONS = tuple(ClassReason)


@dataclass(frozen=True, slots=True)
class Standing:
    """
    Where customers stand: class in force, candidate that stood, months it stood. Shapes: (n,); places among classes.

    `stood_class` is the mildest of the candidates that stood: the one nearest to the class in force.
    """

    in_force: Places
    stood_class: Places
    stood_months: Places


@dataclass(frozen=True, slots=True)
class Braked:
    """What a rating makes of a standing, and why: places among REASONS."""

    standing: Standing
    reasons: Places


def begin_standing(size: int) -> Standing:
    """Return the standing of customers that were never rated."""
    nobody = np.full(size, NONE, dtype=np.int8)
    return Standing(nobody, nobody.copy(), np.zeros(size, dtype=np.int8))


def apply_brake(
    candidates: Places, before: Standing, *, amount_fen: Integers, borders: Sequence[int | None], terms: Brake,
    held: Places, is_next_month: bool = True,
) -> Braked:  # fmt: skip
    """
    Return the class in force of each customer after a rating.

    The first rating takes at once. Another candidate takes when candidates on the same side stood enough months in a
    row, and then the mildest of them; or at once when the amount lies beyond the border by more than the policy
    says: above the lower border of the candidate (up), or below the lower border of the class in force (down).
    A class that an appeal holds stays.

    :param borders: the least amount of each class, None where nobody reaches it
    :param held: the class that an appeal holds, or NONE
    :param is_next_month: whether the rating before was of the month before; else candidates begin to stand anew
    """
    edge = np.array([-1 if one is None else one for one in borders], dtype=np.int64)
    is_first = before.in_force == NONE
    current = np.where(is_first, candidates, before.in_force).astype(np.int8)
    is_up, is_down = candidates < current, candidates > current
    mildest, months = _stand(candidates, current, before, is_up, is_down, is_next_month)
    stood = (is_up & (months >= terms.up_months)) | (is_down & (months >= terms.down_months))
    beyond = _is_beyond(candidates, current, is_up, is_down, amount_fen, edge, terms)
    in_force = np.where(beyond, candidates, np.where(stood, mildest, current)).astype(np.int8)
    is_held = held != NONE
    in_force = np.where(is_held, held, in_force).astype(np.int8)
    ends = (in_force == candidates) | is_held
    reasons = np.select(
        [is_held, is_first, beyond, stood, is_up | is_down],
        [_place(one) for one in
         (ClassReason.HELD, ClassReason.FIRST, ClassReason.PASSED_BORDER, ClassReason.STOOD, ClassReason.WAITS)],
        _place(ClassReason.SAME),
    )  # fmt: skip
    # After a step to the mildest, a candidate farther off begins to stand for the rest of its way.
    stepped = stood & ~beyond & ~ends
    months = np.where(ends, 0, np.where(stepped, 1, months)).astype(np.int8)
    mildest = np.where(ends, NONE, np.where(stepped, candidates, mildest)).astype(np.int8)
    return Braked(Standing(in_force, mildest, months), reasons.astype(np.int8))


def _stand(
    candidates: Places, current: Places, before: Standing, is_up: NDArray[np.bool_], is_down: NDArray[np.bool_],
    is_next_month: bool,
) -> tuple[Places, Places]:  # fmt: skip
    """Return the mildest candidate that stood and for how many months, this one among them."""
    has_stood = (before.stood_months > 0) & is_next_month
    goes_on_up = has_stood & is_up & (before.stood_class < current)
    goes_on_down = has_stood & is_down & (before.stood_class > current)
    mildest = np.where(goes_on_up, np.maximum(before.stood_class, candidates), candidates)
    mildest = np.where(goes_on_down, np.minimum(before.stood_class, candidates), mildest)
    months = np.where(goes_on_up | goes_on_down, np.minimum(before.stood_months, 100) + 1, (is_up | is_down) * 1)
    return mildest.astype(np.int8), months.astype(np.int8)


def _is_beyond(
    candidates: Places, current: Places, is_up: NDArray[np.bool_], is_down: NDArray[np.bool_], amount_fen: Integers,
    edge: Integers, terms: Brake,
) -> NDArray[np.bool_]:  # fmt: skip
    """Tell whose amount lies beyond the border by more than the policy asks for, in whole numbers."""
    above, below = edge[candidates], edge[current]
    far_up = is_up & (above >= 0) & (amount_fen * 100 >= above * (100 + terms.up_beyond_percent))
    far_down = is_down & (below >= 0) & (amount_fen * 100 <= below * (100 - terms.down_beyond_percent))
    return np.asarray(far_up | far_down)


def _place(reason: ClassReason) -> int:
    return REASONS.index(reason)
