"""Tables of credit: facts about customers, scores and their runs, notices, objections, measures by grade."""

from typing import Any, ClassVar

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.db import models

from dianke.domain.credit.types import (
    WORK_MEASURES,
    CreditKind,
    DemandState,
    FactSource,
    FactState,
    MeasureTableState,
    NoticeState,
    ObjectionState,
    RunState,
)
from dianke.domain.customers.models import Customer, CustomerAccount
from dianke.platform.org.models import Unit
from dianke.platform.org.scoping import ScopedModel
from dianke.platform.outbox.models import Message

_GRADE, _LOGIN, _REASON = 4, 40, 300


def _choices(enum: type) -> list[tuple[str, str]]:
    return [(member.value, member.value) for member in enum]  # type: ignore[attr-defined]


def _login() -> Any:
    return models.CharField(max_length=_LOGIN, blank=True, default="", db_default="")


def _words() -> Any:
    return models.CharField(max_length=_REASON, blank=True, default="", db_default="")


@pghistory.track()
class CustomerFact(ScopedModel):
    """
    What is known of a customer (客户事实): never edited; what was wrong is withdrawn, and what is right entered anew.

    Facts that move the credit score wait for a second person where a person entered them.
    """

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+")
    customer_account = models.ForeignKey(CustomerAccount, models.PROTECT, null=True, blank=True, related_name="+")
    # A FactType; later modules bring more, so the database does not list them.
    type = models.CharField(max_length=32)
    on_date = models.DateField()
    # The end, not included; of an arrear the day on which it was paid.
    until_date = models.DateField(null=True, blank=True)
    value = models.DecimalField(max_digits=14, decimal_places=4, null=True, blank=True)
    note = _words()
    source = models.CharField(max_length=12, choices=_choices(FactSource))
    state = models.CharField(max_length=10, choices=_choices(FactState))
    entered_by = models.CharField(max_length=_LOGIN)
    entered_at = models.DateTimeField()
    decided_by = _login()
    decided_at = models.DateTimeField(null=True, blank=True)
    decision_reason = _words()
    # Who asked for the withdrawal, and why; another person carries it out.
    withdrawal_asked_by = _login()
    withdrawal_asked_at = models.DateTimeField(null=True, blank=True)
    withdrawal_reason = _words()
    withdrawn_by = _login()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """By customer, by type, and those that wait for a second person; who entered never decides."""

        indexes: ClassVar = [
            models.Index(fields=["customer", "type", "on_date"], name="customer_fact_customer"),
            models.Index(fields=["type", "on_date"], name="customer_fact_type"),
            models.Index(fields=["entered_at", "id"], name="customer_fact_newest"),
            models.Index(
                fields=["entered_at"],
                name="customer_fact_waiting",
                condition=models.Q(state=FactState.PROPOSED.value) | ~models.Q(withdrawal_asked_by=""),
            ),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(until_date__isnull=True) | models.Q(until_date__gte=models.F("on_date")),
                name="customer_fact_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=models.Q(decided_by="") | ~models.Q(decided_by=models.F("entered_by")),
                name="customer_fact_decided_by_another",
            ),
            models.CheckConstraint(
                condition=models.Q(withdrawn_by="") | ~models.Q(withdrawn_by=models.F("withdrawal_asked_by")),
                name="customer_fact_withdrawn_by_another",
            ),
            models.CheckConstraint(
                condition=~models.Q(state=FactState.WITHDRAWN.value) | models.Q(withdrawn_at__isnull=False),
                name="customer_fact_withdrawn_on_a_day",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """Return the number that people know it by."""
        return f"KS-{self.pk:07d}"


class CreditRun(ScopedModel):
    """A monthly scoring of all customers as of a day, in parts: which of them are done, and what it came to."""

    unit_lookup = None

    as_of_date = models.DateField(unique=True)
    policy = models.CharField(max_length=20)
    state = models.CharField(max_length=8, choices=_choices(RunState), default=RunState.RUNNING.value)
    made_by = models.CharField(max_length=_LOGIN)
    made_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)
    # The last key of a customer that is scored; a part goes on from here.
    done_until = models.BigIntegerField(default=0)
    customer_count = models.IntegerField(default=0)
    changed_count = models.IntegerField(default=0)
    lowered_count = models.IntegerField(default=0)
    # How many customers have each grade.
    grades = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"{self.as_of_date}"


