"""Plans, their dated versions, and what a version prints: append-only, a changed price is a new version."""

from typing import Any, ClassVar

import pghistory
import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.db import models

from dianke.domain.tariffs.models.hours import TimeRuleSet, refuse_late_insert
from dianke.domain.tariffs.types import (
    APPROVED_STATUSES,
    ComponentKind,
    PlanKind,
    PriceColumn,
    SheetKind,
    Structure,
    TierKind,
    VersionStatus,
)
from dianke.platform.database.grants import declare_append_only
from dianke.platform.org.scoping import ScopedModel

declare_append_only("tariffs_pricerow", "tariffs_pricecomponent", "tariffs_tierscheme", "tariffs_tierblock")

_NEVER = pgtrigger.Update | pgtrigger.Delete
SET_UP = "system"
_APPROVED = [status.value for status in APPROVED_STATUSES]

# A proposal is decided once; what is decided never becomes a proposal again, and a first day never moves.
_MOVES_ON = """
    IF lower(NEW.period) <> lower(OLD.period) THEN
        RAISE EXCEPTION 'the first day of a tariff version is fixed';
    END IF;
    IF OLD.status IN ('REJECTED', 'WITHDRAWN') THEN
        RAISE EXCEPTION 'a rejected or withdrawn tariff version is final';
    END IF;
    IF OLD.status <> 'PROPOSED' AND (
        NEW.status IN ('PROPOSED', 'REJECTED')
        OR (NEW.decided_by, NEW.decided_at, NEW.decision_reason)
            IS DISTINCT FROM (OLD.decided_by, OLD.decided_at, OLD.decision_reason)
    ) THEN
        RAISE EXCEPTION 'the decision on a tariff version is final';
    END IF;
    RETURN NEW;
"""


_VERSION_OF_BLOCK = "SELECT version_id FROM tariffs_tierscheme WHERE id = NEW.scheme_id"


def _price() -> models.DecimalField:  # type: ignore[type-arg]
    # Yuan; null stands for a price that was not found.
    return models.DecimalField(max_digits=14, decimal_places=8, null=True, blank=True)


@pghistory.track()
class TariffPlan(ScopedModel):
    """What a customer is priced by, over all its dated versions (电价方案)."""

    unit_lookup = None

    code = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=28, choices=[(k.value, k.value) for k in PlanKind])
    region = models.CharField(max_length=40)
    # The price area within the region; empty for the whole of it.
    area = models.CharField(max_length=120, blank=True)
    issuer = models.CharField(max_length=120)
    usage_classes: Any = ArrayField(models.CharField(max_length=24))

    def __str__(self) -> str:
        return self.name


