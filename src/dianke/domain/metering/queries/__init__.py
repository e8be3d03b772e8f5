"""Reads of metering."""

from datetime import date

from django.db.models import QuerySet

from dianke.domain.metering.models import MeterInstallation, UsagePoint
from dianke.domain.metering.queries.supply_tree import get_supply_tree
from dianke.platform.identity.types import Actor


def get_standing_installation(*, actor: Actor, usage_point: UsagePoint, on: date) -> MeterInstallation | None:
    """Return how the point is metered on a day, or None."""
    installation: MeterInstallation | None = (
        MeterInstallation.objects.for_actor(actor)
        .filter(usage_point=usage_point, period__contains=on)
        .select_related("meter")
        .first()
    )
    return installation


def list_installations(*, actor: Actor, usage_point: UsagePoint) -> list[MeterInstallation]:
    """Return every meter and ratio a point has had, in order."""
    rows = MeterInstallation.objects.for_actor(actor).filter(usage_point=usage_point)
    return list(rows.select_related("meter").order_by("period"))


def match_points_by_number(*, actor: Actor, text: str) -> list[QuerySet[UsagePoint]]:
    """Return the points whose code, and those a meter of which, begins with a text: asked as one, no index answers."""
    points = UsagePoint.objects.for_actor(actor)
    return [points.filter(code__startswith=text), points.filter(installations__meter__asset_number__startswith=text)]


__all__ = ["get_standing_installation", "get_supply_tree", "list_installations", "match_points_by_number"]