class CreditScore(ScopedModel):
    """
    What the facts of a customer came to as of a day: items, total, grade, every reason. Derived, never edited.

    Written by COPY from a monthly run; without a run where facts were added or withdrawn in between.
    """

    run = models.ForeignKey(CreditRun, models.PROTECT, null=True, related_name="+", db_constraint=False, db_index=False)
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    as_of_date = models.DateField()
    made_at = models.DateTimeField()
    policy = models.CharField(max_length=20)
    kind = models.CharField(max_length=8, choices=_choices(CreditKind))
    # Hundredths of a point, in the order of the policy for the kind.
    items_e2: Any = ArrayField(models.SmallIntegerField())
    score_e2 = models.SmallIntegerField()
    grade = models.CharField(max_length=_GRADE)
    grade_before = models.CharField(max_length=_GRADE, blank=True, default="", db_default="")
    # By how many grades it rose; below nought it fell.
    steps = models.SmallIntegerField(default=0)
    # As the command `credit` writes them.
    reasons = models.JSONField(default=list)

    class Meta:
        """The course of a customer; the list of a run by grade, by score and by who changed."""

        indexes: ClassVar = [
            models.Index(fields=["customer", "as_of_date", "id"], name="credit_score_customer"),
            models.Index(fields=["run", "score_e2", "id"], name="credit_score_lowest"),
            models.Index(fields=["run", "grade", "score_e2", "id"], name="credit_score_grade"),
            models.Index(fields=["run", "steps", "id"], name="credit_score_changed", condition=~models.Q(steps=0)),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.grade}"


