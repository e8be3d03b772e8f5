"""Withdraw a version that was loaded by mistake."""

from dataclasses import dataclass
from datetime import date, datetime

from dianke.domain.tariffs import operations
from dianke.domain.tariffs.models import TariffVersion
from dianke.platform.audit.models import ChangeAlarm
from dianke.platform.audit.use_case import use_case
from dianke.platform.identity.types import Actor

_NAME = "tariffs.withdraw_version.withdraw_version"


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """Who withdrew an approved version, when and why."""

    login: str
    at: datetime
    reason: str


def find_withdrawal(*, version_id: int) -> Withdrawal | None:
    """Return the withdrawal of a version that the caller may see, as the alarm of the change keeps it, or None."""
    alarms = ChangeAlarm.objects.for_actor(Actor.system("telling who withdrew a version"))
    found = alarms.filter(model_label="tariffs.tariffversion", key=version_id, use_case=_NAME).order_by("-id").first()
    return Withdrawal(found.actor_login, found.at, found.reason) if found else None


@use_case(right="tariffs.withdraw_version")
def withdraw_version(*, actor: Actor, version_id: int, on: date, reason: str) -> TariffVersion:
    """Withdraw a version before its first day, as another person than approved it; the reason goes into the record."""
    return operations.withdraw_version(actor=actor, version_id=version_id, on=on, reason=reason)
