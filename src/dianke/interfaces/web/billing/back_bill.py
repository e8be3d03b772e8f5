"""What the page of a back-bill shows beside its lines: what it is for, whom it concerns, by which rule."""

from typing import Any

from django.urls import reverse

from dianke.domain.billing.models import Bill
from dianke.domain.billing.rules.back_bills import KEY
from dianke.interfaces.web.billing import back_billing_words as words
from dianke.interfaces.web.regulations import get_regulation


def draw_bill(bill: Bill) -> dict[str, Any]:
    """Return what stands on the page of a back-bill beside its lines; nothing for every other bill."""
    if bill.basis is None or KEY not in bill.basis:
        return {}
    kept = bill.basis[KEY]
    regulation = get_regulation(kept["regulation"])
    return {
        "recovery": {
            "kind": words.KINDS[kept["case"]["kind"]],
            "reason": kept["reason"],
            "order": kept["order"],
            "order_url": reverse("web:correction", args=[bill.correction_id]),
            "bills": kept["bills"],
            "facts": words.list_facts(kept["case"]),
            "rule_set": kept["case"]["rule_set"],
            "regulation": regulation.title,
            "article": words.name_article(kept["article"], is_unconfirmed=kept["unconfirmed"]),
            "is_unconfirmed": kept["unconfirmed"],
            "counts_in_tiers": kept["counts_in_tiers"],
        }
    }
