"""Guarantees: who stands for the debts of an account, for how much, until when, and the papers that say so."""

from typing import ClassVar

import pghistory
from django.db import models

from dianke.domain.customers.models import CustomerAccount
from dianke.domain.receivables.types import GuaranteeKind, GuaranteeState
from dianke.platform.documents.models import Document
from dianke.platform.org.scoping import ScopedModel


@pghistory.track()
class Guarantee(ScopedModel):
    """A guarantee of a third party or a bank (担保): held until it is released or called by two persons."""

    unit_lookup = "account__unit"

    account = models.ForeignKey(CustomerAccount, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, choices=[(one.value, one.value) for one in GuaranteeKind])
    guarantor = models.CharField(max_length=120)
    # The number of the contract or of the letter of guarantee.
    reference = models.CharField(max_length=64)
    amount_fen = models.BigIntegerField()
    valid_from_date = models.DateField()
    # The last day that it may be called on.
    valid_until_date = models.DateField()
    state = models.CharField(
        max_length=10, choices=[(one.value, one.value) for one in GuaranteeState], default=GuaranteeState.HELD.value
    )
    recorded_by = models.CharField(max_length=40)
    recorded_at = models.DateTimeField()
    # RELEASED or CALLED, while another person has not decided it and after.
    asked_state = models.CharField(max_length=10, blank=True, default="")
    asked_reason = models.CharField(max_length=300, blank=True, default="")
    asked_by = models.CharField(max_length=40, blank=True, default="")
    asked_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.CharField(max_length=40, blank=True, default="")
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """Each paper once a guarantor; released and called by another person than who asked."""

        indexes: ClassVar = [
            models.Index(fields=["account", "id"], name="guarantee_account"),
            models.Index(
                fields=["valid_until_date", "id"],
                name="guarantee_held_until",
                condition=models.Q(state=GuaranteeState.HELD.value),
            ),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(amount_fen__gt=0), name="guarantee_is_above_nothing"),
            models.CheckConstraint(
                condition=models.Q(valid_until_date__gte=models.F("valid_from_date")),
                name="guarantee_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=models.Q(decided_by="") | ~models.Q(decided_by=models.F("asked_by")),
                name="guarantee_decided_by_another",
            ),
            models.CheckConstraint(
                condition=models.Q(state=GuaranteeState.HELD.value) | ~models.Q(decided_by=""),
                name="guarantee_ends_by_decision",
            ),
            models.UniqueConstraint(fields=["guarantor", "reference"], name="guarantee_paper_once"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """Return the number that people call it by."""
        return f"DB-{self.pk:06d}"


class GuaranteePaper(ScopedModel):
    """A paper of a guarantee: the contract, the letter of the bank."""

    unit_lookup = "guarantee__account__unit"

    guarantee = models.ForeignKey(Guarantee, models.PROTECT, related_name="papers")
    document = models.ForeignKey(Document, models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"{self.guarantee_id} {self.document_id}"