@pghistory.track()
class TariffVersion(ScopedModel):
    """One publication of a plan, in force for a time; proposed by one person, decided by another, never edited."""

    unit_lookup = None

    plan = models.ForeignKey(TariffPlan, models.PROTECT, related_name="versions")
    sheet_id = models.CharField(max_length=60)
    sheet_kind = models.CharField(max_length=24, choices=[(k.value, k.value) for k in SheetKind])
    # Half-open; an open end means "until replaced" and is closed by the version that follows.
    period: Any = DateRangeField()
    status = models.CharField(
        max_length=12,
        choices=[(s.value, s.value) for s in VersionStatus],
        default=VersionStatus.PROPOSED.value,
    )
    grade = models.CharField(max_length=1)
    urls: Any = ArrayField(models.TextField())
    via = models.TextField(blank=True)
    notes: Any = ArrayField(models.TextField(), default=list)
    # What a complete sheet would hold and was not found.
    missing: Any = ArrayField(models.TextField(), default=list)
    # Printed totals that differ from the sum of their parts: [{"where", "printed", "computed"}].
    findings = models.JSONField(default=list)
    figures = models.JSONField(default=dict)
    regulations: Any = ArrayField(models.CharField(max_length=60), default=list)
    # The shared hours that the sheet refers to; a sheet with hours of its own has bands instead.
    time_rules = models.ForeignKey(TimeRuleSet, models.PROTECT, null=True, blank=True, related_name="versions")
    file_name = models.CharField(max_length=200)
    file_sha256 = models.CharField(max_length=64)
    content_sha256 = models.CharField(max_length=64)
    # Who typed or uploaded it is who proposes it. A proposal that was taken back has no decider.
    loaded_at = models.DateTimeField()
    loaded_by = models.CharField(max_length=40)
    proposal_reason = models.CharField(max_length=400, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.CharField(max_length=40, blank=True)
    decision_reason = models.CharField(max_length=400, blank=True)

    class Meta:
        """One approved version at a time; only the end, the status and the decision ever change."""

        constraints: ClassVar = [
            ExclusionConstraint(
                name="one_tariff_version_at_a_time",
                expressions=[("plan", RangeOperators.EQUAL), ("period", RangeOperators.OVERLAPS)],
                condition=models.Q(status__in=_APPROVED),
            ),
            models.UniqueConstraint(
                fields=["plan", "sheet_id"],
                name="sheet_once_a_plan",
                condition=models.Q(status__in=[VersionStatus.PROPOSED.value, *_APPROVED]),
            ),
            models.CheckConstraint(
                condition=~models.Q(status__in=_APPROVED) | ~models.Q(decided_by=""),
                name="approved_version_has_an_approver",
            ),
            # Sheets that ship with the product are loaded and approved by set-up, which is no person.
            models.CheckConstraint(
                condition=models.Q(decided_by__in=["", SET_UP]) | ~models.Q(decided_by=models.F("loaded_by")),
                name="version_is_decided_by_another",
            ),
            models.CheckConstraint(condition=models.Q(grade__in=["A", "B", "C"]), name="version_grade_is_known"),
            models.CheckConstraint(condition=~models.Q(urls=[]), name="version_has_an_address"),
        ]
        triggers: ClassVar = [
            pgtrigger.ReadOnly(
                name="version_content_is_fixed",
                exclude=["period", "status", "decided_at", "decided_by", "decision_reason"],
            ),
            pgtrigger.Trigger(
                name="version_moves_on", operation=pgtrigger.Update, when=pgtrigger.Before, func=_MOVES_ON
            ),
            pgtrigger.Protect(name="version_stays", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return self.sheet_id


class PriceRow(ScopedModel):
    """A row of a sheet: yuan per kWh, demand per kW and month, capacity per kVA and month, tax included."""

    unit_lookup = None

    version = models.ForeignKey(TariffVersion, models.PROTECT, related_name="rows")
    position = models.PositiveSmallIntegerField()
    structure = models.CharField(max_length=10, choices=[(s.value, s.value) for s in Structure])
    # As the sheet prints it; empty where one row prices every voltage.
    voltage = models.CharField(max_length=20, blank=True)
    label = models.CharField(max_length=60, blank=True)
    sharp_price = _price()
    peak_price = _price()
    flat_price = _price()
    valley_price = _price()
    deep_price = _price()
    td_energy_price = _price()
    demand_price = _price()
    capacity_price = _price()
    # Columns that this row does not have at all (n/a); a null in any other one was not found.
    nonexistent: Any = ArrayField(models.CharField(max_length=12), default=list)

    class Meta:
        """No negative price, no row twice, no change."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["version", "structure", "voltage"], name="price_row_once"),
            models.UniqueConstraint(fields=["version", "position"], name="price_row_position"),
            *(
                models.CheckConstraint(
                    condition=models.Q(**{f"{column.value}_price__gte": 0}),
                    name=f"{column.value}_price_not_negative",
                )
                for column in PriceColumn
            ),
        ]
        triggers: ClassVar = [
            pgtrigger.Protect(name="price_row_is_append_only", operation=_NEVER),
            refuse_late_insert("price_row_in_time", "NEW.version_id"),
        ]

    def __str__(self) -> str:
        return f"{self.structure} {self.voltage}".strip()


class PriceComponent(ScopedModel):
    """A part of the price per kWh of a whole version or of one row; explains, is never added up to bill."""

    unit_lookup = None

    version = models.ForeignKey(TariffVersion, models.PROTECT, related_name="components")
    row = models.ForeignKey(PriceRow, models.PROTECT, null=True, blank=True, related_name="components")
    position = models.PositiveSmallIntegerField()
    code = models.CharField(max_length=60)
    # The word of the sheet where it has no code.
    label = models.CharField(max_length=60, blank=True)
    kind = models.CharField(max_length=28, choices=[(k.value, k.value) for k in ComponentKind])
    # May be below zero where deviations are carried over.
    price = models.DecimalField(max_digits=16, decimal_places=10)
    # The code of the printed total that this is a part of.
    part_of = models.CharField(max_length=60, blank=True)

    class Meta:
        """Once a version; money of the treasury is not negative."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["version", "row", "code", "label"], name="price_component_once", nulls_distinct=False
            ),
            models.CheckConstraint(
                condition=~models.Q(kind=ComponentKind.FUND.value) | models.Q(price__gte=0),
                name="fund_is_not_negative",
            ),
        ]
        triggers: ClassVar = [
            pgtrigger.Protect(name="price_component_is_append_only", operation=_NEVER),
            refuse_late_insert("price_component_in_time", "NEW.version_id"),
        ]

    def __str__(self) -> str:
        return self.label or self.code


class TierScheme(ScopedModel):
    """The tiers of a residential version (阶梯)."""

    unit_lookup = None

    version = models.OneToOneField(TariffVersion, models.PROTECT, related_name="tier_scheme")
    kind = models.CharField(max_length=8, choices=[(k.value, k.value) for k in TierKind])
    # From so many persons on every limit grows by so many kWh a month (一户多人口).
    large_household_persons = models.PositiveSmallIntegerField(null=True, blank=True)
    large_household_kwh_per_month = models.DecimalField(max_digits=10, decimal_places=2, default=0)
    # From so many persons on the household may choose the shared-meter price instead (合表).
    shared_price_persons = models.PositiveSmallIntegerField(null=True, blank=True)
    # Free energy of households on relief (低保, 五保).
    free_quota_kwh_per_month = models.DecimalField(max_digits=10, decimal_places=2, default=0)

    class Meta:
        """No change."""

        triggers: ClassVar = [
            pgtrigger.Protect(name="tier_scheme_is_append_only", operation=_NEVER),
            refuse_late_insert("tier_scheme_in_time", "NEW.version_id"),
        ]

    def __str__(self) -> str:
        return self.kind


class TierBlock(ScopedModel):
    """A tier in some months: its upper limit, which belongs to it, and its surcharge on the first tier."""

    unit_lookup = None

    scheme = models.ForeignKey(TierScheme, models.PROTECT, related_name="blocks")
    months: Any = ArrayField(models.PositiveSmallIntegerField())
    tier = models.PositiveSmallIntegerField()
    # kWh of a month or of a year, by the kind of the scheme; null for the open last tier.
    upper_kwh = models.DecimalField(max_digits=10, decimal_places=2, null=True, blank=True)
    surcharge_price = models.DecimalField(max_digits=14, decimal_places=8)

    class Meta:
        """Limits are positive, surcharges not negative."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["scheme", "months", "tier"], name="tier_block_once"),
            models.CheckConstraint(condition=models.Q(upper_kwh__gt=0), name="tier_limit_is_positive"),
            models.CheckConstraint(condition=models.Q(surcharge_price__gte=0), name="tier_surcharge_is_not_negative"),
        ]
        triggers: ClassVar = [
            pgtrigger.Protect(name="tier_block_is_append_only", operation=_NEVER),
            refuse_late_insert(
                "tier_block_in_time", "SELECT version_id FROM tariffs_tierscheme WHERE id = NEW.scheme_id"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.tier}"
