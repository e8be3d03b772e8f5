"""What was billed, added up for statistics: a row a shard, unit, class, trade and voltage, never changed again."""

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now

from dianke.platform.database.grants import declare_append_only
from dianke.platform.org.models import Unit
from dianke.platform.org.scoping import ScopedModel

declare_append_only("billing_billtotal")


class BillTotal(ScopedModel):
    """
    The sum of some bills that have class, trade, voltage and months in common (应收汇总).

    It is written with the bills, in one transaction, and by class, trade and voltage as they stand on the bills.
    What a repair finds missing is one more row, so that the rows of a month always add up to its bills.
    """

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    # The month that is billed, and the month that the statistics of the time counted it in: a correction counts
    # in the month that it is issued in, any other bill in its own.
    month = models.DateField()
    booked_month = models.DateField()
    is_correction = models.BooleanField()
    usage_class = models.CharField(max_length=24)
    # The first two digits of GB/T 4754; empty where no trade is known.
    industry_division = models.CharField(max_length=2)
    voltage = models.CharField(max_length=12)
    # A reversal takes a bill off, its replacement adds it again.
    bill_count = models.IntegerField()
    energy_kwh_e2 = models.BigIntegerField()
    basic_fen = models.BigIntegerField()
    energy_fen = models.BigIntegerField()
    shares_fen = models.BigIntegerField()
    power_factor_fen = models.BigIntegerField()
    funds_fen = models.BigIntegerField()
    # Of back-billings alone; basic and energy charges that they recover stand here and not above.
    recovery_fen = models.BigIntegerField(default=0, db_default=0)
    penalty_fen = models.BigIntegerField(default=0, db_default=0)
    amount_fen = models.BigIntegerField()
    written_at = models.DateTimeField(db_default=Now())

    class Meta:
        """Read by months, as they were booked or as they were billed."""

        indexes: ClassVar = [
            models.Index(fields=["booked_month", "unit"], name="bill_total_booked"),
            models.Index(fields=["month", "unit"], name="bill_total_billed"),
        ]

    def __str__(self) -> str:
        return f"{self.booked_month:%Y-%m} {self.usage_class} {self.industry_division} {self.voltage}"
