"""What relations, account managers, visits and care are called in the trail."""

from collections.abc import Mapping

from django.utils.translation import pgettext_lazy

from dianke.interfaces.web.care import words as care_words
from dianke.interfaces.web.components.page import Text
from dianke.interfaces.web.customers import relation_words
from dianke.interfaces.web.customers import words as customer_words

ACTS: dict[str, Text] = {
    "archive.relations.add_relation": pgettext_lazy("act", "enter a relation of customers"),
    "archive.relations.end_relation": pgettext_lazy("act", "end a relation of customers"),
    "care.managers.approve_hand_over": pgettext_lazy("act", "approve a hand-over of customers"),
    "care.managers.assign_managers": pgettext_lazy("act", "assign an account manager"),
    "care.managers.end_management": pgettext_lazy("act", "end an account manager's care of a customer"),
    "care.managers.propose_hand_over": pgettext_lazy("act", "propose a hand-over of customers"),
    "care.managers.refuse_hand_over": pgettext_lazy("act", "refuse a hand-over of customers"),
    "care.managers.withdraw_hand_over": pgettext_lazy("act", "take a hand-over of customers back"),
    "care.visits.cancel_visit": pgettext_lazy("act", "cancel a visit"),
    "care.visits.finish_next_step": pgettext_lazy("act", "finish a next step"),
    "care.visits.finish_visit": pgettext_lazy("act", "record a visit"),
    "care.visits.move_visit": pgettext_lazy("act", "move a visit"),
    "care.visits.plan_visit": pgettext_lazy("act", "plan a visit"),
    "care.visits.record_care": pgettext_lazy("act", "record care"),
}

THINGS: dict[str, Text] = {
    "customers.accountmanagement": pgettext_lazy("thing", "Account manager"),
    "customers.carerecord": pgettext_lazy("thing", "Care"),
    "customers.customerrelation": pgettext_lazy("thing", "Relation of customers"),
    "customers.managerhandover": pgettext_lazy("thing", "Hand-over of customers"),
    "customers.managerhandoveritem": pgettext_lazy("thing", "Customer of a hand-over"),
    "customers.visit": pgettext_lazy("thing", "Visit"),
}

FIELDS: dict[str, Text] = {
    "birthday": pgettext_lazy("field", "Birthday"),
    "do_not_disturb": pgettext_lazy("field", "Do not disturb"),
    "done_at": pgettext_lazy("field", "Done at"),
    "giver": pgettext_lazy("field", "Handed over by"),
    "hand_over": pgettext_lazy("field", "Hand-over"),
    "interlock": pgettext_lazy("field", "Interlock"),
    "is_decision_maker": pgettext_lazy("field", "Decides"),
    "language": pgettext_lazy("field", "Language"),
    "manager": pgettext_lazy("field", "Account manager"),
    "next_done_date": pgettext_lazy("field", "Next step done on"),
    "next_due_date": pgettext_lazy("field", "Next step until"),
    "next_owner": pgettext_lazy("field", "Who sees to the next step"),
    "next_step": pgettext_lazy("field", "Next step"),
    "on_date": pgettext_lazy("field", "On the day"),
    "planned_time": pgettext_lazy("field", "Planned time"),
    "purpose": pgettext_lazy("field", "Purpose"),
    "quiet_from": pgettext_lazy("field", "Quiet from"),
    "quiet_until": pgettext_lazy("field", "Quiet until"),
    "source": pgettext_lazy("field", "Known from"),
    "start_seconds": pgettext_lazy("field", "Starts within (s)"),
    "taker": pgettext_lazy("field", "Taken over by"),
    "tested_date": pgettext_lazy("field", "Last test on load"),
    "visitor": pgettext_lazy("field", "Who goes"),
}

VALUES: dict[tuple[str, str], Mapping[str, Text]] = {
    ("customers.carerecord", "channel"): customer_words.PREFERRED_CHANNELS,
    ("customers.carerecord", "kind"): care_words.CARES,
    ("customers.contact", "channel"): customer_words.PREFERRED_CHANNELS,
    ("customers.contact", "language"): customer_words.LANGUAGES,
    ("customers.customerequipment", "interlock"): customer_words.INTERLOCKS,
    ("customers.customerrelation", "kind"): relation_words.KINDS,
    ("customers.visit", "purpose"): care_words.PURPOSES,
}
STATES: dict[tuple[str, str], str] = {
    ("customers.managerhandover", "state"): "care.hand_over",
    ("customers.visit", "state"): "care.visit",
}
