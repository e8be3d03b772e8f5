"""Work over the issued bills of a run that outlives a page: how far it is, and what came of it."""

from typing import ClassVar

import pgtrigger
from django.db import models

from dianke.domain.billing.models.runs import BillRun
from dianke.domain.billing.types import OPEN_WORKS, WorkKind, WorkStatus
from dianke.platform.org.scoping import ScopedModel

_OPEN = sorted(status.value for status in OPEN_WORKS)
_ENDED = [status.value for status in WorkStatus if status not in OPEN_WORKS]


class RunWork(ScopedModel):
    """Every bill of a run computed again, or written as PDF (批次作业)."""

    unit_lookup = "run__unit"

    run = models.ForeignKey(BillRun, models.PROTECT, related_name="works")
    kind = models.CharField(max_length=8, choices=[(one.value, one.value) for one in WorkKind])
    status = models.CharField(
        max_length=10, choices=[(one.value, one.value) for one in WorkStatus], default=WorkStatus.QUEUED.value
    )
    # Bills of a PDF, shards of a replay.
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    started_by = models.CharField(max_length=40)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    # Why it failed or was cancelled.
    end_reason = models.CharField(max_length=300, blank=True)
    # What a replay found; how many bills a PDF holds.
    report = models.JSONField(null=True, blank=True)
    # The file in the data directory; its bytes go when a newer one of the run is there.
    file_name = models.CharField(max_length=80, blank=True)
    file_bytes = models.PositiveBigIntegerField(default=0)
    file_sha256 = models.CharField(max_length=64, blank=True)

    class Meta:
        """One of a kind at a time; what has ended is a record."""

        indexes: ClassVar = [models.Index(fields=["run", "kind", "-id"], name="run_work_newest")]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["run", "kind"], condition=models.Q(status__in=_OPEN), name="one_open_work_a_run_and_kind"
            )
        ]
        triggers: ClassVar = [
            pgtrigger.Protect(
                name="run_work_ends_once", operation=pgtrigger.Update, condition=pgtrigger.Q(old__status__in=_ENDED)
            ),
            pgtrigger.Protect(name="run_work_stays", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.run_id} {self.kind} {self.pk}"

    @property
    def is_open(self) -> bool:
        """Tell whether it has not ended."""
        return self.status in _OPEN
