"""Tables of profiles."""

from typing import Any, ClassVar

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.db import models

from dianke.domain.customers.models import Customer
from dianke.domain.profiles.types import RunState, TagAct, TagPurpose, TagState
from dianke.platform.database.grants import declare_append_only
from dianke.platform.org.models import Unit
from dianke.platform.org.scoping import ScopedModel

declare_append_only("profiles_tagspell", "profiles_tagcheck")


def _choices(enum: type) -> list[tuple[str, str]]:
    return [(member.value, member.value) for member in enum]  # type: ignore[attr-defined]


@pghistory.track()
class TagProposal(ScopedModel):
    """A tag that somebody wants to have or to retire, and what a second person said; approved ones never change."""

    unit_lookup = None

    code = models.CharField(max_length=32)
    act = models.CharField(max_length=8, choices=_choices(TagAct))
    # The place in a customer's row; none of a tag that is retired.
    slot = models.PositiveSmallIntegerField(null=True, blank=True)
    # Of a new one: name, family, condition, refresh, validity, purpose, consent, as `catalogue.read_proposed` takes it.
    content: Any = models.JSONField(default=dict)
    reason = models.CharField(max_length=300)
    state = models.CharField(max_length=10, choices=_choices(TagState), default=TagState.PROPOSED.value)
    proposed_by = models.CharField(max_length=40)
    proposed_at = models.DateTimeField()
    decided_by = models.CharField(max_length=40, blank=True, default="")
    decided_at = models.DateTimeField(null=True, blank=True)
    decision_reason = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        """A code once, one open proposal of it; who proposed never approves."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["code", "act"],
                condition=~models.Q(state=TagState.REFUSED.value),
                name="tag_proposal_once",
            ),
            models.UniqueConstraint(fields=["slot"], name="tag_slot_once"),
            models.CheckConstraint(
                condition=~models.Q(state=TagState.APPROVED.value) | ~models.Q(decided_by=models.F("proposed_by")),
                name="tag_is_approved_by_another",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["-proposed_at", "-id"], name="tag_proposal_newest")]

    def __str__(self) -> str:
        return f"{self.act} {self.code}"


class TagRun(ScopedModel):
    """A computation of the tags that were due on a day: chunk by chunk, and it goes on where it stopped."""

    unit_lookup = None

    as_of_date = models.DateField(unique=True)
    codes = ArrayField(models.CharField(max_length=32))
    # First and last customer of each chunk.
    ranges: Any = models.JSONField(default=list)
    done_count = models.PositiveIntegerField(default=0)
    customer_count = models.PositiveIntegerField(default=0)
    changed_count = models.PositiveBigIntegerField(default=0)
    # Where facts came from that day, and what the chunks so far counted of each value.
    sources: Any = models.JSONField(default=list)
    counts: Any = models.JSONField(default=dict)
    # Milliseconds by step.
    timings: Any = models.JSONField(default=dict)
    state = models.CharField(max_length=8, choices=_choices(RunState), default=RunState.RUNNING.value)
    started_by = models.CharField(max_length=40)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.as_of_date.isoformat()


class TagFigure(ScopedModel):
    """What a run counted of a tag: how many have which value, how many are known, how far that moved."""

    unit_lookup = None

    run = models.ForeignKey(TagRun, models.PROTECT, related_name="figures")
    code = models.CharField(max_length=32)
    # By what stands in the slot, as text: {"1": 4812, "0": 120, "-1": 7}.
    counts: Any = models.JSONField(default=dict)
    coverage_e4 = models.PositiveSmallIntegerField()
    stability_e4 = models.IntegerField(null=True, blank=True)

    class Meta:
        """Once a run."""

        constraints: ClassVar = [models.UniqueConstraint(fields=["run", "code"], name="tag_figure_once")]
        indexes: ClassVar = [models.Index(fields=["code", "-id"], name="tag_figure_code")]

    def __str__(self) -> str:
        return f"{self.run_id} {self.code}"


class CustomerTags(ScopedModel):
    """
    The tags of a customer in force: a byte a slot, and the day since which it holds, two bytes a slot.

    Written by COPY; a run rewrites the rows of customers of whom something changed. What ended lies in TagSpell.
    """

    unit_lookup = "customer__unit"

    customer = models.OneToOneField(Customer, models.CASCADE, primary_key=True, related_name="+", db_constraint=False)
    slots = models.BinaryField()
    days = models.BinaryField()

    def __str__(self) -> str:
        return f"tags of {self.customer_id}"


class TagSpell(ScopedModel):
    """A value that a customer had of a tag for a time, now over (标签历史)."""

    unit_lookup = "customer__unit"

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="+", db_constraint=False, db_index=False)
    slot = models.PositiveSmallIntegerField()
    value = models.SmallIntegerField()
    since_date = models.DateField()
    until_date = models.DateField()
    run = models.ForeignKey(TagRun, models.PROTECT, related_name="+", db_constraint=False, db_index=False)

    class Meta:
        """Looked up by customer."""

        indexes: ClassVar = [models.Index(fields=["customer", "slot"], name="tag_spell_customer")]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.slot} {self.value}"


class FactBlock(ScopedModel):
    """
    A column of facts or of a tag for some thousand customers as the last run found it, packed.

    Whole fleets are asked by these columns; who asks is narrowed to their units by the column of units.
    """

    unit_lookup = None

    number = models.PositiveIntegerField()
    code = models.CharField(max_length=60)
    content = models.BinaryField()

    class Meta:
        """Once a block."""

        constraints: ClassVar = [models.UniqueConstraint(fields=["code", "number"], name="fact_block_once")]

    def __str__(self) -> str:
        return f"{self.code} {self.number}"


class TagCheck(ScopedModel):
    """What a person found when they looked at a customer's tag by hand (人工核验)."""

    unit_lookup = "customer__unit"

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="+")
    code = models.CharField(max_length=32)
    value = models.SmallIntegerField()
    is_right = models.BooleanField()
    note = models.CharField(max_length=200, blank=True, default="")
    checked_by = models.CharField(max_length=40)
    checked_at = models.DateTimeField()

    class Meta:
        """Counted by tag; a customer's value is judged once."""

        constraints: ClassVar = [models.UniqueConstraint(fields=["code", "customer", "value"], name="tag_check_once")]

    def __str__(self) -> str:
        return f"{self.code} {self.customer_id}"


