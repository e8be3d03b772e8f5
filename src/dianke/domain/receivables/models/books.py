"""Tables of the books: chart, vouchers and postings that only grow, sums derived from them, closed periods."""

from typing import ClassVar

import pghistory
from django.db import models

from dianke.domain.receivables.types import (
    AccountState,
    Category,
    PeriodKind,
    PeriodState,
    ReopeningState,
    VoucherKind,
)
from dianke.platform.database.grants import declare_append_only
from dianke.platform.org.models import Unit
from dianke.platform.org.scoping import ScopedModel

declare_append_only("receivables_voucher", "receivables_posting")


@pghistory.track()
class LedgerAccount(ScopedModel):
    """An account of the chart (会计科目): unified down to the third level, below that added by units."""

    unit_lookup = None

    # Four bytes, for every posting carries it.
    id = models.AutoField(primary_key=True)
    code = models.CharField(max_length=19, unique=True)
    name = models.CharField(max_length=60)
    name_en = models.CharField(max_length=60, blank=True, default="")
    category = models.CharField(max_length=10, choices=[(one.value, one.value) for one in Category])
    # On which side the account grows.
    is_debit = models.BooleanField()
    # The unit that added it; empty for the unified levels.
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+")
    # Postings of the unit and of those below it, that the system would make to the third level, come here.
    takes_postings = models.BooleanField(default=False)
    since_date = models.DateField(null=True, blank=True)
    until_date = models.DateField(null=True, blank=True)
    state = models.CharField(
        max_length=10, choices=[(one.value, one.value) for one in AccountState], default=AccountState.IN_USE.value
    )
    reason = models.CharField(max_length=300, blank=True, default="")
    proposed_by = models.CharField(max_length=40, blank=True, default="")
    proposed_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.CharField(max_length=40, blank=True, default="")
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """Nobody decides on what they proposed."""

        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(decided_by="") | ~models.Q(decided_by=models.F("proposed_by")),
                name="ledger_account_decided_by_another",
            ),
            models.CheckConstraint(
                condition=models.Q(until_date=None) | models.Q(until_date__gt=models.F("since_date")),
                name="ledger_account_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class VoucherSeries(ScopedModel):
    """The last number that vouchers of a unit and month were given; taken in the transaction that writes them."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    month = models.DateField()
    last_number = models.IntegerField()

    class Meta:
        """One series a unit and month."""

        constraints: ClassVar = [models.UniqueConstraint(fields=["unit", "month"], name="voucher_series_key")]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.month:%Y-%m}"


class Voucher(ScopedModel):
    """A voucher (记账凭证): what happened, when it is booked, who answers for it. Never changed."""

    # yymm × 10^12 + serial, the month being that of booking.
    id = models.BigIntegerField(primary_key=True)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    # Without a gap within unit and month.
    serial = models.IntegerField()
    number = models.CharField(max_length=40, unique=True)
    kind = models.CharField(max_length=16, choices=[(one.value, one.value) for one in VoucherKind])
    # What it was made from, once: nothing is booked twice.
    source = models.CharField(max_length=60)
    summary = models.CharField(max_length=200)
    # The accounting date (会计日期), and the date of occurrence (业务发生日期).
    booked_on = models.DateField()
    occurred_on = models.DateField()
    made_by = models.CharField(max_length=40)
    made_at = models.DateTimeField()
    posting_count = models.IntegerField()
    amount_fen = models.BigIntegerField()
    # The keys of its postings lie between these, both included.
    first_posting_id = models.BigIntegerField()
    last_posting_id = models.BigIntegerField()

    class Meta:
        """Found by day, number and source."""

        indexes: ClassVar = [
            models.Index(fields=["booked_on", "id"], name="voucher_day"),
        ]
        # Not unique=True, which would keep a second index for texts that begin alike.
        constraints: ClassVar = [models.UniqueConstraint(fields=["source"], name="voucher_source_once")]

    def __str__(self) -> str:
        return self.number


class Posting(ScopedModel):
    """
    One side of an entry (分录); the table is PARTITION BY RANGE (id), one partition a month of booking.

    A trigger by statement on the table and on every partition refuses vouchers that do not balance within each unit,
    and days that are closed; it adds what is written to the sums of the day.
    """

    # yymm × 10^12 + serial.
    id = models.BigIntegerField(primary_key=True)
    voucher_id = models.BigIntegerField()
    booked_on = models.DateField()
    # Rows of millions: keys are compared by the proof of the books, not looked up one by one.
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    ledger_account = models.ForeignKey(
        LedgerAccount, models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    # One of both is 0; below zero is a red entry (红字), which takes back without adding to the other side.
    debit_fen = models.BigIntegerField()
    credit_fen = models.BigIntegerField()
    # What auxiliary accounting (辅助核算) asks for: class of use and year of the bill.
    usage_class = models.CharField(max_length=24)
    for_year = models.SmallIntegerField()
    customer_account_id = models.BigIntegerField(null=True)
    # The bill whose debt it changes: what all postings on a receivable say of an item is what is left to pay.
    item_id = models.BigIntegerField(null=True)
    # The bill that it was made for: of a reversal the new bill, while the item is the bill taken back.
    bill_id = models.BigIntegerField(null=True)

    class Meta:
        """Opened from a figure of an account, and from a customer's account."""

        indexes: ClassVar = [
            models.Index(fields=["ledger_account", "id"], name="posting_ledger_account"),
            models.Index(fields=["customer_account_id", "id"], name="posting_customer_account"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(debit_fen=0) | models.Q(credit_fen=0), name="posting_has_one_side"
            ),
            models.CheckConstraint(condition=~models.Q(debit_fen=0, credit_fen=0), name="posting_has_an_amount"),
        ]

    def __str__(self) -> str:
        return f"{self.id}"


class DailySum(ScopedModel):
    """
    What was posted on a day, added up (日汇总): written by the trigger that checks postings, in their transaction.

    Derived: `ledger check` proves it, and closing a day folds its rows into one each.
    """

    booked_on = models.DateField()
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    ledger_account = models.ForeignKey(
        LedgerAccount, models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    usage_class = models.CharField(max_length=24)
    for_year = models.SmallIntegerField()
    debit_fen = models.BigIntegerField()
    credit_fen = models.BigIntegerField()
    posting_count = models.IntegerField()

    class Meta:
        """Read by days."""

        indexes: ClassVar = [models.Index(fields=["booked_on", "ledger_account"], name="daily_sum_day")]

    def __str__(self) -> str:
        return f"{self.booked_on} {self.ledger_account_id}"


@pghistory.track()
class AccountingPeriod(ScopedModel):
    """A day or month of the books that was closed, with what its postings came to (日结, 月结)."""

    unit_lookup = None

    kind = models.CharField(max_length=5, choices=[(one.value, one.value) for one in PeriodKind])
    start_date = models.DateField()
    state = models.CharField(max_length=8, choices=[(one.value, one.value) for one in PeriodState])
    closed_by = models.CharField(max_length=40)
    closed_at = models.DateTimeField()
    voucher_count = models.IntegerField()
    posting_count = models.IntegerField()
    debit_fen = models.BigIntegerField()
    # Fingerprint of the sums of every account: a closed period is untouched while it comes to the same.
    digest = models.CharField(max_length=64)

    class Meta:
        """Each day and month once."""

        constraints: ClassVar = [models.UniqueConstraint(fields=["kind", "start_date"], name="accounting_period_key")]

    def __str__(self) -> str:
        return f"{self.start_date:%Y-%m-%d}" if self.kind == PeriodKind.DAY.value else f"{self.start_date:%Y-%m}"


@pghistory.track()
class PeriodReopening(ScopedModel):
    """The wish to reopen a closed day or month: one person asks, another decides (反结账)."""

    unit_lookup = None

    period = models.ForeignKey(AccountingPeriod, models.PROTECT, related_name="reopenings")
    state = models.CharField(
        max_length=10, choices=[(one.value, one.value) for one in ReopeningState], default=ReopeningState.ASKED.value
    )
    reason = models.CharField(max_length=300)
    asked_by = models.CharField(max_length=40)
    asked_at = models.DateTimeField()
    decided_by = models.CharField(max_length=40, blank=True, default="")
    decided_at = models.DateTimeField(null=True, blank=True)
    decision_reason = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        """One open wish a period; who asks never approves."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["period"],
                condition=models.Q(state=ReopeningState.ASKED.value),
                name="one_open_reopening_a_period",
            ),
            models.CheckConstraint(
                condition=~models.Q(state=ReopeningState.APPROVED.value) | ~models.Q(decided_by=models.F("asked_by")),
                name="reopening_approved_by_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.period_id} {self.state}"
