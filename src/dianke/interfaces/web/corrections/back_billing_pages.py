"""A back-billing as pages draw it: its facts, the bills it concerns, every line with its steps."""

from typing import Any

from django.utils.translation import get_language

from dianke.domain.billing.models import BillCorrection
from dianke.domain.billing.queries import corrections as queries
from dianke.domain.billing.queries.back_billing import recompute_order
from dianke.domain.billing.rules.back_bills import BackBill, explain_lines, work_back_bill
from dianke.domain.billing.rules.explanations import Explanation
from dianke.interfaces.web.billing import back_billing_words as words
from dianke.interfaces.web.billing import paper
from dianke.interfaces.web.shell.errors import explain
from dianke.kernel.clock import to_shanghai
from dianke.kernel.errors import DomainError
from dianke.platform.identity.types import Actor


def draw_order(actor: Actor, order: BillCorrection, *, is_living: bool) -> dict[str, Any]:
    """Return an order of back-billing as its page and the explanation for the customer show it."""
    items = queries.list_corrected(actor=actor, order=order)
    bills = queries.get_bills(actor=actor, keys=[item.bill_id for item in items])
    refusal = ""
    try:
        found = work_back_bill(order.case, today=to_shanghai(order.asked_at).date())
        if is_living:
            found = recompute_order(actor=actor, order=order).found
    except DomainError as error:
        return {"refusal": explain(error), "concerned": list(bills.values()), "groups": [], "case_facts": []}
    concerned = sorted(bills.values(), key=lambda bill: bill.pk)
    return {
        "refusal": refusal,
        "concerned": concerned,
        "months": words.name_months([bill.month for bill in concerned] or [order.month]),
        "case_facts": words.list_facts(order.case),
        "groups": _lay_out(found),
        "back_bill": queries.find_back_bill(actor=actor, order=order),
        **_name_rule(found),
    }


def _lay_out(found: BackBill) -> list[paper.PaperGroup]:
    explanation = Explanation(lines=explain_lines(found), losses=[], power_factor={}, quantities={})
    return paper.lay_out(explanation, basis={"price": {}})


def _name_rule(found: BackBill) -> dict[str, Any]:
    is_english = get_language() == "en"
    return {
        "article": words.name_article(found.article, is_unconfirmed=found.rules.is_unconfirmed),
        "rule_set": found.rules.code,
        "rule_title": found.rules.title_en if is_english else found.rules.title_zh,
        "is_unconfirmed": found.rules.is_unconfirmed,
        "counts_in_tiers": found.rules.counts_in_tiers,
    }
