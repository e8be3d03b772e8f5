"""Measures that a lower grade asks for: whose work each is, done or declined by them."""

from collections.abc import Mapping
from datetime import date, datetime

from dianke.application.measure_things import Thing, list_account_things
from dianke.domain.collection.types import RiskThing
from dianke.domain.credit.models import GradeDemand
from dianke.domain.credit.operations import demands as operations
from dianke.domain.credit.queries.demands import filter_demands, get_demand
from dianke.domain.credit.types import DemandState, Measure
from dianke.domain.customers.models import CustomerAccount
from dianke.domain.customers.queries import list_accounts
from dianke.domain.customers.types import AccountStatus
from dianke.kernel.clock import to_shanghai
from dianke.platform.audit.use_case import PermissionRefused, use_case
from dianke.platform.identity.types import Actor

_SYSTEM = Actor.system("looking at what meets a measure by grade")

# Who sees to a measure: whoever may do what it comes to.
RIGHTS: dict[str, str] = {
    Measure.INSTALMENTS.value: "agreements.propose",
    Measure.PREPAY_OR_DEPOSIT.value: "agreements.propose",
    Measure.GUARANTEE.value: "agreements.propose",
    Measure.FEE_CONTROL.value: "fee_control.agree",
    Measure.WEEKLY_READING.value: "readings.plan",
}


# What answers a measure, the one meant first.
LEADS_TO: Mapping[Measure, tuple[RiskThing, ...]] = {
    Measure.INSTALMENTS: (RiskThing.INSTALMENTS,),
    Measure.PREPAY_OR_DEPOSIT: (RiskThing.FEE_CONTROL, RiskThing.DEPOSIT, RiskThing.STAGED_TERMS),
    Measure.WEEKLY_READING: (RiskThing.INTERIM_CYCLE, RiskThing.STAGED_TERMS),
    Measure.FEE_CONTROL: (RiskThing.FEE_CONTROL,),
    Measure.GUARANTEE: (RiskThing.GUARANTEE, RiskThing.DEPOSIT),
}
# These change how an account is read and supplied, so that each account needs its own; one of the others secures all.
_OF_EACH_ACCOUNT = frozenset({Measure.WEEKLY_READING, Measure.FEE_CONTROL})


@use_case(right="credit.view")
def finish_demand(*, actor: Actor, key: int, reason: str, at: datetime) -> GradeDemand:
    """
    Record that a measure was carried out, and how: what it asks for is in force.

    :raises PermissionRefused: if the measure is none of the actor's work there
    :raises DemandNotMet: if nothing of what it asks for is in force
    """
    return _finish(_get(actor, key), reason, actor, at)


@use_case(right="credit.manage")
def settle_demands(*, actor: Actor, at: datetime) -> int:
    """Record every open measure as done that is met by what is in force; return how many."""
    rows = filter_demands(actor=actor).filter(state=DemandState.OPEN.value)
    count = 0
    for demand in rows.select_for_update(of=("self",)).order_by("id"):
        if find_answer(demand=demand, on=to_shanghai(at).date()):
            _finish(demand, "", actor, at)
            count += 1
    return count


def list_things(*, actor: Actor, demand: GradeDemand) -> list[Thing]:
    """Return what the accounts of the customer have of what a measure asks for, or what waits for a decision."""
    keys = [account.pk for account in list_demand_accounts(actor, demand)]
    return list_account_things(actor=actor, kinds=LEADS_TO[Measure(demand.measure)], account_ids=keys)


def find_answer(*, demand: GradeDemand, on: date) -> str:
    """Return the number of what meets a measure on a day, of several accounts of the first; else nothing."""
    # What a customer of several units has elsewhere counts as well: the measure is about the customer.
    accounts = list_demand_accounts(_SYSTEM, demand)
    held = [one for one in list_things(actor=_SYSTEM, demand=demand) if one.holds_on(on)]
    covered = {one.account_id for one in held}
    is_met = all(one.pk in covered for one in accounts) if Measure(demand.measure) in _OF_EACH_ACCOUNT else True
    return held[0].number if held and is_met else ""


def list_demand_accounts(actor: Actor, demand: GradeDemand) -> list[CustomerAccount]:
    """Return the accounts of the customer that are not closed, as far as the actor sees them."""
    accounts = list_accounts(actor=actor, customer=demand.customer)
    return [one for one in accounts if one.status != AccountStatus.CLOSED.value]


def _finish(demand: GradeDemand, words: str, actor: Actor, at: datetime) -> GradeDemand:
    thing = find_answer(demand=demand, on=to_shanghai(at).date())
    return operations.finish_demand(demand=demand, thing=thing, result=words, login=actor.login, at=at)


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
