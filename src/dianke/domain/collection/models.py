"""Tables of collection: carried open items, steps of dunning, promises, pauses, collectors, bad debt, risk."""

from typing import Any, ClassVar

import pghistory
from django.contrib.postgres.fields import ArrayField, DateRangeField
from django.db import models

from dianke.domain.collection.types import (
    PauseKind,
    PromiseState,
    RiskBasis,
    RiskMeasureKind,
    RiskMeasureState,
    RiskOutcome,
    RiskThing,
    RiskVerdict,
    StepKind,
    StepResult,
    StepState,
    WriteOffState,
)
from dianke.domain.customers.models import CustomerAccount
from dianke.domain.readings.models import ReadingRoute
from dianke.platform.database.grants import declare_append_only
from dianke.platform.documents.models import Document
from dianke.platform.identity.models import Staff
from dianke.platform.org.models import Unit
from dianke.platform.org.scoping import ScopedModel
from dianke.platform.outbox.models import Message

declare_append_only("collection_badwriteoffreturn", "collection_riskmodelversion")


def _choices(enum: type) -> list[tuple[str, str]]:
    return [(member.value, member.value) for member in enum]  # type: ignore[attr-defined]


class CarriedDay(ScopedModel):
    """
    A day whose open items are kept, with what the books came to: derived, made anew where the books changed since.

    Ageing as of a day starts from the last carried day before it and adds the postings since.
    """

    unit_lookup = None

    carried_on = models.DateField(unique=True)
    item_count = models.IntegerField()
    open_fen = models.BigIntegerField()
    # Debit less credit and count of all postings on receivables until the day, as the sums of days have them.
    posting_count = models.BigIntegerField()
    carried_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.carried_on}"


class CarriedItem(ScopedModel):
    """A bill that was not settled at the end of a carried day."""

    carried_day = models.ForeignKey(CarriedDay, models.CASCADE, related_name="+", db_constraint=False, db_index=False)
    item_id = models.BigIntegerField()
    customer_account_id = models.BigIntegerField()
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    usage_class = models.CharField(max_length=24)
    due_date = models.DateField(null=True)
    open_fen = models.BigIntegerField()

    class Meta:
        """Read by days, whole."""

        indexes: ClassVar = [models.Index(fields=["carried_day", "customer_account_id"], name="carried_item_day")]

    def __str__(self) -> str:
        return f"{self.item_id}"


