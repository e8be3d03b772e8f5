"""When messages may go out, how fast and how often they are tried: dated data, and what a utility adds to it."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from importlib import resources
from typing import Any

from django.conf import settings

from dianke.kernel.calendar import load_mainland_calendar
from dianke.kernel.clock import at_midnight, to_shanghai
from dianke.kernel.errors import DomainError
from dianke.platform.outbox.types import MessageChannel, QuietHours, Slot, WaitReason

SCHEMA = "message-policy/v1"
OWN_FILE = "message-policy.toml"
_MOST_DAYS_WAITED = 30
# A letter wakes nobody.
_HEARD = {MessageChannel.SMS, MessageChannel.WECHAT, MessageChannel.EMAIL}


class MessagePolicyUnreadable(DomainError):
    """The file of the policy cannot be used."""

    code = "outbox.policy_unreadable"
    message = "the policy of messages cannot be read: {reason}"


@dataclass(frozen=True, slots=True)
class ChannelPolicy:
    """What holds for a channel."""

    quiet_from: int
    quiet_until: int
    keeps_holidays: bool
    per_minute: int
    most_attempts: int
    retry_minutes: int


@dataclass(frozen=True, slots=True)
class Policy:
    """What holds from a day on."""

    valid_from: date
    urgent_purposes: frozenset[str]
    channels: Mapping[MessageChannel, ChannelPolicy]


def read_policy(text: str) -> list[Policy]:
    """
    Return the versions of a file.

    :raises MessagePolicyUnreadable: if it is no TOML of the schema, or lacks a figure
    """
    try:
        content = tomllib.loads(text)
        if content["schema"] != SCHEMA:
            raise MessagePolicyUnreadable(field="schema", reason="the schema is unknown")
        return [_read_version(one) for one in content["version"]]
    except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as fault:
        raise MessagePolicyUnreadable(field="file", reason=f"{type(fault).__name__}: {fault}") from fault


def get_policy(*, on: date) -> Policy:
    """Return what is in force on a day."""
    known = [one for one in (*_list_house_policies(), *_list_own_policies()) if one.valid_from <= on]
    if not known:
        raise MessagePolicyUnreadable(field="day", reason=f"nothing is in force on {on}")
    return max(enumerate(known), key=lambda pair: (pair[1].valid_from, pair[0]))[1]


def find_slot(*, channel: MessageChannel, purpose: str, at: datetime, quiet: QuietHours | None = None) -> Slot:
    """
    Return the first moment from one on at which a message may go, and what it waits for.

    It goes outside the quiet hours of the house, public holidays and the hours in which the person wants to hear
    nothing; what is urgent waits for none of them. Where these leave no moment, the slot is not open.
    """
    begun = to_shanghai(at)
    moment, reason = begun, None
    while moment - begun < timedelta(days=_MOST_DAYS_WAITED):
        policy = get_policy(on=moment.date())
        if purpose in policy.urgent_purposes:
            return Slot(moment, reason)
        own = quiet if channel in _HEARD else None
        onward, because = _find_obstacle(policy.channels[channel], own, moment)
        if because is None:
            return Slot(moment, reason)
        # The morning after a holiday is waited for because of the holiday.
        is_its_morning = reason is WaitReason.HOLIDAY and because is WaitReason.QUIET_HOURS
        moment, reason = onward, reason if is_its_morning else because
    return Slot(moment, reason, is_open=False)


def _find_obstacle(rule: ChannelPolicy, own: QuietHours | None, moment: datetime) -> tuple[datetime, WaitReason | None]:
    """Return until when something stands in the way at a moment, and what; the moment itself where nothing does."""
    if rule.keeps_holidays and load_mainland_calendar().is_public_holiday(moment.date()):
        return at_midnight(moment.date() + timedelta(days=1)), WaitReason.HOLIDAY
    waited = _leave_quiet_hours(rule, moment)
    if waited != moment:
        return waited, WaitReason.QUIET_HOURS
    if own is not None and own.contain(moment.time()):
        end = datetime.combine(moment.date(), own.end, tzinfo=moment.tzinfo)
        return (end if end > moment else end + timedelta(days=1)), WaitReason.OWN_HOURS
    return moment, None


def _leave_quiet_hours(rule: ChannelPolicy, moment: datetime) -> datetime:
    if rule.quiet_from == rule.quiet_until:
        return moment
    morning = at_midnight(moment.date()) + timedelta(hours=rule.quiet_until)
    evening = at_midnight(moment.date()) + timedelta(hours=rule.quiet_from)
    if moment < morning:
        return morning
    return moment if moment < evening else at_midnight(moment.date() + timedelta(days=1))


@cache
def _list_house_policies() -> tuple[Policy, ...]:
    path = resources.files("dianke.platform.outbox") / "data" / "policy.toml"
    return tuple(read_policy(path.read_text("utf-8")))


def _list_own_policies() -> Sequence[Policy]:
    path = settings.DATA_DIR / OWN_FILE
    return read_policy(path.read_text("utf-8")) if path.is_file() else ()


def _read_version(content: Mapping[str, Any]) -> Policy:
    return Policy(
        valid_from=content["valid_from"],
        urgent_purposes=frozenset(content["urgent_purposes"]),
        channels={one: ChannelPolicy(**content["channel"][one.value]) for one in MessageChannel},
    )
