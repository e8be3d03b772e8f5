"""The base of every history table: scoped like the row it tells of."""

from typing import Any

from django.db import models
from pghistory.models import Event, EventQuerySet

from dianke.platform.org.scoping import ScopedQuerySet


class ScopedEventQuerySet(ScopedQuerySet[Any], EventQuerySet):
    """History rows, for an actor."""


class ScopedEvent(Event):
    """A change of a row: who and why stand in its context."""

    # A province's history outgrows a 32-bit key.
    pgh_id = models.BigAutoField(primary_key=True)

    objects = ScopedEventQuerySet.as_manager()  # type: ignore[misc,assignment]

    class Meta:
        """No table of its own."""

        abstract = True
