"""Trials of other prices on issued bills: the question, how far it is, and the report, which is all that is kept."""

from typing import ClassVar

import pgtrigger
from django.db import models

from dianke.domain.billing.types import OPEN_TRIALS, TrialStatus
from dianke.domain.tariffs.models import TariffVersion
from dianke.platform.org.models import Unit
from dianke.platform.org.scoping import ScopedModel

_ENDED = [status.value for status in TrialStatus if status not in OPEN_TRIALS]


class BillTrial(ScopedModel):
    """The bills of a month, of a unit and what lies below it, under another version of prices (试算)."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    number = models.CharField(max_length=30, unique=True)
    month = models.DateField()
    version = models.ForeignKey(TariffVersion, models.PROTECT, related_name="+")
    # Empty: all classes.
    usage_class = models.CharField(max_length=24, blank=True)
    status = models.CharField(
        max_length=10, choices=[(s.value, s.value) for s in TrialStatus], default=TrialStatus.QUEUED.value
    )
    shard_count = models.PositiveIntegerField(default=0)
    shards_done = models.PositiveIntegerField(default=0)
    started_by = models.CharField(max_length=40)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    # Why it failed or was cancelled.
    end_reason = models.CharField(max_length=300, blank=True)
    # Bills that got a price under the version, and what they come to more or less.
    bill_count = models.PositiveIntegerField(default=0)
    difference_fen = models.BigIntegerField(default=0)
    report = models.JSONField(null=True, blank=True)
    report_sha256 = models.CharField(max_length=64, blank=True)

    class Meta:
        """What has ended is a record; a report is there when it is done, and only then."""

        indexes: ClassVar = [
            models.Index(fields=["version", "status"], name="bill_trial_of_version"),
            models.Index(fields=["-started_at", "-id"], name="bill_trial_newest"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(status=TrialStatus.DONE.value, report__isnull=False, finished_at__isnull=False)
                | ~models.Q(status=TrialStatus.DONE.value) & models.Q(report__isnull=True),
                name="bill_trial_report_when_done",
            )
        ]
        triggers: ClassVar = [
            pgtrigger.Protect(
                name="bill_trial_ends_once", operation=pgtrigger.Update, condition=pgtrigger.Q(old__status__in=_ENDED)
            ),
            pgtrigger.Protect(name="bill_trial_stays", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return self.number
