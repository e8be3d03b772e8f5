"""Issued bills and their lines: append-only, partitioned by month through the key, never edited."""

from typing import ClassVar

from django.db import models

from dianke.platform.database.grants import declare_append_only
from dianke.platform.org.models import Unit
from dianke.platform.org.scoping import ScopedModel

declare_append_only("billing_bill", "billing_billline")


class Bill(ScopedModel):
    """An issued bill (电费账单)."""

    # yymm × 10^12 + serial; the table is PARTITION BY RANGE (id), one partition a month.
    id = models.BigIntegerField(primary_key=True)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_constraint=False)
    run_id = models.BigIntegerField()
    shard_number = models.PositiveIntegerField()
    usage_point_id = models.BigIntegerField()
    account_id = models.BigIntegerField()
    account_number = models.CharField(max_length=10)
    customer_name = models.CharField(max_length=120)
    address = models.CharField(max_length=200)
    usage_class = models.CharField(max_length=24)
    month = models.DateField()
    period_start = models.DateField()
    period_end = models.DateField()
    energy_kwh_e2 = models.BigIntegerField()
    basic_fen = models.BigIntegerField()
    energy_fen = models.BigIntegerField()
    shares_fen = models.BigIntegerField()
    power_factor_fen = models.BigIntegerField()
    funds_fen = models.BigIntegerField()
    amount_fen = models.BigIntegerField()
    basis = models.JSONField()
    calculated_by = models.CharField(max_length=40)
    issued_by = models.CharField(max_length=40)
    issued_at = models.DateTimeField()
    # The bill that this one reverses or replaces; null for an ordinary bill.
    corrects_id = models.BigIntegerField(null=True)

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
        return f"ZD-{self.month:%Y%m}-{self.account_number}-{self.id % 10**12}"


class BillLine(ScopedModel):
    """A line of an issued bill (账单明细)."""

    unit_lookup = None

    # bill key × 100 + sequence: partitioned with the bill, and its lines are one range of the key.
    id = models.BigIntegerField(primary_key=True)
    bill_id = models.BigIntegerField()
    sequence = models.PositiveSmallIntegerField()
    code = models.CharField(max_length=60)
    name = models.CharField(max_length=60)
    quantity = models.DecimalField(max_digits=20, decimal_places=6)
    unit_name = models.CharField(max_length=12)
    price = models.DecimalField(max_digits=20, decimal_places=8)
    amount = models.DecimalField(max_digits=20, decimal_places=6)
    included = models.BooleanField(default=False)
    rule = models.CharField(max_length=40)

    def __str__(self) -> str:
        return f"{self.bill_id} {self.code}"
