"""Orders of customers: taken, worked on step by step by those whose post it is, and what they change."""

from dianke.application.service_orders.accepting import accept_order, propose_closing
from dianke.application.service_orders.escalation import escalate_clocks
from dianke.application.service_orders.handing import NotTheirStep, hand_over, hand_step, list_colleagues, may_turn
from dianke.application.service_orders.keeping import (
    add_note,
    cancel_order,
    hang_order,
    pause_order,
    resume_order,
    unhang_order,
    urge_order,
)
from dianke.application.service_orders.linked import (
    answer_by_link,
    make_order_link,
    open_order_link,
    revoke_order_link,
)
from dianke.application.service_orders.nights import charge_ended_spells
from dianke.application.service_orders.papers import give_paper, give_paper_by_link, judge_paper, open_paper
from dianke.application.service_orders.rights import (
    ACCEPT,
    APPROVE,
    ARCHIVE,
    LASTING,
    MANAGE,
    SEAL,
    SURVEY,
    VIEW,
    right_of_step,
)
from dianke.application.service_orders.steps import COMPLETING, EffectDone, complete_step, send_back
from dianke.application.service_orders.work import StepInput

__all__ = [
    "ACCEPT",
    "APPROVE",
    "ARCHIVE",
    "COMPLETING",
    "LASTING",
    "MANAGE",
    "SEAL",
    "SURVEY",
    "VIEW",
    "EffectDone",
    "NotTheirStep",
    "StepInput",
    "accept_order",
    "add_note",
    "answer_by_link",
    "cancel_order",
    "charge_ended_spells",
    "complete_step",
    "escalate_clocks",
    "give_paper",
    "give_paper_by_link",
    "hand_over",
    "hand_step",
    "hang_order",
    "judge_paper",
    "list_colleagues",
    "make_order_link",
    "may_turn",
    "open_order_link",
    "open_paper",
    "pause_order",
    "propose_closing",
    "resume_order",
    "revoke_order_link",
    "right_of_step",
    "send_back",
    "unhang_order",
    "urge_order",
]
