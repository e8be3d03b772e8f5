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


def find_card_days(
    left: Sequence[DayLeft], *, amount_fen: int, most_fee_parts: int, last_day: date
) -> tuple[date, date, int] | None:
    """
    Return first day, last day and fee of the open days in a row that a terminal's bank pays by an amount, or None.

    No file says the fee: it is what is missing, if the rate allows it and all rows of days that fit say the same;
    the oldest of them is meant.

    :param most_fee_parts: what may be kept of ten thousand parts, rounded up to the fen
    """
    still_open = [one for one in left if one.left_fen and one.day <= last_day]
    found = []
    for start, first in enumerate(still_open):
        gross = 0
        for one in still_open[start:]:
            gross += one.left_fen
            fee = gross - amount_fen
            if gross > 0 and 0 <= fee <= compute_most_fee(gross, most_fee_parts):
                found.append((first.day, one.day, fee))
    return found[0] if len({fee for _first, _last, fee in found}) == 1 else None


def compute_most_fee(gross_fen: int, parts: int) -> int:
    """Return the most that is kept of an amount by a rate in parts of ten thousand, rounded up to the fen."""
    return -(-gross_fen * parts // 10_000)


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
