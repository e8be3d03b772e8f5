"""What a draft and the bill it becomes have in common, column for column: issue copies one into the other."""

from django.db import models

from dianke.platform.org.scoping import ScopedModel


class BillColumns(ScopedModel):
    """The figures of a bill, and the basis that it can be computed again from."""

    # yymm × 10^12 + serial: a bill keeps the key that its draft was given.
    id = models.BigIntegerField(primary_key=True)
    shard_number = models.PositiveIntegerField()
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
    # The frozen inputs: a case of the quote command, the meters it came from, the price's parts.
    basis = models.JSONField()

    class Meta:
        """No table of its own."""

        abstract = True


class BillLineColumns(ScopedModel):
    """The figures of a line."""

    unit_lookup = None

    # bill key × 100 + sequence: the lines of a bill are one range of the key.
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

    class Meta:
        """No table of its own."""

        abstract = True

    def __str__(self) -> str:
        return f"{self.bill_id} {self.code}"
