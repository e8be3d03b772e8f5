"""Final bills of accounts that are closed or handed over, and the bills that come after them."""

from dianke.application.final_bills.orders import (
    RIGHT,
    FinalPreview,
    ask_final,
    preview_final,
    withdraw_final,
)
from dianke.application.final_bills.part_runs import start_opening, start_supplement
from dianke.application.final_bills.requests import FinalRequest, MeterValues, read_order

__all__ = [
    "RIGHT",
    "FinalPreview",
    "FinalRequest",
    "MeterValues",
    "ask_final",
    "preview_final",
    "read_order",
    "start_opening",
    "start_supplement",
    "withdraw_final",
]
