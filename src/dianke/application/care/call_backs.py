"""Whom a manager owes a call: complaints and calls that nobody settled or answered yet, by the limit of the class."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Max

from dianke.domain.credit.models import CustomerFact
from dianke.domain.credit.types import FactState, FactType
from dianke.domain.customers.models import Customer, Visit
from dianke.domain.customers.types import VisitState
from dianke.domain.valuation.types import Service
from dianke.platform.identity.types import Actor

# What a customer may expect an answer to; a complaint before a call.
ASKING = (FactType.COMPLAINT, FactType.REPAIR_CALL, FactType.CALL)
# What nobody answered within a month is a matter of the watch lists.
_LOOKED_BACK = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class CallBack:
    """The oldest thing that a customer still waits for, and until when their class may wait."""

    customer: Customer
    kind: FactType
    since: datetime
    due_at: datetime
    channel: str
    count: int


def list_call_backs(
    *, actor: Actor, customers: Sequence[Customer], services: Sequence[Service], at: datetime
) -> list[CallBack]:
    """
    Return whom to call back, the first to fall due in front.

    The clock begins when the utility knows of it (the fact was entered) and runs day and night; it ends when the fact
    is settled, or with a visit or call that was recorded as done after it.
    """
    known = {one.pk: one for one in customers}
    by_class = {one.value_class.value: one for one in services}
    rows = CustomerFact.objects.for_actor(actor).filter(
        customer_id__in=list(known), type__in=[one.value for one in ASKING], state=FactState.STANDING.value,
        until_date=None, entered_at__gt=at - _LOOKED_BACK, entered_at__lte=at,
    )  # fmt: skip
    answered = _find_answered(actor, list(known))
    waiting: dict[int, list[CustomerFact]] = {}
    for row in rows.order_by("entered_at", "id"):
        if row.customer_id not in answered or answered[row.customer_id] < row.entered_at:
            waiting.setdefault(row.customer_id, []).append(row)
    found = [
        _write(known[key], facts, by_class.get(known[key].value_class, services[-1])) for key, facts in waiting.items()
    ]
    return sorted(found, key=lambda one: (one.due_at, one.customer.number))


def _write(customer: Customer, facts: Sequence[CustomerFact], service: Service) -> CallBack:
    first = facts[0]
    return CallBack(
        customer=customer,
        kind=FactType(first.type),
        since=first.entered_at,
        due_at=first.entered_at + timedelta(minutes=service.call_back_minutes),
        channel=service.channel.value,
        count=len(facts),
    )


def _find_answered(actor: Actor, ids: Sequence[int]) -> Mapping[int, datetime]:
    done = Visit.objects.for_actor(actor).filter(customer_id__in=ids, state=VisitState.DONE.value)
    return dict(done.values_list("customer_id").annotate(last=Max("done_at")))
