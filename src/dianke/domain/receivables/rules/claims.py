"""What may be asked for on an account, who may approve it by amount, and what approving it books."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from importlib import resources

from dianke.domain.receivables.types import ClaimKind, VoucherKind
from dianke.kernel.errors import DomainError

LATE_FEES, LATE_FEE_INCOME = "1122.03", "6301.01"
BANK, PREPAID, DEPOSITS, TO_BE_REFUNDED = "1002.01", "2203.01", "2241.02", "2241.04"


class NoClaimLevelInForce(DomainError):
    """The day lies before the first limits."""

    code = "receivables.no_claim_level_in_force"
    message = "no limits for approving claims are in force on {day}"


@dataclass(frozen=True, slots=True)
class ClaimLevel:
    """A level of approval: the right it asks for, up to an amount or without limit."""

    code: str
    right: str
    up_to_fen: int | None


@dataclass(frozen=True, slots=True)
class Entry:
    """The two accounts that approving or paying out a claim books, and the kind of voucher."""

    kind: VoucherKind
    debit: str
    credit: str


ON_APPROVAL: Mapping[ClaimKind, Entry] = {
    ClaimKind.REFUND: Entry(VoucherKind.REFUND, PREPAID, TO_BE_REFUNDED),
    ClaimKind.DEPOSIT_TAKEN: Entry(VoucherKind.DEPOSIT_TAKEN, BANK, DEPOSITS),
    ClaimKind.DEPOSIT_USE: Entry(VoucherKind.DEPOSIT_USE, DEPOSITS, PREPAID),
    ClaimKind.DEPOSIT_RETURN: Entry(VoucherKind.DEPOSIT_RETURN, DEPOSITS, TO_BE_REFUNDED),
}
ON_PAYMENT = Entry(VoucherKind.REFUND_PAID, TO_BE_REFUNDED, BANK)
TAKES_PREPAYMENT = frozenset({ClaimKind.REFUND})
TAKES_DEPOSIT = frozenset({ClaimKind.DEPOSIT_USE, ClaimKind.DEPOSIT_RETURN})


def find_level(*, amount_fen: int, day: date) -> ClaimLevel:
    """
    Return the lowest level that may approve an amount on a day.

    :raises NoClaimLevelInForce: if the day lies before the first limits
    """
    levels = _list_levels(day)
    return next((level for level in levels if level.up_to_fen is None or amount_fen <= level.up_to_fen), levels[-1])


def get_level(*, code: str, day: date) -> ClaimLevel:
    """Return the level of a code; one that is no longer known needs the highest."""
    levels = _list_levels(day)
    return next((level for level in levels if level.code == code), levels[-1])


def split_waiver(amounts: Mapping[int, int], *, booked_fen: Mapping[int, int]) -> dict[int, int]:
    """Return what of a waiver is taken out of the books by red entries, by bill; the rest is never booked."""
    found = {item: min(amount, max(booked_fen.get(item, 0), 0)) for item, amount in amounts.items()}
    return {item: amount for item, amount in found.items() if amount}


def find_waiver_obstacle(amounts: Mapping[int, int], *, late_fees_fen: Mapping[int, int]) -> str:
    """Return why late fees cannot be waived so, or nothing."""
    if not amounts or any(amount <= 0 for amount in amounts.values()):
        return "nothing_entered"
    return "more_than_late_fee" if any(amounts[one] > late_fees_fen.get(one, 0) for one in amounts) else ""


def _list_levels(day: date) -> tuple[ClaimLevel, ...]:
    for valid_from, levels in reversed(_read()):
        if valid_from <= day:
            return levels
    raise NoClaimLevelInForce(field="day", day=day)


@cache
def _read() -> tuple[tuple[date, tuple[ClaimLevel, ...]], ...]:
    text = resources.files("dianke.domain.receivables").joinpath("data", "claim_levels.toml").read_text("utf-8")
    versions = []
    for version in tomllib.loads(text)["version"]:
        levels = tuple(
            ClaimLevel(
                code=level["code"],
                right=level["right"],
                up_to_fen=int(Decimal(level["up_to_yuan"]).scaleb(2)) if "up_to_yuan" in level else None,
            )
            for level in version["levels"]
        )
        versions.append((version["valid_from"], levels))
    return tuple(sorted(versions, key=lambda version: version[0]))
