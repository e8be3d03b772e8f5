"""Supply plans (供电方案): versions with their sources and transformers, and until when each holds."""

from enum import StrEnum
from typing import Any, ClassVar

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from dianke.domain.billing.types import BasicMode, LossMethod
from dianke.domain.metering.models import MeterAsset, UsagePoint
from dianke.domain.metering.types import MeteringSide
from dianke.domain.network.models import Feeder, Transformer, TransformerArea
from dianke.domain.service_orders.models.orders import ServiceOrder
from dianke.domain.tariffs.models import TariffPlan
from dianke.domain.tariffs.types import Structure
from dianke.platform.documents.models import Document
from dianke.platform.org.scoping import ScopedModel


class PlanState(StrEnum):
    """How far a version of a plan is; REPLACED gave way to a later one."""

    DRAFT = "DRAFT"
    ANSWERED = "ANSWERED"
    AGREED = "AGREED"
    REPLACED = "REPLACED"


class SourceRole(StrEnum):
    """What a source is for (主供 / 备用)."""

    MAIN = "MAIN"
    STANDBY = "STANDBY"


def _choices(enum: type) -> list[tuple[str, str]]:
    return [(member.value, member.value) for member in enum]  # type: ignore[attr-defined]


def _ratio() -> models.DecimalField:  # type: ignore[type-arg]
    return models.DecimalField(max_digits=10, decimal_places=3, default=1)


@pghistory.track()
class SupplyPlan(ScopedModel):
    """
    One version of how an applicant is to be supplied and billed; `valid_until` is the first day it no longer holds.

    A version is never rewritten once it was answered: what the customer or a countersign wants otherwise is the next.
    """

    unit_lookup = "order__unit"

    order = models.ForeignKey(ServiceOrder, models.PROTECT, related_name="plans")
    version = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, choices=_choices(PlanState), default=PlanState.DRAFT.value)
    voltage = models.CharField(max_length=12)
    capacity_kva = models.DecimalField(max_digits=12, decimal_places=4)
    has_dedicated_line = models.BooleanField(default=False)
    interlock = models.CharField(max_length=120, blank=True)
    ownership_point = models.CharField(max_length=200)
    # How it is to be billed from the day it is switched on.
    price_plan = models.ForeignKey(TariffPlan, models.PROTECT, related_name="+")
    structure = models.CharField(max_length=10, choices=_choices(Structure))
    price_voltage = models.CharField(max_length=20, blank=True)
    time_of_use = models.BooleanField(default=False)
    basic_mode = models.CharField(max_length=16, choices=_choices(BasicMode), default=BasicMode.NONE.value)
    contract_kw = models.DecimalField(max_digits=14, decimal_places=6, null=True, blank=True)
    power_factor_standard = models.DecimalField(max_digits=3, decimal_places=2, null=True, blank=True)
    loss_method = models.CharField(max_length=10, choices=_choices(LossMethod), default=LossMethod.NONE.value)
    fee_fen = models.BigIntegerField(default=0)
    fee_reason = models.CharField(max_length=200, blank=True)
    drawing = models.ForeignKey(Document, models.PROTECT, null=True, blank=True, related_name="+")
    note = models.CharField(max_length=400, blank=True)
    drafted_by = models.CharField(max_length=40)
    drafted_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    agreed_at = models.DateTimeField(null=True, blank=True)
    valid_until = models.DateField(null=True, blank=True)
    extensions = models.PositiveSmallIntegerField(default=0)

    class Meta:
        """Each version once; what was answered has an end."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["order", "version"], name="supply_plan_version_once"),
            models.CheckConstraint(
                condition=~Q(state__in=("ANSWERED", "AGREED"))
                | Q(answered_at__isnull=False, valid_until__isnull=False),
                name="supply_plan_answered_has_an_end",
            ),
            models.CheckConstraint(condition=Q(capacity_kva__gt=0, fee_fen__gte=0), name="supply_plan_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.order_id} v{self.version}"


@pghistory.track()
class PlannedSource(ScopedModel):
    """A source of a plan with the meter that measures it; what was installed is written down beside it."""

    unit_lookup = "plan__order__unit"

    plan = models.ForeignKey(SupplyPlan, models.PROTECT, related_name="sources")
    sequence = models.PositiveSmallIntegerField()
    role = models.CharField(max_length=8, choices=_choices(SourceRole), default=SourceRole.MAIN.value)
    feeder = models.ForeignKey(Feeder, models.PROTECT, null=True, blank=True, related_name="+")
    area = models.ForeignKey(TransformerArea, models.PROTECT, null=True, blank=True, related_name="+")
    capacity_kva = models.DecimalField(max_digits=12, decimal_places=4)
    metering_side = models.CharField(max_length=12, choices=_choices(MeteringSide))
    registers: Any = ArrayField(models.CharField(max_length=16))
    ct_primary = _ratio()
    ct_secondary = _ratio()
    pt_primary = _ratio()
    pt_secondary = _ratio()
    # The installation ticket (装拆工作单), filled where the meter went up.
    usage_point = models.ForeignKey(UsagePoint, models.PROTECT, null=True, blank=True, related_name="+")
    meter = models.ForeignKey(MeterAsset, models.PROTECT, null=True, blank=True, related_name="+")
    seals = models.CharField(max_length=120, blank=True)

    class Meta:
        """Each once a plan, on a feeder or in an area."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["plan", "sequence"], name="planned_source_once"),
            models.CheckConstraint(
                condition=Q(feeder__isnull=False) | Q(area__isnull=False), name="planned_source_is_supplied"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan_id} {self.role} {self.sequence}"


@pghistory.track()
class PlannedTransformer(ScopedModel):
    """A transformer of the applicant's own on one of the sources; nameplate figures as far as they are known."""

    unit_lookup = "plan__order__unit"

    plan = models.ForeignKey(SupplyPlan, models.PROTECT, related_name="transformers")
    source = models.ForeignKey(PlannedSource, models.PROTECT, related_name="transformers")
    sequence = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=80)
    model = models.CharField(max_length=40, blank=True)
    capacity_kva = models.DecimalField(max_digits=12, decimal_places=4)
    interlock_group = models.CharField(max_length=20, blank=True)
    no_load_loss_kw = models.DecimalField(max_digits=10, decimal_places=4, null=True, blank=True)
    load_loss_kw = models.DecimalField(max_digits=10, decimal_places=4, null=True, blank=True)
    no_load_current_percent = models.DecimalField(max_digits=7, decimal_places=4, null=True, blank=True)
    impedance_percent = models.DecimalField(max_digits=7, decimal_places=4, null=True, blank=True)
    # What it became in the archive.
    transformer = models.ForeignKey(Transformer, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        """Each once a plan."""

        constraints: ClassVar = [models.UniqueConstraint(fields=["plan", "sequence"], name="planned_transformer_once")]

    def __str__(self) -> str:
        return f"{self.plan_id} {self.name}"
