"""Messages wait for the morning and for the end of holidays; what is urgent does not."""

from datetime import datetime, time
from pathlib import Path
from typing import Any

import pytest

from dianke.kernel.clock import SHANGHAI
from dianke.platform.outbox import policy
from dianke.platform.outbox.types import MessageChannel, QuietHours, Slot, WaitReason


@pytest.fixture(autouse=True)
def _no_own_policy(settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path


def find(text: str, channel: MessageChannel = MessageChannel.SMS, purpose: str = "DUNNING") -> str:
    at = datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)
    return f"{policy.find_slot(channel=channel, purpose=purpose, at=at).at:%Y-%m-%dT%H:%M}"


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2026-03-11T10:00", "2026-03-11T10:00"),
        ("2026-03-11T07:59", "2026-03-11T08:00"),
        ("2026-03-11T20:59", "2026-03-11T20:59"),
        ("2026-03-11T21:00", "2026-03-12T08:00"),
        ("2026-09-30T22:00", "2026-10-08T08:00"),
        ("2026-10-03T12:00", "2026-10-08T08:00"),
    ],
)
def test_message_goes_in_the_first_hour_that_is_allowed(at: str, expected: str) -> None:
    assert find(at) == expected


def test_mail_and_urgent_messages_wait_for_no_hour() -> None:
    assert find("2026-10-03T23:00", channel=MessageChannel.EMAIL) == "2026-10-03T23:00"
    assert find("2026-10-03T23:00", purpose="OUTAGE_NOTICE") == "2026-10-03T23:00"


def test_policy_without_a_channel_is_refused() -> None:
    with pytest.raises(policy.MessagePolicyUnreadable, match="LETTER"):
        policy.read_policy(
            'schema = "message-policy/v1"\n[[version]]\nvalid_from = 2026-01-01\nurgent_purposes = []\n'
            "[version.channel]\n"
            + "\n".join(
                f"{one} = {{ quiet_from = 0, quiet_until = 0, keeps_holidays = false, per_minute = 1,"
                " most_attempts = 1, retry_minutes = 1 }"
                for one in ("SMS", "EMAIL", "WECHAT")
            )
        )


def find_own(text: str, begin: str, end: str, channel: MessageChannel = MessageChannel.SMS, **options: Any) -> Slot:
    at = datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)
    quiet = QuietHours(time.fromisoformat(begin), time.fromisoformat(end))
    return policy.find_slot(**{"channel": channel, "purpose": "DUNNING", "at": at, "quiet": quiet, **options})


@pytest.mark.parametrize(
    ("at", "begin", "end", "expected", "reason"),
    [
        ("2026-03-11T12:30", "12:00", "14:00", "2026-03-11T14:00", WaitReason.OWN_HOURS),
        ("2026-03-11T14:00", "12:00", "14:00", "2026-03-11T14:00", None),
        # Past midnight; then the hours of the house are over before the person's own.
        ("2026-03-11T19:00", "18:30", "09:30", "2026-03-12T09:30", WaitReason.OWN_HOURS),
        ("2026-03-11T23:00", "18:30", "09:30", "2026-03-12T09:30", WaitReason.OWN_HOURS),
        ("2026-03-11T23:00", "12:00", "14:00", "2026-03-12T08:00", WaitReason.QUIET_HOURS),
        ("2026-09-30T20:00", "19:00", "09:00", "2026-10-08T09:00", WaitReason.OWN_HOURS),
        ("2026-10-03T12:00", "12:00", "14:00", "2026-10-08T08:00", WaitReason.HOLIDAY),
        ("2026-03-11T12:30", "12:00", "12:00", "2026-03-11T12:30", None),
    ],
)
def test_hours_of_the_person_are_kept_too(
    at: str, begin: str, end: str, expected: str, reason: WaitReason | None
) -> None:
    slot = find_own(at, begin, end)

    assert (f"{slot.at:%Y-%m-%dT%H:%M}", slot.reason, slot.is_open) == (expected, reason, True)


def test_mail_waits_for_the_person_and_a_letter_does_not() -> None:
    assert find_own("2026-03-11T12:30", "12:00", "14:00", MessageChannel.EMAIL).at.hour == 14
    assert find_own("2026-03-11T12:30", "12:00", "14:00", MessageChannel.LETTER).at.hour == 12


def test_hours_that_leave_nothing_are_told() -> None:
    assert not find_own("2026-03-11T12:30", "07:00", "22:00").is_open
    assert find_own("2026-03-11T12:30", "07:00", "22:00", purpose="OUTAGE_NOTICE").is_open
