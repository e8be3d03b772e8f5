"""What is expected of open bills, and of bills still to come, by what came of such bills before."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

# Days ahead that pages show.
HORIZONS = (7, 30, 60, 90)
# A cycle that was not billed for so many of its periods is taken as at rest [P].
_PERIODS_AT_REST = 3
_USUAL_DAYS = 31
WHOLE = 10**9

# Class of use and number of the bucket.
Cell = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Measured:
    """What was open, and what of it came."""

    open_fen: int
    paid_fen: int


def expect(now: Mapping[Cell, Measured], *, history: Mapping[Cell, Measured]) -> dict[Cell, int]:
    """Return what is expected of each cell: its own share of before, else that of its class, else nothing."""
    classes: dict[str, Measured] = {}
    for (usage_class, _bucket), one in history.items():
        known = classes.get(usage_class, Measured(0, 0))
        classes[usage_class] = Measured(known.open_fen + one.open_fen, known.paid_fen + one.paid_fen)
    return {
        cell: _take_share(one.open_fen, history.get(cell) or classes.get(cell[0]) or Measured(0, 0))
        for cell, one in now.items()
    }


def fill_history(
    history: Mapping[Cell, Measured], *, shorter: Mapping[Cell, Measured], now: Iterable[Cell]
) -> dict[Cell, Measured]:
    """Return a history with that of fewer days for the classes of today that had nothing open so long ago."""
    known = {usage_class for (usage_class, _bucket), one in history.items() if one.open_fen > 0}
    lacking = {usage_class for usage_class, _bucket in now} - known
    return {**history, **{cell: one for cell, one in shorter.items() if cell[0] in lacking}}


def _take_share(open_fen: int, before: Measured) -> int:
    """Round half up to the fen, once."""
    if before.open_fen <= 0:
        return 0
    return (2 * open_fen * before.paid_fen + before.open_fen) // (2 * before.open_fen)


@dataclass(frozen=True, slots=True)
class IssuedDay:
    """What was billed to a class on a day, and what came of it by the days that had passed since."""

    day: date
    billed_fen: int
    # Days after the issue, and what came on that day, in any order.
    came_fen: Mapping[int, int]


def find_paid_share(issued: Sequence[IssuedDay], *, days: int, on: date) -> tuple[int, int]:
    """
    Return the share that comes within some days after the issue, as a part of `WHOLE`; of nothing known, 0 of 0.

    Day by day: what came on it of what was open before it, of the bills that are that old on `on`; the shares left are
    multiplied (the product-limit estimator), so that young bills count as far as they go and more days never say less.
    More than is open is no collection of these bills.
    """
    if sum(one.billed_fen for one in issued) <= 0:
        return 0, 0
    unpaid = {at: one.billed_fen for at, one in enumerate(issued) if one.billed_fen > 0}
    left = Decimal(1)
    for day in range(days + 1):
        old = [at for at in unpaid if issued[at].day + timedelta(days=day) <= on]
        open_fen = sum(unpaid[at] for at in old)
        came = {at: min(max(issued[at].came_fen.get(day, 0), 0), unpaid[at]) for at in old}
        if open_fen > 0:
            left *= 1 - Decimal(sum(came.values())) / open_fen
        unpaid.update({at: unpaid[at] - fen for at, fen in came.items()})
    return int(((1 - left) * WHOLE).to_integral_value()), WHOLE


def take_share(amount_fen: int, part: tuple[int, int]) -> int:
    """Return the part of an amount, half up to the fen; nothing where nothing is known."""
    return _take_share(amount_fen, Measured(part[1], part[0]))


def list_issue_days(
    *, last_month: date, last_issue: date, months: int, planned: Mapping[date, date], on: date, until: date
) -> list[tuple[date, date]]:
    """
    Return the months that a cycle will bill until a day, each with the day that it is expected on.

    The calendar says the day; a month that it does not hold yet is expected as many months after the last issue. What
    should be out by now is expected tomorrow.

    :param months: of a period of the cycle
    :param planned: days of issue that the calendar holds, by month
    """
    if on - last_issue > timedelta(days=_PERIODS_AT_REST * months * _USUAL_DAYS):
        return []
    found: list[tuple[date, date]] = []
    for step in range(1, _PERIODS_AT_REST + HORIZONS[-1] // 28 + 2):
        month = _add_months(last_month, step * months)
        day = max(planned.get(month, _add_months(last_issue, step * months)), on + timedelta(days=1))
        if day > until:
            break
        found.append((month, day))
    return found


def _add_months(day: date, months: int) -> date:
    """Return the same day some months later, or the last of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    first = date(year, month + 1, 1)
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return first.replace(day=min(day.day, last.day))
