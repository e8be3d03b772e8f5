"""Shifts of cashiers: what each took and gave back, counts of the cash, cash brought to the bank, later changes."""

from typing import Any, ClassVar

import pghistory
from django.db import models

from dianke.domain.channels.models.acquirers import Acquirer
from dianke.domain.channels.types import ChangeKind, ChangeState, EntryKind, ShiftState
from dianke.domain.customers.models import CustomerAccount
from dianke.domain.receivables.models import Payment, Voucher
from dianke.domain.receivables.types import Tender
from dianke.platform.database.grants import declare_append_only
from dianke.platform.org.models import Unit
from dianke.platform.org.scoping import ScopedModel

declare_append_only("channels_shiftentry", "channels_cashcount", "channels_cashdeposit")


def _choices(enum: type) -> list[tuple[str, str]]:
    return [(member.value, member.value) for member in enum]  # type: ignore[attr-defined]


@pghistory.track()
class Shift(ScopedModel):
    """A cashier's shift (班次) at a unit: one day, one drawer, opened with a float (备用金) and closed by a count."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    number = models.CharField(max_length=40, unique=True)
    # The log-in of the cashier, who alone takes money in it.
    cashier = models.CharField(max_length=40)
    opened_on = models.DateField()
    opened_at = models.DateTimeField()
    float_fen = models.BigIntegerField()
    state = models.CharField(max_length=10, choices=_choices(ShiftState), default=ShiftState.OPEN.value)
    counted_at = models.DateTimeField(null=True, blank=True)
    expected_fen = models.BigIntegerField(null=True, blank=True)
    counted_fen = models.BigIntegerField(null=True, blank=True)
    # Counted less expected: above zero too much (长款), below too little (短款).
    difference_fen = models.BigIntegerField(default=0)
    explanation = models.CharField(max_length=300, blank=True, default="")
    closed_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.CharField(max_length=40, blank=True, default="")
    decided_at = models.DateTimeField(null=True, blank=True)
    decision_reason = models.CharField(max_length=300, blank=True, default="")
    # What booked the difference.
    voucher = models.ForeignKey(Voucher, models.PROTECT, null=True, blank=True, related_name="+", db_constraint=False)

    class Meta:
        """One open shift a cashier; nobody decides on a difference of their own."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["cashier"], condition=models.Q(state=ShiftState.OPEN.value), name="one_open_shift_a_cashier"
            ),
            models.CheckConstraint(condition=models.Q(float_fen__gte=0), name="shift_float_not_below_zero"),
            models.CheckConstraint(
                condition=models.Q(decided_by="") | ~models.Q(decided_by=models.F("cashier")),
                name="shift_decided_by_another",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["opened_on", "id"], name="shift_day"),
            models.Index(fields=["state", "id"], name="shift_not_closed", condition=~models.Q(state="CLOSED")),
        ]

    def __str__(self) -> str:
        return self.number


