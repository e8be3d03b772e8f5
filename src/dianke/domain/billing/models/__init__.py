"""Tables of billing: terms that a point is billed on, runs with their shards and drafts, issued bills."""

from dianke.domain.billing.models.bills import Bill, BillLine, FrozenInputs, FrozenPrices
from dianke.domain.billing.models.columns import BillLineKind
from dianke.domain.billing.models.corrections import BillCorrection, CorrectedBill, CorrectedInputs
from dianke.domain.billing.models.review import BillSuspicion, MeterTicket, ReviewParameter, ShareCheck
from dianke.domain.billing.models.runs import (
    BillDraft,
    BillDraftLine,
    BillRun,
    BillRunFault,
    BillRunShard,
    DraftInputs,
)
from dianke.domain.billing.models.terms import BillingTerms, ShareTerms
from dianke.domain.billing.models.trials import BillTrial

__all__ = [
    "Bill",
    "BillCorrection",
    "BillDraft",
    "BillDraftLine",
    "BillLine",
    "BillLineKind",
    "BillRun",
    "BillRunFault",
    "BillRunShard",
    "BillSuspicion",
    "BillTrial",
    "BillingTerms",
    "CorrectedBill",
    "CorrectedInputs",
    "DraftInputs",
    "FrozenInputs",
    "FrozenPrices",
    "MeterTicket",
    "ReviewParameter",
    "ShareCheck",
    "ShareTerms",
]
