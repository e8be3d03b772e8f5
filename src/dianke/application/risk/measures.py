"""Work on measures against risk: another person decides, somebody does it, the result stays."""

from datetime import datetime

from dianke.application.risk.things import Thing, list_things
from dianke.domain.collection.models import RiskMeasure
from dianke.domain.collection.operations import risk_measures as operations
from dianke.domain.collection.queries import risk as queries
from dianke.domain.collection.types import RiskMeasureState
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
    Refuse a measure with a reason, or give up an accepted one that cannot be carried out.

    :raises SamePerson: if the actor proposed it, or stands in for who did
    """
    return operations.refuse(measure=_get(actor, key), reason=reason, login=actor.login, at=at)


@use_case(right="collection.work")
def finish_measure(*, actor: Actor, key: int, note: str, at: datetime) -> RiskMeasure:
    """
    Record that an accepted measure was carried out: by what it led to, a reminder also by words alone.

    :raises NothingLedTo: if nothing of what it was to lead to is in force
    """
    measure = queries.get_measure(actor=actor, key=key, lock=True)
    return _finish(actor, measure, note, at)


@use_case(right="collection.manage")
def finish_answered(*, actor: Actor, at: datetime) -> int:
    """Record every accepted measure as done whose agreement, guarantee or terms came into force; return how many."""
    rows = queries.filter_measures(actor=actor).filter(state=RiskMeasureState.ACCEPTED.value)
    count = 0
    for measure in rows.select_for_update(of=("self",)).order_by("id"):
        if _find_in_force(actor, measure) is not None:
            _finish(actor, measure, "", at)
            count += 1
    return count


def _finish(actor: Actor, measure: RiskMeasure, note: str, at: datetime) -> RiskMeasure:
    thing = _find_in_force(actor, measure)
    return operations.finish(
        measure=measure,
        note=note,
        thing=(thing.kind, thing.key) if thing else None,
        login=actor.login,
        on=to_shanghai(at).date(),
    )


def _find_in_force(actor: Actor, measure: RiskMeasure) -> Thing | None:
    return next((one for one in list_things(actor=actor, measure=measure) if one.is_in_force), None)


def _get(actor: Actor, key: int) -> RiskMeasure:
    measure = queries.get_measure(actor=actor, key=key, lock=True)
    proposed_on = to_shanghai(measure.proposed_at).date()
    require_another_person(actor=actor, operator_login=measure.proposed_by, operated_on=proposed_on)
    return measure
