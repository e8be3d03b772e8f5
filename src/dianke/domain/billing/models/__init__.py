"""Tables of billing: terms that a point is billed on, runs with their shards and drafts, issued bills."""

from dianke.domain.billing.models.account_terms import AccountTerms
from dianke.domain.billing.models.bills import Bill, BillLine, FrozenInputs, FrozenPrices
from dianke.domain.billing.models.columns import BillLineKind
from dianke.domain.billing.models.corrections import (
    BillCorrection,
    CorrectedBill,
    CorrectedInputs,
    CorrectionEvidence,
)
from dianke.domain.billing.models.finals import FinalBilling, RunPoint, RunSegment
from dianke.domain.billing.models.review import (
    BillSuspicion,
    MeterTicket,
    ReviewParameter,
    ReviewParameterProposal,
    ShareCheck,
)
from dianke.domain.billing.models.runs import (
    BillDraft,
    BillDraftLine,
    BillRun,
    BillRunFault,
    BillRunShard,
    DraftInputs,
)
from dianke.domain.billing.models.statements import GroupStatement, GroupStatementBill
from dianke.domain.billing.models.terms import BillingTerms, ShareTerms
from dianke.domain.billing.models.totals import BillTotal
from dianke.domain.billing.models.trials import BillTrial
from dianke.domain.billing.models.works import RunWork

__all__ = [
    "AccountTerms",
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
    "BillTotal",
    "BillTrial",
    "BillingTerms",
    "CorrectedBill",
    "CorrectedInputs",
    "CorrectionEvidence",
    "DraftInputs",
    "FinalBilling",
    "FrozenInputs",
    "FrozenPrices",
    "GroupStatement",
    "GroupStatementBill",
    "MeterTicket",
    "ReviewParameter",
    "ReviewParameterProposal",
    "RunPoint",
    "RunSegment",
    "RunWork",
    "ShareCheck",
    "ShareTerms",
]
