"""Tables of the network."""

from typing import Any, ClassVar

import pghistory
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models

from dianke.domain.customers.models import CustomerAccount
from dianke.domain.network.types import TransformerState
from dianke.platform.org.models import Unit
from dianke.platform.org.scoping import ScopedModel


@pghistory.track()
class Substation(ScopedModel):
    """A substation (变电站)."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    code = models.CharField(max_length=30, unique=True)
    name = models.CharField(max_length=80)
    voltage = models.CharField(max_length=12)

    def __str__(self) -> str:
        return self.name


@pghistory.track()
class Feeder(ScopedModel):
    """A feeder (线路) out of a substation."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    substation = models.ForeignKey(Substation, models.PROTECT, related_name="feeders")
    code = models.CharField(max_length=30, unique=True)
    name = models.CharField(max_length=80)
    voltage = models.CharField(max_length=12)

    def __str__(self) -> str:
        return self.name


@pghistory.track()
class TransformerArea(ScopedModel):
    """A transformer area (台区): the low-voltage network behind public transformers."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    feeder = models.ForeignKey(Feeder, models.PROTECT, related_name="areas")
    code = models.CharField(max_length=30, unique=True)
    name = models.CharField(max_length=80)

    def __str__(self) -> str:
        return self.name


@pghistory.track()
class Transformer(ScopedModel):
    """A transformer: public in an area, or a customer's own (专变) on a feeder."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    code = models.CharField(max_length=30, unique=True)
    name = models.CharField(max_length=80)
    model = models.CharField(max_length=40, blank=True)
    capacity_kva = models.DecimalField(max_digits=12, decimal_places=4)
    feeder = models.ForeignKey(Feeder, models.PROTECT, related_name="transformers")
    area = models.ForeignKey(TransformerArea, models.PROTECT, null=True, blank=True, related_name="transformers")
    account = models.ForeignKey(CustomerAccount, models.PROTECT, null=True, blank=True, related_name="transformers")
    # Transformers of one interlock group cannot run together; the largest is charged.
    interlock_group = models.CharField(max_length=20, blank=True)
    # Nameplate figures of the loss formula (TR-1.2).
    no_load_loss_kw = models.DecimalField(max_digits=10, decimal_places=4, null=True, blank=True)
    load_loss_kw = models.DecimalField(max_digits=10, decimal_places=4, null=True, blank=True)
    no_load_current_percent = models.DecimalField(max_digits=7, decimal_places=4, null=True, blank=True)
    impedance_percent = models.DecimalField(max_digits=7, decimal_places=4, null=True, blank=True)

    class Meta:
        """Capacity is positive; public or somebody's."""

        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(capacity_kva__gt=0), name="transformer_capacity_is_positive"),
        ]

    def __str__(self) -> str:
        return self.name


@pghistory.track()
class TransformerSpell(ScopedModel):
    """How a transformer stood in a time: half-open, never two states at once."""

    unit_lookup = "transformer__unit"

    transformer = models.ForeignKey(Transformer, models.PROTECT, related_name="spells")
    state = models.CharField(max_length=12, choices=[(s.value, s.value) for s in TransformerState])
    period: Any = DateRangeField()

    class Meta:
        """No overlap."""

        constraints: ClassVar = [
            ExclusionConstraint(
                name="transformer_one_state_at_a_time",
                expressions=[("transformer", RangeOperators.EQUAL), ("period", RangeOperators.OVERLAPS)],
            )
        ]

    def __str__(self) -> str:
        return f"{self.transformer_id} {self.state}"
