"""Tables of channels, a file for each channel."""

from dianke.domain.channels.models.bank import (
    AnswerFile,
    Bank,
    BankStatement,
    EntryState,
    Mandate,
    ReconciliationDay,
    ReconciliationDifference,
    StatementEntry,
    WithholdingBatch,
    WithholdingLine,
)
from dianke.domain.channels.models.shifts import CashCount, CashDeposit, PaymentChange, Shift, ShiftEntry

__all__ = [
    "AnswerFile",
    "Bank",
    "BankStatement",
    "CashCount",
    "CashDeposit",
    "EntryState",
    "Mandate",
    "PaymentChange",
    "ReconciliationDay",
    "ReconciliationDifference",
    "Shift",
    "ShiftEntry",
    "StatementEntry",
    "WithholdingBatch",
    "WithholdingLine",
]
