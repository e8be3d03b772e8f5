"""Visits to customers and what they were cared for with."""

from typing import ClassVar

import pghistory
from django.db import models

from dianke.domain.customers.models.columns import list_choices, text_column
from dianke.domain.customers.models.people import Contact
from dianke.domain.customers.models.subjects import Customer
from dianke.domain.customers.types import CareKind, PreferredChannel, VisitPurpose, VisitState
from dianke.platform.identity.models import Staff
from dianke.platform.org.scoping import ScopedModel

_PLANNED = models.Q(state=VisitState.PLANNED.value)
_NEXT_OPEN = models.Q(next_due_date__isnull=False, next_done_date=None)


@pghistory.track()
class Visit(ScopedModel):
    """A visit to a customer: planned, then done or cancelled, with what came of it and what is next (走访)."""

    unit_lookup = "customer__unit"

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="visits")
    # Who goes, and once it is done who went.
    visitor = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    purpose = models.CharField(max_length=12, choices=list_choices(VisitPurpose))
    state = models.CharField(max_length=12, choices=list_choices(VisitState), default=VisitState.PLANNED.value)
    planned_date = models.DateField()
    planned_time = models.TimeField(null=True, blank=True)
    note = text_column(200)
    contact = models.ForeignKey(Contact, models.PROTECT, null=True, blank=True, related_name="+")
    done_at = models.DateTimeField(null=True, blank=True)
    longitude = models.DecimalField(max_digits=9, decimal_places=6, null=True, blank=True)
    latitude = models.DecimalField(max_digits=8, decimal_places=6, null=True, blank=True)
    # What came of it, or why it was cancelled.
    outcome = text_column(600)
    next_step = text_column(200)
    next_due_date = models.DateField(null=True, blank=True)
    next_done_date = models.DateField(null=True, blank=True)
    # Who sees to the next step; another than the visitor once the customer was handed over.
    next_owner = models.ForeignKey(Staff, models.PROTECT, null=True, blank=True, related_name="+")
    entered_by = models.CharField(max_length=40)
    entered_at = models.DateTimeField()

    class Meta:
        """Planned ones and open next steps by person and day; the last one of a customer."""

        indexes: ClassVar = [
            models.Index(fields=["visitor", "planned_date"], name="visit_planned", condition=_PLANNED),
            models.Index(fields=["next_owner", "next_due_date"], name="visit_next_open", condition=_NEXT_OPEN),
            models.Index(
                fields=["customer", "-done_at"], name="visit_done", condition=models.Q(state=VisitState.DONE.value)
            ),
            models.Index(fields=["planned_date", "id"], name="visit_day"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(state=VisitState.DONE.value, done_at__isnull=False)
                | (~models.Q(state=VisitState.DONE.value) & models.Q(done_at=None)),
                name="visit_done_when_it_was",
            ),
            models.CheckConstraint(
                condition=models.Q(next_due_date=None, next_owner=None, next_done_date=None, next_step="")
                | (models.Q(next_due_date__isnull=False, next_owner__isnull=False) & ~models.Q(next_step="")),
                name="visit_next_step_has_owner_and_day",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """Return the number that people know it by."""
        return f"ZF-{self.pk:07d}"


@pghistory.track()
class CareRecord(ScopedModel):
    """A care that was given to a customer on a day (关怀记录)."""

    unit_lookup = "customer__unit"

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="care_records")
    contact = models.ForeignKey(Contact, models.PROTECT, null=True, blank=True, related_name="+")
    kind = models.CharField(max_length=12, choices=list_choices(CareKind))
    channel = models.CharField(max_length=10, choices=list_choices(PreferredChannel))
    on_date = models.DateField()
    note = models.CharField(max_length=300)
    done_by = models.CharField(max_length=40)
    entered_at = models.DateTimeField()

    class Meta:
        """By day."""

        indexes: ClassVar = [models.Index(fields=["on_date", "id"], name="care_record_day")]

    def __str__(self) -> str:
        return f"{self.kind} {self.customer_id}"
