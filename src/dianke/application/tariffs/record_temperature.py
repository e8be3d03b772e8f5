"""Record a hot day."""

from datetime import date, datetime
from decimal import Decimal

from dianke.domain.tariffs import operations
from dianke.domain.tariffs.models import TemperatureEvent
from dianke.platform.audit.use_case import use_case
from dianke.platform.identity.types import Actor


@use_case(right="tariffs.record_temperatures")
def record_temperature(
    *,
    actor: Actor,
    region: str,
    day: date,
    max_temperature_c: Decimal,
    source: str,
    recorded_at: datetime,
) -> TemperatureEvent:
    """Record the highest temperature of a day in a region, with where it was read."""
    return operations.record_temperature(
        actor=actor,
        region=region,
        day=day,
        max_temperature_c=max_temperature_c,
        source=source,
        recorded_at=recorded_at,
    )
