"""Value of customers: the monthly rating, versions of weights and of the service table, appeals."""

from dianke.application.valuation.appeals import enter_appeal, grant_appeal, refuse_appeal
from dianke.application.valuation.runs import find_month_to_rate, rate_month, run_due_month, start_month
from dianke.application.valuation.versions import (
    approve_service_table,
    approve_weights,
    propose_service_table,
    propose_weights,
    refuse_service_table,
    refuse_weights,
)

VIEW, RATE, PROPOSE, APPEAL, APPROVE = (
    "valuation.view", "valuation.rate", "valuation.propose", "valuation.appeal", "valuation.approve",
)  # fmt: skip

__all__ = [
    "APPEAL",
    "APPROVE",
    "PROPOSE",
    "RATE",
    "VIEW",
    "approve_service_table",
    "approve_weights",
    "enter_appeal",
    "find_month_to_rate",
    "grant_appeal",
    "propose_service_table",
    "propose_weights",
    "rate_month",
    "refuse_appeal",
    "refuse_service_table",
    "refuse_weights",
    "run_due_month",
    "start_month",
]
