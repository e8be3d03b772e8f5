"""What the pages of the trail list: acts, alarms, closed days and proofs."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from dianke.application.trail.look_up import VIEW, Change, describe_pairs
from dianke.platform.audit.models import ChainDay, ChangeAlarm, TrailProof, UseCaseRecord
from dianke.platform.audit.types import AlarmState
from dianke.platform.audit.use_case import PermissionRefused
from dianke.platform.identity.types import EVERY_UNIT, Actor

REVIEW = "alarms.review"


def list_acts(*, actor: Actor) -> QuerySet[Any]:
    """
    Return the acts of people of the actor's units.

    :raises PermissionRefused: without the right to the trail
    """
    if not actor.may(VIEW):
        raise PermissionRefused(field="actor", login=actor.login, right=VIEW)
    rows: QuerySet[Any] = UseCaseRecord.objects.for_actor(actor)
    paths = actor.list_unit_paths(VIEW)
    if EVERY_UNIT in paths:
        return rows
    within = Q(pk__in=[])
    for path in paths:
        within |= Q(actor_unit_path__startswith=path)
    return rows.filter(within)


def get_act(*, actor: Actor, context: str) -> UseCaseRecord | None:
    """Return the act that changes of a context belong to, or None."""
    found: UseCaseRecord | None = list_acts(actor=actor).filter(history_context=context).order_by("id").last()
    return found


def list_alarms(*, actor: Actor) -> QuerySet[Any]:
    """Return the alarms of the actor's units."""
    rows: QuerySet[Any] = ChangeAlarm.objects.for_actor(actor, REVIEW).select_related("unit", "decision")
    return rows


def get_alarm(*, actor: Actor, alarm_id: int) -> ChangeAlarm | None:
    """Return an alarm within the actor's units, or None."""
    found: ChangeAlarm | None = list_alarms(actor=actor).filter(pk=alarm_id).first()
    return found


def count_open_alarms(*, actor: Actor) -> int:
    """Return how many alarms of the actor's units nobody has decided."""
    rows = ChangeAlarm.objects.for_actor(actor, REVIEW).filter(state=AlarmState.OPEN.value)
    return int(rows.count())


def list_open_alarms(*, actor: Actor, limit: int) -> list[ChangeAlarm]:
    """Return the oldest alarms that the actor may decide, being another person than made the change."""
    rows = list_alarms(actor=actor).filter(state=AlarmState.OPEN.value)
    return list(rows.exclude(actor_login__in=[actor.login, *actor.deputises_for]).order_by("at", "id")[:limit])


def describe_alarms(alarms: Iterable[ChangeAlarm]) -> dict[int, Change]:
    """Return the change of each alarm, compared with the row that the alarm names; the caller saw to who may look."""
    listed = list(alarms)
    pairs = [(alarm.model_label, alarm.event_id, alarm.before_event_id) for alarm in listed]
    changes = {(change.model_label, change.event_id): change for change in describe_pairs(pairs)}
    found = {alarm.pk: changes.get((alarm.model_label, alarm.event_id)) for alarm in listed}
    return {key: change for key, change in found.items() if change is not None}


def list_chain_days(*, actor: Actor, limit: int) -> list[ChainDay]:
    """Return the days closed last, the latest first."""
    return list(ChainDay.objects.for_actor(actor).order_by("-day")[:limit])


def count_chain_days(*, actor: Actor) -> int:
    """Return how many days are closed."""
    return int(ChainDay.objects.for_actor(actor).count())


def list_proofs(*, actor: Actor, limit: int) -> list[TrailProof]:
    """Return the proofs made last, the latest first."""
    return list(TrailProof.objects.for_actor(actor).order_by("-at", "-id")[:limit])


def is_closed(*, actor: Actor, day: date) -> bool:
    """Tell whether a day is closed by the chain."""
    return bool(ChainDay.objects.for_actor(actor).filter(day=day).exists())
