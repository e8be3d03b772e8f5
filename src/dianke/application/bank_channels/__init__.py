"""Banks: agreements, batches of withholding with their answers, statements, reconciliation."""

from dianke.application.bank_channels.answers import bring_answer, carry_out_booking, carry_out_check
from dianke.application.bank_channels.banks import add_bank, add_mandate, end_mandate, pause_mandate
from dianke.application.bank_channels.batches import make_batch, release_batch, send_batch, withdraw_batch
from dianke.application.bank_channels.reconciliation import (
    approve_remedy,
    ask_remedy,
    close_day,
    compare_acquirer_day,
    compare_balance,
    compare_day,
    refuse_remedy,
    solve_difference,
    take_difference,
)
from dianke.application.bank_channels.statements import (
    assign_entry,
    bounce_cheque,
    charge_fee,
    claim_entry,
    clear_entry,
    give_transfer_back,
    load_statement,
    match_cheque,
    match_deposit,
    read_statement,
    set_entry_aside,
    settle_entry,
)
from dianke.application.bank_channels.undo import approve_undo, ask_undo, refuse_undo, withdraw_undo

VIEW, RECONCILE, RELEASE = "payments.view", "payments.reconcile", "payments.release_files"
APPROVE = "payments.approve"

__all__ = [
    "APPROVE",
    "RECONCILE",
    "RELEASE",
    "VIEW",
    "add_bank",
    "add_mandate",
    "approve_remedy",
    "approve_undo",
    "ask_remedy",
    "ask_undo",
    "assign_entry",
    "bounce_cheque",
    "bring_answer",
    "carry_out_booking",
    "carry_out_check",
    "charge_fee",
    "claim_entry",
    "clear_entry",
    "close_day",
    "compare_acquirer_day",
    "compare_balance",
    "compare_day",
    "end_mandate",
    "give_transfer_back",
    "load_statement",
    "make_batch",
    "match_cheque",
    "match_deposit",
    "pause_mandate",
    "read_statement",
    "refuse_remedy",
    "refuse_undo",
    "release_batch",
    "send_batch",
    "set_entry_aside",
    "settle_entry",
    "solve_difference",
    "take_difference",
    "withdraw_batch",
    "withdraw_undo",
]
