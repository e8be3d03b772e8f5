"""What measures against risk lead to: agreements, guarantees, terms, cycles and steps that people made since."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from dianke.application.measure_things import Thing, list_account_things, list_cycles
from dianke.domain.collection.models import RiskMeasure
from dianke.domain.collection.types import RiskMeasureKind, RiskThing
from dianke.kernel.clock import to_shanghai
from dianke.platform.org.scoping import Scope

__all__ = ["LEADS_TO", "Thing", "list_cycles", "list_things"]

# What each kind of measure may lead to, the one meant first; debts paid by instalments answer every harsher one.
LEADS_TO: Mapping[RiskMeasureKind, tuple[RiskThing, ...]] = {
    RiskMeasureKind.EARLY_REMINDER: (RiskThing.STEP,),
    RiskMeasureKind.SHORT_CYCLE: (RiskThing.STAGED_TERMS, RiskThing.INTERIM_CYCLE, RiskThing.INSTALMENTS),
    RiskMeasureKind.PREPAY: (RiskThing.FEE_CONTROL, RiskThing.INSTALMENTS),
    RiskMeasureKind.SECURITY: (RiskThing.GUARANTEE, RiskThing.DEPOSIT, RiskThing.INSTALMENTS),
}


def list_things(*, actor: Scope, measure: RiskMeasure) -> list[Thing]:
    """Return what came since a measure was proposed, what is in force first and the latest of it before others."""
    kinds = LEADS_TO[RiskMeasureKind(measure.kind)]
    begun = to_shanghai(measure.proposed_at).date()
    decided = to_shanghai(measure.decided_at or measure.proposed_at).date()
    known = list_account_things(actor=actor, kinds=kinds, account_ids=[measure.account_id])
    # A cycle has no day of its own: it answers a measure from the decision on.
    dated = [(one, decided if one.on is None else one.on) for one in known]
    found = [(one, on) for one, on in dated if one.on is None or on >= begun]
    found.sort(key=_rank)
    return [replace(one, on=on) for one, on in found]


def _rank(found: tuple[Thing, date]) -> tuple[bool, int, str, int]:
    one, on = found
    return not one.is_in_force, -on.toordinal(), one.kind.value, -one.key
