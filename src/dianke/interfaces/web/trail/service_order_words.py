"""What service orders are called in the trail."""

from collections.abc import Mapping

from django.utils.translation import pgettext_lazy

from dianke.interfaces.web.components.page import Text
from dianke.interfaces.web.service_orders import plan_words, words

ACTS: dict[str, Text] = {
    "service_orders.accepting.accept_order": pgettext_lazy("act", "accept an application"),
    "service_orders.accepting.propose_closing": pgettext_lazy("act", "propose to close an unused supply"),
    "service_orders.escalation.escalate_order": pgettext_lazy("act", "bring a late order before the unit above"),
    "service_orders.handing.hand_over": pgettext_lazy("act", "hand a step over to a colleague"),
    "service_orders.handing.hand_step": pgettext_lazy("act", "hand a step over"),
    "service_orders.keeping.add_note": pgettext_lazy("act", "add a note to an order"),
    "service_orders.keeping.cancel_order": pgettext_lazy("act", "cancel an order"),
    "service_orders.keeping.hang_order": pgettext_lazy("act", "let an order hang"),
    "service_orders.keeping.pause_order": pgettext_lazy("act", "stop the clock of an order"),
    "service_orders.keeping.resume_order": pgettext_lazy("act", "let the clock of an order run"),
    "service_orders.keeping.unhang_order": pgettext_lazy("act", "let an order go on"),
    "service_orders.keeping.urge_order": pgettext_lazy("act", "urge an order"),
    "service_orders.linked.answer_by_link": pgettext_lazy("act", "answer an order as its customer, by the link"),
    "service_orders.linked.make_order_link": pgettext_lazy("act", "make the customer's link of an order"),
    "service_orders.linked.revoke_order_link": pgettext_lazy("act", "close the customer's link of an order"),
    "service_orders.papers.give_paper": pgettext_lazy("act", "put a paper to an order"),
    "service_orders.papers.give_paper_by_link": pgettext_lazy("act", "give a paper as the customer, by the link"),
    "service_orders.papers.judge_paper": pgettext_lazy("act", "judge a paper of an order"),
    "service_orders.papers.open_paper": pgettext_lazy("act", "open a paper of an order"),
    "service_orders.nights.charge_ended_spells": pgettext_lazy("act", "charge sealed capacity whose term is over"),
    "service_orders.steps.approve_order": pgettext_lazy("act", "decide on an order"),
    "service_orders.steps.archive_order": pgettext_lazy("act", "archive an order"),
    "service_orders.steps.carry_out_order": pgettext_lazy("act", "seal or unseal by an order"),
    "service_orders.steps.ask_final_by_order": pgettext_lazy("act", "ask for the final bill of an order"),
    "service_orders.steps.issue_by_order": pgettext_lazy("act", "issue the final bill of an order"),
    "service_orders.steps.open_account_by_order": pgettext_lazy("act", "confirm that an account was taken over"),
    "service_orders.steps.read_for_order": pgettext_lazy("act", "read meters for an order"),
    "service_orders.steps.refund_by_order": pgettext_lazy("act", "record the refunds of an order"),
    "service_orders.steps.remove_by_order": pgettext_lazy("act", "take meters down by an order"),
    "service_orders.steps.settle_by_order": pgettext_lazy("act", "settle the account of who leaves"),
    "service_orders.steps.work_on_contract": pgettext_lazy("act", "see to the contract of an order"),
    "service_orders.steps.record_customer_step": pgettext_lazy("act", "record what the customer did in an order"),
    "service_orders.planning.open_drawing": pgettext_lazy("act", "open the drawing of a supply plan"),
    "service_orders.planning.extend_plan": pgettext_lazy("act", "extend a supply plan"),
    "service_orders.steps.plan_by_order": pgettext_lazy("act", "work on a supply plan"),
    "service_orders.steps.sign_for_grid": pgettext_lazy("act", "countersign a supply plan for the grid"),
    "service_orders.steps.sign_for_dispatch": pgettext_lazy("act", "countersign a supply plan for dispatch"),
    "service_orders.steps.sign_for_safety": pgettext_lazy("act", "countersign a supply plan for safety"),
    "service_orders.steps.send_back": pgettext_lazy("act", "send an order back"),
    "service_orders.steps.survey_order": pgettext_lazy("act", "check an order on site"),
}

