"""Money matters of an account that one person asks for and another decides: waivers, refunds, deposits, own terms."""

from dianke.application.claims.orders import (
    APPROVE,
    ASK,
    VIEW,
    approve_claim,
    ask_claim,
    may_approve,
    pay_out_claim,
    refuse_claim,
    right_to_approve,
    withdraw_claim,
)
from dianke.application.claims.terms import (
    approve_account_terms,
    propose_account_terms,
    refuse_account_terms,
    withdraw_account_terms,
)

__all__ = [
    "APPROVE",
    "ASK",
    "VIEW",
    "approve_account_terms",
    "approve_claim",
    "ask_claim",
    "may_approve",
    "pay_out_claim",
    "propose_account_terms",
    "refuse_account_terms",
    "refuse_claim",
    "right_to_approve",
    "withdraw_account_terms",
    "withdraw_claim",
]
