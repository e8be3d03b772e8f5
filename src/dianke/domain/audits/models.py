"""Tables of archive audits."""

from typing import Any, ClassVar

import pghistory
from django.db import models

from dianke.domain.audits.types import FindingState, Severity, Subject
from dianke.platform.org.models import Unit
from dianke.platform.org.scoping import ScopedModel

UNSETTLED = models.Q(resolved_at=None)
_DECIDED = ("state", "taken_by", "reason", "asked_by", "decided_by", "exempt_until_date")


def _choices(enum: type) -> list[tuple[str, str]]:
    return [(member.value, member.value) for member in enum]  # type: ignore[attr-defined]


@pghistory.track(
    # A pass touches every finding each night; the trail tells of what people decided and of what was settled.
    pghistory.UpdateEvent("decided", condition=pghistory.AnyChange(*_DECIDED)),
    exclude=["last_seen_at", "detail"],
)
class QualityFinding(ScopedModel):
    """Something in the archive that a rule holds for a fault, from the day it was seen until it is gone."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    rule = models.CharField(max_length=40)
    severity = models.CharField(max_length=8, choices=_choices(Severity))
    subject_label = models.CharField(max_length=40, choices=_choices(Subject))
    subject_key = models.BigIntegerField()
    # What people call the subject by, and the account whose page shows it.
    subject_number = models.CharField(max_length=40)
    account_number = models.CharField(max_length=10, blank=True)
    # What contradicts what; personal data never stands here.
    detail: Any = models.JSONField(default=dict)
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    due_date = models.DateField()
    state = models.CharField(max_length=16, choices=_choices(FindingState), default=FindingState.OPEN.value)
    taken_by = models.CharField(max_length=40, blank=True)
    taken_at = models.DateTimeField(null=True, blank=True)
    # Why it is held to be no fault, who said so and who agreed.
    reason = models.CharField(max_length=200, blank=True)
    asked_by = models.CharField(max_length=40, blank=True)
    decided_by = models.CharField(max_length=40, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    exempt_until_date = models.DateField(null=True, blank=True)
    resolved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """One unsettled finding of a rule and a subject; work lists by unit, rule and due day."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["rule", "subject_key"], condition=UNSETTLED, name="finding_once_while_unsettled"
            ),
            models.CheckConstraint(
                condition=models.Q(state=FindingState.DONE.value, resolved_at__isnull=False)
                | (~models.Q(state=FindingState.DONE.value) & models.Q(resolved_at=None)),
                name="finding_done_when_resolved",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["unit", "rule", "id"], name="finding_unit_rule", condition=UNSETTLED),
            models.Index(fields=["due_date", "id"], name="finding_due", condition=UNSETTLED),
            models.Index(
                fields=["taken_by", "due_date"], name="finding_taken", condition=UNSETTLED & ~models.Q(taken_by="")
            ),
            models.Index(
                fields=["unit", "id"],
                name="finding_asked",
                condition=models.Q(state=FindingState.EXEMPTION_ASKED.value),
            ),
            models.Index(fields=["account_number"], name="finding_account", condition=UNSETTLED),
        ]

    def __str__(self) -> str:
        return f"{self.rule} {self.subject_number}"


class QualityPass(ScopedModel):
    """One pass of the rules over a unit and what is below it."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    started_by = models.CharField(max_length=40)
    found = models.PositiveIntegerField(default=0)
    new = models.PositiveIntegerField(default=0)
    closed = models.PositiveIntegerField(default=0)

    class Meta:
        """Newest first."""

        indexes: ClassVar = [models.Index(fields=["-started_at"], name="quality_pass_newest")]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.started_at:%Y-%m-%d %H:%M}"


class QualityCount(ScopedModel):
    """How many findings of a rule a unit had at the end of a day's last pass, for the trend."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    day = models.DateField()
    rule = models.CharField(max_length=40)
    unsettled = models.PositiveIntegerField()

    class Meta:
        """Once a day."""

        constraints: ClassVar = [models.UniqueConstraint(fields=["unit", "day", "rule"], name="quality_count_once")]
        indexes: ClassVar = [models.Index(fields=["day"], name="quality_count_day")]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.day} {self.rule}"


class QualityScore(ScopedModel):
    """How sound the archive of a unit and of what is below it was at the last pass of a month."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    # Its first day; the row is written anew by every pass until the month is over, and then stays.
    month = models.DateField()
    taken_date = models.DateField()
    policy = models.CharField(max_length=20)
    records = models.PositiveIntegerField()
    high = models.PositiveIntegerField()
    medium = models.PositiveIntegerField()
    low = models.PositiveIntegerField()
    score_e2 = models.PositiveSmallIntegerField()

    class Meta:
        """One a unit and month; by month, by score, the course of a unit."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["unit", "month"], name="quality_score_once"),
            models.CheckConstraint(
                condition=models.Q(score_e2__lte=100_00, records__gt=0), name="quality_score_of_hundred"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["month", "score_e2"], name="quality_score_month"),
            models.Index(fields=["score_e2", "id"], name="quality_score_worst"),
            models.Index(fields=["records", "id"], name="quality_score_records"),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.month:%Y-%m}"
