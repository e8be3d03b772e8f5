"""Tables of receivables: the books, and the payments that they record."""

from dianke.domain.receivables.models.books import (
    AccountingPeriod,
    DailySum,
    LedgerAccount,
    PeriodReopening,
    Posting,
    Voucher,
    VoucherSeries,
)
from dianke.domain.receivables.models.claims import Claim, ClaimItem
from dianke.domain.receivables.models.payments import HeldMoney, Payer, PayerMember, Payment, PaymentEvent

__all__ = [
    "AccountingPeriod",
    "Claim",
    "ClaimItem",
    "DailySum",
    "HeldMoney",
    "LedgerAccount",
    "Payer",
    "PayerMember",
    "Payment",
    "PaymentEvent",
    "PeriodReopening",
    "Posting",
    "Voucher",
    "VoucherSeries",
]
