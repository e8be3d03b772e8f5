"""Tables of billing: terms that a point is billed on, runs with their shards and drafts, issued bills."""

from dianke.domain.billing.models.bills import Bill, BillLine
from dianke.domain.billing.models.runs import BillDraft, BillDraftLine, BillRun, BillRunFault, BillRunShard
from dianke.domain.billing.models.terms import BillingTerms, ShareTerms

__all__ = [
    "Bill",
    "BillDraft",
    "BillDraftLine",
    "BillLine",
    "BillRun",
    "BillRunFault",
    "BillRunShard",
    "BillingTerms",
    "ShareTerms",
]
