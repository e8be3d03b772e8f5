"""Reads of the outbox."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, QuerySet

from dianke.kernel.errors import DomainError
from dianke.platform.org.scoping import Scope
from dianke.platform.outbox.models import Message, MessageAttempt, MessageEvent
from dianke.platform.outbox.types import MessageChannel, MessageState

# Carriers report within days; what has not been reported by then stays sent.
_REPORTS_WITHIN = timedelta(days=3)


class MessageUnknown(DomainError):
    """There is no such message within the actor's units."""

    code = "outbox.message_unknown"
    message = "there is no message {key}"


def filter_messages(*, actor: Scope) -> QuerySet[Any]:
    """Return the messages of the actor's units; no order."""
    rows: QuerySet[Any] = Message.objects.for_actor(actor).select_related("unit")
    return rows


def get_message(*, actor: Scope, key: int, lock: bool = False) -> Message:
    """
    Return a message, locked if asked.

    :raises MessageUnknown: if there is none within the actor's units
    """
    rows = filter_messages(actor=actor)
    found: Message | None = (rows.select_for_update(of=("self",)) if lock else rows).filter(pk=key).first()
    if found is None:
        raise MessageUnknown(field="message", key=key)
    return found


def list_attempts(*, actor: Scope, message: Message) -> list[MessageAttempt]:
    """Return the attempts of a message, the first one first."""
    return list(MessageAttempt.objects.for_actor(actor).filter(message=message).order_by("number"))


def list_events(*, actor: Scope, message: Message) -> list[MessageEvent]:
    """Return what else happened to a message, in order."""
    return list(MessageEvent.objects.for_actor(actor).filter(message=message).order_by("id"))


def list_unreported(*, actor: Scope, channel: MessageChannel, at: datetime, limit: int) -> list[Message]:
    """Return messages that a carrier took and has not reported of, the oldest first."""
    rows = Message.objects.for_actor(actor).filter(
        channel=channel.value, state=MessageState.SENT.value, sent_at__gt=at - _REPORTS_WITHIN
    )
    return list(rows.exclude(carrier_key="").order_by("sent_at", "id")[:limit])


def count_waiting(*, actor: Scope) -> dict[str, int]:
    """Return how many messages of each channel wait to be sent."""
    rows = Message.objects.for_actor(actor).filter(state=MessageState.QUEUED.value)
    return dict(rows.values_list("channel").annotate(n=Count("id")).order_by("channel"))


def has_due(*, actor: Scope, channel: MessageChannel, at: datetime) -> bool:
    """Tell whether anything of a channel is due, so that a round that finds nothing leaves no record."""
    rows = Message.objects.for_actor(actor).filter(state=MessageState.QUEUED.value, channel=channel.value)
    return bool(rows.filter(due_at__lte=at).exists())
