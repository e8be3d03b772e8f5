"""Usage points go out of use and come back into it."""

from dianke.domain.metering.models import MeterInstallation, UsagePoint
from dianke.domain.metering.types import PointStatus
from dianke.kernel.errors import DomainError
from dianke.platform.identity.types import Actor


class UnableToSetPointStatus(DomainError):
    """The point cannot be put out of use or back into it."""

    code = "metering.unable_to_set_point_status"
    message = "usage point {point} cannot be {status}: {reason}"


def set_point_status(*, actor: Actor, usage_point: UsagePoint, status: PointStatus) -> UsagePoint:
    """
    Put a point out of use once its meter came down, or back into use.

    A point out of use keeps its route: months in which it had a meter are billed, the others ask for none.

    :raises UnableToSetPointStatus: if it is not the actor's, or a meter still hangs at a point that goes out of use
    """
    rows = UsagePoint.objects.for_actor(actor).select_for_update(of=("self",))
    stored: UsagePoint | None = rows.filter(pk=usage_point.pk).first()
    if stored is None:
        raise UnableToSetPointStatus(
            field="usage_point", point=usage_point.code, status=status, reason="it is not within your units"
        )
    hanging = MeterInstallation.objects.for_actor(actor).filter(usage_point=stored, period__endswith=None)
    if status is PointStatus.REMOVED and hanging.exists():
        raise UnableToSetPointStatus(field="status", point=stored.code, status=status, reason="its meter still hangs")
    stored.status = status.value
    stored.save(update_fields=["status"])
    return stored
