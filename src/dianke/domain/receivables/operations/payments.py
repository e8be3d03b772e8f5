"""Payments: taken in, assigned, moved and reversed; every channel comes this way."""

from dianke.domain.receivables.operations.payment_changes import (
    UnableToChangePayment,
    assign_payment,
    move_payment,
    reverse_payment,
)
from dianke.domain.receivables.operations.receiving import (
    PaymentDiffers,
    UnableToReceive,
    receive_payment,
    receive_payments,
)

__all__ = [
    "PaymentDiffers",
    "UnableToChangePayment",
    "UnableToReceive",
    "assign_payment",
    "move_payment",
    "receive_payment",
    "receive_payments",
    "reverse_payment",
]
