"""Tax invoices: made of issued bills, sent to the tax platform, taken back by red letters that two persons decide."""

from dianke.application.invoices.batches import cancel_batch, carry_out_batch, start_batch
from dianke.application.invoices.documents import take_out_invoice, write_pdf, write_structured
from dianke.application.invoices.making import ask_invoice, make_invoice
from dianke.application.invoices.parties import set_profile, set_seller
from dianke.application.invoices.platform import get_platform
from dianke.application.invoices.requests import (
    ask_red_letter,
    confirm_red_letter,
    make_requested,
    refuse_red_letter,
    refuse_requested,
    withdraw_request,
)
from dianke.application.invoices.rights import APPROVE, MAKE, VIEW
from dianke.application.invoices.sending import send_due_invoices, send_invoice

__all__ = [
    "APPROVE",
    "MAKE",
    "VIEW",
    "ask_invoice",
    "ask_red_letter",
    "cancel_batch",
    "carry_out_batch",
    "confirm_red_letter",
    "get_platform",
    "make_invoice",
    "make_requested",
    "refuse_red_letter",
    "refuse_requested",
    "send_due_invoices",
    "send_invoice",
    "set_profile",
    "set_seller",
    "start_batch",
    "take_out_invoice",
    "withdraw_request",
    "write_pdf",
    "write_structured",
]
