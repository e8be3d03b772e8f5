"""Writes of the outbox: queue, claim for sending, record answers and reports, hold and release."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import F, Q

from dianke.kernel.errors import DomainError
from dianke.platform.org.scoping import Scope
from dianke.platform.outbox.models import Message, MessageAttempt, MessageEvent
from dianke.platform.outbox.policy import find_slot, get_policy
from dianke.platform.outbox.types import (
    Answer,
    Consent,
    MessageChannel,
    MessageState,
    NewMessage,
    Outcome,
    Outgoing,
    Report,
    Slot,
)

# Whoever has not answered by then is taken to have died; longer than any carrier is waited for.
CLAIM = timedelta(minutes=10)
_A_MINUTE = timedelta(minutes=1)
_NO_CONSENT, _NO_ADDRESS, _NO_HOUR = "consent_withdrawn", "no_address", "no_hour"


class MessageOutOfState(DomainError):
    """The message is no longer where the act would find it."""

    code = "outbox.message_out_of_state"
    message = "message {message_number} is in another state by now"


def queue_message(*, actor: Scope, new: NewMessage, login: str, at: datetime) -> Message:
    """
    Put a message into the outbox and return it; what it was written for twice is one message.

    Without an address, where the person withdrew their consent or their quiet hours leave no hour for it, it is held
    for a person to decide.
    """
    known: Message | None = Message.objects.for_actor(actor).filter(source=new.source).first()
    if known is not None:
        return known
    reason = _NO_CONSENT if new.consent is Consent.WITHDRAWN else "" if new.address.strip() else _NO_ADDRESS
    slot = find_slot(channel=new.channel, purpose=new.purpose, at=new.due_at, quiet=new.quiet)
    reason = reason or ("" if slot.is_open else _NO_HOUR)
    column = {MessageChannel.SMS: "phone", MessageChannel.EMAIL: "email"}.get(new.channel, "other_address")
    message = Message(
        unit_id=new.unit_id,
        channel=new.channel.value,
        purpose=new.purpose,
        source=new.source,
        template=new.template,
        template_from_date=new.template_from,
        subject=new.subject[:120],
        text=new.text,
        about_kind=new.about_kind,
        about_key=new.about_key,
        state=(MessageState.HELD if reason else MessageState.QUEUED).value,
        hold_reason=reason,
        due_at=slot.at,
        wait_reason=_name_wait(slot),
        quiet_from=new.quiet.begin if new.quiet else None,
        quiet_until=new.quiet.end if new.quiet else None,
        queued_by=login,
        queued_at=at,
        **{column: new.address.strip()},
    )
    try:
        with transaction.atomic():
            message.save()
    except IntegrityError:
        # Another process queued it between the look and the write.
        return Message.objects.for_actor(actor).get(source=new.source)  # type: ignore[no-any-return]
    return message


def claim_due(*, actor: Scope, channel: MessageChannel, at: datetime, limit: int) -> list[Outgoing]:
    """
    Take what is due for sending, within the rate of the channel, and note an attempt for each before it is tried.

    What somebody took and never answered for is taken again after a while: that attempt is noted as lost.
    """
    policy = get_policy(on=at.date()).channels[channel]
    tried = MessageAttempt.objects.for_actor(actor).filter(
        message__channel=channel.value, started_at__gt=at - _A_MINUTE
    )
    room = min(limit, policy.per_minute - tried.count())
    if room <= 0:
        return []
    due = Message.objects.for_actor(actor).filter(
        Q(claimed_until=None) | Q(claimed_until__lte=at),
        state=MessageState.QUEUED.value,
        channel=channel.value,
        due_at__lte=at,
    )
    taken = list(due.order_by("due_at", "id").select_for_update(skip_locked=True, of=("self",))[:room])
    ready = [one for one in taken if _may_go(one, at)]
    _note_lost(actor, ready, at)
    return [_begin(actor, one, at) for one in ready]


def record_answer(*, actor: Scope, outgoing: Outgoing, answer: Answer, at: datetime) -> Message:
    """Note what the carrier said; delayed messages are tried again until their tries are used up."""
    message: Message = Message.objects.for_actor(actor).select_for_update(of=("self",)).get(pk=outgoing.message_id)
    attempts = MessageAttempt.objects.for_actor(actor).filter(pk=outgoing.attempt_id)
    attempts.update(outcome=answer.outcome.value, detail=answer.detail[:200], answered_at=at)
    if message.state != MessageState.QUEUED.value:
        return message
    policy = get_policy(on=at.date()).channels[outgoing.channel]
    message.claimed_until = None
    if answer.outcome is Outcome.ACCEPTED:
        message.state, message.sent_at, message.carrier_key = MessageState.SENT.value, at, answer.carrier_key[:80]
    elif answer.outcome is Outcome.REJECTED or message.attempt_count >= policy.most_attempts:
        message.state, message.settled_at = MessageState.FAILED.value, at
    else:
        again = at + timedelta(minutes=policy.retry_minutes)
        _put_off(message, again)
    message.save(
        update_fields=["state", "sent_at", "carrier_key", "settled_at", "due_at", "wait_reason", "claimed_until"]
    )
    return message


def record_reports(*, actor: Scope, channel: MessageChannel, reports: Sequence[Report], at: datetime) -> int:
    """Note what a carrier reports of messages that it took, and return how many it settled."""
    known = {one.carrier_key: one for one in reports}
    rows = Message.objects.for_actor(actor).filter(
        channel=channel.value, state=MessageState.SENT.value, carrier_key__in=known
    )
    messages = list(rows.order_by("id").select_for_update(of=("self",)))
    for message in messages:
        report = known[message.carrier_key]
        message.state = (MessageState.DELIVERED if report.is_delivered else MessageState.FAILED).value
        message.settled_at = report.at
        message.save(update_fields=["state", "settled_at"])
        _note(message, message.state, report.detail, "carrier", at)
    return len(messages)


def record_posted(*, actor: Scope, message: Message, login: str, at: datetime) -> Message:
    """
    Note that a person posted a letter.

    :raises MessageOutOfState: if it is no letter that waits
    """
    if message.channel != MessageChannel.LETTER.value or message.state != MessageState.QUEUED.value:
        raise MessageOutOfState(field="message", message_number=message.number, state=message.state)
    message.state, message.sent_at = MessageState.SENT.value, at
    message.save(update_fields=["state", "sent_at"])
    _note(message, "POSTED", "", login, at)
    return message


def hold_message(*, message: Message, reason: str, login: str, at: datetime) -> Message:
    """
    Keep a message back that has not gone.

    :raises MessageOutOfState: if it has gone, is held or is being sent
    """
    is_taken = message.claimed_until is not None and message.claimed_until > at
    if message.state != MessageState.QUEUED.value or is_taken:
        raise MessageOutOfState(field="message", message_number=message.number, state=message.state)
    message.state, message.hold_reason = MessageState.HELD.value, reason.strip()[:120]
    message.save(update_fields=["state", "hold_reason"])
    _note(message, "HELD", reason, login, at)
    return message


def release_message(*, message: Message, reason: str, login: str, at: datetime) -> Message:
    """
    Let a message go that was held, or try one again that failed; it keeps its number.

    :raises MessageOutOfState: if it neither is held nor failed, or has no address
    """
    if message.state not in {MessageState.HELD.value, MessageState.FAILED.value} or not message.address:
        raise MessageOutOfState(field="message", message_number=message.number, state=message.state)
    message.state, message.hold_reason, message.settled_at = MessageState.QUEUED.value, "", None
    if not _put_off(message, at).is_open:
        # A person has decided that it goes: hours that leave none for it count no longer.
        message.quiet_from = message.quiet_until = None
        _put_off(message, at)
    message.attempt_count = 0
    message.save(
        update_fields=[
            "state", "hold_reason", "settled_at", "due_at", "wait_reason", "quiet_from", "quiet_until", "attempt_count",
        ]
    )  # fmt: skip
    _note(message, "RELEASED", reason, login, at)
    return message


def _may_go(message: Message, at: datetime) -> bool:
    """The hours are asked again at the moment of sending: the outbox may have stood still in between."""
    if _put_off(message, at).at <= at:
        return True
    message.save(update_fields=["due_at", "wait_reason"])
    return False


def _put_off(message: Message, at: datetime) -> Slot:
    """Let a message be due at the first moment from one on at which it may go."""
    channel = MessageChannel(message.channel)
    slot = find_slot(channel=channel, purpose=message.purpose, at=at, quiet=message.quiet)
    message.due_at, message.wait_reason = slot.at, _name_wait(slot)
    return slot


def _name_wait(slot: Slot) -> str:
    return slot.reason.value if slot.reason else ""


def _note_lost(actor: Scope, messages: Sequence[Message], at: datetime) -> None:
    lost = MessageAttempt.objects.for_actor(actor).filter(message__in=messages, outcome=Outcome.OPEN.value)
    lost.update(outcome=Outcome.LOST.value, answered_at=at)


def _begin(actor: Scope, message: Message, at: datetime) -> Outgoing:
    number = MessageAttempt.objects.for_actor(actor).filter(message=message).count() + 1
    attempt = MessageAttempt(message=message, number=number, started_at=at)
    attempt.save()
    message.attempt_count = F("attempt_count") + 1
    message.claimed_until = at + CLAIM
    message.save(update_fields=["attempt_count", "claimed_until"])
    return Outgoing(
        message_id=message.pk,
        attempt_id=attempt.pk,
        key=message.number,
        channel=MessageChannel(message.channel),
        address=message.address,
        subject=message.subject,
        text=message.text,
    )


def _note(message: Message, what: str, detail: str, login: str, at: datetime) -> None:
    MessageEvent(message=message, what=what[:12], detail=detail[:200], by=login, at=at).save()
