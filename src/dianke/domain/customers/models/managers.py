"""Who looks after a customer, and how that is handed over."""

from typing import Any, ClassVar

import pghistory
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models

from dianke.domain.customers.models.columns import list_choices, text_column
from dianke.domain.customers.models.subjects import Customer
from dianke.domain.customers.types import HandOverState
from dianke.platform.identity.models import Staff
from dianke.platform.org.models import Unit
from dianke.platform.org.scoping import ScopedModel

_PROPOSED = models.Q(state=HandOverState.PROPOSED.value)


@pghistory.track()
class AccountManagement(ScopedModel):
    """A person looks after a customer for a time (客户经理)."""

    unit_lookup = "customer__unit"

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="managements")
    manager = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    period: Any = DateRangeField()
    reason = text_column(200)
    assigned_by = models.CharField(max_length=40)
    assigned_at = models.DateTimeField()

    class Meta:
        """One manager at a time."""

        constraints: ClassVar = [
            ExclusionConstraint(
                name="account_management_one_at_a_time",
                expressions=[("customer", RangeOperators.EQUAL), ("period", RangeOperators.OVERLAPS)],
            )
        ]

    def __str__(self) -> str:
        return f"{self.manager_id} {self.customer_id}"


@pghistory.track()
class ManagerHandOver(ScopedModel):
    """Everything that one manager leaves to others: proposed by one person, approved by another (客户经理交接)."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    giver = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    # Who takes what is of no customer on the list.
    taker = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    reason = models.CharField(max_length=200)
    state = models.CharField(max_length=12, choices=list_choices(HandOverState), default=HandOverState.PROPOSED.value)
    proposed_by = models.CharField(max_length=40)
    proposed_at = models.DateTimeField()
    decided_by = text_column(40)
    decided_at = models.DateTimeField(null=True, blank=True)
    decision_reason = text_column(200)
    # What moved when it was approved: {"customers": 12, "visits": 3, "steps": 1}.
    moved = models.JSONField(default=dict)

    class Meta:
        """One open list a giver; who proposed never approves."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["giver"], condition=_PROPOSED, name="one_open_hand_over_a_giver"),
            models.CheckConstraint(condition=~models.Q(giver=models.F("taker")), name="manager_hand_over_to_another"),
            models.CheckConstraint(
                condition=~models.Q(state=HandOverState.APPROVED.value) | ~models.Q(decided_by=models.F("proposed_by")),
                name="manager_hand_over_approved_by_another",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["-proposed_at", "-id"], name="manager_hand_over_newest")]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """Return the number that people know it by."""
        return f"JJ-{self.pk:06d}"


@pghistory.track()
class ManagerHandOverItem(ScopedModel):
    """A customer on the list, and who takes them."""

    unit_lookup = "hand_over__unit"

    hand_over = models.ForeignKey(ManagerHandOver, models.PROTECT, related_name="items")
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+")
    taker = models.ForeignKey(Staff, models.PROTECT, related_name="+")

    class Meta:
        """Each once."""

        constraints: ClassVar = [models.UniqueConstraint(fields=["hand_over", "customer"], name="hand_over_item_once")]

    def __str__(self) -> str:
        return f"{self.hand_over_id} {self.customer_id}"
