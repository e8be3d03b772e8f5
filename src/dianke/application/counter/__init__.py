"""The counter: shifts of cashiers, money taken and given back, cash counted and brought to the bank, receipts."""

from dianke.application.counter.changes import (
    approve_change,
    ask_bounce,
    ask_move,
    ask_reversal,
    assign_payment,
    refuse_change,
    withdraw_change,
)
from dianke.application.counter.shifts import (
    approve_difference,
    count_cash,
    hand_over_cash,
    open_shift,
    return_payment,
    send_back_to_count,
    take_payment,
)

VIEW, RECEIVE, REVERSE = "payments.view", "payments.receive", "payments.reverse"
ASK, APPROVE, ASSIGN = "payments.ask", "payments.approve", "payments.assign"

__all__ = [
    "APPROVE",
    "ASK",
    "ASSIGN",
    "RECEIVE",
    "REVERSE",
    "VIEW",
    "approve_change",
    "approve_difference",
    "ask_bounce",
    "ask_move",
    "ask_reversal",
    "assign_payment",
    "count_cash",
    "hand_over_cash",
    "open_shift",
    "refuse_change",
    "return_payment",
    "send_back_to_count",
    "take_payment",
    "withdraw_change",
]