@pghistory.track()
class Responsibility(ScopedModel):
    """Who sees to the arrears of an account or of a route, with which share, for a time (责任到人)."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    staff = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    account = models.ForeignKey(CustomerAccount, models.PROTECT, null=True, blank=True, related_name="+")
    route = models.ForeignKey(ReadingRoute, models.PROTECT, null=True, blank=True, related_name="+")
    # Of 10,000; the shares of all collectors of a thing come to 10,000 at most.
    share_e4 = models.PositiveSmallIntegerField(default=10_000)
    period: Any = DateRangeField()
    assigned_by = models.CharField(max_length=40)
    assigned_at = models.DateTimeField()
    reason = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        """Of an account or of a route, not of both."""

        indexes: ClassVar = [models.Index(fields=["staff", "id"], name="responsibility_staff")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(account=None, route__isnull=False) | models.Q(account__isnull=False, route=None),
                name="responsibility_of_one_thing",
            ),
            models.CheckConstraint(
                condition=models.Q(share_e4__gt=0, share_e4__lte=10_000), name="responsibility_share_is_a_share"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.staff_id} {self.account_id or self.route_id}"


@pghistory.track()
class DunningPause(ScopedModel):
    """An account that is not dunned for a time: an open dispute, an agreement that is kept (暂停催费)."""

    unit_lookup = "account__unit"

    account = models.ForeignKey(CustomerAccount, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=_choices(PauseKind))
    reason = models.CharField(max_length=300)
    since_date = models.DateField()
    # The last day that it holds; empty until somebody ends it.
    until_date = models.DateField(null=True, blank=True)
    set_by = models.CharField(max_length=40)
    set_at = models.DateTimeField()
    ended_by = models.CharField(max_length=40, blank=True, default="")

    class Meta:
        """Found by account."""

        indexes: ClassVar = [models.Index(fields=["account", "since_date"], name="dunning_pause_account")]

    def __str__(self) -> str:
        return f"{self.account_id} {self.kind}"


@pghistory.track()
class DunningStep(ScopedModel):
    """A step of the ladder that was proposed for an account, and what came of it (催费步骤)."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    account = models.ForeignKey(CustomerAccount, models.PROTECT, related_name="+")
    # The due date of the oldest debt: a new one begins the ladder from below.
    since_due_date = models.DateField()
    code = models.CharField(max_length=20)
    kind = models.CharField(max_length=10, choices=_choices(StepKind))
    ladder_from_date = models.DateField()
    proposed_on = models.DateField()
    due_at = models.DateTimeField()
    days_overdue = models.PositiveIntegerField()
    overdue_fen = models.BigIntegerField()
    item_count = models.PositiveIntegerField()
    text = models.TextField(blank=True, default="")
    state = models.CharField(max_length=10, choices=_choices(StepState))
    hold_reason = models.CharField(max_length=40, blank=True, default="")
    assigned_to = models.CharField(max_length=40, blank=True, default="")
    message = models.ForeignKey(Message, models.PROTECT, null=True, blank=True, related_name="+")
    released_by = models.CharField(max_length=40, blank=True, default="")
    done_on = models.DateField(null=True, blank=True)
    done_by = models.CharField(max_length=40, blank=True, default="")
    result = models.CharField(max_length=12, choices=_choices(StepResult), blank=True, default="")
    note = models.CharField(max_length=400, blank=True, default="")

    class Meta:
        """Never two a day; each step once for a debt."""

        indexes: ClassVar = [
            models.Index(fields=["proposed_on", "id"], name="dunning_step_day"),
            models.Index(
                fields=["assigned_to", "due_at"],
                name="dunning_step_work",
                condition=models.Q(state__in=[StepState.OPEN.value, StepState.HELD.value]),
            ),
            models.Index(fields=["account", "id"], name="dunning_step_account"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "proposed_on"], name="dunning_step_once_a_day"),
            models.UniqueConstraint(fields=["account", "since_due_date", "code"], name="dunning_step_once_a_debt"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """Return the number that people know it by."""
        return f"CF-{self.pk:07d}"


@pghistory.track()
class PaymentPromise(ScopedModel):
    """What a customer said they would pay until a day, and whether it came (缴费承诺)."""

    unit_lookup = "step__unit"

    step = models.OneToOneField(DunningStep, models.PROTECT, related_name="promise")
    account = models.ForeignKey(CustomerAccount, models.PROTECT, related_name="+")
    promised_on = models.DateField()
    until_date = models.DateField()
    amount_fen = models.BigIntegerField()
    paid_fen = models.BigIntegerField(default=0)
    state = models.CharField(max_length=8, choices=_choices(PromiseState), default=PromiseState.OPEN.value)

    class Meta:
        """Open ones by day."""

        indexes: ClassVar = [
            models.Index(fields=["until_date"], name="promise_open", condition=models.Q(state=PromiseState.OPEN.value))
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.until_date}"


@pghistory.track()
class BadWriteOff(ScopedModel):
    """Debt that is given up: proposed with evidence, approved by another person, booked (坏账核销)."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    account = models.ForeignKey(CustomerAccount, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20)
    reason = models.CharField(max_length=400)
    state = models.CharField(max_length=10, choices=_choices(WriteOffState), default=WriteOffState.PROPOSED.value)
    amount_fen = models.BigIntegerField()
    level = models.CharField(max_length=20)
    proposed_by = models.CharField(max_length=40)
    proposed_at = models.DateTimeField()
    decided_by = models.CharField(max_length=40, blank=True, default="")
    decided_at = models.DateTimeField(null=True, blank=True)
    decision_reason = models.CharField(max_length=400, blank=True, default="")
    voucher_id = models.BigIntegerField(null=True)

    class Meta:
        """Newest first; approved by another person than who proposed."""

        indexes: ClassVar = [
            models.Index(fields=["proposed_at", "id"], name="bad_write_off_newest"),
            models.Index(fields=["account", "id"], name="bad_write_off_account"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(amount_fen__gt=0), name="bad_write_off_is_of_something"),
            models.CheckConstraint(
                condition=~models.Q(state=WriteOffState.BOOKED.value) | ~models.Q(decided_by=models.F("proposed_by")),
                name="bad_write_off_approved_by_another",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """Return the number that people know it by."""
        return f"HX-{self.pk:06d}"


class BadWriteOffItem(ScopedModel):
    """A bill that a proposal gives up, with what was open of it."""

    unit_lookup = "write_off__unit"

    write_off = models.ForeignKey(BadWriteOff, models.PROTECT, related_name="items")
    item_id = models.BigIntegerField()
    open_fen = models.BigIntegerField()

    class Meta:
        """Each once."""

        constraints: ClassVar = [models.UniqueConstraint(fields=["write_off", "item_id"], name="write_off_item_once")]

    def __str__(self) -> str:
        return f"{self.write_off_id} {self.item_id}"


class BadWriteOffEvidence(ScopedModel):
    """A paper that shows why the debt cannot be had."""

    unit_lookup = "write_off__unit"

    write_off = models.ForeignKey(BadWriteOff, models.PROTECT, related_name="evidence")
    document = models.ForeignKey(Document, models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"{self.write_off_id} {self.document_id}"


class BadWriteOffReturn(ScopedModel):
    """Money that came after all: the debt stands again for that much (坏账收回). Only grows."""

    unit_lookup = "write_off__unit"

    write_off = models.ForeignKey(BadWriteOff, models.PROTECT, related_name="returns")
    amount_fen = models.BigIntegerField()
    voucher_id = models.BigIntegerField()
    returned_on = models.DateField()
    returned_by = models.CharField(max_length=40)
    returned_at = models.DateTimeField()

    class Meta:
        """Of something."""

        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(amount_fen__gt=0), name="write_off_return_is_of_something")
        ]

    def __str__(self) -> str:
        return f"{self.write_off_id} {self.amount_fen}"


class RiskModelVersion(ScopedModel):
    """A training of the models of risk: what it learned from, how it was judged, and the model as data. Only grows."""

    unit_lookup = None

    kind = models.CharField(max_length=16, blank=True, default="")
    verdict = models.CharField(max_length=16, choices=_choices(RiskVerdict))
    trained_by = models.CharField(max_length=40)
    trained_at = models.DateTimeField()
    as_of_date = models.DateField()
    rules_from_date = models.DateField()
    first_cutoff_date = models.DateField(null=True)
    last_cutoff_date = models.DateField(null=True)
    row_count = models.IntegerField(default=0)
    bad_count = models.IntegerField(default=0)
    # Figures of each kind of model and of the rule score on the same cut-offs, step by step; pictures; weights.
    metrics = models.JSONField(default=dict)
    # The model as engine.risk.model writes it, with its checksum; empty where nothing could be learned.
    content = models.JSONField(default=dict)

    class Meta:
        """The last one counts."""

        indexes: ClassVar = [models.Index(fields=["trained_at", "id"], name="risk_model_newest")]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """Return the number that people know it by."""
        return f"FM-{self.pk:04d}"


class RiskRun(ScopedModel):
    """A scoring of all accounts as of a day: what was in force, and what it came to."""

    unit_lookup = None

    as_of_date = models.DateField(unique=True)
    made_by = models.CharField(max_length=40)
    made_at = models.DateTimeField()
    rules_from_date = models.DateField()
    basis = models.CharField(max_length=8, choices=_choices(RiskBasis))
    verdict = models.CharField(max_length=16, choices=_choices(RiskVerdict))
    model = models.ForeignKey(RiskModelVersion, models.PROTECT, null=True, related_name="+")
    account_count = models.IntegerField()
    scored_count = models.IntegerField()
    watched_count = models.IntegerField()
    exposure_fen = models.BigIntegerField()
    expected_loss_fen = models.BigIntegerField()
    # How many accounts have each grade.
    grades = models.JSONField(default=dict)
    # How far the probabilities moved from those of the training (PSI), in 1e-4.
    stability_e4 = models.IntegerField(null=True)
    proposed_count = models.IntegerField(default=0)
    left_out_count = models.IntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.as_of_date}"


class RiskScore(ScopedModel):
    """
    What a run says of an account: points by group with the figures behind them, probability, expected loss, reasons.

    Derived, written by COPY; the rows of runs long past are dropped. It is not the credit grade.
    """

    run = models.ForeignKey(RiskRun, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    account = models.ForeignKey(CustomerAccount, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    score_e2 = models.SmallIntegerField()
    grade = models.CharField(max_length=1)
    points_e2: Any = ArrayField(models.SmallIntegerField())
    figures: Any = ArrayField(models.IntegerField())
    probability_e6 = models.IntegerField()
    month_fen = models.BigIntegerField()
    overdue_fen = models.BigIntegerField()
    exposure_fen = models.BigIntegerField()
    expected_loss_fen = models.BigIntegerField()
    # What raised it most, `name=figure`.
    reasons: Any = ArrayField(models.CharField(max_length=40))
    is_watched = models.BooleanField()

    class Meta:
        """The watch list by loss and by score; the course of an account."""

        indexes: ClassVar = [
            models.Index(
                fields=["run", "expected_loss_fen", "id"],
                name="risk_score_watched",
                condition=models.Q(is_watched=True),
            ),
            models.Index(fields=["account", "run"], name="risk_score_account"),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.grade}"


@pghistory.track()
class RiskMeasure(ScopedModel):
    """What is proposed against the risk of an account, who decided, what was done, and what came of it (风险措施)."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    account = models.ForeignKey(CustomerAccount, models.PROTECT, related_name="+")
    run = models.ForeignKey(RiskRun, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=16, choices=_choices(RiskMeasureKind))
    state = models.CharField(max_length=10, choices=_choices(RiskMeasureState), default=RiskMeasureState.PROPOSED.value)
    as_of_date = models.DateField()
    grade = models.CharField(max_length=1)
    probability_e6 = models.IntegerField()
    expected_loss_fen = models.BigIntegerField()
    reasons: Any = ArrayField(models.CharField(max_length=40))
    proposed_by = models.CharField(max_length=40)
    proposed_at = models.DateTimeField()
    decided_by = models.CharField(max_length=40, blank=True, default="")
    decided_at = models.DateTimeField(null=True, blank=True)
    decision_reason = models.CharField(max_length=300, blank=True, default="")
    done_by = models.CharField(max_length=40, blank=True, default="")
    done_on = models.DateField(null=True, blank=True)
    done_note = models.CharField(max_length=300, blank=True, default="")
    # What it led to: the agreement, guarantee, terms or step, by its key.
    thing_kind = models.CharField(max_length=16, choices=_choices(RiskThing), blank=True, default="")
    thing_key = models.BigIntegerField(null=True, blank=True)
    # What came of the account within the cycles after the proposal, whether or not anything was done.
    outcome = models.CharField(max_length=16, choices=_choices(RiskOutcome), blank=True, default="")
    judged_on = models.DateField(null=True, blank=True)

    class Meta:
        """One living measure of a kind an account; who proposed never accepts."""

        indexes: ClassVar = [
            models.Index(fields=["proposed_at", "id"], name="risk_measure_newest"),
            models.Index(fields=["account", "id"], name="risk_measure_account"),
            models.Index(fields=["as_of_date"], name="risk_measure_unjudged", condition=models.Q(outcome="")),
            models.Index(
                fields=["thing_kind", "thing_key"], name="risk_measure_of_thing", condition=~models.Q(thing_kind="")
            ),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["account", "kind"],
                condition=models.Q(state__in=[RiskMeasureState.PROPOSED.value, RiskMeasureState.ACCEPTED.value]),
                name="one_living_risk_measure",
            ),
            models.CheckConstraint(
                condition=models.Q(decided_by="") | ~models.Q(decided_by=models.F("proposed_by")),
                name="risk_measure_decided_by_another",
            ),
            models.CheckConstraint(
                condition=models.Q(thing_kind="", thing_key=None)
                | (~models.Q(thing_kind="") & models.Q(thing_key__isnull=False)),
                name="risk_measure_thing_whole",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """Return the number that people know it by."""
        return f"FX-{self.pk:07d}"
