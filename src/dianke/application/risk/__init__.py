"""Risk of late payment: training, the weekly scoring of all accounts, measures against it."""

from dianke.application.risk.measures import accept_measure, finish_answered, finish_measure, refuse_measure
from dianke.application.risk.runs import run_week, score_accounts
from dianke.application.risk.things import LEADS_TO, Thing, list_cycles, list_things
from dianke.application.risk.training import train_models

VIEW, WORK, MANAGE = "collection.view", "collection.work", "collection.manage"

__all__ = [
    "LEADS_TO",
    "MANAGE",
    "VIEW",
    "WORK",
    "Thing",
    "accept_measure",
    "finish_answered",
    "finish_measure",
    "list_cycles",
    "list_things",
    "refuse_measure",
    "run_week",
    "score_accounts",
    "train_models",
]
