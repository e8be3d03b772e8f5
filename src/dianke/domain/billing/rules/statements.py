"""What a combined statement says of bills that are issued: whose they are, and when the first of them falls due."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Handover:
    """An account went from one customer to another; the day is the first that is no longer of the one who left."""

    day: date
    from_customer_id: int


@dataclass(frozen=True, slots=True)
class ListedBill:
    """A bill on a statement; one that reverses or replaces another names it."""

    key: int
    amount_fen: int
    due_date: date | None
    corrects_key: int | None = None


def find_owner(*, period_end: date, handovers: Sequence[Handover], holder_id: int) -> int:
    """
    Return who held the account on the last day of a bill; `period_end` is the day after it.

    :param handovers: of the account, in any order
    :param holder_id: who holds the account today
    """
    later = [one for one in handovers if one.day >= period_end]
    return min(later, key=lambda one: one.day).from_customer_id if later else holder_id


def find_due_date(bills: Iterable[ListedBill]) -> date | None:
    """Return the earliest due date of the bills that stand: nobody pays one that was reversed, or that pays back."""
    rows = list(bills)
    # A reversal has no due date; what it reverses is settled by it.
    reversed_keys = {one.corrects_key for one in rows if one.corrects_key and one.due_date is None}
    standing = [one for one in rows if one.key not in reversed_keys and one.amount_fen > 0]
    return min((one.due_date for one in standing if one.due_date is not None), default=None)
