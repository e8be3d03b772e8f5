"""Collection: the night's work, dunning, responsibility, bad debt."""

from dianke.application.collection.dunning import (
    cancel_step,
    end_pause,
    pause_account,
    record_result,
    release_step,
)
from dianke.application.collection.letters import write_letter
from dianke.application.collection.nights import Night, run_night
from dianke.application.collection.responsibility import assign_collector, end_responsibility, hand_over
from dianke.application.collection.write_offs import (
    approve_write_off,
    may_approve,
    open_evidence,
    propose_write_off,
    refuse_write_off,
    return_bad_debt,
    withdraw_write_off,
)

VIEW, WORK, MANAGE = "collection.view", "collection.work", "collection.manage"
PROPOSE, APPROVE = "collection.propose_write_off", "collection.approve_write_off"

__all__ = [
    "APPROVE",
    "MANAGE",
    "PROPOSE",
    "VIEW",
    "WORK",
    "Night",
    "approve_write_off",
    "assign_collector",
    "cancel_step",
    "end_pause",
    "end_responsibility",
    "hand_over",
    "may_approve",
    "open_evidence",
    "pause_account",
    "propose_write_off",
    "record_result",
    "refuse_write_off",
    "release_step",
    "return_bad_debt",
    "run_night",
    "withdraw_write_off",
    "write_letter",
]
