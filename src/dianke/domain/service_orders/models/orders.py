"""Tables of service orders."""

from enum import StrEnum
from typing import Any, ClassVar

import pghistory
from django.db import models
from django.db.models import Q

from dianke.domain.customers.models import Customer, CustomerAccount
from dianke.domain.network.models import Transformer
from dianke.domain.service_orders.types import ClockState, OrderKind, PauseReason, SpellKind
from dianke.platform.database.grants import declare_append_only
from dianke.platform.documents.models import Document
from dianke.platform.org.models import Unit
from dianke.platform.org.scoping import ScopedModel
from dianke.platform.processes.types import RunStatus

# What happened to an order is never rewritten.
declare_append_only("service_orders_ordernote")
declare_append_only("service_orders_orderclock")
declare_append_only("service_orders_ordereffect")


class OrderResult(StrEnum):
    """How an order ended."""

    ARCHIVED = "ARCHIVED"
    REFUSED = "REFUSED"
    CANCELLED = "CANCELLED"


class PaperState(StrEnum):
    """How a paper of an order stands."""

    MISSING = "MISSING"
    GIVEN = "GIVEN"
    ACCEPTED = "ACCEPTED"
    REFUSED = "REFUSED"


class OrderAct(StrEnum):
    """What the course of an order tells of."""

    ACCEPTED = "ACCEPTED"
    TAKEN = "TAKEN"
    COMPLETED = "COMPLETED"
    SENT_BACK = "SENT_BACK"
    PAUSED = "PAUSED"
    RESUMED = "RESUMED"
    HUNG = "HUNG"
    UNHUNG = "UNHUNG"
    CANCELLED = "CANCELLED"
    URGED = "URGED"
    NOTED = "NOTED"
    SPELL_OVER = "SPELL_OVER"
    PAPER_GIVEN = "PAPER_GIVEN"
    PAPER_JUDGED = "PAPER_JUDGED"
    HANDED_OVER = "HANDED_OVER"
    ESCALATED = "ESCALATED"
    NOTIFIED = "NOTIFIED"
    PLANNED = "PLANNED"
    EXTENDED = "EXTENDED"
    CHOSEN = "CHOSEN"


class EffectKind(StrEnum):
    """What an order brought about in another module, or asked for there."""

    READING = "READING"
    FINAL_BILL = "FINAL_BILL"
    FINAL_ISSUED = "FINAL_ISSUED"
    FINAL_WITHDRAWN = "FINAL_WITHDRAWN"
    METER_REMOVED = "METER_REMOVED"
    TRANSFORMER_REMOVED = "TRANSFORMER_REMOVED"
    CLAIM = "CLAIM"
    CLAIM_PAID = "CLAIM_PAID"
    CONTRACT_SIGNED = "CONTRACT_SIGNED"
    CONTRACT_ENDED = "CONTRACT_ENDED"
    ACCOUNT_TAKEN_OVER = "ACCOUNT_TAKEN_OVER"
    ACCOUNT_CLOSED = "ACCOUNT_CLOSED"
    DEBT_FILED = "DEBT_FILED"
    KEY_CHANGE = "KEY_CHANGE"
    NAME_CHANGED = "NAME_CHANGED"
    TERMS = "TERMS"
    CUSTOMER_ADDED = "CUSTOMER_ADDED"
    ACCOUNT_PLANNED = "ACCOUNT_PLANNED"
    ACCOUNT_OPENED = "ACCOUNT_OPENED"
    POINT_ADDED = "POINT_ADDED"
    POINT_REMOVED = "POINT_REMOVED"
    SOURCE_ADDED = "SOURCE_ADDED"
    METER_INSTALLED = "METER_INSTALLED"
    METER_MOVED = "METER_MOVED"
    METER_OFF = "METER_OFF"
    METER_BACK = "METER_BACK"
    MULTIPLIER = "MULTIPLIER"
    TRANSFORMER_ADDED = "TRANSFORMER_ADDED"
    TRANSFORMER_CHANGED = "TRANSFORMER_CHANGED"
    CAPACITY = "CAPACITY"
    CLASS_CHANGED = "CLASS_CHANGED"
    PRICE_CHANGED = "PRICE_CHANGED"
    VOLTAGE_CHANGED = "VOLTAGE_CHANGED"
    GENERATION_ADDED = "GENERATION_ADDED"
    FEE = "FEE"
    FEE_PAID = "FEE_PAID"
    ENERGISED = "ENERGISED"
    ORDER_OPENED = "ORDER_OPENED"


OPEN_STATES = (RunStatus.RUNNING.value, RunStatus.HUNG.value)
IS_OPEN = Q(state__in=OPEN_STATES)


def _choices(enum: type) -> list[tuple[str, str]]:
    return [(member.value, member.value) for member in enum]  # type: ignore[attr-defined]


class OrderSeries(ScopedModel):
    """The last number that was given to an order of a day; taken in the transaction that accepts it."""

    unit_lookup = None

    day = models.DateField(unique=True)
    last_number = models.IntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.day} {self.last_number}"


