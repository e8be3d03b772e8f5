"""Facts of channels."""

from enum import StrEnum


class ShiftState(StrEnum):
    """Where a cashier's shift (班次) stands; only an open one takes money."""

    OPEN = "OPEN"
    # Counted with a difference that another person decides on.
    COUNTED = "COUNTED"
    # The other person asked for another count.
    TO_RECOUNT = "TO_RECOUNT"
    CLOSED = "CLOSED"


class EntryKind(StrEnum):
    """What an entry of a shift says of a payment: taken in, or given back."""

    TAKEN = "TAKEN"
    RETURNED = "RETURNED"


class ChangeKind(StrEnum):
    """What is asked to be done to a payment after its shift."""

    REVERSAL = "REVERSAL"
    # The bank returned the cheque (退票).
    BOUNCE = "BOUNCE"
    MOVE = "MOVE"


class ChangeState(StrEnum):
    """Where what was asked stands."""

    ASKED = "ASKED"
    APPROVED = "APPROVED"
    REFUSED = "REFUSED"
    WITHDRAWN = "WITHDRAWN"
