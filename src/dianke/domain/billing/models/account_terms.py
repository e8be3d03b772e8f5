"""What an account agreed on paying its bills, dated: proposed by one person, in force once another approved it."""

from typing import Any, ClassVar

import pghistory
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models

from dianke.domain.billing.types import AllocationOrder, DueRuleKind, TermsState
from dianke.domain.customers.models import CustomerAccount
from dianke.platform.org.scoping import ScopedModel


@pghistory.track()
class AccountTerms(ScopedModel):
    """An account's own terms of payment (缴费约定); what is left empty follows the terms of the house."""

    unit_lookup = "account__unit"

    account = models.ForeignKey(CustomerAccount, models.PROTECT, related_name="+")
    period: Any = DateRangeField()
    due_rule = models.CharField(
        max_length=16, blank=True, default="", choices=[(one.value, one.value) for one in DueRuleKind]
    )
    due_value = models.PositiveSmallIntegerField(null=True, blank=True)
    # Part of the debt a day: 0.0015 is 1.5 ‰.
    late_fee_rate = models.DecimalField(max_digits=7, decimal_places=6, null=True, blank=True)
    # The contract that the rate stands in.
    contract = models.CharField(max_length=60, blank=True, default="")
    allocation_order = models.CharField(
        max_length=16, blank=True, default="", choices=[(one.value, one.value) for one in AllocationOrder]
    )
    state = models.CharField(
        max_length=10, choices=[(one.value, one.value) for one in TermsState], default=TermsState.PROPOSED.value
    )
    reason = models.CharField(max_length=300)
    proposed_by = models.CharField(max_length=40)
    proposed_at = models.DateTimeField()
    decided_by = models.CharField(max_length=40, blank=True, default="")
    decided_at = models.DateTimeField(null=True, blank=True)
    decision_reason = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        """One set of terms at a time, one proposal waiting; who proposes never approves."""

        constraints: ClassVar = [
            ExclusionConstraint(
                name="account_has_one_set_of_terms_at_a_time",
                expressions=[("account", RangeOperators.EQUAL), ("period", RangeOperators.OVERLAPS)],
                condition=models.Q(state=TermsState.APPROVED.value),
            ),
            models.UniqueConstraint(
                fields=["account"],
                condition=models.Q(state=TermsState.PROPOSED.value),
                name="one_open_proposal_of_terms_an_account",
            ),
            models.CheckConstraint(
                condition=models.Q(decided_by="") | ~models.Q(decided_by=models.F("proposed_by")),
                name="account_terms_decided_by_another",
            ),
            models.CheckConstraint(
                condition=models.Q(due_rule="", due_value=None) | ~models.Q(due_rule="") & models.Q(due_value__gt=0),
                name="account_terms_due_rule_has_a_value",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.state}"
