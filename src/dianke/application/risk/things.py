"""What measures against risk lead to: agreements, guarantees, terms, cycles and steps that people made since."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from dianke.domain.collection.models import DunningStep, RiskMeasure
from dianke.domain.collection.types import RiskMeasureKind, RiskThing, StepState
from dianke.domain.fee_control.queries.agreements import filter_agreements as filter_control_agreements
from dianke.domain.fee_control.types import ProposalState
from dianke.domain.readings.models import ReadingCycle, RoutePoint
from dianke.domain.receivables.queries.agreements import filter_agreements
from dianke.domain.receivables.queries.claims import filter_claims
from dianke.domain.receivables.queries.guarantees import filter_guarantees
from dianke.domain.receivables.queries.stages import filter_terms
from dianke.domain.receivables.types import AgreementState, ClaimKind, ClaimState, GuaranteeState, StagedTermsState
from dianke.kernel.clock import to_shanghai
from dianke.platform.org.scoping import Scope


@dataclass(frozen=True, slots=True)
class Thing:
    """Something that a measure led to; while it only waits for a decision, the measure is not done."""

    kind: RiskThing
    key: int
    number: str
    on: date
    is_in_force: bool


# What each kind of measure may lead to, the one meant first; debts paid by instalments answer every harsher one.
LEADS_TO: Mapping[RiskMeasureKind, tuple[RiskThing, ...]] = {
    RiskMeasureKind.EARLY_REMINDER: (RiskThing.STEP,),
    RiskMeasureKind.SHORT_CYCLE: (RiskThing.STAGED_TERMS, RiskThing.INTERIM_CYCLE, RiskThing.INSTALMENTS),
    RiskMeasureKind.PREPAY: (RiskThing.FEE_CONTROL, RiskThing.INSTALMENTS),
    RiskMeasureKind.SECURITY: (RiskThing.GUARANTEE, RiskThing.DEPOSIT, RiskThing.INSTALMENTS),
}


def list_things(*, actor: Scope, measure: RiskMeasure) -> list[Thing]:
    """Return what came since a measure was proposed, what is in force first and the latest of it before others."""
    found = [
        thing
        for kind in LEADS_TO[RiskMeasureKind(measure.kind)]
        for thing in _READERS[kind](actor, measure)
        if kind is RiskThing.INTERIM_CYCLE or thing.on >= to_shanghai(measure.proposed_at).date()
    ]
    return sorted(found, key=lambda one: (not one.is_in_force, -one.on.toordinal(), one.kind.value, -one.key))


def list_cycles(*, actor: Scope, account_id: int) -> list[ReadingCycle]:
    """Return the reading cycles of the points of an account, by code."""
    stops = RoutePoint.objects.for_actor(actor).filter(usage_point__account_id=account_id)
    keys = stops.values_list("route__cycle_id", flat=True)
    return list(ReadingCycle.objects.for_actor(actor).filter(pk__in=keys).order_by("code"))


def _find_steps(actor: Scope, measure: RiskMeasure) -> list[Thing]:
    rows = DunningStep.objects.for_actor(actor).filter(account_id=measure.account_id)
    done = rows.filter(state=StepState.DONE.value, done_on__isnull=False)
    return [Thing(RiskThing.STEP, one.pk, one.number, one.done_on, True) for one in done]


def _find_terms(actor: Scope, measure: RiskMeasure) -> list[Thing]:
    states = {StagedTermsState.PROPOSED.value: False, StagedTermsState.APPROVED.value: True}
    rows = filter_terms(actor=actor).filter(account_id=measure.account_id, state__in=states)
    return [
        Thing(RiskThing.STAGED_TERMS, one.pk, one.account.number, _day(one.proposed_at), states[one.state])
        for one in rows
    ]


def _find_cycles(actor: Scope, measure: RiskMeasure) -> list[Thing]:
    """Return the cycle of the account's points where all of them are read more than once a month."""
    cycles = list_cycles(actor=actor, account_id=measure.account_id)
    if not cycles or not all(one.interim_days for one in cycles):
        return []
    on = _day(measure.decided_at or measure.proposed_at)
    return [Thing(RiskThing.INTERIM_CYCLE, cycles[0].pk, cycles[0].code, on, True)]


def _find_control(actor: Scope, measure: RiskMeasure) -> list[Thing]:
    states = {ProposalState.PROPOSED.value: False, ProposalState.APPROVED.value: True}
    rows = filter_control_agreements(actor=actor).filter(account_id=measure.account_id, state__in=states)
    return [Thing(RiskThing.FEE_CONTROL, one.pk, one.number, _day(one.proposed_at), states[one.state]) for one in rows]


def _find_guarantees(actor: Scope, measure: RiskMeasure) -> list[Thing]:
    rows = filter_guarantees(actor=actor).filter(account_id=measure.account_id, state=GuaranteeState.HELD.value)
    return [Thing(RiskThing.GUARANTEE, one.pk, one.number, _day(one.recorded_at), True) for one in rows]


def _find_deposits(actor: Scope, measure: RiskMeasure) -> list[Thing]:
    states = {ClaimState.ASKED.value: False, ClaimState.APPROVED.value: True}
    rows = filter_claims(actor=actor).filter(
        account_id=measure.account_id, kind=ClaimKind.DEPOSIT_TAKEN.value, state__in=states
    )
    return [Thing(RiskThing.DEPOSIT, one.pk, one.number, _day(one.asked_at), states[one.state]) for one in rows]


def _find_instalments(actor: Scope, measure: RiskMeasure) -> list[Thing]:
    in_force = {AgreementState.IN_FORCE.value, AgreementState.SETTLED.value}
    rows = filter_agreements(actor=actor).filter(
        account_id=measure.account_id, state__in=[*in_force, AgreementState.PROPOSED.value]
    )
    return [
        Thing(RiskThing.INSTALMENTS, one.pk, one.number, _day(one.proposed_at), one.state in in_force) for one in rows
    ]


def _day(moment: datetime) -> date:
    return to_shanghai(moment).date()


_READERS: Mapping[RiskThing, Callable[[Scope, RiskMeasure], list[Thing]]] = {
    RiskThing.STEP: _find_steps,
    RiskThing.STAGED_TERMS: _find_terms,
    RiskThing.INTERIM_CYCLE: _find_cycles,
    RiskThing.FEE_CONTROL: _find_control,
    RiskThing.GUARANTEE: _find_guarantees,
    RiskThing.DEPOSIT: _find_deposits,
    RiskThing.INSTALMENTS: _find_instalments,
}
