"""Final bills: who leaves an account or hands it over on what day, and the points and readings of their runs."""

from typing import ClassVar

import pghistory
from django.db import models

from dianke.domain.billing.models.runs import BillRun
from dianke.domain.billing.types import FinalKind, FinalState
from dianke.domain.customers.models import Customer, CustomerAccount
from dianke.domain.metering.models import UsagePoint
from dianke.domain.readings.models import SegmentColumns
from dianke.platform.database.grants import declare_append_only
from dianke.platform.org.models import Unit
from dianke.platform.org.scoping import ScopedModel

declare_append_only("billing_runpoint", "billing_runsegment")


@pghistory.track()
class FinalBilling(ScopedModel):
    """A final bill of an account that is closed or handed over within a month (终结电费申请)."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    account = models.ForeignKey(CustomerAccount, models.PROTECT, related_name="final_billings")
    kind = models.CharField(max_length=8, choices=[(one.value, one.value) for one in FinalKind])
    # Who leaves; the account may belong to somebody else later.
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+")
    customer_name = models.CharField(max_length=120)
    # Who takes the account over, of a hand-over.
    new_customer = models.ForeignKey(Customer, models.PROTECT, null=True, blank=True, related_name="+")
    # The first day that is not billed any more.
    final_date = models.DateField()
    reason = models.CharField(max_length=200)
    # Why a final reading was estimated; empty where all were read.
    estimate_reason = models.CharField(max_length=200, blank=True)
    state = models.CharField(
        max_length=10, choices=[(one.value, one.value) for one in FinalState], default=FinalState.ASKED.value
    )
    run = models.OneToOneField(BillRun, models.PROTECT, related_name="final_billing")
    # Bills the new subject from the day of the hand-over to the end of the month.
    opening_run = models.OneToOneField(
        BillRun, models.PROTECT, null=True, blank=True, related_name="opened_by_final_billing"
    )
    asked_by = models.CharField(max_length=40)
    asked_at = models.DateTimeField()
    settled_by = models.CharField(max_length=40, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """One at a time of an account; nobody issues their own."""

        indexes: ClassVar = [models.Index(fields=["-asked_at", "-id"], name="final_billing_newest")]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["account"],
                condition=models.Q(state=FinalState.ASKED.value),
                name="one_open_final_billing_an_account",
            ),
            models.CheckConstraint(
                condition=~models.Q(state=FinalState.ISSUED.value) | ~models.Q(settled_by=models.F("asked_by")),
                name="final_billing_issued_by_a_second_person",
            ),
            models.CheckConstraint(
                condition=models.Q(kind=FinalKind.HANDOVER.value) ^ models.Q(new_customer__isnull=True),
                name="final_billing_names_who_takes_over",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """Return the number that people read."""
        return f"ZJ-{self.pk:06d}"


class RunPoint(ScopedModel):
    """A point of a run that does not bill the whole of a cycle's month."""

    unit_lookup = "usage_point__unit"

    run = models.ForeignKey(BillRun, models.PROTECT, related_name="points")
    usage_point = models.ForeignKey(UsagePoint, models.PROTECT, related_name="+")

    class Meta:
        """Each point once a run."""

        constraints: ClassVar = [models.UniqueConstraint(fields=["run", "usage_point"], name="run_point_once")]

    def __str__(self) -> str:
        return f"{self.run_id} {self.usage_point_id}"


class RunSegment(SegmentColumns):
    """What a meter measured in the period of such a run, where that is not the period of the month."""

    unit_lookup = "usage_point__unit"

    run = models.ForeignKey(BillRun, models.PROTECT, related_name="segments")

    class Meta:
        """In order within a point."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["run", "usage_point", "sequence"], name="run_segment_once")
        ]

    def __str__(self) -> str:
        return f"{self.run_id} {self.usage_point_id} {self.sequence}"