@pghistory.track(exclude=["process_state"])
class ServiceOrder(ScopedModel):
    """
    What a customer asked for, from acceptance to archive.

    The rule set is that of the day of acceptance, or of the spell that ends; the process stays the version it began
    with. `revision` grows with every act, so that two people who saw the same page meet.
    """

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    number = models.CharField(max_length=20, unique=True)
    kind = models.CharField(max_length=24, choices=_choices(OrderKind))
    account = models.ForeignKey(CustomerAccount, models.PROTECT, related_name="service_orders")
    rule_set = models.CharField(max_length=12)
    promise_set = models.CharField(max_length=12)
    process_id = models.CharField(max_length=60)
    process_state = models.TextField()
    state = models.CharField(max_length=10, choices=_choices(RunStatus), default=RunStatus.RUNNING.value)
    result = models.CharField(max_length=10, choices=_choices(OrderResult), blank=True)
    revision = models.PositiveIntegerField(default=1)
    # The order that this one is a part of, of a batch.
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="parts")
    # The day asked for, and the first day after the time asked for.
    effective_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    stops_supply = models.BooleanField(default=False)
    # Who takes the account over, of a transfer.
    taker = models.ForeignKey(Customer, models.PROTECT, null=True, blank=True, related_name="+")
    # What only some kinds ask for, by name: whether the taker carries the debts, a contract demand in kW.
    asked: Any = models.JSONField(default=dict, blank=True)
    transformers: Any = models.ManyToManyField(Transformer, through="OrderTransformer", related_name="+")
    accepted_by = models.CharField(max_length=40)
    accepted_at = models.DateTimeField()
    # The first of its clocks to fall due; None while they stand or once the order ended.
    due_at = models.DateTimeField(null=True, blank=True)
    amber_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """One open order an account; lists by unit, by account and by what falls due."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account"], condition=IS_OPEN, name="order_once_open_an_account"),
            models.CheckConstraint(
                condition=Q(state__in=OPEN_STATES, result="", ended_at=None)
                | (~Q(state__in=OPEN_STATES) & ~Q(result="") & Q(ended_at__isnull=False, due_at=None)),
                name="order_ends_with_a_result",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["-accepted_at", "id"], name="order_newest"),
            models.Index(fields=["unit", "id"], name="order_unit_open", condition=IS_OPEN),
            models.Index(fields=["account", "-accepted_at"], name="order_account"),
            models.Index(fields=["due_at", "id"], name="order_due", condition=Q(due_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.number


class OrderTransformer(ScopedModel):
    """A transformer that an order is about."""

    unit_lookup = "order__unit"

    order = models.ForeignKey(ServiceOrder, models.PROTECT, related_name="order_transformers")
    transformer = models.ForeignKey(Transformer, models.PROTECT, related_name="+")

    class Meta:
        """Each once an order."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["order", "transformer"], name="order_names_a_transformer_once")
        ]

    def __str__(self) -> str:
        return f"{self.order_id} {self.transformer_id}"


class OrderStep(ScopedModel):
    """One arrival of an order at a step: who did it, when, and how it ended; UNDONE if the work went back past it."""

    unit_lookup = "order__unit"

    order = models.ForeignKey(ServiceOrder, models.PROTECT, related_name="steps")
    serial = models.PositiveIntegerField()
    # The step behind the calls that lead to it: check/check_site.
    path = models.CharField(max_length=120)
    process_id = models.CharField(max_length=60)
    step = models.CharField(max_length=40)
    post = models.CharField(max_length=30)
    assignee = models.CharField(max_length=40, blank=True)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.CharField(max_length=40, blank=True)
    outcome = models.CharField(max_length=20, blank=True)
    # Of the step's own promise while it waits and its clock runs.
    due_at = models.DateTimeField(null=True, blank=True)
    amber_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """Each arrival once; what waits, by step."""

        constraints: ClassVar = [models.UniqueConstraint(fields=["order", "serial"], name="order_step_once")]
        indexes: ClassVar = [
            models.Index(fields=["step", "started_at"], name="order_step_waiting", condition=Q(ended_at=None))
        ]

    def __str__(self) -> str:
        return f"{self.order_id} {self.path}"


class OrderPause(ScopedModel):
    """A time in which the utility's clock stands, with the reason and what proves it."""

    unit_lookup = "order__unit"

    order = models.ForeignKey(ServiceOrder, models.PROTECT, related_name="pauses")
    reason = models.CharField(max_length=20, choices=_choices(PauseReason))
    evidence = models.CharField(max_length=200)
    document = models.ForeignKey(Document, models.PROTECT, null=True, blank=True, related_name="+")
    started_at = models.DateTimeField()
    started_by = models.CharField(max_length=40)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.CharField(max_length=40, blank=True)

    class Meta:
        """One at a time, and none that ends before it begins."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["order"], condition=Q(ended_at=None), name="order_paused_once"),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=models.F("started_at")), name="order_pause_forward"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order_id} {self.reason}"


class OrderClock(ScopedModel):
    """How a clock of an order ended, measured when it did: the whole (no step), the answer with a plan, a step."""

    unit_lookup = "unit"

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    order = models.ForeignKey(ServiceOrder, models.PROTECT, related_name="clocks")
    promise = models.CharField(max_length=40)
    step = models.CharField(max_length=40, blank=True)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True, blank=True)
    state = models.CharField(max_length=8, choices=_choices(ClockState))

    class Meta:
        """Each clock once; kept and broken promises by the time they ended."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["order", "step", "started_at"], name="order_clock_once"),
            models.CheckConstraint(condition=Q(ended_at__gte=models.F("started_at")), name="order_clock_forward"),
        ]
        indexes: ClassVar = [models.Index(fields=["ended_at", "id"], name="order_clock_ended")]

    def __str__(self) -> str:
        return f"{self.order_id} {self.promise} {self.state}"


