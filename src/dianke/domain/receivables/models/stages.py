"""Staged settlement: terms by which a large user pays within the month, and what was asked for by them."""

from decimal import Decimal
from typing import ClassVar

import pghistory
from django.db import models

from dianke.domain.customers.models import CustomerAccount
from dianke.domain.receivables.types import StageBasis, StagedTermsState
from dianke.platform.database.grants import declare_append_only
from dianke.platform.org.scoping import ScopedModel

declare_append_only("receivables_stagerequest")


@pghistory.track()
class StagedTerms(ScopedModel):
    """Terms of staged settlement of an account (分次结算), from a month on until others follow or a month ends them."""

    unit_lookup = "account__unit"

    account = models.ForeignKey(CustomerAccount, models.PROTECT, related_name="+")
    state = models.CharField(
        max_length=10,
        choices=[(one.value, one.value) for one in StagedTermsState],
        default=StagedTermsState.PROPOSED.value,
    )
    # First days of months; the last is the first month that they do not hold for.
    from_month = models.DateField()
    until_month = models.DateField(null=True, blank=True)
    # Days of the month, "6,16,26"; a day that a month has not is its last.
    days = models.CharField(max_length=40)
    basis = models.CharField(max_length=10, choices=[(one.value, one.value) for one in StageBasis])
    coefficient = models.DecimalField(max_digits=4, decimal_places=3, default=Decimal(1))
    agreed_fen = models.BigIntegerField(null=True, blank=True)
    contract = models.CharField(max_length=60, blank=True, default="")
    reason = models.CharField(max_length=300)
    proposed_by = models.CharField(max_length=40)
    proposed_at = models.DateTimeField()
    decided_by = models.CharField(max_length=40, blank=True, default="")
    decided_at = models.DateTimeField(null=True, blank=True)
    decision_reason = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        """Who proposes never approves; an agreed amount stands exactly where it is the basis."""

        indexes: ClassVar = [models.Index(fields=["account", "from_month"], name="staged_terms_account")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(decided_by="") | ~models.Q(decided_by=models.F("proposed_by")),
                name="staged_terms_decided_by_another",
            ),
            models.CheckConstraint(
                condition=models.Q(until_month=None) | models.Q(until_month__gte=models.F("from_month")),
                name="staged_terms_end_after_they_begin",
            ),
            models.CheckConstraint(
                condition=models.Q(basis=StageBasis.AGREED.value, agreed_fen__gt=0)
                | ~models.Q(basis=StageBasis.AGREED.value) & models.Q(agreed_fen=None),
                name="staged_terms_agreed_amount",
            ),
            models.CheckConstraint(condition=models.Q(coefficient__gt=0), name="staged_terms_coefficient"),
            models.UniqueConstraint(
                fields=["account"],
                condition=models.Q(state=StagedTermsState.PROPOSED.value),
                name="staged_terms_one_proposal",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """Return the number that people call it by."""
        return f"FC-{self.pk:06d}"


class StageRequest(ScopedModel):
    """What was asked for as one stage of a month (分次结算通知): only grows; whether it is paid the books say."""

    unit_lookup = "account__unit"

    terms = models.ForeignKey(StagedTerms, models.PROTECT, related_name="requests")
    account = models.ForeignKey(CustomerAccount, models.PROTECT, related_name="+")
    month = models.DateField()
    number = models.PositiveSmallIntegerField()
    due_date = models.DateField()
    amount_fen = models.BigIntegerField()
    # What the month is expected to come to, before the coefficient.
    forecast_fen = models.BigIntegerField()
    made_at = models.DateTimeField()

    class Meta:
        """Each stage of a month once; by day over all accounts."""

        indexes: ClassVar = [models.Index(fields=["due_date", "id"], name="stage_request_due")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "month", "number"], name="stage_request_once"),
            models.CheckConstraint(condition=models.Q(amount_fen__gt=0), name="stage_request_is_above_nothing"),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.month:%Y-%m} {self.number}"
