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
    PAYMENT_ASSIGN = "PAYMENT_ASSIGN"
    PAYMENT_MOVE = "PAYMENT_MOVE"
    PAYMENT_REVERSAL = "PAYMENT_REVERSAL"
    PREPAYMENT_USE = "PREPAYMENT_USE"
    CASH_COUNT = "CASH_COUNT"
    CASH_DEPOSIT = "CASH_DEPOSIT"
    SETTLEMENT = "SETTLEMENT"
    # Money that left an account of ours: not known yet, fees of the bank, and what is taken back of them.
    BANK_ENTRY = "BANK_ENTRY"
    WRITE_OFF = "WRITE_OFF"
    BAD_DEBT_RETURN = "BAD_DEBT_RETURN"
    LATE_FEE_WAIVER = "LATE_FEE_WAIVER"
    REFUND = "REFUND"
    REFUND_PAID = "REFUND_PAID"
    DEPOSIT_TAKEN = "DEPOSIT_TAKEN"
    DEPOSIT_USE = "DEPOSIT_USE"
    DEPOSIT_RETURN = "DEPOSIT_RETURN"
    BUSINESS_FEE = "BUSINESS_FEE"


class Channel(StrEnum):
    """How money comes (收费渠道)."""

    COUNTER = "COUNTER"
    BANK_WITHHOLDING = "BANK_WITHHOLDING"
    ONLINE = "ONLINE"
    AGENT = "AGENT"
    TRANSFER = "TRANSFER"


class Tender(StrEnum):
    """What is handed over (支付方式); ACCOUNT is money that lands in the bank."""

    CASH = "CASH"
    CARD = "CARD"
    CHEQUE = "CHEQUE"
    ACCOUNT = "ACCOUNT"


class PaymentEventKind(StrEnum):
    """What became of a payment after it was received."""

    ASSIGNED = "ASSIGNED"
    MOVED = "MOVED"
    REVERSED = "REVERSED"
    # What other money of the account had done meanwhile was put right with it: a use of prepayment taken back.
    REARRANGED = "REARRANGED"


class HeldKind(StrEnum):
    """Money that is held for an account without being owed for a bill."""

    PREPAYMENT = "PREPAYMENT"
    DEPOSIT = "DEPOSIT"


class SpreadRule(StrEnum):
    """How the one payment of a payer is spread over the debts of the members."""

    OLDEST_FIRST = "OLDEST_FIRST"
    BY_MEMBER = "BY_MEMBER"


class PayerChangeKind(StrEnum):
    """What somebody asks for of a collective payer, and another person decides."""

    NEW = "NEW"
    JOIN = "JOIN"
    LEAVE = "LEAVE"
    END = "END"


class PayerChangeState(StrEnum):
    """Where what was asked stands."""

    ASKED = "ASKED"
    APPROVED = "APPROVED"
    REFUSED = "REFUSED"
    WITHDRAWN = "WITHDRAWN"


class Component(StrEnum):
    """What a debt consists of (本金, 违约使用电费, 违约金)."""

    PRINCIPAL = "PRINCIPAL"
    PENALTY = "PENALTY"
    LATE_FEE = "LATE_FEE"


class ClaimKind(StrEnum):
    """What somebody asks for on a customer's account, and another person decides (账务申请)."""

    LATE_FEE_WAIVER = "LATE_FEE_WAIVER"
    REFUND = "REFUND"
    DEPOSIT_TAKEN = "DEPOSIT_TAKEN"
    DEPOSIT_USE = "DEPOSIT_USE"
    DEPOSIT_RETURN = "DEPOSIT_RETURN"


class ClaimState(StrEnum):
    """Where a claim stands; what is paid out waits as approved until it left the bank."""

    ASKED = "ASKED"
    APPROVED = "APPROVED"
    PAID = "PAID"
    REFUSED = "REFUSED"
    WITHDRAWN = "WITHDRAWN"


class AgreementState(StrEnum):
    """Where an agreement on instalments stands; SETTLED was kept, BROKEN was not, ENDED was ended early by people."""

    PROPOSED = "PROPOSED"
    IN_FORCE = "IN_FORCE"
    REFUSED = "REFUSED"
    WITHDRAWN = "WITHDRAWN"
    SETTLED = "SETTLED"
    BROKEN = "BROKEN"
    ENDED = "ENDED"


class FeesMeanwhile(StrEnum):
    """Whether late fees run on what is under an agreement while it is kept."""

    FROZEN = "FROZEN"
    RUNNING = "RUNNING"


class FeesAfterBreak(StrEnum):
    """From when late fees run again once an agreement is broken: as if never agreed, or from the day of the break."""

    FROM_START = "FROM_START"
    FROM_BREAK = "FROM_BREAK"


class GuaranteeKind(StrEnum):
    """Who stands for a customer's debts (担保方式)."""

    THIRD_PARTY = "THIRD_PARTY"
    BANK = "BANK"


class GuaranteeState(StrEnum):
    """Where a guarantee stands; one whose day is over holds no more, whatever its state."""

    HELD = "HELD"
    RELEASED = "RELEASED"
    CALLED = "CALLED"


class StageBasis(StrEnum):
    """What the requests of a month are reckoned by (分次结算依据)."""

    LAST_BILL = "LAST_BILL"
    AVERAGE_3 = "AVERAGE_3"
    AGREED = "AGREED"


class StagedTermsState(StrEnum):
    """Where terms of staged settlement stand."""

    PROPOSED = "PROPOSED"
    APPROVED = "APPROVED"
    REFUSED = "REFUSED"
    WITHDRAWN = "WITHDRAWN"


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
class NewPayment:
    """Money as a channel reports it; `external_number` is unique within the channel."""

    channel: Channel
    external_number: str
    unit_id: int
    # None: nobody knows whose it is, and it waits in suspense; of a collective payer `payer_id` says who.
    customer_account_id: int | None
    amount_fen: int
    tender: Tender
    paid_on: date
    received_by: str
    summary: str = ""
    # Bills that the payer named: these first, the rest by policy.
    item_ids: tuple[int, ...] = ()
    payer_id: int | None = None


@dataclass(frozen=True, slots=True)
class Received:
    """What became of money when it came in; of a repeat, what became of it the first time."""

    payment_id: int
    number: str
    is_new: bool
    voucher_id: int
    paid_fen: dict[int, int]
    late_fee_fen: int
    prepaid_fen: int
    suspense_fen: int


@dataclass(frozen=True, slots=True)
class Debt:
    """A bill that is not paid in full, as of a day; the late fee is what was booked and what runs since."""

    item_id: int
    bill_number: str
    month: date
    due_date: date | None
    usage_class: str
    principal_fen: int
    penalty_fen: int
    late_fee_fen: int
    days_overdue: int

    @property
    def total_fen(self) -> int:
        """Return what pays it in full on that day."""
        return self.principal_fen + self.penalty_fen + self.late_fee_fen


@dataclass(frozen=True, slots=True)
class Position:
    """What an account owes and what is held for it."""

    debts: tuple[Debt, ...]
    prepaid_fen: int
    deposit_fen: int

    @property
    def owed_fen(self) -> int:
        """Return what pays all debts in full on that day."""
        return sum(debt.total_fen for debt in self.debts)


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


def name_payment(key: int) -> str:
    """Return the number on the receipt of a payment: month of receipt and serial."""
    month, serial = divmod(key, 10**KEY_SERIAL_DIGITS)
    return f"SK-{month:04d}-{serial:08d}"
