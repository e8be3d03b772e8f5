"""Issued bills and their lines: append-only, partitioned by month through the key, never edited."""

from typing import ClassVar

from django.db import models

from dianke.domain.billing.models.columns import BillColumns, BillLineColumns, InputColumns
from dianke.platform.database.grants import declare_append_only
from dianke.platform.org.models import Unit
from dianke.platform.org.scoping import ScopedModel

declare_append_only("billing_bill", "billing_billline", "billing_frozeninputs", "billing_frozenprices")


class Bill(BillColumns):
    """An issued bill (电费账单); the table is PARTITION BY RANGE (id), one partition a month."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_constraint=False)
    run_id = models.BigIntegerField()
    usage_point_id = models.BigIntegerField()
    calculated_by = models.CharField(max_length=40)
    issued_by = models.CharField(max_length=40)
    issued_at = models.DateTimeField()
    # The last day without a late fee; bills issued before there were terms of payment, and reversals, have none.
    due_date = models.DateField(null=True)
    # The bill that this one reverses or replaces; null for an ordinary bill.
    corrects_id = models.BigIntegerField(null=True)
    # The order that this one was issued by; such a bill stands beside its run, not in it.
    correction_id = models.BigIntegerField(null=True)
    # Bills of the first form carry their inputs themselves; all others froze them with their shard.
    basis = models.JSONField(null=True)

    class Meta:
        """Where bills are looked for."""

        indexes: ClassVar = [
            models.Index(fields=["account_id", "id"], name="bill_account"),
            models.Index(fields=["run_id", "id"], name="bill_run"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~models.Q(issued_by=models.F("calculated_by")),
                name="bill_issued_by_a_second_person",
            )
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """Return the number that the customer reads: month, account, serial."""
        return f"ZD-{self.month.year:04d}{self.month.month:02d}-{self.account_number}-{self.id % 10**12}"


class BillLine(BillLineColumns):
    """A line of an issued bill (账单明细), partitioned with its bill."""


class FrozenInputs(InputColumns):
    """The inputs of issued bills, kept as long as the bills (计费依据)."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_constraint=False)
    run_id = models.BigIntegerField()

    class Meta:
        """Found by the bill's run and shard."""

        indexes: ClassVar = [models.Index(fields=["run_id", "shard_number"], name="frozen_inputs_shard")]


class FrozenPrices(ScopedModel):
    """A price table as bills were computed with, kept once by the fingerprint of its text."""

    unit_lookup = None

    sha256 = models.CharField(max_length=64, primary_key=True)
    content = models.TextField()

    def __str__(self) -> str:
        return self.sha256
