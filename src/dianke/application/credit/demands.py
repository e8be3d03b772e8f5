"""Measures that a lower grade asks for: whose work each is, done or declined by them."""

from datetime import datetime

from dianke.domain.credit.models import GradeDemand
from dianke.domain.credit.operations import demands as operations
from dianke.domain.credit.queries.demands import get_demand
from dianke.domain.credit.types import Measure
from dianke.platform.audit.use_case import PermissionRefused, use_case
from dianke.platform.identity.types import Actor

# Who sees to a measure: whoever may do what it comes to.
RIGHTS: dict[str, str] = {
    Measure.INSTALMENTS.value: "agreements.propose",
    Measure.PREPAY_OR_DEPOSIT.value: "agreements.propose",
    Measure.GUARANTEE.value: "agreements.propose",
    Measure.FEE_CONTROL.value: "fee_control.agree",
    Measure.WEEKLY_READING.value: "readings.plan",
}


@use_case(right="credit.view")
def finish_demand(*, actor: Actor, key: int, reason: str, at: datetime) -> GradeDemand:
    """
    Record that a measure was carried out, and how.

    :raises PermissionRefused: if the measure is none of the actor's work there
    """
    return operations.finish_demand(demand=_get(actor, key), result=reason, login=actor.login, at=at)


@use_case(right="credit.view")
def decline_demand(*, actor: Actor, key: int, reason: str, at: datetime) -> GradeDemand:
    """
    Record that a measure is not carried out, and why.

    :raises PermissionRefused: if the measure is none of the actor's work there
    """
    return operations.decline_demand(demand=_get(actor, key), result=reason, login=actor.login, at=at)


def may_see_to(actor: Actor, demand: GradeDemand) -> bool:
    """Return whether a measure is the actor's work."""
    return actor.may(RIGHTS[demand.measure], demand.unit.path)


def _get(actor: Actor, key: int) -> GradeDemand:
    demand = get_demand(actor=actor, key=key, lock=True)
    if not may_see_to(actor, demand):
        raise PermissionRefused(field="actor", login=actor.login, right=RIGHTS[demand.measure])
    return demand
