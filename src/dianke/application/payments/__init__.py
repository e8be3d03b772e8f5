"""Collective payers: asked for and decided by two persons; payments themselves come by the channels."""

from dianke.application.payments.payer_changes import (
    approve_payer_change,
    ask_payer,
    ask_payer_change,
    refuse_payer_change,
    withdraw_payer_change,
)
from dianke.application.payments.payers import AccountNotFound, add_member, add_payer, end_member

__all__ = [
    "AccountNotFound",
    "add_member",
    "add_payer",
    "approve_payer_change",
    "ask_payer",
    "ask_payer_change",
    "end_member",
    "refuse_payer_change",
    "withdraw_payer_change",
]
