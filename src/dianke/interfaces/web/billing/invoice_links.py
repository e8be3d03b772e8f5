"""The invoices of a bill at its page, and the way to make one."""

from typing import Any

from dianke.application.invoices import MAKE, VIEW
from dianke.domain.billing.models import Bill
from dianke.domain.invoicing.queries import standings
from dianke.platform.identity.types import Actor


def draw(actor: Actor, bill: Bill) -> dict[str, Any]:
    """Return the invoices that a bill stands on and whether one may be made or asked for; nothing without the right."""
    if not actor.may(VIEW, bill.unit.path):
        return {}
    own = actor.within(VIEW)
    lines = standings.list_invoices_of(actor=own, bill_id=bill.pk)
    standing = standings.list_standings(bills=[bill])[bill.pk]
    return {
        "invoices": list({line.invoice_id: line.invoice for line in lines}.values()),
        "invoicing": standing,
        "may_make_invoice": not standing.obstacle and actor.may(MAKE, bill.unit.path),
        "may_ask_invoice": not standing.obstacle,
    }
