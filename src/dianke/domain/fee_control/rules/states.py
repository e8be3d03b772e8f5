"""How far an account is: from its balance, one rung a night downwards, at once upwards."""

from collections.abc import Sequence
from datetime import datetime

from dianke.domain.fee_control.types import Cause, ControlState, Thresholds

_RUNGS = (ControlState.NORMAL, ControlState.NOTICE, ControlState.WARNED, ControlState.TO_DISCONNECT)


def find_rung(*, balance_fen: int, thresholds: Thresholds) -> ControlState:
    """Return what a balance asks for: what lies below a threshold has crossed it, what equals it has not."""
    if balance_fen < thresholds.stop_fen:
        return ControlState.TO_DISCONNECT
    if balance_fen < thresholds.warning_fen:
        return ControlState.WARNED
    return ControlState.NOTICE if balance_fen < thresholds.notice_fen else ControlState.NORMAL


def find_next_state(
    *, current: ControlState, balance_fen: int, thresholds: Thresholds, is_warned_long_enough: bool
) -> ControlState:
    """
    Return the state of an account that has supply, by its balance.

    No rung is left out downwards, so that nobody is cut off who was not told and warned; one who pays goes up at once.
    An account that is cut off or waits for supply stays what it is: only an order changes that.
    """
    if current not in _RUNGS:
        return current
    wanted, at = _RUNGS.index(find_rung(balance_fen=balance_fen, thresholds=thresholds)), _RUNGS.index(current)
    if wanted <= at:
        return _RUNGS[wanted]
    following = _RUNGS[at + 1]
    if following is ControlState.TO_DISCONNECT and not is_warned_long_enough:
        return current
    return following


def is_paid_enough(*, cause: Cause, balance_fen: int, stop_fen: int, overdue_fen: int) -> bool:
    """
    Return whether an account that was cut off, or is to be, has paid what it was cut off for.

    A balance is enough where it is not below where the agreement stops supply; a debt once nothing is overdue.
    """
    return balance_fen >= stop_fen if cause is Cause.BALANCE else overdue_fen <= 0


def find_crossing(payments: Sequence[tuple[datetime, int]], *, surplus_fen: int) -> datetime | None:
    """
    Return the moment at which enough had been received, or None if nothing was.

    :param payments: moments and amounts, the latest first
    :param surplus_fen: what there is now beyond what was needed; a payment that came on top of enough decides nothing
    """
    left = surplus_fen
    for moment, amount_fen in payments:
        if amount_fen > left:
            return moment
        left -= amount_fen
    return payments[-1][0] if payments else None


def count_days_left(*, balance_fen: int, stop_fen: int, daily_fen: int) -> int | None:
    """Return how many whole days a balance lasts at a daily use, nought once it is used up; None without any use."""
    if balance_fen <= stop_fen:
        return 0
    return (balance_fen - stop_fen) // daily_fen if daily_fen > 0 else None
