"""Combined statements: the bills of a customer or a group in a month on one sheet, with no money of its own."""

from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from dianke.domain.customers.models import Customer
from dianke.platform.database.grants import declare_append_only
from dianke.platform.org.models import Unit
from dianke.platform.org.scoping import ScopedModel

declare_append_only("billing_groupstatement", "billing_groupstatementbill")


class GroupStatement(ScopedModel):
    """The combined statement of a customer or a group and a month (合并账单), as it was made; it is never changed."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    # Of a group: its head.
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+")
    customer_number = models.CharField(max_length=20)
    customer_name = models.CharField(max_length=120)
    # The bills' month, as its first day.
    month = models.DateField()
    is_group = models.BooleanField(default=False, db_default=False)
    # Keys of a group's members at the month's end, those without a bill too; empty for one customer.
    member_ids: Any = ArrayField(models.BigIntegerField(), default=list, db_default=models.Value([]), blank=True)
    # Those that have a bill on it.
    customer_count = models.PositiveIntegerField(default=1, db_default=1)
    account_count = models.PositiveIntegerField()
    bill_count = models.PositiveIntegerField()
    energy_kwh_e2 = models.BigIntegerField()
    amount_fen = models.BigIntegerField()
    # The earliest of its bills; of bills without one, and of statements made before it was kept, none.
    due_date = models.DateField(null=True, blank=True)
    made_by = models.CharField(max_length=40)
    made_at = models.DateTimeField()

    class Meta:
        """One a customer and month, and one a group of which it is the head; lists begin with the newest."""

        indexes: ClassVar = [models.Index(fields=["-month", "-id"], name="group_statement_newest")]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["customer", "month", "is_group"], name="one_statement_a_customer_month_and_kind"
            )
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """Return the number that the customer reads."""
        return f"HB-{self.month:%Y%m}-{self.pk:06d}"


class GroupStatementBill(ScopedModel):
    """A bill that a statement listed when it was made."""

    unit_lookup = "statement__unit"

    statement = models.ForeignKey(GroupStatement, models.PROTECT, related_name="bills")
    # Keys of billing_bill are no foreign keys: the table is partitioned, and its rows are never removed.
    bill_id = models.BigIntegerField()
    # Whose bill it was, by the last day of its period; statements made before groups had them say it themselves.
    customer = models.ForeignKey(Customer, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        """Each bill once."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["statement", "bill_id"], name="statement_lists_a_bill_once")
        ]

    def __str__(self) -> str:
        return f"{self.statement_id} {self.bill_id}"
