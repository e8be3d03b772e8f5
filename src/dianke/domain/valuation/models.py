"""Tables of valuation: facts by month, runs, ratings that only grow, versions two persons made, appeals."""

from typing import Any, ClassVar

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.db import models

from dianke.domain.customers.models import Customer
from dianke.domain.customers.types import ValueClass
from dianke.domain.valuation.types import (
    AppealState,
    Basis,
    ClassReason,
    LifeStage,
    PolicyPriced,
    RunState,
    VersionState,
)
from dianke.platform.database.grants import declare_append_only
from dianke.platform.org.models import Unit
from dianke.platform.org.scoping import ScopedModel

declare_append_only("valuation_customerrating")


def _choices(enum: type) -> list[tuple[str, str]]:
    return [(member.value, member.value) for member in enum]  # type: ignore[attr-defined]


class MonthFacts(ScopedModel):
    """
    What a month says of customers, packed as columns: energy, money, payment, load; a part holds many customers.

    Derived from bills, postings and readings, so that a rating reads each month's bills once and never again.
    """

    unit_lookup = None

    month = models.DateField()
    part = models.PositiveSmallIntegerField()
    policy_code = models.CharField(max_length=20)
    customer_count = models.PositiveIntegerField()
    # Customer keys and energy alone, which growth reads of twenty-four months; all else of twelve.
    energy = models.BinaryField()
    content = models.BinaryField()
    # What the totals of the statistics came to: where they moved since, the month is gathered anew.
    mark = models.CharField(max_length=60)
    gathered_at = models.DateTimeField()

    class Meta:
        """Each part once."""

        constraints: ClassVar = [models.UniqueConstraint(fields=["month", "part"], name="month_facts_once")]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.part}"


@pghistory.track()
class TradeGrowth(ScopedModel):
    """How much a trade grew in a year, as somebody outside published it (行业增长)."""

    unit_lookup = None

    # Digits of GB/T 4754 without the letter of the section: two to four of them.
    industry_code = models.CharField(max_length=4)
    year = models.PositiveSmallIntegerField()
    growth_e4 = models.IntegerField()
    source = models.CharField(max_length=200)
    loaded_by = models.CharField(max_length=40)
    loaded_at = models.DateTimeField()

    class Meta:
        """A trade grows once a year."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["industry_code", "year"], name="trade_growth_once_a_year"),
        ]

    def __str__(self) -> str:
        return f"{self.industry_code} {self.year}"


class VersionColumns(ScopedModel):
    """What one person proposed and another approved, from a day on."""

    unit_lookup = None

    code = models.CharField(max_length=20, unique=True)
    valid_from = models.DateField()
    state = models.CharField(max_length=10, choices=_choices(VersionState), default=VersionState.PROPOSED.value)
    note = models.CharField(max_length=300)
    proposed_by = models.CharField(max_length=40)
    proposed_at = models.DateTimeField()
    decided_by = models.CharField(max_length=40, blank=True, default="")
    decided_at = models.DateTimeField(null=True, blank=True)
    decision_reason = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        """No table of its own."""

        abstract = True

    def __str__(self) -> str:
        return self.code


@pghistory.track()
class WeightVersion(VersionColumns):
    """Pairwise comparisons with the weights they come to, and by what the pyramid is cut (权重版本)."""

    matrix: Any = models.JSONField()
    weights: Any = models.JSONField()
    lambda_max = models.DecimalField(max_digits=8, decimal_places=4)
    consistency_ratio = models.DecimalField(max_digits=8, decimal_places=4)
    basis = models.CharField(max_length=8, choices=_choices(Basis))
    policy_priced = models.CharField(max_length=10, choices=_choices(PolicyPriced))

    class Meta:
        """Nobody decides on what they proposed; one version a day in force."""

        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(decided_by="") | ~models.Q(decided_by=models.F("proposed_by")),
                name="weight_version_decided_by_another",
            ),
            models.CheckConstraint(condition=models.Q(consistency_ratio__lte=0.1), name="weight_version_is_consistent"),
            models.UniqueConstraint(
                fields=["valid_from"],
                condition=models.Q(state=VersionState.APPROVED.value),
                name="one_weight_version_a_day",
            ),
        ]


@pghistory.track()
class ServiceTableVersion(VersionColumns):
    """What each class is served with (差异化服务表)."""

    # Rows by class, as rules.policy.read_service reads them.
    rows: Any = models.JSONField()

    class Meta:
        """Nobody decides on what they proposed; one version a day in force."""

        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(decided_by="") | ~models.Q(decided_by=models.F("proposed_by")),
                name="service_table_decided_by_another",
            ),
            models.UniqueConstraint(
                fields=["valid_from"],
                condition=models.Q(state=VersionState.APPROVED.value),
                name="one_service_table_a_day",
            ),
        ]


class RatingRun(ScopedModel):
    """The rating of all customers for a month: how far it is, by which rules, and what it came to (价值评定批次)."""

    unit_lookup = None

    month = models.DateField(unique=True)
    state = models.CharField(max_length=10, choices=_choices(RunState))
    policy_code = models.CharField(max_length=20)
    weights_code = models.CharField(max_length=20)
    service_table = models.CharField(max_length=20)
    basis = models.CharField(max_length=8, choices=_choices(Basis))
    policy_priced = models.CharField(max_length=10, choices=_choices(PolicyPriced))
    weights: Any = models.JSONField()
    months_total = models.PositiveSmallIntegerField()
    months_gathered = models.PositiveSmallIntegerField(default=0)
    blocks_total = models.PositiveIntegerField(default=0)
    blocks_written = models.PositiveIntegerField(default=0)
    customer_count = models.PositiveIntegerField(default=0)
    changed_count = models.PositiveIntegerField(default=0)
    # The least amount in each class, null where nobody is; of customers with a price by policy where they stand apart.
    borders: Any = models.JSONField(default=list)
    policy_borders: Any = models.JSONField(default=list)
    made_by = models.CharField(max_length=40)
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"


class CustomerRating(ScopedModel):
    """What a month's rating says of a customer: figures, percentiles, index, classes with reasons, future value."""

    run = models.ForeignKey(RatingRun, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    voltage_group = models.SmallIntegerField()
    is_policy_priced = models.BooleanField()
    energy_kwh_e2 = models.BigIntegerField()
    revenue_fen = models.BigIntegerField()
    margin_fen = models.BigIntegerField()
    # What the pyramid ranked: margin at the neutral network price, margin as billed, or revenue.
    ranked_fen = models.BigIntegerField()
    # By Indicator and Criterion; null where nothing is known.
    figures: Any = ArrayField(models.BigIntegerField(null=True))
    percentiles_e2: Any = ArrayField(models.SmallIntegerField(null=True))
    criteria_e2: Any = ArrayField(models.SmallIntegerField(null=True))
    # -1 where nothing at all is known.
    index_e2 = models.SmallIntegerField()
    coverage_e4 = models.SmallIntegerField()
    candidate = models.CharField(max_length=10, choices=_choices(ValueClass))
    value_class = models.CharField(max_length=10, choices=_choices(ValueClass))
    # Empty at the first rating.
    previous_class = models.CharField(max_length=10, blank=True)
    is_changed = models.BooleanField()
    reason = models.CharField(max_length=14, choices=_choices(ClassReason))
    stood_class = models.CharField(max_length=10, blank=True)
    stood_months = models.SmallIntegerField()
    life_stage = models.CharField(max_length=10, choices=_choices(LifeStage))
    growth_e4 = models.IntegerField()
    future_value_fen = models.BigIntegerField()
    credit_grade = models.CharField(max_length=4, blank=True)

    class Meta:
        """The list by amount, what changed, the course of a customer."""

        indexes: ClassVar = [
            models.Index(fields=["run", "ranked_fen", "id"], name="rating_by_amount"),
            models.Index(
                fields=["run", "value_class", "id"], name="rating_changed", condition=models.Q(is_changed=True)
            ),
        ]
        constraints: ClassVar = [models.UniqueConstraint(fields=["customer", "run"], name="rating_once_a_month")]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.value_class}"


