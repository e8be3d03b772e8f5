"""Tables of payments: what was received and what became of it only grows; who pays for several accounts."""

from typing import ClassVar

import pghistory
from django.db import models

from dianke.domain.customers.models import CustomerAccount
from dianke.domain.receivables.types import Channel, HeldKind, PaymentEventKind, SpreadRule, Tender, name_payment
from dianke.platform.database.grants import declare_append_only
from dianke.platform.org.models import Unit
from dianke.platform.org.scoping import ScopedModel

declare_append_only("receivables_payment", "receivables_paymentevent", "receivables_heldmoney")


@pghistory.track()
class Payer(ScopedModel):
    """Who pays for several accounts by one payment (集团缴费人); what is left over stands on an account of its own."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    number = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=120)
    customer_account = models.ForeignKey(CustomerAccount, models.PROTECT, related_name="+")
    spread = models.CharField(max_length=16, choices=[(one.value, one.value) for one in SpreadRule])
    # The first day on which it pays for nobody any more.
    until_date = models.DateField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.number} {self.name}"


@pghistory.track()
class PayerMember(ScopedModel):
    """An account that a payer pays for, in half-open days."""

    unit_lookup = "payer__unit"

    payer = models.ForeignKey(Payer, models.PROTECT, related_name="members")
    customer_account = models.ForeignKey(CustomerAccount, models.PROTECT, related_name="+")
    since_date = models.DateField()
    until_date = models.DateField(null=True, blank=True)

    class Meta:
        """Each account once from a day on."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["payer", "customer_account", "since_date"], name="payer_member_key"),
            models.CheckConstraint(
                condition=models.Q(until_date=None) | models.Q(until_date__gt=models.F("since_date")),
                name="payer_member_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.payer_id} {self.customer_account_id}"


class Payment(ScopedModel):
    """Money that was received (收款): written once; what became of it later is a row of its own."""

    # yymm × 10^12 + serial, the month being that of receipt.
    id = models.BigIntegerField(primary_key=True)
    channel = models.CharField(max_length=16, choices=[(one.value, one.value) for one in Channel])
    # The number that whoever sent it knows it by: the same number is the same payment.
    external_number = models.CharField(max_length=64)
    # Where it was received; what it settles may belong to another unit.
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    # As it came: empty for money that nobody knew, also after it was assigned.
    customer_account = models.ForeignKey(
        CustomerAccount, models.PROTECT, null=True, related_name="+", db_constraint=False, db_index=False
    )
    payer = models.ForeignKey(Payer, models.PROTECT, null=True, related_name="+", db_constraint=False, db_index=False)
    amount_fen = models.BigIntegerField()
    tender = models.CharField(max_length=8, choices=[(one.value, one.value) for one in Tender])
    # The day that counts for late fees and for booking.
    paid_on = models.DateField()
    received_by = models.CharField(max_length=40)
    received_at = models.DateTimeField()
    voucher_id = models.BigIntegerField(unique=True)
    summary = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        """Known again by channel and number; found by account, by payer, by day and channel, by unit."""

        indexes: ClassVar = [
            models.Index(fields=["customer_account", "id"], name="payment_account"),
            models.Index(fields=["paid_on", "channel"], name="payment_day"),
            models.Index(fields=["unit", "id"], name="payment_unit"),
            # Few payments have one.
            models.Index(fields=["payer", "id"], condition=models.Q(payer__isnull=False), name="payment_payer"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["channel", "external_number"], name="payment_external_number"),
            models.CheckConstraint(condition=models.Q(amount_fen__gt=0), name="payment_is_above_nothing"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """Return the number on the receipt: month of receipt and serial."""
        return name_payment(self.id)


class PaymentEvent(ScopedModel):
    """What became of a payment: assigned from suspense, moved to another account, reversed (收款变动)."""

    unit_lookup = "payment__unit"

    payment = models.ForeignKey(Payment, models.PROTECT, related_name="events", db_constraint=False)
    kind = models.CharField(max_length=16, choices=[(one.value, one.value) for one in PaymentEventKind])
    voucher_id = models.BigIntegerField(unique=True)
    # The day from which late fees reckon with what the voucher did: that of the payment, not of the event.
    effective_on = models.DateField()
    from_account = models.ForeignKey(
        CustomerAccount, models.PROTECT, null=True, related_name="+", db_constraint=False, db_index=False
    )
    to_account = models.ForeignKey(
        CustomerAccount, models.PROTECT, null=True, related_name="+", db_constraint=False, db_index=False
    )
    reason = models.CharField(max_length=300, blank=True, default="")
    made_by = models.CharField(max_length=40)
    made_at = models.DateTimeField()

    class Meta:
        """A payment is reversed once."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["payment"],
                condition=models.Q(kind=PaymentEventKind.REVERSED.value),
                name="payment_reversed_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.payment_id} {self.kind}"


class HeldMoney(ScopedModel):
    """
    Money that is held for an account (预收, 保证金): written by the trigger that checks postings, in their transaction.

    Derived: `ledger check` proves it. It tells at once who has a prepayment, and keeps it from falling below zero.
    """

    unit_lookup = "customer_account__unit"

    customer_account = models.ForeignKey(
        CustomerAccount, models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    kind = models.CharField(max_length=10, choices=[(one.value, one.value) for one in HeldKind])
    amount_fen = models.BigIntegerField()

    class Meta:
        """One an account and kind; never below zero."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["customer_account", "kind"], name="held_money_key"),
            models.CheckConstraint(condition=models.Q(amount_fen__gte=0), name="held_money_never_below_zero"),
        ]

    def __str__(self) -> str:
        return f"{self.customer_account_id} {self.kind}"