@pghistory.track(exclude=["member_count", "counted_on"])
class Segment(ScopedModel):
    """Customers that fit a condition, under a name (客户分群)."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    name = models.CharField(max_length=60)
    condition = models.TextField()
    purpose = models.CharField(max_length=12, choices=_choices(TagPurpose))
    note = models.CharField(max_length=300, blank=True, default="")
    owner = models.CharField(max_length=40)
    is_shared = models.BooleanField(default=False)
    made_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    # As of the last count, in all units below the segment's.
    member_count = models.PositiveIntegerField(default=0)
    counted_on = models.DateField(null=True, blank=True)

    class Meta:
        """A name once an owner."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["owner", "name"], condition=models.Q(ended_at=None), name="segment_name_once"
            )
        ]
        indexes: ClassVar = [models.Index(fields=["unit", "-changed_at"], name="segment_unit")]

    def __str__(self) -> str:
        return self.name


class SegmentMember(ScopedModel):
    """A customer that fitted a segment when it was last counted."""

    unit_lookup = "customer__unit"

    segment = models.ForeignKey(Segment, models.CASCADE, related_name="+", db_index=False)
    customer = models.ForeignKey(Customer, models.CASCADE, related_name="+", db_constraint=False, db_index=False)

    class Meta:
        """Once a segment, in the order that lists go by."""

        constraints: ClassVar = [models.UniqueConstraint(fields=["segment", "customer"], name="segment_member_once")]

    def __str__(self) -> str:
        return f"{self.segment_id} {self.customer_id}"
