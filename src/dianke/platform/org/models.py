"""The tree of units."""

from typing import ClassVar

import pghistory
from django.db import models

from dianke.platform.org.scoping import ScopedModel
from dianke.platform.org.types import UnitKind


@pghistory.track()
class Unit(ScopedModel):
    """A unit of the utility: the company, a branch, a supply station, a department (单位)."""

    unit_lookup = None

    code = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=12, choices=[(kind.value, kind.value) for kind in UnitKind])
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    # "/3/17/": every ancestor's key and its own, so that one prefix compare answers "own unit and below".
    path = models.CharField(max_length=200, unique=True)

    class Meta:
        """Indexes and checks."""

        indexes: ClassVar = [models.Index(fields=["path"], name="unit_path_prefix", opclasses=["varchar_pattern_ops"])]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(path__startswith="/", path__endswith="/"), name="unit_path_is_closed"
            )
        ]

    def __str__(self) -> str:
        return self.name
