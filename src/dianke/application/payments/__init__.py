"""Collective payers: asked for and decided by two persons; payments themselves come by the channels."""

from dianke.application.payments.payer_changes import (
    AccountNotFound,
    approve_payer_change,
    ask_payer,
    ask_payer_change,
    refuse_payer_change,
    withdraw_payer_change,
)

__all__ = [
    "AccountNotFound",
    "approve_payer_change",
    "ask_payer",
    "ask_payer_change",
    "refuse_payer_change",
    "withdraw_payer_change",
]
