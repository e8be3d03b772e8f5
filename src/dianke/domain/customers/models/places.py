"""Places that are supplied and what stands there."""

from typing import ClassVar

import pghistory
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Func

from dianke.domain.customers.models.columns import bigrams_of, folded_address_of, list_choices, text_column
from dianke.domain.customers.models.subjects import Customer
from dianke.domain.customers.rules.addresses import ADDRESS_LENGTH
from dianke.domain.customers.types import EquipmentCondition, EquipmentKind, Interlock
from dianke.platform.org.models import Unit
from dianke.platform.org.scoping import ScopedModel


@pghistory.track(exclude=["address_folded", "address_bigrams"])
class ServiceLocation(ScopedModel):
    """A place that is supplied (用电地址); the address line is composed of its parts where they are known."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    code = models.CharField(max_length=30, unique=True)
    address = models.CharField(max_length=ADDRESS_LENGTH)
    # As it is searched: no blanks, one form of each character and of 栋, 幢, 座.
    address_folded = folded_address_of("address")
    address_bigrams = bigrams_of(Func(F("address"), function="fold_address"))
    longitude = models.DecimalField(max_digits=9, decimal_places=6, null=True, blank=True)
    latitude = models.DecimalField(max_digits=8, decimal_places=6, null=True, blank=True)
    # GB/T 2260 code of the county or district, and the names from province to county as they are written.
    division_code = text_column(6)
    region = text_column(60)
    town = text_column(40)
    community = text_column(40)
    road = text_column(40)
    house_number = text_column(20)
    building = text_column(20)
    entrance = text_column(20)
    room = text_column(20)

    class Meta:
        """Search by address."""

        indexes: ClassVar = [
            GinIndex(fields=["address_folded"], name="location_folded_trigram", opclasses=["gin_trgm_ops"]),
            GinIndex(fields=["address_bigrams"], name="location_address_bigrams"),
            models.Index(fields=["address_folded"], name="location_folded_prefix", opclasses=["text_pattern_ops"]),
            # Neighbours in the check for a customer entered twice.
            models.Index(fields=["address"], name="location_address_prefix", opclasses=["varchar_pattern_ops"]),
            models.Index(
                fields=["division_code", "id"], name="location_division", condition=models.Q(division_code__gt="")
            ),
        ]

    def __str__(self) -> str:
        return self.address


@pghistory.track()
class CustomerEquipment(ScopedModel):
    """A thing of the customer's own that matters to supply (客户受电设备、自备电源)."""

    unit_lookup = "customer__unit"

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="equipment")
    location = models.ForeignKey(ServiceLocation, models.PROTECT, null=True, blank=True, related_name="equipment")
    kind = models.CharField(max_length=20, choices=list_choices(EquipmentKind))
    name = models.CharField(max_length=80)
    capacity_kw = models.DecimalField(max_digits=12, decimal_places=3, null=True, blank=True)
    quantity = models.PositiveSmallIntegerField(default=1)
    condition = models.CharField(max_length=12, choices=list_choices(EquipmentCondition))
    checked_date = models.DateField(null=True, blank=True)
    next_check_date = models.DateField(null=True, blank=True)
    start_seconds = models.PositiveIntegerField(null=True, blank=True)
    interlock = text_column(12, choices=list_choices(Interlock))
    tested_date = models.DateField(null=True, blank=True)

    class Meta:
        """By the day of the next check."""

        indexes: ClassVar = [
            models.Index(
                fields=["next_check_date"],
                name="equipment_next_check",
                condition=models.Q(next_check_date__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return self.name
