"""Account managers, visits and care: who looks after whom, what they do, and how it is handed over."""

from dianke.application.care.managers import (
    APPROVE,
    ASSIGN,
    AssignmentPreview,
    approve_hand_over,
    assign_managers,
    end_management,
    preview_assignment,
    propose_hand_over,
    refuse_hand_over,
    withdraw_hand_over,
)
from dianke.application.care.people import VIEW, WORK, PersonUnknown, find_person, list_workers
from dianke.application.care.visits import (
    cancel_visit,
    finish_next_step,
    finish_visit,
    move_visit,
    plan_visit,
    record_care,
)

__all__ = [
    "APPROVE",
    "ASSIGN",
    "VIEW",
    "WORK",
    "AssignmentPreview",
    "PersonUnknown",
    "approve_hand_over",
    "assign_managers",
    "cancel_visit",
    "end_management",
    "find_person",
    "finish_next_step",
    "finish_visit",
    "list_workers",
    "move_visit",
    "plan_visit",
    "preview_assignment",
    "propose_hand_over",
    "record_care",
    "refuse_hand_over",
    "withdraw_hand_over",
]
