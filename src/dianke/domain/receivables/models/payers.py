"""Wishes to change who pays for several accounts: one person asks, another decides (集团缴费申请)."""

from typing import ClassVar

import pghistory
from django.db import models

from dianke.domain.customers.models import CustomerAccount
from dianke.domain.receivables.models.payments import Payer
from dianke.domain.receivables.types import PayerChangeKind, PayerChangeState, SpreadRule
from dianke.platform.org.models import Unit
from dianke.platform.org.scoping import ScopedModel


@pghistory.track()
class PayerChange(ScopedModel):
    """What somebody asked for: a new payer, accounts that it takes on or gives up, or its end; from a day on."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=6, choices=[(one.value, one.value) for one in PayerChangeKind])
    # Of a new payer empty until it is approved.
    payer = models.ForeignKey(Payer, models.PROTECT, null=True, blank=True, related_name="changes")
    # What a new payer shall be; of a known one what it was called when somebody asked.
    number = models.CharField(max_length=20)
    name = models.CharField(max_length=120)
    customer_account = models.ForeignKey(CustomerAccount, models.PROTECT, related_name="+")
    spread = models.CharField(max_length=16, choices=[(one.value, one.value) for one in SpreadRule])
    effective_date = models.DateField()
    state = models.CharField(
        max_length=10,
        choices=[(one.value, one.value) for one in PayerChangeState],
        default=PayerChangeState.ASKED.value,
    )
    reason = models.CharField(max_length=300)
    asked_by = models.CharField(max_length=40)
    asked_at = models.DateTimeField()
    decided_by = models.CharField(max_length=40, blank=True, default="")
    decided_at = models.DateTimeField(null=True, blank=True)
    decision_reason = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        """One open wish a payer; who asks never approves."""

        indexes: ClassVar = [models.Index(fields=["state", "id"], name="payer_change_state")]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["number"],
                condition=models.Q(state=PayerChangeState.ASKED.value),
                name="one_open_change_a_payer",
            ),
            models.CheckConstraint(
                condition=~models.Q(state=PayerChangeState.APPROVED.value) | ~models.Q(decided_by=models.F("asked_by")),
                name="payer_change_approved_by_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.kind}"


@pghistory.track()
class PayerChangeAccount(ScopedModel):
    """An account that a wish is about, in the order in which they were named."""

    unit_lookup = "change__unit"

    change = models.ForeignKey(PayerChange, models.PROTECT, related_name="accounts")
    customer_account = models.ForeignKey(CustomerAccount, models.PROTECT, related_name="+")

    class Meta:
        """Each account once a wish."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["change", "customer_account"], name="payer_change_account_once")
        ]

    def __str__(self) -> str:
        return f"{self.change_id} {self.customer_account_id}"
