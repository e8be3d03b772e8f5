"""What may still happen to a stored version, and days of heat."""

from datetime import date, datetime
from decimal import Decimal

from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone

from dianke.domain.tariffs.models import TariffVersion, TemperatureEvent
from dianke.domain.tariffs.models.plans import SET_UP
from dianke.domain.tariffs.operations.loading import wait_for_other_loads
from dianke.domain.tariffs.queries.plans import get_version
from dianke.domain.tariffs.types import APPROVED_STATUSES, VersionStatus
from dianke.kernel.errors import DomainError
from dianke.platform.identity.separation import require_another_person
from dianke.platform.identity.types import Actor


class UnableToWithdrawVersion(DomainError):
    """A version stays, because bills may rest on it."""

    code = "tariffs.unable_to_withdraw_version"
    message = "sheet {sheet} cannot be withdrawn: {reason}"


class UnableToRecordTemperature(DomainError):
    """A temperature stays as it was recorded."""

    code = "tariffs.unable_to_record_temperature"
    message = "the temperature of {region} on {day} is not recorded: {reason}"


def withdraw_version(*, actor: Actor, version_id: int, on: date, reason: str) -> TariffVersion:
    """
    Withdraw an approved version that has not come into force by a day; another may then fill its dates.

    Whoever approved a version does not undo that alone: another person withdraws it.

    :raises UnableToWithdrawVersion: if it is or was in force, for a version in force is never taken back; or without
        a reason
    :raises SamePerson: if the actor approved it, or stands in for who did
    """
    wait_for_other_loads()
    version = get_version(actor=actor, version_id=version_id)
    if version.status == VersionStatus.WITHDRAWN.value:
        raise UnableToWithdrawVersion(field="version", sheet=version.sheet_id, reason="it is withdrawn already")
    if version.status not in APPROVED_STATUSES:
        raise UnableToWithdrawVersion(field="version", sheet=version.sheet_id, reason="it was never approved")
    if version.period.lower <= on:
        raise UnableToWithdrawVersion(
            field="version",
            sheet=version.sheet_id,
            reason=f"it is in force since {version.period.lower}; load the right prices from a later day",
        )
    if not reason.strip():
        raise UnableToWithdrawVersion(field="reason", sheet=version.sheet_id, reason="a withdrawal says why")
    # What set-up approves nobody approved in person.
    if version.decided_by != SET_UP:
        require_another_person(
            actor=actor, operator_login=version.decided_by, operated_on=timezone.localdate(version.decided_at)
        )
    version.status = VersionStatus.WITHDRAWN.value
    version.save(update_fields=["status"])
    _reopen_predecessor(actor, version)
    return version


def _reopen_predecessor(actor: Actor, withdrawn: TariffVersion) -> None:
    """Let the version that the withdrawn one had ended go on, up to the next one if there is any."""
    others = TariffVersion.objects.for_actor(actor).filter(plan=withdrawn.plan)
    others = others.filter(status__in=APPROVED_STATUSES).exclude(pk=withdrawn.pk)
    ended: TariffVersion | None = others.filter(
        status=VersionStatus.SUPERSEDED.value, period__endswith=withdrawn.period.lower
    ).first()
    if ended is None:
        return
    following = others.filter(period__startswith__gte=withdrawn.period.lower).order_by("period", "id").first()
    end = following.period.lower if following else None
    ended.period = DateRange(ended.period.lower, end)
    ended.status = (VersionStatus.SUPERSEDED if end else VersionStatus.ACTIVE).value
    ended.save(update_fields=["period", "status"])


def record_temperature(
    *,
    actor: Actor,
    region: str,
    day: date,
    max_temperature_c: Decimal,
    source: str,
    recorded_at: datetime,
) -> TemperatureEvent:
    """
    Record the highest temperature of a day; the same figure again changes nothing.

    :raises UnableToRecordTemperature: if another figure is recorded, or no source is given
    """
    if not source.strip():
        raise UnableToRecordTemperature(field="source", region=region, day=day, reason="no source is given")
    events = TemperatureEvent.objects.for_actor(actor)
    known: TemperatureEvent | None = events.filter(region=region, day=day).first()
    if known is not None and known.max_temperature_c == max_temperature_c:
        return known
    if known is not None:
        raise UnableToRecordTemperature(
            field="max_temperature_c",
            region=region,
            day=day,
            reason=f"{known.max_temperature_c} is recorded from {known.source}",
        )
    event = TemperatureEvent(
        region=region,
        day=day,
        max_temperature_c=max_temperature_c,
        source=source,
        recorded_at=recorded_at,
        recorded_by=actor.login,
    )
    event.save()
    return event
