"""What a usage point is billed on, dated (计费档案)."""

from typing import Any, ClassVar

import pghistory
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models

from dianke.domain.billing.types import BasicMode, LossMethod
from dianke.domain.metering.models import UsagePoint
from dianke.domain.tariffs.models import TariffPlan
from dianke.domain.tariffs.types import Structure
from dianke.platform.org.scoping import ScopedModel


@pghistory.track()
class BillingTerms(ScopedModel):
    """The plan, modes and parameters that one usage point is billed on for a time."""

    unit_lookup = "usage_point__unit"

    usage_point = models.ForeignKey(UsagePoint, models.PROTECT, related_name="terms")
    period: Any = DateRangeField()
    plan = models.ForeignKey(TariffPlan, models.PROTECT, related_name="+")
    structure = models.CharField(max_length=10, choices=[(s.value, s.value) for s in Structure])
    # The voltage column of the sheet, as the sheet prints it.
    price_voltage = models.CharField(max_length=20, blank=True)
    time_of_use = models.BooleanField(default=False)
    basic_mode = models.CharField(
        max_length=16, choices=[(m.value, m.value) for m in BasicMode], default=BasicMode.NONE.value
    )
    contract_kw = models.DecimalField(max_digits=14, decimal_places=6, null=True, blank=True)
    power_factor_standard = models.DecimalField(max_digits=3, decimal_places=2, null=True, blank=True)
    loss_method = models.CharField(
        max_length=10, choices=[(m.value, m.value) for m in LossMethod], default=LossMethod.NONE.value
    )
    # Load-shape factor K of the copper loss, or the copper ratio; iron energy of the ratio and fixed methods.
    loss_factor = models.DecimalField(max_digits=8, decimal_places=4, null=True, blank=True)
    loss_iron_kwh = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    loss_iron_kvarh = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    line_loss_ratio = models.DecimalField(max_digits=8, decimal_places=6, default=0)

    class Meta:
        """One set of terms at a time."""

        constraints: ClassVar = [
            ExclusionConstraint(
                name="point_has_one_set_of_terms_at_a_time",
                expressions=[("usage_point", RangeOperators.EQUAL), ("period", RangeOperators.OVERLAPS)],
            ),
            models.CheckConstraint(
                condition=~models.Q(basic_mode=BasicMode.CONTRACT_DEMAND.value) | models.Q(contract_kw__isnull=False),
                name="contract_demand_is_declared",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.usage_point_id} {self.structure}"


@pghistory.track()
class ShareTerms(ScopedModel):
    """A part of a point's energy that another price takes, fixed or by ratio (定量, 定比; TR-1.4)."""

    unit_lookup = "terms__usage_point__unit"

    terms = models.ForeignKey(BillingTerms, models.PROTECT, related_name="shares")
    sequence = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=40)
    price = models.DecimalField(max_digits=14, decimal_places=8)
    fixed_kwh = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    ratio = models.DecimalField(max_digits=8, decimal_places=6, null=True, blank=True)
    taken_from = models.CharField(max_length=8, blank=True)
    in_power_factor = models.BooleanField(default=True)
    in_power_factor_base = models.BooleanField(default=True)
    with_funds = models.BooleanField(default=True)

    class Meta:
        """Either fixed or by ratio."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["terms", "sequence"], name="share_order_is_unique"),
            models.CheckConstraint(
                condition=models.Q(fixed_kwh__isnull=True) ^ models.Q(ratio__isnull=True),
                name="share_is_fixed_or_ratio",
            ),
        ]

    def __str__(self) -> str:
        return self.name
