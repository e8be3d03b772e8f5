"""Credit of customers: facts by two people, monthly scores, notices, objections, measures by grade."""

from dianke.application.credit.demands import decline_demand, finish_demand, settle_demands
from dianke.application.credit.facts import (
    ask_withdrawal,
    confirm_fact,
    decide_withdrawal,
    enter_fact,
    refuse_fact,
)
from dianke.application.credit.measures import decide_measures, propose_measures
from dianke.application.credit.objections import decide_objection, file_objection, record_told
from dianke.application.credit.runs import run_month
from dianke.application.credit.telling import send_notice, write_notice_letter

VIEW, SENSITIVE, ENTER, DECIDE = "credit.view", "credit.see_sensitive", "credit.enter", "credit.decide"
MANAGE, APPROVE_MEASURES = "credit.manage", "credit.approve_measures"

__all__ = [
    "APPROVE_MEASURES",
    "DECIDE",
    "ENTER",
    "MANAGE",
    "SENSITIVE",
    "VIEW",
    "ask_withdrawal",
    "confirm_fact",
    "decide_measures",
    "decide_objection",
    "decide_withdrawal",
    "decline_demand",
    "enter_fact",
    "file_objection",
    "finish_demand",
    "propose_measures",
    "record_told",
    "refuse_fact",
    "run_month",
    "send_notice",
    "settle_demands",
    "write_notice_letter",
]
