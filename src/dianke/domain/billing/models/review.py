"""Tables of the review before issue: suspicions, what they are measured by, and records that answer them."""

from typing import Any, ClassVar

import pghistory
from django.db import models
from django.db.models.functions import Now

from dianke.domain.billing.models.runs import BillRun
from dianke.domain.billing.types import ProposalState, Severity, SuspicionState
from dianke.domain.customers.types import UsageClass
from dianke.domain.metering.models import UsagePoint
from dianke.platform.org.models import Unit
from dianke.platform.org.scoping import ScopedModel

_DECIDED = ("state", "reason", "decided_by", "decided_at")
UNDECIDED = (SuspicionState.OPEN.value, SuspicionState.CORRECTION_ASKED.value)


def _choices(enum: type) -> list[tuple[str, str]]:
    return [(member.value, member.value) for member in enum]  # type: ignore[attr-defined]


@pghistory.track(
    # A shard writes its suspicions by COPY, again and again; the trail tells of what people decided.
    pghistory.UpdateEvent("decided", condition=pghistory.AnyChange(*_DECIDED)),
    exclude=["evidence"],
)
class BillSuspicion(ScopedModel):
    """Why a bill should be looked at before it is issued: one cause of one bill (疑点)."""

    unit_lookup = "usage_point__unit"

    run = models.ForeignKey(BillRun, models.PROTECT, related_name="suspicions")
    shard_number = models.PositiveIntegerField()
    usage_point = models.ForeignKey(UsagePoint, models.PROTECT, related_name="+")
    # The draft, and the bill it becomes; a draft that is calculated again has another key.
    bill_id = models.BigIntegerField()
    code = models.CharField(max_length=40)
    severity = models.CharField(max_length=8, choices=_choices(Severity))
    # The numbers that the page says in words; the same numbers again are the same suspicion.
    evidence: Any = models.JSONField(default=dict)
    state = models.CharField(max_length=16, choices=_choices(SuspicionState), default=SuspicionState.OPEN.value)
    reason = models.CharField(max_length=200, blank=True)
    decided_by = models.CharField(max_length=40, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    found_at = models.DateTimeField(db_default=Now())

    class Meta:
        """Each cause once a point; grouped by cause, rewritten by shard, opened by bill."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["run", "usage_point", "code"], name="suspicion_once_a_point_and_cause"),
            models.CheckConstraint(
                condition=~models.Q(state__in=[SuspicionState.EXEMPT.value, SuspicionState.CORRECTION_ASKED.value])
                | (~models.Q(reason="") & ~models.Q(decided_by="")),
                name="suspicion_decided_by_somebody_for_a_reason",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["run", "code", "id"], name="suspicion_cause"),
            models.Index(fields=["run", "shard_number"], name="suspicion_shard"),
            models.Index(fields=["run"], name="suspicion_undecided", condition=models.Q(state__in=UNDECIDED)),
            models.Index(fields=["bill_id"], name="suspicion_bill"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.usage_point_id}"


@pghistory.track()
class ReviewParameter(ScopedModel):
    """
    What a cause is measured by in a unit and the units below it, from a month on.

    The defaults of the house stand in data/review.toml; a row here takes the place of the values it names.
    """

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    code = models.CharField(max_length=40)
    # Empty where it holds for every class.
    usage_class = models.CharField(max_length=24, blank=True, choices=_choices(UsageClass))
    from_date = models.DateField()
    values: Any = models.JSONField()
    reason = models.CharField(max_length=200)
    set_by = models.CharField(max_length=40)
    set_at = models.DateTimeField()

    class Meta:
        """One set of values a day."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["unit", "code", "usage_class", "from_date"], name="review_parameter_once")
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.usage_class} {self.from_date}"


@pghistory.track()
class ReviewParameterProposal(ScopedModel):
    """Values that somebody wants a rule to be measured by in a unit; another person decides."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    code = models.CharField(max_length=40)
    usage_class = models.CharField(max_length=24, blank=True, choices=_choices(UsageClass))
    from_date = models.DateField()
    values: Any = models.JSONField()
    reason = models.CharField(max_length=200)
    state = models.CharField(max_length=12, choices=_choices(ProposalState), default=ProposalState.PROPOSED.value)
    proposed_by = models.CharField(max_length=40)
    proposed_at = models.DateTimeField()
    decided_by = models.CharField(max_length=40, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decision_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        """One proposal a day waits or holds; the decided ones are listed newest first."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["unit", "code", "usage_class", "from_date"],
                condition=models.Q(state__in=[ProposalState.PROPOSED.value, ProposalState.APPROVED.value]),
                name="review_proposal_once_a_day",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=[ProposalState.APPROVED.value, ProposalState.REJECTED.value])
                | (~models.Q(decided_by="") & ~models.Q(decided_by=models.F("proposed_by"))),
                name="review_proposal_decided_by_another_person",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.usage_class} {self.from_date}"


@pghistory.track()
class ShareCheck(ScopedModel):
    """A share without a meter was verified on site (定比定量核定); the next is due a year later (TR-1.4)."""

    unit_lookup = "usage_point__unit"

    usage_point = models.ForeignKey(UsagePoint, models.PROTECT, related_name="share_checks")
    checked_date = models.DateField()
    note = models.CharField(max_length=200, blank=True)
    recorded_by = models.CharField(max_length=40)
    recorded_at = models.DateTimeField()

    class Meta:
        """Once a day."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["usage_point", "checked_date"], name="share_check_once_a_day")
        ]

    def __str__(self) -> str:
        return f"{self.usage_point_id} {self.checked_date}"


@pghistory.track()
class MeterTicket(ScopedModel):
    """The work ticket of a change at a point's meter: exchange or other ratio (换表、换互感器工单)."""

    unit_lookup = "usage_point__unit"

    usage_point = models.ForeignKey(UsagePoint, models.PROTECT, related_name="meter_tickets")
    number = models.CharField(max_length=40)
    done_date = models.DateField()
    recorded_by = models.CharField(max_length=40)
    recorded_at = models.DateTimeField()

    class Meta:
        """Each ticket once a point."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["usage_point", "number"], name="meter_ticket_once_a_point")
        ]

    def __str__(self) -> str:
        return self.number
