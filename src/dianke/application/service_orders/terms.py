"""What orders change in the terms that an account is billed on."""

from dataclasses import fields
from datetime import date
from decimal import Decimal
from typing import Any

from dianke.application.service_orders.work import Work
from dianke.domain.billing.models import Bill, BillingTerms, ShareTerms
from dianke.domain.billing.operations.terms import Share, set_terms
from dianke.domain.service_orders.models import EffectKind
from dianke.domain.service_orders.queries.demands import list_demand_terms, list_two_part_terms
from dianke.kernel.errors import DomainError
from dianke.platform.identity.types import Actor

_OWN = frozenset({"id", "usage_point", "plan", "period"})
_OF_SHARE = tuple(one.name for one in fields(Share))


class DemandNotOfOnePoint(DomainError):
    """The contract demand of the account is not that of one point."""

    code = "service_orders.demand_not_of_one_point"
    message = "{count} points of account {account} hold a contract demand; change them in the billing terms"


class DaysBilled(DomainError):
    """Days from which the change would hold are billed already."""

    code = "service_orders.days_billed"
    message = "{point} is billed until {day} already: the change cannot hold from {start}"


def change_demand(work: Work) -> None:
    """
    Let the contract demand that was asked for hold from the day agreed; all other terms stay.

    :raises DemandNotOfOnePoint: if not exactly one point holds one
    :raises DaysBilled: if the point is billed beyond that day
    :raises UnableToSetTerms: if later terms exist
    """
    order, start = work.order, work.order.effective_on
    found = list_demand_terms(actor=work.actor, account=order.account, on=start)
    if len(found) != 1:
        raise DemandNotOfOnePoint(field="demand", account=order.account.number, count=len(found))
    replace_terms(work, found[0], start=start, contract_kw=Decimal(str(order.asked["contract_kw"])))


def change_mode(work: Work) -> None:
    """
    Let the basic charge be measured otherwise from the day agreed, at every point that has one.

    :raises DemandNotOfOnePoint: if a contract demand is asked for and several points have a basic charge
    :raises DaysBilled: if a point is billed beyond that day
    :raises UnableToSetTerms: if later terms exist
    """
    order = work.order
    found = list_two_part_terms(actor=work.actor, account=order.account, on=order.effective_on)
    demand = order.asked.get("contract_kw")
    if demand is not None and len(found) != 1:
        raise DemandNotOfOnePoint(field="demand", account=order.account.number, count=len(found))
    for before in found:
        contract_kw = None if demand is None else Decimal(str(demand))
        replace_terms(
            work, before, start=order.effective_on, basic_mode=order.asked["basic_mode"], contract_kw=contract_kw
        )


def replace_terms(work: Work, before: BillingTerms, *, start: date, **changes: Any) -> None:
    """
    Let terms end on a day and others follow that differ in what is named alone.

    :raises DaysBilled: if the point is billed beyond that day
    :raises UnableToSetTerms: if later terms exist
    """
    _require_unbilled(work.actor, before, start)
    details: dict[str, Any] = {
        one.name: getattr(before, one.name) for one in BillingTerms._meta.concrete_fields if one.name not in _OWN
    }
    terms = set_terms(
        actor=work.actor, usage_point=before.usage_point, start=start,
        shares=_copy_shares(work.actor, before), **{**details, "plan": before.plan, **changes},
    )  # fmt: skip
    work.note(EffectKind.TERMS, key=terms.pk, number=before.usage_point.code, on=start)


def _require_unbilled(actor: Actor, terms: BillingTerms, start: date) -> None:
    rows = Bill.objects.for_actor(actor).filter(usage_point_id=terms.usage_point_id, period_end__gt=start)
    last = rows.order_by("-period_end").values_list("period_end", flat=True).first()
    if last is not None:
        raise DaysBilled(field="effective_on", point=terms.usage_point.code, day=last, start=start)


def _copy_shares(actor: Actor, terms: BillingTerms) -> list[Share]:
    rows = ShareTerms.objects.for_actor(actor).filter(terms=terms).order_by("sequence")
    return [Share(**{name: getattr(row, name) for name in _OF_SHARE}) for row in rows]
