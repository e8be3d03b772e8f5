"""Tables of fee control: agreements, exemptions, estimates, states, notices, orders, commands."""

from typing import Any, ClassVar

import pghistory
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models

from dianke.domain.customers.models import CustomerAccount
from dianke.domain.fee_control.types import (
    OPEN_ORDERS,
    AgreementKind,
    Cause,
    ControlState,
    ExemptionKind,
    NoticeKind,
    OrderKind,
    OrderState,
    Outcome,
    ProposalState,
    Thresholds,
    Way,
)
from dianke.domain.metering.models import UsagePoint
from dianke.platform.database.grants import declare_append_only
from dianke.platform.documents.models import Document
from dianke.platform.org.models import Unit
from dianke.platform.org.scoping import ScopedModel
from dianke.platform.outbox.models import Message

declare_append_only(
    "fee_control_pointestimate",
    "fee_control_dailyestimate",
    "fee_control_controlnotice",
    "fee_control_orderevent",
    "fee_control_metercommand",
    "fee_control_meteranswer",
)


def _choices(enum: type) -> list[tuple[str, str]]:
    return [(member.value, member.value) for member in enum]  # type: ignore[attr-defined]


class ProposalColumns(ScopedModel):
    """What one person proposes and another decides."""

    state = models.CharField(max_length=10, choices=_choices(ProposalState), default=ProposalState.PROPOSED.value)
    proposed_by = models.CharField(max_length=40)
    proposed_at = models.DateTimeField()
    decided_by = models.CharField(max_length=40, blank=True, default="")
    decided_at = models.DateTimeField(null=True, blank=True)
    decision_reason = models.CharField(max_length=400, blank=True, default="")

    class Meta:
        """No table of its own."""

        abstract = True


@pghistory.track()
class ControlAgreement(ProposalColumns):
    """That an account is supplied on a running balance, and its thresholds (费控协议)."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    account = models.ForeignKey(CustomerAccount, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20, choices=_choices(AgreementKind))
    notice_fen = models.BigIntegerField()
    warning_fen = models.BigIntegerField()
    stop_fen = models.BigIntegerField()
    signed_on = models.DateField()
    period: Any = DateRangeField()
    note = models.CharField(max_length=400, blank=True, default="")

    class Meta:
        """One at a time in force; thresholds in order; never decided by who proposed."""

        indexes: ClassVar = [models.Index(fields=["unit", "id"], name="control_agreement_unit")]
        constraints: ClassVar = [
            ExclusionConstraint(
                name="control_agreement_one_at_a_time",
                expressions=[("account", RangeOperators.EQUAL), ("period", RangeOperators.OVERLAPS)],
                condition=models.Q(state=ProposalState.APPROVED.value),
            ),
            models.CheckConstraint(
                condition=models.Q(notice_fen__gte=models.F("warning_fen"))
                & models.Q(warning_fen__gte=models.F("stop_fen")),
                name="control_agreement_thresholds_in_order",
            ),
            models.CheckConstraint(
                condition=models.Q(decided_by="")
                | ~models.Q(decided_by=models.F("proposed_by"))
                | models.Q(state=ProposalState.WITHDRAWN.value),
                name="control_agreement_by_a_second_person",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """Return the number that people know it by."""
        return f"FK-{self.pk:07d}"

    @property
    def thresholds(self) -> Thresholds:
        """Return the balances at which something happens."""
        return Thresholds(self.notice_fen, self.warning_fen, self.stop_fen)


@pghistory.track()
class ControlExemption(ProposalColumns):
    """That an account is not cut off for a time, by a proof (免停)."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    account = models.ForeignKey(CustomerAccount, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=16, choices=_choices(ExemptionKind))
    reason = models.CharField(max_length=400)
    evidence = models.ForeignKey(Document, models.PROTECT, related_name="+")
    period: Any = DateRangeField()

    class Meta:
        """Found by account; never decided by who proposed."""

        indexes: ClassVar = [models.Index(fields=["account", "id"], name="control_exemption_account")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(decided_by="")
                | ~models.Q(decided_by=models.F("proposed_by"))
                | models.Q(state=ProposalState.WITHDRAWN.value),
                name="control_exemption_by_a_second_person",
            )
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """Return the number that people know it by."""
        return f"MT-{self.pk:07d}"


