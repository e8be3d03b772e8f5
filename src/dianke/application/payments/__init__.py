"""Collective payers: entered, and the accounts that they pay for; payments themselves come by the channels."""

from dianke.application.payments.payers import add_member, add_payer, end_member

__all__ = ["add_member", "add_payer", "end_member"]