class RatingTotal(ScopedModel):
    """What a run came to by unit and by what pictures are drawn from: written with the last block."""

    run = models.ForeignKey(RatingRun, models.PROTECT, related_name="totals")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    value_class = models.CharField(max_length=10)
    candidate = models.CharField(max_length=10)
    previous_class = models.CharField(max_length=10, blank=True)
    credit_grade = models.CharField(max_length=4, blank=True)
    life_stage = models.CharField(max_length=10)
    voltage_group = models.SmallIntegerField()
    is_policy_priced = models.BooleanField()
    customer_count = models.IntegerField()
    energy_kwh_e2 = models.BigIntegerField()
    revenue_fen = models.BigIntegerField()
    margin_fen = models.BigIntegerField()
    ranked_fen = models.BigIntegerField()
    future_value_fen = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.run_id} {self.value_class}"


@pghistory.track()
class ValueAppeal(ScopedModel):
    """Somebody disagrees with a class: who and why, until when it is answered, who decided, what is held (申诉)."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="value_appeals")
    asked_by = models.CharField(max_length=60)
    class_then = models.CharField(max_length=10, choices=_choices(ValueClass))
    asked_class = models.CharField(max_length=10, choices=_choices(ValueClass))
    reason = models.CharField(max_length=400)
    received_on = models.DateField()
    due_on = models.DateField()
    entered_by = models.CharField(max_length=40)
    entered_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=_choices(AppealState), default=AppealState.OPEN.value)
    decided_by = models.CharField(max_length=40, blank=True, default="")
    decided_at = models.DateTimeField(null=True, blank=True)
    decision_reason = models.CharField(max_length=400, blank=True, default="")
    # The last day that the class asked for is held.
    held_until = models.DateField(null=True, blank=True)

    class Meta:
        """One open appeal a customer; who entered it never decides."""

        indexes: ClassVar = [
            models.Index(fields=["due_on", "id"], name="value_appeal_due"),
            models.Index(fields=["customer", "id"], name="value_appeal_customer"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["customer"], condition=models.Q(state=AppealState.OPEN.value), name="one_open_value_appeal"
            ),
            models.CheckConstraint(
                condition=models.Q(decided_by="") | ~models.Q(decided_by=models.F("entered_by")),
                name="value_appeal_decided_by_another",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """Return the number that people know it by."""
        return f"SS-{self.pk:06d}"
