"""Tables of receivables: the books, and the payments that they record."""

from dianke.domain.receivables.models.agreements import Agreement, AgreementItem, Instalment
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
from dianke.domain.receivables.models.guarantees import Guarantee, GuaranteePaper
from dianke.domain.receivables.models.payers import PayerChange, PayerChangeAccount
from dianke.domain.receivables.models.payments import HeldMoney, Payer, PayerMember, Payment, PaymentEvent
from dianke.domain.receivables.models.stages import StagedTerms, StageRequest

__all__ = [
    "AccountingPeriod",
    "Agreement",
    "AgreementItem",
    "Claim",
    "ClaimItem",
    "DailySum",
    "Guarantee",
    "GuaranteePaper",
    "HeldMoney",
    "Instalment",
    "LedgerAccount",
    "Payer",
    "PayerChange",
    "PayerChangeAccount",
    "PayerMember",
    "Payment",
    "PaymentEvent",
    "PeriodReopening",
    "Posting",
    "StageRequest",
    "StagedTerms",
    "Voucher",
    "VoucherSeries",
]
