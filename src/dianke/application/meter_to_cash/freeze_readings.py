"""Freeze a cycle's month: from then on its readings are what billing takes."""

from datetime import date, datetime

from dianke.domain.billing.queries import runs as run_queries
from dianke.domain.readings import operations as readings
from dianke.domain.readings.types import FrozenMonth
from dianke.platform.audit.use_case import use_case
from dianke.platform.identity.types import Actor


@use_case(right="readings.freeze")
def freeze_readings(
    *, actor: Actor, cycle_code: str, month: date, at: datetime, stage: int | None = None
) -> FrozenMonth:
    """Freeze the readings of a cycle's month, or of one stage of it, for billing."""
    cycle_month = run_queries.get_cycle_month(actor=actor, cycle_code=cycle_code, month=month, stage=stage)
    return readings.freeze_month(actor=actor, cycle_month=cycle_month, at=at)
