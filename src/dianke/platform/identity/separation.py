"""Four eyes: who decides a thing is never who did it, not even through a deputy."""

from datetime import date

from django.db.models import Q
from django.utils import timezone

from dianke.kernel.clock import SystemClock
from dianke.kernel.errors import DomainError
from dianke.platform.identity.models import Deputyship
from dianke.platform.identity.types import Actor


class SamePerson(DomainError):
    """Whoever did a thing, or stands in for them, wants to approve it."""

    code = "identity.same_person"
    message = "what {operator} did must be approved by another person than {login}"


def require_another_person(*, actor: Actor, operator_login: str, operated_on: date | None = None) -> None:
    """
    Refuse unless the actor is another person than the operator.

    A deputy counts as both: as themselves, and as everybody they stand in for. That holds on either side, today
    and, when it is given, on the day the operator did it.

    :raises SamePerson: if one person would hold both ends
    """
    days = {timezone.localdate(SystemClock().now()), operated_on} - {None}
    if actor.login == operator_login or operator_login in actor.deputises_for:
        raise SamePerson(field="actor", operator=operator_login, login=actor.login)
    system = Actor.system("telling whether a deputy and the person they stand in for meet")
    pair = Q(absent__login=actor.login, deputy__login=operator_login) | Q(
        absent__login=operator_login, deputy__login=actor.login
    )
    lent = Deputyship.objects.for_actor(system).filter(pair)
    if any(lent.filter(period__contains=day).exists() for day in days):
        raise SamePerson(field="actor", operator=operator_login, login=actor.login)
