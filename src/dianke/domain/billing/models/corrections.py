"""Orders that correct issued bills, the bills that each one touches, and what the new ones were computed from."""

from typing import ClassVar

import pghistory
from django.db import models

from dianke.domain.billing.types import CorrectionCause, CorrectionKind, CorrectionState
from dianke.platform.database.grants import declare_append_only
from dianke.platform.documents.models import Document
from dianke.platform.org.models import Unit
from dianke.platform.org.scoping import ScopedModel

declare_append_only("billing_correctedinputs", "billing_correctionevidence")


@pghistory.track()
class BillCorrection(ScopedModel):
    """
    An order to reverse an issued bill and bill it again (全减另发), to reverse it alone (只减不发), or to bill
    beside it (追补电费).
    """

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=16, choices=[(one.value, one.value) for one in CorrectionKind])
    # Keys of billing_bill are no foreign keys: the table is partitioned, and its rows are never removed.
    bill_id = models.BigIntegerField()
    account_id = models.BigIntegerField()
    account_number = models.CharField(max_length=10)
    customer_name = models.CharField(max_length=120)
    month = models.DateField()
    cause = models.CharField(max_length=24, choices=[(one.value, one.value) for one in CorrectionCause])
    reason = models.CharField(max_length=300)
    # The facts that were wrong, as domain.billing.rules.correction_facts names them, with their right values.
    changes = models.JSONField(default=dict)
    # The case of a back-billing, as rules.recover reads it, with the rule set that it is worked by; empty otherwise.
    case = models.JSONField(default=dict, blank=True, db_default={})
    state = models.CharField(
        max_length=12, choices=[(one.value, one.value) for one in CorrectionState], default=CorrectionState.DRAFT.value
    )
    difference_fen = models.BigIntegerField(default=0)
    # What decides who may approve: differences that cancel out are differences all the same.
    deciding_fen = models.BigIntegerField(default=0)
    level = models.CharField(max_length=20)
    asked_by = models.CharField(max_length=40)
    asked_at = models.DateTimeField()
    decided_by = models.CharField(max_length=40, blank=True, default="")
    decided_at = models.DateTimeField(null=True, blank=True)
    decision_reason = models.CharField(max_length=300, blank=True, default="")
    issued_by = models.CharField(max_length=40, blank=True, default="")
    issued_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """Lists go by time or account; nobody decides their own."""

        indexes: ClassVar = [
            models.Index(fields=["-asked_at", "-id"], name="bill_correction_newest"),
            models.Index(fields=["account_id"], name="bill_correction_account"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~models.Q(state__in=[CorrectionState.APPROVED.value, CorrectionState.ISSUED.value])
                | ~models.Q(decided_by=models.F("asked_by")),
                name="bill_correction_approved_by_another",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """Return the number that people read."""
        return f"GZ-{self.pk:06d}"


@pghistory.track()
class CorrectedBill(ScopedModel):
    """
    A bill that an order touches.

    A rebill reverses it and bills it again. A back-billing only concerns it: the figures stay, there is no reversal,
    and the first one, the last month concerned, names the new bill as its replacement. A reversal has no replacement,
    and a rebill of what it took back no reversal.
    """

    unit_lookup = "correction__unit"

    correction = models.ForeignKey(BillCorrection, models.PROTECT, related_name="bills")
    sequence = models.PositiveSmallIntegerField()
    bill_id = models.BigIntegerField()
    month = models.DateField()
    old_energy_kwh_e2 = models.BigIntegerField()
    new_energy_kwh_e2 = models.BigIntegerField()
    old_amount_fen = models.BigIntegerField()
    new_amount_fen = models.BigIntegerField()
    # Fingerprint of the new lines: what is issued is what was approved.
    lines_sha256 = models.CharField(max_length=64)
    # Until the order is refused or taken back no other order may touch the bill; once it is replaced, none ever.
    holds_bill = models.BooleanField(default=True)
    reversal_id = models.BigIntegerField(null=True, blank=True, unique=True)
    replacement_id = models.BigIntegerField(null=True, blank=True, unique=True)

    class Meta:
        """Each bill once an order, and in one living order."""

        indexes: ClassVar = [models.Index(fields=["bill_id"], name="corrected_bill")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["correction", "sequence"], name="corrected_bill_key"),
            models.UniqueConstraint(
                fields=["bill_id"], condition=models.Q(holds_bill=True), name="one_living_correction_a_bill"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.correction_id}/{self.sequence}"

    @property
    def difference_fen(self) -> int:
        """Return what the customer owes more (or less, when negative)."""
        return self.new_amount_fen - self.old_amount_fen


class CorrectedInputs(ScopedModel):
    """The inputs that a replacement was computed from, kept as long as the bill."""

    unit_lookup = "corrected__correction__unit"

    corrected = models.OneToOneField(CorrectedBill, models.PROTECT, related_name="inputs")
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"{self.corrected_id}"


class CorrectionEvidence(ScopedModel):
    """A paper that shows why an order is right: a report of a test, a photograph, a signed record (佐证资料)."""

    unit_lookup = "correction__unit"

    correction = models.ForeignKey(BillCorrection, models.PROTECT, related_name="evidence")
    document = models.OneToOneField(Document, models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"{self.correction_id}: {self.document_id}"
