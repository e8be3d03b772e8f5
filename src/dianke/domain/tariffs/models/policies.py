"""Dated values that rules read."""

from typing import Any, ClassVar

import pghistory
import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models

from dianke.platform.org.scoping import ScopedModel


@pghistory.track()
class PolicyValue(ScopedModel):
    """A threshold, ratio, multiple or choice in force for a time, and the text it follows."""

    unit_lookup = None

    code = models.CharField(max_length=60)
    # Empty for the whole country; a value of the region goes before it.
    region = models.CharField(max_length=40, blank=True)
    period: Any = DateRangeField()
    number = models.DecimalField(max_digits=20, decimal_places=8, null=True, blank=True)
    text = models.CharField(max_length=60, blank=True)
    unit = models.CharField(max_length=20, blank=True)
    # REG-… of docs/regulations.toml, or TR-… of docs/rules/tariffs.md.
    citation = models.CharField(max_length=60)
    section = models.CharField(max_length=20, blank=True)
    grade = models.CharField(max_length=1)
    note = models.TextField(blank=True)
    loaded_at = models.DateTimeField()
    loaded_by = models.CharField(max_length=40)

    class Meta:
        """One value at a time, a number or a word; only the end ever changes."""

        constraints: ClassVar = [
            ExclusionConstraint(
                name="one_policy_value_at_a_time",
                expressions=[
                    ("code", RangeOperators.EQUAL),
                    ("region", RangeOperators.EQUAL),
                    ("period", RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(
                condition=models.Q(number__isnull=False, text="")
                | (models.Q(number__isnull=True) & ~models.Q(text="")),
                name="policy_is_a_number_or_a_word",
            ),
        ]
        triggers: ClassVar = [
            pgtrigger.ReadOnly(name="policy_value_is_fixed", exclude=["period"]),
            pgtrigger.Protect(name="policy_value_stays", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return self.code
