"""What gateways and agents still owe us: each settlement goes to the days that it names, the oldest of them first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Settled:
    """What a settlement cleared, commission and all, and the days that it is for."""

    first_day: date
    last_day: date
    gross_fen: int


@dataclass(frozen=True, slots=True)
class DayLeft:
    """A day, what came on it, and what of it is still with the gateway or agent; below zero it settled too much."""

    day: date
    came_fen: int
    left_fen: int


def spread_settlements(came: Mapping[date, int], settlements: Sequence[Settled]) -> list[DayLeft]:
    """
    Return the days in their order with what is left of each.

    What a settlement has beyond its days stands on the last of them, below zero: it is shown, not hidden.
    """
    left = dict(came)
    for one in settlements:
        rest = one.gross_fen
        within = [day for day in left if one.first_day <= day <= one.last_day]
        # Days on which more went back than came first: they make what is settled for the others larger.
        for day in sorted(within, key=lambda day: (left[day] > 0, day)):
            taken = min(rest, left[day]) if left[day] > 0 else left[day]
            left[day] -= taken
            rest -= taken
        if rest:
            left[one.last_day] = left.get(one.last_day, 0) - rest
    return [DayLeft(day, came.get(day, 0), left[day]) for day in sorted(left)]


def find_settled_days(
    left: Sequence[DayLeft], *, amount_fen: int, fees: Mapping[date, int], last_day: date
) -> tuple[date, date, int] | None:
    """
    Return first day, last day and commission of open days in a row that bring exactly an amount, or None.

    The oldest such days are meant; a day before them that differs for another reason does not hide them.

    :param fees: what the files of days say that is kept as commission
    :param last_day: a settlement pays what came until then
    """
    still_open = [one for one in left if one.left_fen and one.day <= last_day]
    for start, first in enumerate(still_open):
        net = fee = 0
        for one in still_open[start:]:
            fee += fees.get(one.day, 0)
            net += one.left_fen - fees.get(one.day, 0)
            if net == amount_fen:
                return first.day, one.day, fee
    return None
