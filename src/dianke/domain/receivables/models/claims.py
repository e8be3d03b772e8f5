"""What is asked for on an account and decided by another person: waivers of late fees, refunds, deposits."""

from typing import ClassVar

import pghistory
from django.db import models

from dianke.domain.customers.models import CustomerAccount
from dianke.domain.receivables.types import ClaimKind, ClaimState
from dianke.platform.org.scoping import ScopedModel

_PAID_OUT = (ClaimKind.REFUND.value, ClaimKind.DEPOSIT_RETURN.value)


@pghistory.track()
class Claim(ScopedModel):
    """A claim on an account (账务申请): asked for with a reason, decided by another person, booked when approved."""

    unit_lookup = "account__unit"

    kind = models.CharField(max_length=16, choices=[(one.value, one.value) for one in ClaimKind])
    account = models.ForeignKey(CustomerAccount, models.PROTECT, related_name="+")
    amount_fen = models.BigIntegerField()
    state = models.CharField(
        max_length=10, choices=[(one.value, one.value) for one in ClaimState], default=ClaimState.ASKED.value
    )
    # The level of approval that the amount asks for.
    level = models.CharField(max_length=10)
    reason = models.CharField(max_length=300)
    # Of a deposit: the number at the bank that the money came under.
    received_reference = models.CharField(max_length=64, blank=True, default="")
    asked_by = models.CharField(max_length=40)
    asked_at = models.DateTimeField()
    decided_by = models.CharField(max_length=40, blank=True, default="")
    decided_at = models.DateTimeField(null=True, blank=True)
    decision_reason = models.CharField(max_length=300, blank=True, default="")
    # What was booked when it was approved; of a waiver nothing where no fee was in the books yet.
    voucher_id = models.BigIntegerField(null=True, blank=True)
    # Of money that goes back: how the bank knows the payment.
    paid_reference = models.CharField(max_length=64, blank=True, default="")
    paid_on = models.DateField(null=True, blank=True)
    paid_by = models.CharField(max_length=40, blank=True, default="")
    paid_voucher_id = models.BigIntegerField(null=True, blank=True)

    class Meta:
        """Who asks never approves; money leaves once, and under a number of the bank."""

        indexes: ClassVar = [
            models.Index(fields=["account", "id"], name="claim_account"),
            models.Index(fields=["state", "id"], name="claim_state"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(amount_fen__gt=0), name="claim_is_above_nothing"),
            models.CheckConstraint(
                condition=models.Q(decided_by="") | ~models.Q(decided_by=models.F("asked_by")),
                name="claim_decided_by_another",
            ),
            models.CheckConstraint(
                condition=~models.Q(state=ClaimState.PAID.value)
                | models.Q(kind__in=_PAID_OUT, paid_on__isnull=False) & ~models.Q(paid_reference=""),
                name="claim_paid_under_a_reference",
            ),
            models.UniqueConstraint(
                fields=["paid_reference"], condition=~models.Q(paid_reference=""), name="claim_paid_reference_once"
            ),
            models.UniqueConstraint(
                fields=["received_reference"],
                condition=~models.Q(received_reference="")
                & ~models.Q(state__in=[ClaimState.REFUSED.value, ClaimState.WITHDRAWN.value]),
                name="claim_received_reference_once",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """Return the number that people call it by."""
        return f"SQ-{self.pk:06d}"

    @property
    def is_paid_out(self) -> bool:
        """Tell whether money leaves the bank for it."""
        return self.kind in _PAID_OUT


@pghistory.track()
class ClaimItem(ScopedModel):
    """The part of a waiver that concerns one bill."""

    unit_lookup = "claim__account__unit"

    claim = models.ForeignKey(Claim, models.PROTECT, related_name="items")
    # Keys of billing_bill are no foreign keys: the table is partitioned, and its rows are never removed.
    item_id = models.BigIntegerField()
    amount_fen = models.BigIntegerField()

    class Meta:
        """Each bill once a claim; looked up by bill when money comes."""

        indexes: ClassVar = [models.Index(fields=["item_id"], name="claim_item_bill")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["claim", "item_id"], name="claim_item_once"),
            models.CheckConstraint(condition=models.Q(amount_fen__gt=0), name="claim_item_is_above_nothing"),
        ]

    def __str__(self) -> str:
        return f"{self.claim_id} {self.item_id}"