@pghistory.track()
class OrderPaper(ScopedModel):
    """A paper that an order needs, at acceptance or before a step: who gave it, where, and how it was judged."""

    unit_lookup = "order__unit"

    order = models.ForeignKey(ServiceOrder, models.PROTECT, related_name="papers")
    code = models.CharField(max_length=40)
    # Nothing for what acceptance asks for, else the step before which it must be there.
    by_step = models.CharField(max_length=40, blank=True)
    state = models.CharField(max_length=10, choices=_choices(PaperState), default=PaperState.MISSING.value)
    document = models.ForeignKey(Document, models.PROTECT, null=True, blank=True, related_name="+")
    given_by = models.CharField(max_length=40, blank=True)
    given_at = models.DateTimeField(null=True, blank=True)
    # Where the phone said it was, in degrees, if it was allowed to.
    latitude = models.DecimalField(max_digits=8, decimal_places=5, null=True, blank=True)
    longitude = models.DecimalField(max_digits=8, decimal_places=5, null=True, blank=True)
    judged_by = models.CharField(max_length=40, blank=True)
    judged_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        """Each once an order; refused with a reason only."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["order", "code"], name="order_paper_once"),
            models.CheckConstraint(
                condition=~Q(state=PaperState.REFUSED.value) | ~Q(reason=""), name="order_paper_refused_for_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order_id} {self.code}"


class OrderNote(ScopedModel):
    """Something that happened to an order, as it is told; only added."""

    unit_lookup = "order__unit"

    order = models.ForeignKey(ServiceOrder, models.PROTECT, related_name="notes")
    at = models.DateTimeField()
    by = models.CharField(max_length=40)
    act = models.CharField(max_length=12, choices=_choices(OrderAct))
    # The step or the reason of a pause, then what was said.
    subject = models.CharField(max_length=60, blank=True)
    text = models.CharField(max_length=400, blank=True)

    class Meta:
        """By order, in time."""

        indexes: ClassVar = [models.Index(fields=["order", "id"], name="order_note_course")]

    def __str__(self) -> str:
        return f"{self.order_id} {self.act}"


class OrderEffect(ScopedModel):
    """
    Something that an order brought about elsewhere, by the key and the number it has there; only added.

    `on` is the day from which it holds, `amount_fen` the money that it is about, where there is any.
    """

    unit_lookup = "order__unit"

    order = models.ForeignKey(ServiceOrder, models.PROTECT, related_name="effects")
    kind = models.CharField(max_length=20, choices=_choices(EffectKind))
    step = models.CharField(max_length=40)
    key = models.BigIntegerField(null=True, blank=True)
    number = models.CharField(max_length=60, blank=True)
    on = models.DateField(null=True, blank=True)
    amount_fen = models.BigIntegerField(null=True, blank=True)
    at = models.DateTimeField()
    by = models.CharField(max_length=40)

    class Meta:
        """By order, in time."""

        indexes: ClassVar = [models.Index(fields=["order", "id"], name="order_effect_course")]

    def __str__(self) -> str:
        return f"{self.order_id} {self.kind} {self.number}"


@pghistory.track()
class AgreedSpell(ScopedModel):
    """
    A time in which transformers of an account are sealed by an order; it stays under the rule set it began with.

    `planned_end` is the first day after the time asked for, `unsealed_on` the day they came back into use.
    """

    unit_lookup = "account__unit"

    order = models.OneToOneField(ServiceOrder, models.PROTECT, related_name="spell")
    account = models.ForeignKey(CustomerAccount, models.PROTECT, related_name="agreed_spells")
    kind = models.CharField(max_length=12, choices=_choices(SpellKind))
    rule_set = models.CharField(max_length=12)
    sealed_on = models.DateField()
    planned_end = models.DateField(null=True, blank=True)
    unsealed_on = models.DateField(null=True, blank=True)
    ended_by_order = models.OneToOneField(
        ServiceOrder, models.PROTECT, null=True, blank=True, related_name="ended_spell"
    )
    # Charged in full again since, although nobody asked: the term is over or the year's days are used up.
    charged_since = models.DateField(null=True, blank=True)

    class Meta:
        """Ends after it began; what runs, by its end."""

        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(unsealed_on=None) | Q(unsealed_on__gte=models.F("sealed_on")), name="spell_ends_after_start"
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["planned_end"], name="agreed_spell_running", condition=Q(unsealed_on=None)),
            models.Index(fields=["account", "sealed_on"], name="agreed_spell_account"),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.kind} {self.sealed_on}"