@pghistory.track()
class GradeNotice(ScopedModel):
    """A lower grade that the customer must be told of, with its reasons and the time to object (降级告知)."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+")
    score_id = models.BigIntegerField()
    as_of_date = models.DateField()
    grade_before = models.CharField(max_length=_GRADE)
    grade = models.CharField(max_length=_GRADE)
    state = models.CharField(max_length=8, choices=_choices(NoticeState), default=NoticeState.OPEN.value)
    made_at = models.DateTimeField()
    told_by = _login()
    told_on = models.DateField(null=True, blank=True)
    told_how = models.CharField(max_length=200, blank=True, default="", db_default="")
    # The last day to object.
    objection_until = models.DateField(null=True, blank=True)
    # What was written to the customer; that they were told is recorded by a person all the same.
    message = models.ForeignKey(Message, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        """One a customer and day."""

        indexes: ClassVar = [
            models.Index(fields=["made_at", "id"], name="grade_notice_newest"),
            models.Index(fields=["customer", "id"], name="grade_notice_customer"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["customer", "as_of_date"], name="grade_notice_once"),
            models.CheckConstraint(
                condition=~models.Q(state=NoticeState.TOLD.value)
                | models.Q(told_on__isnull=False, objection_until__isnull=False),
                name="grade_notice_told_on_a_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.grade_before} {self.grade}"


@pghistory.track()
class GradeDemand(ScopedModel):
    """A measure that a lower grade asks for, as work: done, or declined for a reason (分级措施任务)."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+")
    notice = models.ForeignKey(GradeNotice, models.PROTECT, related_name="demands")
    measure = models.CharField(max_length=24, choices=[(one.value, one.value) for one in WORK_MEASURES])
    grade = models.CharField(max_length=_GRADE)
    as_of_date = models.DateField()
    state = models.CharField(max_length=8, choices=_choices(DemandState), default=DemandState.OPEN.value)
    made_at = models.DateTimeField()
    ended_by = _login()
    ended_at = models.DateTimeField(null=True, blank=True)
    # What was done, or why it is not.
    result = _words()

    class Meta:
        """Open ones by measure; newest first; one of a kind a customer while it is open."""

        indexes: ClassVar = [
            models.Index(fields=["made_at", "id"], name="grade_demand_newest"),
            models.Index(
                fields=["measure", "id"], name="grade_demand_open", condition=models.Q(state=DemandState.OPEN.value)
            ),
            models.Index(fields=["customer", "id"], name="grade_demand_customer"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["customer", "measure"],
                condition=models.Q(state=DemandState.OPEN.value),
                name="one_open_grade_demand",
            ),
            models.CheckConstraint(
                condition=models.Q(state=DemandState.OPEN.value, ended_at=None)
                | (~models.Q(state=DemandState.OPEN.value) & models.Q(ended_at__isnull=False)),
                name="grade_demand_ended_at_a_moment",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """Return the number that people know it by."""
        return f"DJ-{self.pk:06d}"


@pghistory.track()
class Objection(ScopedModel):
    """What a customer says against its grade, the clock of the answer, and who decided (信用异议)."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+")
    notice = models.ForeignKey(GradeNotice, models.PROTECT, null=True, blank=True, related_name="+")
    text = models.CharField(max_length=1000)
    state = models.CharField(max_length=8, choices=_choices(ObjectionState), default=ObjectionState.OPEN.value)
    grade_before = models.CharField(max_length=_GRADE, blank=True)
    filed_by = models.CharField(max_length=_LOGIN)
    filed_at = models.DateTimeField()
    due_at = models.DateTimeField()
    decided_by = _login()
    decided_at = models.DateTimeField(null=True, blank=True)
    decision_reason = _words()
    # Facts that the decision withdrew; the grade then comes from what is left.
    withdrawn_fact_ids: Any = ArrayField(models.BigIntegerField(), default=list, blank=True)
    grade_after = models.CharField(max_length=_GRADE, blank=True, default="", db_default="")

    class Meta:
        """Newest first; one that is open a customer; who filed never decides."""

        indexes: ClassVar = [
            models.Index(fields=["filed_at", "id"], name="credit_objection_newest"),
            models.Index(fields=["customer", "id"], name="credit_objection_customer"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["customer"],
                condition=models.Q(state=ObjectionState.OPEN.value),
                name="one_open_credit_objection",
            ),
            models.CheckConstraint(
                condition=models.Q(decided_by="") | ~models.Q(decided_by=models.F("filed_by")),
                name="credit_objection_decided_by_another",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """Return the number that people know it by."""
        return f"YY-{self.pk:06d}"


@pghistory.track()
class MeasureTable(ScopedModel):
    """What each grade asks for from a day on: proposed by one person, approved by another (分级措施表)."""

    unit_lookup = None

    valid_from = models.DateField()
    # By grade: days that reminders go earlier, and codes of measures.
    content = models.JSONField()
    note = _words()
    state = models.CharField(
        max_length=10, choices=_choices(MeasureTableState), default=MeasureTableState.PROPOSED.value
    )
    proposed_by = models.CharField(max_length=_LOGIN)
    proposed_at = models.DateTimeField()
    decided_by = _login()
    decided_at = models.DateTimeField(null=True, blank=True)
    decision_reason = _words()

    class Meta:
        """One proposal at a time; who proposed never approves."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["state"],
                condition=models.Q(state=MeasureTableState.PROPOSED.value),
                name="one_proposed_measure_table",
            ),
            models.CheckConstraint(
                condition=models.Q(decided_by="") | ~models.Q(decided_by=models.F("proposed_by")),
                name="measure_table_approved_by_another",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """Return the number that people know it by."""
        return f"CS-{self.pk:04d}"
