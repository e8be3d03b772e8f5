"""Tables of watching: thresholds, weekly runs, entries with their reasons and results."""

from typing import Any, ClassVar

import pghistory
from django.db import models

from dianke.domain.customers.models import Customer, CustomerAccount
from dianke.domain.watching.types import (
    LIVING,
    EntryResult,
    EntryState,
    PolicyState,
    WatchAction,
    WatchLevel,
    WatchList,
)
from dianke.platform.org.models import Unit
from dianke.platform.org.scoping import ScopedModel

_LIVING = [state.value for state in LIVING]


def _choices(enum: type) -> list[tuple[str, str]]:
    return [(member.value, member.value) for member in enum]  # type: ignore[attr-defined]


@pghistory.track()
class WatchThresholds(ScopedModel):
    """What watch lists go by from a day on, proposed by one person and approved by another (关注阈值)."""

    unit_lookup = None

    valid_from_date = models.DateField()
    # Whole numbers by list, all of them: what the house changes later moves nothing that was approved.
    figures: Any = models.JSONField()
    reason = models.CharField(max_length=300)
    state = models.CharField(max_length=10, choices=_choices(PolicyState), default=PolicyState.PROPOSED.value)
    proposed_by = models.CharField(max_length=40)
    proposed_at = models.DateTimeField()
    decided_by = models.CharField(max_length=40, blank=True, default="")
    decided_at = models.DateTimeField(null=True, blank=True)
    decision_reason = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        """Newest first; who proposed never approves."""

        indexes: ClassVar = [models.Index(fields=["proposed_at", "id"], name="watch_thresholds_newest")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~models.Q(state=PolicyState.APPROVED.value)
                | (~models.Q(decided_by="") & ~models.Q(decided_by=models.F("proposed_by"))),
                name="watch_thresholds_approved_by_another",
            ),
            models.UniqueConstraint(
                fields=["valid_from_date"],
                condition=models.Q(state=PolicyState.APPROVED.value),
                name="watch_thresholds_one_a_day",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """Return the number that people know it by."""
        return f"YZ-{self.pk:04d}"


class WatchRun(ScopedModel):
    """A weekly pass of all lists as of a day: what it went by, which lists had a source, what it came to."""

    unit_lookup = None

    as_of_date = models.DateField(unique=True)
    made_by = models.CharField(max_length=40)
    made_at = models.DateTimeField()
    policy_from_date = models.DateField()
    # The month whose use was compared; null where no month could be.
    use_month = models.DateField(null=True)
    customer_count = models.IntegerField()
    # By list: judged, watch, alarm, new, continued, lapsed, resting, left_out; or the source that is missing.
    figures: Any = models.JSONField(default=dict)
    missing: Any = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"{self.as_of_date}"


@pghistory.track()
class WatchEntry(ScopedModel):
    """A customer on a watch list: why, what is proposed, whose it is, and what became of it (关注条目)."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+")
    # The account that it is seen through, the largest one; empty where the customer has none.
    account = models.ForeignKey(CustomerAccount, models.PROTECT, null=True, blank=True, related_name="+")
    list_code = models.CharField(max_length=16, choices=_choices(WatchList))
    level = models.CharField(max_length=8, choices=_choices(WatchLevel))
    state = models.CharField(max_length=10, choices=_choices(EntryState), default=EntryState.OPEN.value)
    action = models.CharField(max_length=20, choices=_choices(WatchAction))
    weight = models.BigIntegerField()
    # The weightiest first: each its code and figures, as rules write them.
    reasons: Any = models.JSONField()
    opened_on = models.DateField()
    last_seen_on = models.DateField()
    times_seen = models.PositiveIntegerField(default=1)
    missed_runs = models.PositiveSmallIntegerField(default=0)
    due_date = models.DateField()
    # Empty: whoever holds the post of account manager in the unit.
    owner = models.CharField(max_length=40, blank=True, default="")
    taken_by = models.CharField(max_length=40, blank=True, default="")
    taken_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.CharField(max_length=40, blank=True, default="")
    closed_at = models.DateTimeField(null=True, blank=True)
    closing_note = models.CharField(max_length=400, blank=True, default="")
    result = models.CharField(max_length=12, choices=_choices(EntryResult), blank=True, default="")
    result_note = models.CharField(max_length=400, blank=True, default="")
    result_by = models.CharField(max_length=40, blank=True, default="")
    result_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """One living entry of a list a customer; work by due day, the newest, the worst; rests by customer."""

        indexes: ClassVar = [
            models.Index(fields=["due_date", "id"], name="watch_entry_work", condition=models.Q(state__in=_LIVING)),
            models.Index(fields=["opened_on", "id"], name="watch_entry_newest"),
            models.Index(fields=["list_code", "weight", "id"], name="watch_entry_list"),
            models.Index(fields=["owner", "due_date"], name="watch_entry_owner"),
            models.Index(fields=["customer", "id"], name="watch_entry_customer"),
            models.Index(fields=["unit", "id"], name="watch_entry_unit"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["customer", "list_code"],
                condition=models.Q(state__in=_LIVING),
                name="watch_entry_once_while_it_lives",
            ),
            models.CheckConstraint(
                condition=~models.Q(state=EntryState.DISMISSED.value) | ~models.Q(closing_note=""),
                name="watch_entry_dismissed_for_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """Return the number that people know it by."""
        return f"GZ-{self.pk:07d}"

    @property
    def is_living(self) -> bool:
        """Tell whether it is open or taken."""
        return self.state in _LIVING
