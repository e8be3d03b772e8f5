"""Agreements on instalments: which debts, the plan they are paid by, who proposed, approved and ended them."""

from typing import ClassVar

import pghistory
from django.db import models

from dianke.domain.customers.models import CustomerAccount
from dianke.domain.receivables.types import AgreementState, FeesAfterBreak, FeesMeanwhile
from dianke.platform.org.scoping import ScopedModel


@pghistory.track()
class Agreement(ScopedModel):
    """
    An agreement that debts of an account are paid in instalments (分期还款协议).

    The plan sums to what was owed on `as_of_date`. What of it is paid is never written here: it is read from the books.
    """

    unit_lookup = "account__unit"

    account = models.ForeignKey(CustomerAccount, models.PROTECT, related_name="+")
    state = models.CharField(
        max_length=10,
        choices=[(one.value, one.value) for one in AgreementState],
        default=AgreementState.PROPOSED.value,
    )
    # The level of approval that the amount asks for.
    level = models.CharField(max_length=10)
    amount_fen = models.BigIntegerField()
    as_of_date = models.DateField()
    signed_on = models.DateField()
    late_fees = models.CharField(max_length=8, choices=[(one.value, one.value) for one in FeesMeanwhile])
    # As the policy of the day of the proposal has it.
    after_break = models.CharField(max_length=10, choices=[(one.value, one.value) for one in FeesAfterBreak])
    grace_days = models.PositiveSmallIntegerField()
    guarantee = models.CharField(max_length=300, blank=True, default="")
    reason = models.CharField(max_length=300)
    proposed_by = models.CharField(max_length=40)
    proposed_at = models.DateTimeField()
    decided_by = models.CharField(max_length=40, blank=True, default="")
    decided_at = models.DateTimeField(null=True, blank=True)
    decision_reason = models.CharField(max_length=300, blank=True, default="")
    # Settled, broken or ended early: the last day that it held.
    ended_on = models.DateField(null=True, blank=True)
    end_reason = models.CharField(max_length=300, blank=True, default="")
    end_asked_by = models.CharField(max_length=40, blank=True, default="")
    end_asked_at = models.DateTimeField(null=True, blank=True)
    end_decided_by = models.CharField(max_length=40, blank=True, default="")
    end_decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """Who proposes never approves, neither the agreement nor its early end."""

        indexes: ClassVar = [
            models.Index(fields=["account", "id"], name="agreement_account"),
            models.Index(fields=["state", "id"], name="agreement_state"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(amount_fen__gt=0), name="agreement_is_above_nothing"),
            models.CheckConstraint(
                condition=models.Q(decided_by="") | ~models.Q(decided_by=models.F("proposed_by")),
                name="agreement_decided_by_another",
            ),
            models.CheckConstraint(
                condition=models.Q(end_decided_by="") | ~models.Q(end_decided_by=models.F("end_asked_by")),
                name="agreement_ended_by_another",
            ),
            models.CheckConstraint(
                condition=models.Q(ended_on=None) | models.Q(ended_on__gte=models.F("as_of_date")),
                name="agreement_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """Return the number that people call it by."""
        return f"FQ-{self.pk:06d}"


@pghistory.track()
class AgreementItem(ScopedModel):
    """A bill that an agreement is about, and what of it the plan pays."""

    unit_lookup = "agreement__account__unit"

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="items")
    # Keys of billing_bill are no foreign keys: the table is partitioned, and its rows are never removed.
    item_id = models.BigIntegerField()
    principal_fen = models.BigIntegerField()
    penalty_fen = models.BigIntegerField()
    late_fee_fen = models.BigIntegerField()

    class Meta:
        """Each bill once an agreement; looked up by bill when late fees are computed."""

        indexes: ClassVar = [models.Index(fields=["item_id"], name="agreement_item_bill")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["agreement", "item_id"], name="agreement_item_once"),
            models.CheckConstraint(
                condition=models.Q(principal_fen__gte=0, penalty_fen__gte=0, late_fee_fen__gte=0),
                name="agreement_item_never_below_zero",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agreement_id} {self.item_id}"

    @property
    def amount_fen(self) -> int:
        """Return what the plan pays of the bill."""
        return self.principal_fen + self.penalty_fen + self.late_fee_fen


@pghistory.track()
class Instalment(ScopedModel):
    """One payment of the plan: until which day, how much."""

    unit_lookup = "agreement__account__unit"

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="instalments")
    number = models.PositiveSmallIntegerField()
    due_date = models.DateField()
    amount_fen = models.BigIntegerField()

    class Meta:
        """Each number and each day once an agreement."""

        indexes: ClassVar = [models.Index(fields=["due_date"], name="instalment_due")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["agreement", "number"], name="instalment_number_once"),
            models.UniqueConstraint(fields=["agreement", "due_date"], name="instalment_day_once"),
            models.CheckConstraint(condition=models.Q(amount_fen__gt=0), name="instalment_is_above_nothing"),
        ]

    def __str__(self) -> str:
        return f"{self.agreement_id} {self.number}"
