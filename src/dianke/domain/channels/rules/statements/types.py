"""What a statement of a bank account holds, whatever its format."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from dianke.domain.channels.rules.bank_files.types import Fault


@dataclass(frozen=True, slots=True)
class Entry:
    """One booking of the bank; below zero it left the account."""

    reference: str
    booked_on: date
    amount_fen: int
    counterparty: str = ""
    counterparty_account: str = ""
    remittance: str = ""
    # References that whoever paid or collected gave: end to end, batch, mandate.
    references: tuple[str, ...] = ()
    # The account that it came in on, where it is a virtual one of ours.
    virtual_account: str = ""
    is_return: bool = False


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement as it was read; with a fault nothing of it is taken."""

    account: str
    number: str
    entries: Sequence[Entry]
    faults: Sequence[Fault]
    opening_fen: int | None = None
    closing_fen: int | None = None

    @property
    def is_whole(self) -> bool:
        """Tell whether it may be loaded."""
        return not self.faults


def refuse(*faults: Fault) -> Statement:
    """Return the statement that cannot be read."""
    return Statement("", "", (), faults)


def check_balance(statement: Statement) -> Statement:
    """Return a statement with a fault where its entries do not lead from the first balance to the last."""
    opening, closing = statement.opening_fen, statement.closing_fen
    if opening is None or closing is None:
        return statement
    found = opening + sum(entry.amount_fen for entry in statement.entries)
    if found == closing:
        return statement
    fault = Fault("balance_wrong", 0, "closing", _yuan(closing), {"found": _yuan(found)})
    return Statement(
        statement.account, statement.number, statement.entries, (*statement.faults, fault), opening, closing
    )


def _yuan(amount_fen: int) -> str:
    sign = "-" if amount_fen < 0 else ""
    return f"{sign}{abs(amount_fen) // 100}.{abs(amount_fen) % 100:02d}"
