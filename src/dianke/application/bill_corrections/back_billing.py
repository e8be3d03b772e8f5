"""Back-billing orders (追补电费): drawn up here, asked for, approved and issued as every correction."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from dianke.application.bill_corrections.orders import ASK, get_own_order
from dianke.domain.billing.models import BillCorrection
from dianke.domain.billing.operations import back_billing
from dianke.domain.billing.queries import bills as bill_queries
from dianke.platform.audit.use_case import use_case
from dianke.platform.identity.types import Actor


@use_case(right=ASK)
def draft_back_billing(
    *, actor: Actor, bill_id: int, from_month: date, case: Mapping[str, Any], reason: str, at: datetime
) -> BillCorrection:
    """Draw up a back-billing of the months from one to that of a bill."""
    bill = bill_queries.get_bill(actor=actor, bill_id=bill_id)
    return back_billing.draft_back_billing(
        actor=actor, bill=bill, from_month=from_month, case=case, reason=reason, login=actor.login, at=at
    )


@use_case(right=ASK)
def change_back_billing(
    *, actor: Actor, key: int, from_month: date, case: Mapping[str, Any], reason: str
) -> BillCorrection:
    """Write a drafted back-billing anew."""
    order = get_own_order(actor, key)
    return back_billing.change_back_billing(actor=actor, order=order, from_month=from_month, case=case, reason=reason)
