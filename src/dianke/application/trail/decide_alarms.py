"""The second look at a sensitive change."""

from datetime import datetime

from django.utils import timezone

from dianke.kernel.errors import DomainError
from dianke.platform.audit import alarms
from dianke.platform.audit.models import ChangeAlarm
from dianke.platform.audit.types import AlarmState
from dianke.platform.audit.use_case import use_case
from dianke.platform.identity.separation import require_another_person
from dianke.platform.identity.types import Actor


class UnableToDecideAlarm(DomainError):
    """The alarm cannot be decided this way."""

    code = "trail.unable_to_decide_alarm"
    message = "the alarm cannot be decided: {reason}"


@use_case(right="alarms.review")
def decide_alarm(*, actor: Actor, alarm_id: int, state: AlarmState, note: str, at: datetime) -> ChangeAlarm:
    """
    Say that a sensitive change is in order, or that it is not and why, as another person than made it.

    :raises UnableToDecideAlarm: if it is not open, out of the actor's units, or not in order without a note
    :raises SamePerson: if the actor made the change, or stands in for who did
    """
    alarm: ChangeAlarm | None = (
        ChangeAlarm.objects.for_actor(actor, "alarms.review")
        .select_for_update(of=("self",))
        .filter(pk=alarm_id)
        .first()
    )
    if alarm is None:
        raise UnableToDecideAlarm(field="alarm", reason="there is no such alarm within your units")
    if alarm.state != AlarmState.OPEN.value:
        raise UnableToDecideAlarm(field="alarm", reason="somebody has decided it already")
    if state is AlarmState.OPEN:
        raise UnableToDecideAlarm(field="state", reason="say whether the change is in order")
    if state is AlarmState.NOT_IN_ORDER and not note.strip():
        raise UnableToDecideAlarm(field="note", reason="say what is not in order")
    if alarm.actor_login:
        require_another_person(actor=actor, operator_login=alarm.actor_login, operated_on=timezone.localdate(alarm.at))
    alarms.keep_decision(alarm=alarm, state=state, note=note.strip(), by=actor.login, at=at)
    return alarm
