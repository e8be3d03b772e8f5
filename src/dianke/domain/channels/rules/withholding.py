"""What a batch of withholding takes: states, and which debts of an account are asked for and why others are not."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class BatchState(StrEnum):
    """Where a batch of withholding stands."""

    DRAFT = "DRAFT"
    RELEASED = "RELEASED"
    SENT = "SENT"
    # Every line has its answer.
    ANSWERED = "ANSWERED"
    WITHDRAWN = "WITHDRAWN"


OPEN_STATES = (BatchState.DRAFT.value, BatchState.RELEASED.value, BatchState.SENT.value)


class LineState(StrEnum):
    """What became of a line."""

    WAITING = "WAITING"
    PAID = "PAID"
    PARTLY = "PARTLY"
    REFUSED = "REFUSED"
    # The bank took the money back later.
    RETURNED = "RETURNED"


class AnswerState(StrEnum):
    """Where a file that a bank answered with stands."""

    # It waits to be checked.
    BROUGHT = "BROUGHT"
    CHECKED = "CHECKED"
    # Its good rows are being booked.
    BOOKING = "BOOKING"
    BOOKED = "BOOKED"
    # It is not whole, or not for us: nothing of it was taken.
    REFUSED = "REFUSED"


class Exclusion(StrEnum):
    """Why an account with an agreement is not asked for money, or for all it owes."""

    PAUSED = "PAUSED"
    IN_OPEN_BATCH = "IN_OPEN_BATCH"
    NO_DEBT = "NO_DEBT"
    OVER_LIMIT = "OVER_LIMIT"
    # The account was closed or handed over, or its holder changed the bank.
    BANK_ACCOUNT_ENDED = "BANK_ACCOUNT_ENDED"


@dataclass(frozen=True, slots=True)
class Owed:
    """A bill and what pays it in full."""

    item_id: int
    total_fen: int


@dataclass(frozen=True, slots=True)
class Chosen:
    """The bills that a line asks for, or why it asks for none."""

    item_ids: tuple[int, ...]
    amount_fen: int
    exclusion: Exclusion | None = None


def choose_debts(debts: Sequence[Owed], *, limit_fen: int | None) -> Chosen:
    """Return the oldest bills that fit into what the agreement allows, each whole or not at all."""
    if not debts:
        return Chosen((), 0, Exclusion.NO_DEBT)
    items: list[int] = []
    amount = 0
    for debt in debts:
        if limit_fen is not None and amount + debt.total_fen > limit_fen:
            break
        items.append(debt.item_id)
        amount += debt.total_fen
    return Chosen(tuple(items), amount) if items else Chosen((), 0, Exclusion.OVER_LIMIT)


def name_line(*, batch: str, serial: int) -> str:
    """Return the number that the payment of a line is known again by."""
    return f"{batch}/{serial:06d}"
