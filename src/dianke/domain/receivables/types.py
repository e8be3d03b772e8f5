"""Facts of the books."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

KEY_SERIAL_DIGITS = 12
UNIFIED_LEVELS = 3
MOST_LEVELS = 6


class Category(StrEnum):
    """What an account is of (科目类别)."""

    ASSET = "ASSET"
    LIABILITY = "LIABILITY"
    REVENUE = "REVENUE"
    EXPENSE = "EXPENSE"


class Role(StrEnum):
    """What postings that nobody writes by hand look for an account by."""

    RECEIVABLE = "RECEIVABLE"
    PENALTY_RECEIVABLE = "PENALTY_RECEIVABLE"
    REVENUE = "REVENUE"
    PENALTY_REVENUE = "PENALTY_REVENUE"
    FUND = "FUND"


class AccountState(StrEnum):
    """Where an account that a unit asked for stands."""

    PROPOSED = "PROPOSED"
    IN_USE = "IN_USE"
    REFUSED = "REFUSED"


class VoucherKind(StrEnum):
    """What a voucher records (凭证类别)."""

    BILL_ISSUE = "BILL_ISSUE"
    BILL_CORRECTION = "BILL_CORRECTION"
    BACK_BILLING = "BACK_BILLING"
    PAYMENT = "PAYMENT"


class PeriodKind(StrEnum):
    """What is closed (日结, 月结)."""

    DAY = "DAY"
    MONTH = "MONTH"


class PeriodState(StrEnum):
    """Whether a period that was closed takes postings again."""

    CLOSED = "CLOSED"
    REOPENED = "REOPENED"


class ReopeningState(StrEnum):
    """Where the wish to reopen a period stands."""

    ASKED = "ASKED"
    APPROVED = "APPROVED"
    REFUSED = "REFUSED"
    WITHDRAWN = "WITHDRAWN"


@dataclass(frozen=True, slots=True)
class NewPosting:
    """One side of an entry; below zero is a red entry (红字)."""

    ledger_account_id: int
    unit_id: int
    debit_fen: int = 0
    credit_fen: int = 0
    usage_class: str = ""
    for_year: int = 0
    customer_account_id: int | None = None
    # The bill whose debt changes, and the bill that changes it.
    item_id: int | None = None
    bill_id: int | None = None


@dataclass(frozen=True, slots=True)
class NewVoucher:
    """A voucher to be written; `source` says once and for all what it was made from."""

    unit_id: int
    kind: VoucherKind
    source: str
    summary: str
    occurred_on: date
    made_by: str
    made_at: datetime


@dataclass(frozen=True, slots=True)
class PeriodTotals:
    """What the postings of a day or month come to."""

    voucher_count: int
    posting_count: int
    debit_fen: int
    digest: str


@dataclass(frozen=True, slots=True)
class Books:
    """Which days are closed: everything until a day, but for those that were reopened."""

    closed_until: date | None
    reopened: frozenset[date]
    closed_months: frozenset[date]


@dataclass(frozen=True, slots=True)
class Finding:
    """What one proof of the books looked at, and the first fault that it found."""

    name: str
    counts: dict[str, int]
    faults: int
    first_fault: str = ""


def get_key_range(*, month: date) -> tuple[int, int]:
    """Return the half-open range of keys of the postings and vouchers of an accounting month: yymm × 10^12."""
    first = (month.year % 100 * 100 + month.month) * 10**KEY_SERIAL_DIGITS
    return first, first + 10**KEY_SERIAL_DIGITS
