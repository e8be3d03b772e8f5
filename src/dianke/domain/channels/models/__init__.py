"""Tables of channels, a file for each channel."""

from dianke.domain.channels.models.acquirers import (
    Acquirer,
    AcquirerKey,
    CallBack,
    CallBackOutcome,
    PaymentOrder,
)
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
from dianke.domain.channels.models.cheques import ChequeClearing
from dianke.domain.channels.models.collections import AcquirerSettlement, CollectionFile, CollectionLine
from dianke.domain.channels.models.matches import MatchUndo
from dianke.domain.channels.models.shifts import CashCount, CashDeposit, PaymentChange, Shift, ShiftEntry

__all__ = [
    "Acquirer",
    "AcquirerKey",
    "AcquirerSettlement",
    "AnswerFile",
    "Bank",
    "BankStatement",
    "CallBack",
    "CallBackOutcome",
    "CashCount",
    "CashDeposit",
    "ChequeClearing",
    "CollectionFile",
    "CollectionLine",
    "EntryState",
    "Mandate",
    "MatchUndo",
    "PaymentChange",
    "PaymentOrder",
    "ReconciliationDay",
    "ReconciliationDifference",
    "Shift",
    "ShiftEntry",
    "StatementEntry",
    "WithholdingBatch",
    "WithholdingLine",
]
