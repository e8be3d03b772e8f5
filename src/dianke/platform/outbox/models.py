"""Tables of messages out: what was to be said to whom, and every attempt to say it."""

from typing import ClassVar

from django.db import models

from dianke.kernel import masks
from dianke.platform.crypto.fields import EncryptedTextField
from dianke.platform.database.grants import declare_append_only
from dianke.platform.org.models import Unit
from dianke.platform.org.scoping import ScopedModel
from dianke.platform.outbox.types import MessageChannel, MessageState, Outcome, QuietHours, WaitReason

declare_append_only("outbox_messageevent")


class Message(ScopedModel):
    """A message out (消息): written once; where it stands is known from its attempts and events."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    channel = models.CharField(max_length=8, choices=[(one.value, one.value) for one in MessageChannel])
    purpose = models.CharField(max_length=20)
    # What it was written for, once: nothing is queued twice.
    source = models.CharField(max_length=80, unique=True)
    template = models.CharField(max_length=40)
    template_from_date = models.DateField()
    # One of the three, by channel; letters and WeChat have the third.
    phone = EncryptedTextField(purpose="phone")
    email = EncryptedTextField(purpose="email")
    other_address = EncryptedTextField(purpose="postal_address")
    subject = models.CharField(max_length=120, blank=True, default="")
    text = EncryptedTextField(purpose="message_text")
    about_kind = models.CharField(max_length=40)
    about_key = models.CharField(max_length=40)
    state = models.CharField(
        max_length=10, choices=[(one.value, one.value) for one in MessageState], default=MessageState.QUEUED.value
    )
    hold_reason = models.CharField(max_length=120, blank=True, default="")
    due_at = models.DateTimeField()
    # What it waits for until then; nothing if it may go at once.
    wait_reason = models.CharField(
        max_length=12, choices=[(one.value, one.value) for one in WaitReason], blank=True, default="", db_default=""
    )
    # The hours in which the person wanted to hear nothing when it was asked for.
    quiet_from = models.TimeField(null=True, blank=True)
    quiet_until = models.TimeField(null=True, blank=True)
    # While somebody is at work on it; once past, whoever it was has died.
    claimed_until = models.DateTimeField(null=True, blank=True)
    attempt_count = models.PositiveSmallIntegerField(default=0)
    queued_by = models.CharField(max_length=40)
    queued_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    carrier_key = models.CharField(max_length=80, blank=True, default="")

    class Meta:
        """What is due; what waits for a report; what was said about a thing."""

        indexes: ClassVar = [
            models.Index(
                fields=["channel", "due_at"], name="message_due", condition=models.Q(state=MessageState.QUEUED.value)
            ),
            models.Index(fields=["sent_at"], name="message_sent", condition=models.Q(state=MessageState.SENT.value)),
            models.Index(fields=["about_kind", "about_key"], name="message_about"),
            models.Index(fields=["queued_at", "id"], name="message_queued"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """Return the number that people and carriers know it by."""
        return f"XX-{self.pk:08d}"

    @property
    def address(self) -> str:
        """Return whom it goes to."""
        return str(self.phone or self.email or self.other_address)

    @property
    def quiet(self) -> QuietHours | None:
        """Return the hours in which the person wants to hear nothing."""
        if self.quiet_from is None or self.quiet_until is None:
            return None
        return QuietHours(self.quiet_from, self.quiet_until)

    @property
    def masked_address(self) -> str:
        """Return whom it goes to, as it may be shown."""
        if self.phone:
            return masks.mask_phone(self.phone)
        return masks.mask_email(self.email) if self.email else masks.mask_address(self.other_address)


class MessageAttempt(ScopedModel):
    """One try to hand a message over, begun before the carrier is asked and finished with its answer."""

    unit_lookup = "message__unit"

    message = models.ForeignKey(Message, models.PROTECT, related_name="attempts")
    number = models.PositiveSmallIntegerField()
    started_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(
        max_length=10, choices=[(one.value, one.value) for one in Outcome], default=Outcome.OPEN.value
    )
    detail = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        """Counted by time, for the rate; numbered within a message."""

        indexes: ClassVar = [models.Index(fields=["started_at"], name="message_attempt_time")]
        constraints: ClassVar = [models.UniqueConstraint(fields=["message", "number"], name="message_attempt_number")]

    def __str__(self) -> str:
        return f"{self.message_id} {self.number}"


class MessageEvent(ScopedModel):
    """What else happened to a message: held, released, reported delivered. Only grows."""

    unit_lookup = "message__unit"

    message = models.ForeignKey(Message, models.PROTECT, related_name="events")
    what = models.CharField(max_length=12)
    detail = models.CharField(max_length=200, blank=True, default="")
    by = models.CharField(max_length=40)
    at = models.DateTimeField()

    class Meta:
        """In order."""

        indexes: ClassVar = [models.Index(fields=["message", "id"], name="message_event_order")]

    def __str__(self) -> str:
        return f"{self.message_id} {self.what}"