class ShiftEntry(ScopedModel):
    """A line of a shift: money taken for a payment, or given back with its reversal. Never changed."""

    unit_lookup = "shift__unit"

    shift = models.ForeignKey(Shift, models.PROTECT, related_name="entries", db_index=False)
    # Counts on within the shift; with its number it is what the payment is known again by.
    serial = models.IntegerField()
    kind = models.CharField(max_length=8, choices=_choices(EntryKind))
    payment = models.ForeignKey(Payment, models.PROTECT, related_name="+", db_index=False)
    tender = models.CharField(max_length=8, choices=_choices(Tender))
    # Below zero where it was given back.
    amount_fen = models.BigIntegerField()
    # What the customer handed over in cash.
    tendered_fen = models.BigIntegerField(null=True, blank=True)
    # Of a card the number of its slip, of a cheque its own.
    slip_number = models.CharField(max_length=40, blank=True, default="")
    bank_name = models.CharField(max_length=60, blank=True, default="")
    # Who drew a cheque (出票人), where it is not the customer.
    drawer = models.CharField(max_length=80, blank=True, default="")
    # The terminal that a card was read by: its bank settles it.
    terminal = models.ForeignKey(Acquirer, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    note = models.CharField(max_length=300, blank=True, default="")
    entered_at = models.DateTimeField()

    class Meta:
        """Each serial once; slips are looked up by number."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["shift", "serial"], name="shift_entry_key"),
            models.UniqueConstraint(fields=["payment", "kind"], name="shift_entry_once_a_payment"),
            models.CheckConstraint(
                condition=models.Q(kind=EntryKind.TAKEN.value, amount_fen__gt=0)
                | models.Q(kind=EntryKind.RETURNED.value, amount_fen__lt=0),
                name="shift_entry_signed",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["slip_number"], name="shift_entry_slip", condition=~models.Q(slip_number="")),
            models.Index(
                fields=["terminal", "entered_at"],
                name="shift_entry_terminal",
                condition=models.Q(terminal__isnull=False),
            ),
            models.Index(
                fields=["entered_at"],
                name="shift_entry_cheque",
                condition=models.Q(tender=Tender.CHEQUE.value, kind=EntryKind.TAKEN.value),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.shift_id}-{self.serial:04d}"


class CashCount(ScopedModel):
    """A count of the drawer by faces (券别清点); of several the last one counts. Never changed."""

    unit_lookup = "shift__unit"

    shift = models.ForeignKey(Shift, models.PROTECT, related_name="counts")
    counted_by = models.CharField(max_length=40)
    counted_at = models.DateTimeField()
    # Face in fen to how many of it.
    pieces: Any = models.JSONField()
    counted_fen = models.BigIntegerField()
    expected_fen = models.BigIntegerField()
    explanation = models.CharField(max_length=300, blank=True, default="")

    def __str__(self) -> str:
        return f"{self.shift_id} {self.counted_fen}"


class CashDeposit(ScopedModel):
    """Cash of a shift brought to the bank (现金缴存), with the number of the bank's slip. Never changed."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    shift = models.ForeignKey(Shift, models.PROTECT, related_name="deposits")
    slip_number = models.CharField(max_length=40)
    amount_fen = models.BigIntegerField()
    deposited_on = models.DateField()
    deposited_by = models.CharField(max_length=40)
    deposited_at = models.DateTimeField()
    voucher = models.ForeignKey(Voucher, models.PROTECT, related_name="+", db_constraint=False)

    class Meta:
        """A slip of the bank once a unit."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["unit", "slip_number"], name="cash_deposit_slip_once"),
            models.CheckConstraint(condition=models.Q(amount_fen__gt=0), name="cash_deposit_above_zero"),
        ]

    def __str__(self) -> str:
        return self.slip_number


@pghistory.track()
class PaymentChange(ScopedModel):
    """The wish to reverse or move a payment after its shift: one person asks, another decides."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    payment = models.ForeignKey(Payment, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8, choices=_choices(ChangeKind))
    # Where a payment is moved to.
    customer_account = models.ForeignKey(CustomerAccount, models.PROTECT, null=True, blank=True, related_name="+")
    # The bank's notice of a cheque that it returned.
    notice_number = models.CharField(max_length=40, blank=True, default="")
    state = models.CharField(max_length=10, choices=_choices(ChangeState), default=ChangeState.ASKED.value)
    reason = models.CharField(max_length=300)
    asked_by = models.CharField(max_length=40)
    asked_at = models.DateTimeField()
    decided_by = models.CharField(max_length=40, blank=True, default="")
    decided_at = models.DateTimeField(null=True, blank=True)
    decision_reason = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        """One open wish a payment; who asks never approves."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["payment"],
                condition=models.Q(state=ChangeState.ASKED.value),
                name="one_open_change_a_payment",
            ),
            models.CheckConstraint(
                condition=~models.Q(state=ChangeState.APPROVED.value) | ~models.Q(decided_by=models.F("asked_by")),
                name="payment_change_approved_by_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.payment_id} {self.kind}"
