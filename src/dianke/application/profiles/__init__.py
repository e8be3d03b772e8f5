"""Profiles: run tags, propose and decide them, check them by hand, keep segments and ask who fits."""

from dianke.application.profiles.runs import run_due_tags, run_tags
from dianke.application.profiles.segments import (
    Preview,
    count_segment,
    end_segment,
    find_members,
    keep_segment,
    preview,
)
from dianke.application.profiles.tags import check_tag, decide_tag, propose_retirement, propose_tag

VIEW, VIEW_PAYMENT, VIEW_CARE = "profiles.view", "profiles.view_payment", "profiles.view_care"
DEFINE, APPROVE, SEGMENT = "profiles.define", "profiles.approve", "profiles.segment"

__all__ = [
    "APPROVE",
    "DEFINE",
    "SEGMENT",
    "VIEW",
    "VIEW_CARE",
    "VIEW_PAYMENT",
    "Preview",
    "check_tag",
    "count_segment",
    "decide_tag",
    "end_segment",
    "find_members",
    "keep_segment",
    "preview",
    "propose_retirement",
    "propose_tag",
    "run_due_tags",
    "run_tags",
]