THINGS: dict[str, Text] = {
    "service_orders.agreedspell": pgettext_lazy("thing", "Suspension or reduction"),
    "service_orders.orderpaper": pgettext_lazy("thing", "Paper of an order"),
    "service_orders.plannedsource": pgettext_lazy("thing", "Source of a supply plan"),
    "service_orders.plannedtransformer": pgettext_lazy("thing", "Transformer of a supply plan"),
    "service_orders.supplyplan": pgettext_lazy("thing", "Supply plan"),
    "service_orders.serviceorder": pgettext_lazy("thing", "Service order"),
}

FIELDS: dict[str, Text] = {
    "accepted_at": pgettext_lazy("field", "Accepted at"),
    "accepted_by": pgettext_lazy("field", "Accepted by"),
    "agreed_at": pgettext_lazy("field", "Agreed at"),
    "amber_at": pgettext_lazy("field", "Amber from"),
    "answered_at": pgettext_lazy("field", "Answered at"),
    "drawing": pgettext_lazy("field", "Drawing"),
    "extensions": pgettext_lazy("field", "Times extended"),
    "fee_fen": pgettext_lazy("field", "Fee"),
    "fee_reason": pgettext_lazy("field", "What the fee is for"),
    "has_dedicated_line": pgettext_lazy("field", "Line of its own"),
    "interlock": pgettext_lazy("field", "Interlock"),
    "ownership_point": pgettext_lazy("field", "Ownership point"),
    "price_plan": pgettext_lazy("field", "Price plan"),
    "seals": pgettext_lazy("field", "Seals"),
    "valid_until": pgettext_lazy("field", "Holds until before"),
    "version": pgettext_lazy("field", "Version"),
    "asked": pgettext_lazy("field", "Asked for besides"),
    "by_step": pgettext_lazy("field", "Needed before the step"),
    "given_at": pgettext_lazy("field", "Given at"),
    "given_by": pgettext_lazy("field", "Given by"),
    "judged_at": pgettext_lazy("field", "Judged at"),
    "judged_by": pgettext_lazy("field", "Judged by"),
    "latitude": pgettext_lazy("field", "Latitude"),
    "longitude": pgettext_lazy("field", "Longitude"),
    "promise_set": pgettext_lazy("field", "Promise set"),
    "charged_since": pgettext_lazy("field", "Charged again since"),
    "effective_on": pgettext_lazy("field", "Agreed for"),
    "ended_by_order": pgettext_lazy("field", "Ended by the order"),
    "ends_on": pgettext_lazy("field", "Ends before"),
    "order": pgettext_lazy("field", "Service order"),
    "planned_end": pgettext_lazy("field", "Agreed until before"),
    "process_id": pgettext_lazy("field", "Process"),
    "revision": pgettext_lazy("field", "Revision"),
    "rule_set": pgettext_lazy("field", "Rules"),
    "sealed_on": pgettext_lazy("field", "Sealed on"),
    "stops_supply": pgettext_lazy("field", "Whole supply stops"),
    "taker": pgettext_lazy("field", "Taken over by"),
    "unsealed_on": pgettext_lazy("field", "Unsealed on"),
}

VALUES: dict[tuple[str, str], Mapping[str, Text]] = {
    ("service_orders.agreedspell", "kind"): words.SPELLS,
    ("service_orders.plannedsource", "role"): plan_words.ROLES,
    ("service_orders.serviceorder", "kind"): words.ALL_KINDS,
    ("service_orders.serviceorder", "result"): words.RESULTS,
}
STATES: dict[tuple[str, str], str] = {
    ("service_orders.serviceorder", "state"): "service_order",
    ("service_orders.orderpaper", "state"): "order_paper",
    ("service_orders.supplyplan", "state"): "supply_plan",
}
