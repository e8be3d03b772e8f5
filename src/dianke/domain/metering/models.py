"""Tables of metering."""

from typing import Any, ClassVar

import pghistory
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.db import models

from dianke.domain.customers.models import CustomerAccount, ServiceLocation
from dianke.domain.metering.types import MeteringSide, PointStatus
from dianke.domain.network.models import Feeder, TransformerArea
from dianke.platform.org.models import Unit
from dianke.platform.org.scoping import ScopedModel


@pghistory.track()
class UsagePoint(ScopedModel):
    """A point where energy is measured for an account (计量点)."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    code = models.CharField(max_length=20, unique=True)
    account = models.ForeignKey(CustomerAccount, models.PROTECT, related_name="usage_points")
    location = models.ForeignKey(ServiceLocation, models.PROTECT, related_name="usage_points")
    feeder = models.ForeignKey(Feeder, models.PROTECT, null=True, blank=True, related_name="usage_points")
    area = models.ForeignKey(TransformerArea, models.PROTECT, null=True, blank=True, related_name="usage_points")
    # A sub-meter's energy is taken off the point named here (套减, TR-1.5).
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="sub_points")
    voltage = models.CharField(max_length=12)
    metering_side = models.CharField(max_length=12, choices=[(s.value, s.value) for s in MeteringSide])
    status = models.CharField(
        max_length=12, choices=[(s.value, s.value) for s in PointStatus], default=PointStatus.ACTIVE.value
    )

    class Meta:
        """A point hangs on an area or on a feeder."""

        indexes: ClassVar = [models.Index(fields=["unit", "id"], name="usage_point_unit")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(area__isnull=False) | models.Q(feeder__isnull=False),
                name="usage_point_is_supplied",
            )
        ]

    def __str__(self) -> str:
        return self.code


@pghistory.track()
class MeterAsset(ScopedModel):
    """A meter as a thing with an asset number (电能表)."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    asset_number = models.CharField(max_length=24, unique=True)
    model = models.CharField(max_length=40, blank=True)
    # Digits before the point of the register; they decide where it rolls over.
    integer_digits = models.PositiveSmallIntegerField(default=6)
    registers: Any = ArrayField(models.CharField(max_length=16))

    def __str__(self) -> str:
        return self.asset_number


@pghistory.track()
class MeterInstallation(ScopedModel):
    """A meter sits at a usage point for a time with a ratio; a new ratio is a new row (换互感器)."""

    unit_lookup = "usage_point__unit"

    usage_point = models.ForeignKey(UsagePoint, models.PROTECT, related_name="installations")
    meter = models.ForeignKey(MeterAsset, models.PROTECT, related_name="installations")
    period: Any = DateRangeField()
    ct_primary = models.DecimalField(max_digits=10, decimal_places=3, default=1)
    ct_secondary = models.DecimalField(max_digits=10, decimal_places=3, default=1)
    pt_primary = models.DecimalField(max_digits=10, decimal_places=3, default=1)
    pt_secondary = models.DecimalField(max_digits=10, decimal_places=3, default=1)
    multiplier = models.DecimalField(max_digits=16, decimal_places=6)
    # Register kind to value, as read on the day: decimal strings.
    install_readings = models.JSONField(default=dict)
    removal_readings = models.JSONField(null=True, blank=True)

    class Meta:
        """One meter in one place at a time; one meter a point at a time."""

        constraints: ClassVar = [
            ExclusionConstraint(
                name="meter_in_one_place_at_a_time",
                expressions=[("meter", RangeOperators.EQUAL), ("period", RangeOperators.OVERLAPS)],
            ),
            ExclusionConstraint(
                name="point_has_one_meter_at_a_time",
                expressions=[("usage_point", RangeOperators.EQUAL), ("period", RangeOperators.OVERLAPS)],
            ),
            models.CheckConstraint(condition=models.Q(multiplier__gt=0), name="installation_multiplier_is_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.usage_point_id} {self.meter_id}"