class PointEstimate(ScopedModel):
    """
    What a point used since its last bill, priced as its bill will be, and the readings that this is taken from.

    Written by COPY for a fleet; a day's rows are written once.
    """

    unit_lookup = "usage_point__unit"

    estimated_on = models.DateField()
    account = models.ForeignKey(CustomerAccount, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    usage_point = models.ForeignKey(UsagePoint, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    start_date = models.DateField()
    end_date = models.DateField()
    is_part = models.BooleanField()
    energy_kwh_e2 = models.BigIntegerField()
    basic_fen = models.BigIntegerField()
    energy_fen = models.BigIntegerField()
    shares_fen = models.BigIntegerField()
    power_factor_fen = models.BigIntegerField()
    funds_fen = models.BigIntegerField()
    amount_fen = models.BigIntegerField()
    # Why it has no price, where it has none: the code of the fault and the field it is about.
    fault = models.CharField(max_length=120, blank=True, default="")

    class Meta:
        """Each stretch of a point once a day."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["account", "estimated_on", "usage_point", "start_date"], name="point_estimate_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.usage_point_id} {self.estimated_on}"


class DailyEstimate(ScopedModel):
    """What an account under control holds, owes and has used by a day (每日测算): the running balance."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    account = models.ForeignKey(CustomerAccount, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    agreement = models.ForeignKey(
        ControlAgreement, models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    estimated_on = models.DateField()
    # The oldest of its points' last readings that were taken into account; none: nothing was ever read.
    last_reading_date = models.DateField(null=True, blank=True)
    billed_until = models.DateField(null=True, blank=True)
    energy_kwh_e2 = models.BigIntegerField()
    running_fen = models.BigIntegerField()
    prepaid_fen = models.BigIntegerField()
    debt_fen = models.BigIntegerField()
    late_fee_fen = models.BigIntegerField()
    balance_fen = models.BigIntegerField()
    daily_fen = models.BigIntegerField(default=0)
    fault_count = models.PositiveSmallIntegerField(default=0)
    estimated_at = models.DateTimeField()

    class Meta:
        """Once a day."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "estimated_on"], name="daily_estimate_once"),
            models.CheckConstraint(
                condition=models.Q(
                    balance_fen=models.F("prepaid_fen")
                    - models.F("debt_fen")
                    - models.F("late_fee_fen")
                    - models.F("running_fen")
                ),
                name="daily_estimate_balances",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.estimated_on}"

    @property
    def days_old(self) -> int | None:
        """Return how old the reading is that it is taken from."""
        return (self.estimated_on - self.last_reading_date).days if self.last_reading_date else None


class ControlledAccount(ScopedModel):
    """How far an account is, and its last estimate (费控户): derived, its way stands in the notices and orders."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    account = models.OneToOneField(CustomerAccount, models.PROTECT, related_name="+")
    # None: it is under orders for a debt only.
    agreement = models.ForeignKey(ControlAgreement, models.PROTECT, null=True, blank=True, related_name="+")
    state = models.CharField(max_length=14, choices=_choices(ControlState), default=ControlState.NORMAL.value)
    since_at = models.DateTimeField()
    warned_at = models.DateTimeField(null=True, blank=True)
    estimated_on = models.DateField(null=True, blank=True)
    last_reading_date = models.DateField(null=True, blank=True)
    balance_fen = models.BigIntegerField(null=True, blank=True)
    days_left = models.IntegerField(null=True, blank=True)

    class Meta:
        """Lists go by state, balance and unit."""

        indexes: ClassVar = [
            models.Index(fields=["state", "id"], name="controlled_account_state"),
            models.Index(fields=["balance_fen", "id"], name="controlled_account_balance"),
            models.Index(fields=["unit", "id"], name="controlled_account_unit"),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.state}"


@pghistory.track()
class SupplyOrder(ScopedModel):
    """An order to cut a point off or to restore its supply (停复电工单): who, why, by when, and what came of it."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    account = models.ForeignKey(CustomerAccount, models.PROTECT, related_name="+")
    usage_point = models.ForeignKey(UsagePoint, models.PROTECT, related_name="+")
    meter_number = models.CharField(max_length=24)
    kind = models.CharField(max_length=14, choices=_choices(OrderKind))
    cause = models.CharField(max_length=8, choices=_choices(Cause))
    # The disconnection that a reconnection undoes.
    undoes = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="+")
    state = models.CharField(max_length=10, choices=_choices(OrderState))
    # What is behind it: the running balance, or the debt that is overdue.
    balance_fen = models.BigIntegerField()
    overdue_fen = models.BigIntegerField(default=0)
    days_overdue = models.PositiveIntegerField(default=0)
    told_at = models.DateTimeField(null=True, blank=True)
    is_important = models.BooleanField(default=False)
    policy_code = models.CharField(max_length=30)
    planned_at = models.DateTimeField(null=True, blank=True)
    proposed_by = models.CharField(max_length=40)
    proposed_at = models.DateTimeField()
    approved_by = models.CharField(max_length=40, blank=True, default="")
    approved_at = models.DateTimeField(null=True, blank=True)
    is_specially_approved = models.BooleanField(default=False)
    # Who hands it to the meter or goes there; never who approved.
    operated_by = models.CharField(max_length=40, blank=True, default="")
    way = models.CharField(max_length=8, choices=_choices(Way), blank=True, default="")
    executed_at = models.DateTimeField(null=True, blank=True)
    attempt_count = models.PositiveSmallIntegerField(default=0)
    failed_reason = models.CharField(max_length=200, blank=True, default="")
    next_try_at = models.DateTimeField(null=True, blank=True)
    # Of a reconnection: the clock of its promise, from the moment that the money was received.
    clock_from = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    # What a person found at the meter.
    reading = models.DecimalField(max_digits=16, decimal_places=4, null=True, blank=True)
    evidence = models.ForeignKey(Document, models.PROTECT, null=True, blank=True, related_name="+")
    ended_reason = models.CharField(max_length=400, blank=True, default="")

    class Meta:
        """One open order a point; who approves neither proposes nor operates."""

        indexes: ClassVar = [
            models.Index(fields=["account", "id"], name="supply_order_account"),
            models.Index(fields=["proposed_at", "id"], name="supply_order_proposed"),
            models.Index(
                fields=["state", "planned_at"],
                name="supply_order_open",
                condition=models.Q(state__in=sorted(one.value for one in OPEN_ORDERS)),
            ),
            models.Index(fields=["executed_at", "id"], name="supply_order_executed"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["usage_point"],
                condition=models.Q(state__in=sorted(one.value for one in OPEN_ORDERS)),
                name="supply_order_one_open_a_point",
            ),
            models.CheckConstraint(
                condition=models.Q(kind=OrderKind.RECONNECTION.value)
                | models.Q(approved_by="")
                | (~models.Q(approved_by=models.F("proposed_by")) & ~models.Q(approved_by=models.F("operated_by"))),
                name="supply_order_by_several_persons",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """Return the number that people know it by."""
        prefix = "TD" if self.kind == OrderKind.DISCONNECTION.value else "FD"
        return f"{prefix}-{self.pk:07d}"


class ControlNotice(ScopedModel):
    """That a customer was told: what, by which message or paper, at what balance (费控通知). Only grows."""

    unit_lookup = "account__unit"

    account = models.ForeignKey(CustomerAccount, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=14, choices=_choices(NoticeKind))
    told_at = models.DateTimeField()
    balance_fen = models.BigIntegerField()
    message = models.ForeignKey(Message, models.PROTECT, null=True, blank=True, related_name="+")
    order = models.ForeignKey(SupplyOrder, models.PROTECT, null=True, blank=True, related_name="+")
    text = models.CharField(max_length=500)

    class Meta:
        """Of an account, in order."""

        indexes: ClassVar = [models.Index(fields=["account", "id"], name="control_notice_account")]

    def __str__(self) -> str:
        return f"{self.account_id} {self.kind}"


class OrderEvent(ScopedModel):
    """What happened to an order, by whom and when. Only grows."""

    unit_lookup = "order__unit"

    order = models.ForeignKey(SupplyOrder, models.PROTECT, related_name="+")
    what = models.CharField(max_length=16)
    detail = models.CharField(max_length=400, blank=True, default="")
    by = models.CharField(max_length=40)
    at = models.DateTimeField()

    class Meta:
        """In order."""

        indexes: ClassVar = [models.Index(fields=["order", "id"], name="order_event_order")]

    def __str__(self) -> str:
        return f"{self.order_id} {self.what}"


class MeterCommand(ScopedModel):
    """A command as it was handed to the head-end, before anything came back. Only grows."""

    unit_lookup = "order__unit"

    order = models.ForeignKey(SupplyOrder, models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField()
    address = models.CharField(max_length=12)
    sent_at = models.DateTimeField()
    valid_until = models.DateTimeField()

    class Meta:
        """Numbered within an order."""

        constraints: ClassVar = [models.UniqueConstraint(fields=["order", "number"], name="meter_command_number")]

    def __str__(self) -> str:
        return f"{self.order_id} {self.number}"


class MeterAnswer(ScopedModel):
    """What came back for a command, with the frames as they went and came. Only grows."""

    unit_lookup = "command__order__unit"

    command = models.OneToOneField(MeterCommand, models.PROTECT, related_name="answer")
    outcome = models.CharField(max_length=10, choices=_choices(Outcome))
    detail = models.CharField(max_length=200, blank=True, default="")
    # The password is blanked out.
    frame_hex = models.CharField(max_length=200, blank=True, default="")
    answer_hex = models.CharField(max_length=200, blank=True, default="")
    answered_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.command_id} {self.outcome}"
