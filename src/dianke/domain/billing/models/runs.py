"""Bill runs, their shards, drafts and faults: everything here may be rewritten until issue."""

from datetime import date
from typing import ClassVar

import pghistory
from django.db import models

from dianke.domain.billing.models.columns import BillColumns, BillLineColumns, InputColumns
from dianke.domain.billing.types import FaultStatus, RunKind, RunStatus, ShardStatus
from dianke.domain.metering.models import UsagePoint
from dianke.domain.readings.models import CycleMonth
from dianke.platform.org.models import Unit
from dianke.platform.org.scoping import ScopedModel


@pghistory.track()
class BillRun(ScopedModel):
    """The billing of one cycle's month, or of some points beside it (核算批次)."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    number = models.CharField(max_length=30, unique=True)
    cycle_month = models.ForeignKey(CycleMonth, models.PROTECT, related_name="bill_runs")
    kind = models.CharField(
        max_length=16,
        choices=[(one.value, one.value) for one in RunKind],
        default=RunKind.CYCLE.value,
        db_default=RunKind.CYCLE.value,
    )
    # Its own period, where that is not the one of the month.
    period_start = models.DateField(null=True, blank=True)
    period_end = models.DateField(null=True, blank=True)
    # The issued run that left the points of a supplementary one out.
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="supplements")
    status = models.CharField(max_length=12, choices=[(s.value, s.value) for s in RunStatus])
    shard_size = models.PositiveIntegerField()
    started_at = models.DateTimeField()
    started_by = models.CharField(max_length=40)
    calculated_at = models.DateTimeField(null=True, blank=True)
    issued_at = models.DateTimeField(null=True, blank=True)
    issued_by = models.CharField(max_length=40, blank=True)

    class Meta:
        """One live run a cycle's month; who ran it never issues it."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["cycle_month"],
                condition=models.Q(kind=RunKind.CYCLE.value) & ~models.Q(status=RunStatus.CANCELLED.value),
                name="one_live_run_a_cycle_month",
            ),
            models.CheckConstraint(
                condition=models.Q(issued_by="") | ~models.Q(issued_by=models.F("started_by")),
                name="bill_run_issued_by_a_second_person",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_of_cycle(self) -> bool:
        """Tell whether it bills every point of its month."""
        return self.kind == RunKind.CYCLE.value

    @property
    def has_own_period(self) -> bool:
        """Tell whether it bills a period of its own, from readings of its own."""
        return self.period_start is not None

    @property
    def start(self) -> date:
        """Return the first day that its bills cover."""
        return self.period_start or self.cycle_month.billed_from

    @property
    def end(self) -> date:
        """Return the first day that its bills no longer cover."""
        end: date = self.period_end or self.cycle_month.period.upper
        return end

    @property
    def is_interim(self) -> bool:
        """Tell whether another bill of the same month settles its bills."""
        return not self.has_own_period and self.cycle_month.is_interim


class BillRunShard(ScopedModel):
    """A slice of a run's points by key; the unit of work that commits whole or not at all."""

    unit_lookup = "run__unit"

    run = models.ForeignKey(BillRun, models.PROTECT, related_name="shards")
    number = models.PositiveIntegerField()
    first_point_id = models.BigIntegerField()
    last_point_id = models.BigIntegerField()
    point_count = models.PositiveIntegerField()
    status = models.CharField(
        max_length=12, choices=[(s.value, s.value) for s in ShardStatus], default=ShardStatus.PENDING.value
    )
    bill_count = models.PositiveIntegerField(default=0)
    fault_count = models.PositiveIntegerField(default=0)
    amount_fen = models.BigIntegerField(default=0)
    # The keys that its bills got, half-open; drawn anew at each calculation.
    first_bill_id = models.BigIntegerField(default=0)
    end_bill_id = models.BigIntegerField(default=0)
    # Bills that do not equal the sum of their lines as stored; anything but 0 stops issue.
    differing_count = models.PositiveIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    finished_at = models.DateTimeField(null=True, blank=True)
    duration_ms = models.PositiveIntegerField(default=0)

    class Meta:
        """The key of a shard."""

        constraints: ClassVar = [models.UniqueConstraint(fields=["run", "number"], name="shard_key")]

    def __str__(self) -> str:
        return f"{self.run_id}/{self.number}"

    @property
    def seconds(self) -> str:
        """Return how long the last calculation took."""
        return f"{self.duration_ms / 1000:.1f}"


class BillDraft(BillColumns):
    """
    A bill as calculated, not yet issued.

    Its keys are those that the shard's transaction read, as an issued bill's are: the database does not look a
    million of them up again, and finds drafts by their own key and by run and point.
    """

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    run = models.ForeignKey(BillRun, models.PROTECT, related_name="drafts", db_constraint=False, db_index=False)
    usage_point = models.ForeignKey(UsagePoint, models.PROTECT, related_name="+", db_constraint=False, db_index=False)

    class Meta:
        """One draft a point and run."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["run", "usage_point"], name="one_draft_a_point_and_run")
        ]

    def __str__(self) -> str:
        return f"draft {self.id}"


class BillDraftLine(BillLineColumns):
    """
    A line of a draft, found by blocks of pages (migration 0019): read it within `along_indexes`.

    Its key is not kept by the database but by the range that its run reserved.
    """


class DraftInputs(InputColumns):
    """The inputs of drafts; issue copies them into the frozen ones."""

    unit_lookup = "run__unit"

    run = models.ForeignKey(BillRun, models.PROTECT, related_name="+", db_index=False)

    class Meta:
        """Found by run and shard."""

        indexes: ClassVar = [models.Index(fields=["run", "shard_number"], name="draft_inputs_shard")]


class BillRunFault(ScopedModel):
    """A point that a run could not bill: cause and remedy, as a row (故障)."""

    unit_lookup = "usage_point__unit"

    run = models.ForeignKey(BillRun, models.PROTECT, related_name="faults")
    shard_number = models.PositiveIntegerField()
    usage_point = models.ForeignKey(UsagePoint, models.PROTECT, related_name="+")
    code = models.CharField(max_length=60)
    field = models.CharField(max_length=80, blank=True)
    detail = models.CharField(max_length=300, blank=True)
    status = models.CharField(
        max_length=10, choices=[(s.value, s.value) for s in FaultStatus], default=FaultStatus.OPEN.value
    )
    reason = models.CharField(max_length=300, blank=True)
    decided_by = models.CharField(max_length=40, blank=True)

    class Meta:
        """Grouped by cause."""

        indexes: ClassVar = [models.Index(fields=["run", "code"], name="bill_run_fault_cause")]

    def __str__(self) -> str:
        return f"{self.code} {self.usage_point_id}"
