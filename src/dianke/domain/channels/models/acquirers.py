"""Tables of who takes money for us: gateways and agents, their keys, orders, call-backs."""

from typing import Any, ClassVar

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.db import models

from dianke.domain.channels.rules.gateway.types import (
    AcquirerKind,
    CallBackFault,
    KeyState,
    NoticeKind,
    OrderState,
    Outcome,
)
from dianke.domain.customers.models import CustomerAccount
from dianke.domain.receivables.models import Payment
from dianke.domain.receivables.types import Channel
from dianke.platform.crypto.fields import EncryptedTextField
from dianke.platform.database.grants import declare_append_only
from dianke.platform.org.models import Unit
from dianke.platform.org.scoping import ScopedModel

EXTERNAL_NUMBER_LENGTH = 64
declare_append_only("channels_callback", "channels_callbackoutcome")


def _choices(enum: type) -> list[tuple[str, str]]:
    return [(member.value, member.value) for member in enum]  # type: ignore[attr-defined]


@pghistory.track(exclude=["own_private_key"])
class Acquirer(ScopedModel):
    """Who takes money of customers for us and settles it later (代收机构): a gateway of online payment, or an agent."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    # What its payments and files are known by here; it stands in the address of call-backs.
    code = models.CharField(max_length=12, unique=True)
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=9, choices=_choices(AcquirerKind))
    # What it calls us.
    merchant_number = models.CharField(max_length=40)
    # The page at which payers pay; empty for an agent.
    page_address = models.CharField(max_length=200, blank=True, default="")
    # How long an order may be paid.
    order_minutes = models.IntegerField(default=30)
    is_open = models.BooleanField(default=True)
    # With which we sign orders; only the public one is ever shown.
    own_private_key = EncryptedTextField(purpose="gateway_private_key")
    own_public_key = models.TextField(blank=True, default="")
    own_key_id = models.CharField(max_length=40, blank=True, default="")

    class Meta:
        """An order lives for some minutes at least, a day at most."""

        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(order_minutes__gte=1, order_minutes__lte=1440), name="acquirer_order_minutes"
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def channel(self) -> Channel:
        """Return the channel that its money comes by."""
        if self.is_terminal:
            return Channel.COUNTER
        return Channel.AGENT if self.kind == AcquirerKind.AGENT.value else Channel.ONLINE

    @property
    def is_terminal(self) -> bool:
        """Tell whether it is the card terminal of a counter: it has neither keys nor files."""
        return self.kind == AcquirerKind.TERMINAL.value


@pghistory.track()
class AcquirerKey(ScopedModel):
    """A public key by which a gateway signs (网关公钥); several may be in use while it changes them."""

    unit_lookup = "acquirer__unit"

    acquirer = models.ForeignKey(Acquirer, models.PROTECT, related_name="keys")
    key_id = models.CharField(max_length=40)
    public_key = models.TextField()
    fingerprint = models.CharField(max_length=64)
    state = models.CharField(max_length=8, choices=_choices(KeyState), default=KeyState.PROPOSED.value)
    proposed_by = models.CharField(max_length=40)
    proposed_at = models.DateTimeField()
    decided_by = models.CharField(max_length=40, blank=True, default="")
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """A name of a key once a gateway; who entered it never releases it."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["acquirer", "key_id"], name="acquirer_key_key"),
            models.CheckConstraint(
                condition=~models.Q(decided_by=models.F("proposed_by")), name="acquirer_key_decided_by_another"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.acquirer_id} {self.key_id}"


@pghistory.track()
class PaymentOrder(ScopedModel):
    """What a payer is asked to pay online for one account (支付单); paid once, until it expires."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    number = models.CharField(max_length=24, unique=True)
    acquirer = models.ForeignKey(Acquirer, models.PROTECT, related_name="orders")
    customer_account = models.ForeignKey(CustomerAccount, models.PROTECT, related_name="+")
    amount_fen = models.BigIntegerField()
    # The bills that it is meant for; the rest of it goes by policy.
    item_ids: Any = ArrayField(models.BigIntegerField(), default=list)
    state = models.CharField(max_length=8, choices=_choices(OrderState), default=OrderState.OPEN.value)
    expires_at = models.DateTimeField()
    made_by = models.CharField(max_length=40)
    made_at = models.DateTimeField()
    # As the gateway says.
    external_number = models.CharField(max_length=EXTERNAL_NUMBER_LENGTH, blank=True, default="")
    paid_at = models.DateTimeField(null=True, blank=True)
    payment = models.ForeignKey(
        Payment, models.PROTECT, null=True, blank=True, related_name="+", db_constraint=False, db_index=False
    )
    closed_by = models.CharField(max_length=40, blank=True, default="")
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """Listed by newest; those that wait are looked for."""

        indexes: ClassVar = [
            models.Index(
                fields=["expires_at"], name="payment_order_waits", condition=models.Q(state=OrderState.OPEN.value)
            ),
            models.Index(fields=["customer_account", "id"], name="payment_order_account"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(amount_fen__gt=0), name="payment_order_above_nothing"),
        ]

    def __str__(self) -> str:
        return self.number


class CallBack(ScopedModel):
    """A call of a gateway exactly as it came (支付回调), also one that is worth nothing; never changed."""

    unit_lookup = "acquirer__unit"

    acquirer = models.ForeignKey(Acquirer, models.PROTECT, related_name="+", db_index=False)
    received_at = models.DateTimeField()
    address = models.CharField(max_length=64, blank=True, default="")
    key_id = models.CharField(max_length=40, blank=True, default="")
    timestamp = models.CharField(max_length=20, blank=True, default="")
    nonce = models.CharField(max_length=80, blank=True, default="")
    signature = models.CharField(max_length=1400, blank=True, default="")
    body = models.BinaryField()
    body_sha256 = models.CharField(max_length=64)
    # Empty: it is signed, of now, and can be read.
    fault = models.CharField(max_length=16, choices=_choices(CallBackFault), blank=True, default="")
    kind = models.CharField(max_length=8, choices=_choices(NoticeKind), blank=True, default="")
    order_number = models.CharField(max_length=40, blank=True, default="")
    external_number = models.CharField(max_length=40, blank=True, default="")
    amount_fen = models.BigIntegerField(null=True, blank=True)
    happened_at = models.DateTimeField(null=True, blank=True)
    # The earlier one that told the same and was dealt with.
    repeats: Any = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="+", db_index=False)

    class Meta:
        """Found by the gateway's number, by order; each by newest."""

        indexes: ClassVar = [
            models.Index(fields=["acquirer", "external_number", "kind"], name="call_back_number"),
            models.Index(fields=["order_number"], name="call_back_order"),
            models.Index(fields=["received_at", "id"], name="call_back_received"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.external_number}"


class CallBackOutcome(ScopedModel):
    """What a call-back did to the books (回调处理结果), once; one without is taken up by the next job."""

    unit_lookup = "call_back__acquirer__unit"

    call_back = models.OneToOneField(CallBack, models.PROTECT, related_name="outcome")
    outcome = models.CharField(max_length=20, choices=_choices(Outcome))
    # A code of why, for suspense and refusals.
    reason = models.CharField(max_length=60, blank=True, default="")
    payment = models.ForeignKey(
        Payment, models.PROTECT, null=True, blank=True, related_name="+", db_constraint=False, db_index=False
    )
    dealt_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.call_back_id} {self.outcome}"
