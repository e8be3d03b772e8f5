"""
What measures lead to, whoever asked for them: agreements, guarantees, deposits, terms, cycles and steps of accounts.

Measures against risk and measures by grade are two things, but both are done only when one of these is there.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from dianke.domain.collection.models import DunningStep
from dianke.domain.collection.types import RiskThing, StepState
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
    """
    Something that a measure led to; while it only waits for a decision, the measure is not done.

    `until` is the last day that it holds, None where it has no end; `on` is None of a cycle, which has no day.
    """

    kind: RiskThing
    key: int
    number: str
    account_id: int
    on: date | None
    is_in_force: bool
    until: date | None = None

    def holds_on(self, day: date) -> bool:
        """Return whether it is in force and has not run out by a day."""
        return self.is_in_force and (self.until is None or self.until >= day)


def list_account_things(*, actor: Scope, kinds: Iterable[RiskThing], account_ids: Collection[int]) -> list[Thing]:
    """Return every thing of some kinds that accounts have or that waits for a decision, by kind in their order."""
    return [thing for kind in kinds for thing in _READERS[kind](actor, account_ids)]


def list_cycles(*, actor: Scope, account_id: int) -> list[ReadingCycle]:
    """Return the reading cycles of the points of an account, by code."""
    stops = RoutePoint.objects.for_actor(actor).filter(usage_point__account_id=account_id)
    keys = stops.values_list("route__cycle_id", flat=True)
    return list(ReadingCycle.objects.for_actor(actor).filter(pk__in=keys).order_by("code"))


def _find_steps(actor: Scope, account_ids: Collection[int]) -> list[Thing]:
    rows = DunningStep.objects.for_actor(actor).filter(account__in=account_ids)
    done = rows.filter(state=StepState.DONE.value, done_on__isnull=False)
    return [Thing(RiskThing.STEP, one.pk, one.number, one.account_id, one.done_on, True) for one in done]


def _find_terms(actor: Scope, account_ids: Collection[int]) -> list[Thing]:
    states = {StagedTermsState.PROPOSED.value: False, StagedTermsState.APPROVED.value: True}
    rows = filter_terms(actor=actor).filter(account__in=account_ids, state__in=states)
    return [
        Thing(
            RiskThing.STAGED_TERMS, one.pk, one.account.number, one.account_id, _day(one.proposed_at),
            states[one.state], _before(one.until_month),
        )
        for one in rows
    ]  # fmt: skip


def _find_cycles(actor: Scope, account_ids: Collection[int]) -> list[Thing]:
    """Return the cycle of the points of each account where all of them are read more than once a month."""
    found = []
    for account_id in sorted(account_ids):
        cycles = list_cycles(actor=actor, account_id=account_id)
        if cycles and all(one.interim_days for one in cycles):
            found.append(Thing(RiskThing.INTERIM_CYCLE, cycles[0].pk, cycles[0].code, account_id, None, True))
    return found


def _find_control(actor: Scope, account_ids: Collection[int]) -> list[Thing]:
    states = {ProposalState.PROPOSED.value: False, ProposalState.APPROVED.value: True}
    rows = filter_control_agreements(actor=actor).filter(account__in=account_ids, state__in=states)
    return [
        Thing(
            RiskThing.FEE_CONTROL, one.pk, one.number, one.account_id, _day(one.proposed_at), states[one.state],
            _before(one.period.upper),
        )
        for one in rows
    ]  # fmt: skip


def _find_guarantees(actor: Scope, account_ids: Collection[int]) -> list[Thing]:
    rows = filter_guarantees(actor=actor).filter(account__in=account_ids, state=GuaranteeState.HELD.value)
    return [
        Thing(
            RiskThing.GUARANTEE, one.pk, one.number, one.account_id, _day(one.recorded_at), True, one.valid_until_date
        )
        for one in rows
    ]


def _find_deposits(actor: Scope, account_ids: Collection[int]) -> list[Thing]:
    states = {ClaimState.ASKED.value: False, ClaimState.APPROVED.value: True}
    rows = filter_claims(actor=actor).filter(
        account__in=account_ids, kind=ClaimKind.DEPOSIT_TAKEN.value, state__in=states
    )
    return [
        Thing(RiskThing.DEPOSIT, one.pk, one.number, one.account_id, _day(one.asked_at), states[one.state])
        for one in rows
    ]


def _find_instalments(actor: Scope, account_ids: Collection[int]) -> list[Thing]:
    in_force = {AgreementState.IN_FORCE.value, AgreementState.SETTLED.value}
    rows = filter_agreements(actor=actor).filter(
        account__in=account_ids, state__in=[*in_force, AgreementState.PROPOSED.value]
    )
    return [
        Thing(
            RiskThing.INSTALMENTS, one.pk, one.number, one.account_id, _day(one.proposed_at), one.state in in_force,
            one.ended_on,
        )
        for one in rows
    ]  # fmt: skip


def _day(moment: datetime) -> date:
    return to_shanghai(moment).date()


def _before(end: date | None) -> date | None:
    """Return the last day before a half-open end."""
    return date.fromordinal(end.toordinal() - 1) if end else None


_READERS: Mapping[RiskThing, Callable[[Scope, Collection[int]], list[Thing]]] = {
    RiskThing.STEP: _find_steps,
    RiskThing.STAGED_TERMS: _find_terms,
    RiskThing.INTERIM_CYCLE: _find_cycles,
    RiskThing.FEE_CONTROL: _find_control,
    RiskThing.GUARANTEE: _find_guarantees,
    RiskThing.DEPOSIT: _find_deposits,
    RiskThing.INSTALMENTS: _find_instalments,
}
