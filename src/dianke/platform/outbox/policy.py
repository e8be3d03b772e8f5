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
from dianke.platform.outbox.types import MessageChannel

SCHEMA = "message-policy/v1"
OWN_FILE = "message-policy.toml"
_MOST_DAYS_WAITED = 30


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


def find_send_time(*, channel: MessageChannel, purpose: str, at: datetime) -> datetime:
    """Return the first moment from one on at which a message may go: outside quiet hours and public holidays."""
    moment = to_shanghai(at)
    for _day in range(_MOST_DAYS_WAITED):
        policy = get_policy(on=moment.date())
        rule = policy.channels[channel]
        if purpose in policy.urgent_purposes:
            return moment
        if rule.keeps_holidays and load_mainland_calendar().is_public_holiday(moment.date()):
            moment = at_midnight(moment.date() + timedelta(days=1))
            continue
        waited = _leave_quiet_hours(rule, moment)
        if waited.date() == moment.date():
            return waited
        moment = waited
    return moment


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
