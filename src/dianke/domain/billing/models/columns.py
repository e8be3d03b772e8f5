"""What a draft and the bill it becomes have in common, column for column: issue copies one into the other."""

from decimal import Decimal
from typing import ClassVar

from django.db import models

from dianke.domain.billing.types import LINES_PER_BILL
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
    # Trade (GB/T 4754) and voltage of supply as they were, for statistics that no later change of them moves.
    industry_code = models.CharField(max_length=6, blank=True, default="", db_default="")
    voltage = models.CharField(max_length=12, blank=True, default="", db_default="")
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

    class Meta:
        """No table of its own."""

        abstract = True


class BillLineKind(ScopedModel):
    """What all lines of a kind have in common (账单明细种类): stored once, for a month has millions of lines."""

    unit_lookup = None

    # Four bytes, for every line carries it.
    id = models.AutoField(primary_key=True)
    code = models.CharField(max_length=60)
    name = models.CharField(max_length=60)
    unit_name = models.CharField(max_length=12)
    rule = models.CharField(max_length=40)
    included = models.BooleanField()

    class Meta:
        """Once each."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["code", "name", "unit_name", "rule", "included"], name="bill_line_kind_once"
            )
        ]

    def __str__(self) -> str:
        return self.code


class BillLineColumns(ScopedModel):
    """The figures of a line, all integers: a month's lines are written and summed in millions."""

    unit_lookup = None

    # bill key × 100 + sequence: the lines of a bill are one range of the key.
    id = models.BigIntegerField(primary_key=True)
    # No key in the database: it would cost each of millions of rows a look-up.
    kind = models.ForeignKey(BillLineKind, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    quantity_e6 = models.BigIntegerField()
    price_e8 = models.BigIntegerField()
    amount_e6 = models.BigIntegerField()

    class Meta:
        """No table of its own."""

        abstract = True

    def __str__(self) -> str:
        return f"{self.id}"

    @property
    def bill_id(self) -> int:
        """Return the key of the bill or draft."""
        return self.id // LINES_PER_BILL

    @property
    def code(self) -> str:
        """Return what kind of charge it is, for programs."""
        return self.kind.code

    @property
    def name(self) -> str:
        """Return what the bill prints, where the code alone does not say it."""
        return self.kind.name

    @property
    def unit_name(self) -> str:
        """Return the unit of the quantity."""
        return self.kind.unit_name

    @property
    def rule(self) -> str:
        """Return the rule that the line follows."""
        return self.kind.rule

    @property
    def included(self) -> bool:
        """Tell whether the amount stands inside another line and is not added."""
        return self.kind.included

    @property
    def quantity(self) -> Decimal:
        """Return the quantity in the unit of its kind."""
        return Decimal(self.quantity_e6).scaleb(-6)

    @property
    def price(self) -> Decimal:
        """Return yuan a unit, or the percent of the power factor."""
        return Decimal(self.price_e8).scaleb(-8)

    @property
    def amount(self) -> Decimal:
        """Return yuan."""
        return Decimal(self.amount_e6).scaleb(-6)


class InputColumns(ScopedModel):
    """A block of frozen inputs: what the bills of some points were computed from (计费依据)."""

    shard_number = models.PositiveIntegerField()
    first_point_id = models.BigIntegerField()
    last_point_id = models.BigIntegerField()
    bill_count = models.PositiveIntegerField()
    # Compressed columns, as domain.billing.rules.frozen packs them.
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)

    class Meta:
        """No table of its own."""

        abstract = True

    def __str__(self) -> str:
        return f"{self.first_point_id}-{self.last_point_id}"
