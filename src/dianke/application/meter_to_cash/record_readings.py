"""Record readings that a program hands in."""

import dataclasses
from collections.abc import Sequence
from datetime import datetime

from dianke.domain.readings import operations
from dianke.domain.readings.types import NewReading, ReadingSource, RecordedReadings
from dianke.platform.audit.use_case import use_case
from dianke.platform.identity.types import EVERY_RIGHT, Actor

RIGHT = "readings.record"


@use_case(right=RIGHT)
def record_readings(
    *, actor: Actor, readings: Sequence[NewReading], source: ReadingSource, batch: str, at: datetime
) -> RecordedReadings:
    """
    Record readings of meters, all or none.

    :raises UnableToRecordReadings: with every fault
    """
    # A reading lands only where this right reaches, wherever other rights of the actor do.
    held = frozenset(grant for grant in actor.grants if grant.right in {RIGHT, EVERY_RIGHT})
    return operations.record_readings(
        actor=dataclasses.replace(actor, grants=held), readings=readings, source=source, batch=batch, at=at
    )
