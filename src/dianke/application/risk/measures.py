"""Work on measures against risk: another person decides, somebody does it, the result stays."""

from datetime import datetime

from dianke.domain.collection.models import RiskMeasure
from dianke.domain.collection.operations import risk_measures as operations
from dianke.domain.collection.queries import risk as queries
from dianke.kernel.clock import to_shanghai
from dianke.platform.audit.use_case import use_case
from dianke.platform.identity.separation import require_another_person
from dianke.platform.identity.types import Actor


@use_case(right="collection.manage")
def accept_measure(*, actor: Actor, key: int, at: datetime, reason: str = "") -> RiskMeasure:
    """
    Accept a measure as work.

    :raises SamePerson: if the actor proposed it, or stands in for who did
    """
    return operations.accept(measure=_get(actor, key), reason=reason, login=actor.login, at=at)


@use_case(right="collection.manage")
def refuse_measure(*, actor: Actor, key: int, reason: str, at: datetime) -> RiskMeasure:
    """
    Refuse a measure with a reason.

    :raises SamePerson: if the actor proposed it, or stands in for who did
    """
    return operations.refuse(measure=_get(actor, key), reason=reason, login=actor.login, at=at)


@use_case(right="collection.work")
def finish_measure(*, actor: Actor, key: int, note: str, at: datetime) -> RiskMeasure:
    """Record that an accepted measure was carried out, and how."""
    measure = queries.get_measure(actor=actor, key=key, lock=True)
    return operations.finish(measure=measure, note=note, login=actor.login, on=to_shanghai(at).date())


def _get(actor: Actor, key: int) -> RiskMeasure:
    measure = queries.get_measure(actor=actor, key=key, lock=True)
    proposed_on = to_shanghai(measure.proposed_at).date()
    require_another_person(actor=actor, operator_login=measure.proposed_by, operated_on=proposed_on)
    return measure
