"""
Send what is due: claimed in one transaction, handed over outside of any, answered for in one each.

Whoever dies between the hand-over and the answer leaves an open attempt; the next round notes it as lost and hands
the message over again under the same number.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from dianke.platform.audit.use_case import use_case
from dianke.platform.identity.types import Actor
from dianke.platform.outbox import operations, queries
from dianke.platform.outbox.carriers import Carrier, find_carrier
from dianke.platform.outbox.types import Answer, MessageChannel, Outgoing, Report

BATCH = 200
FindCarrier = Callable[[MessageChannel], Carrier | None]


@dataclass(frozen=True)
class Sent:
    """What a round came to."""

    tried: int
    reported: int


def send_due(*, actor: Actor, at: datetime, limit: int = BATCH, find: FindCarrier = find_carrier) -> Sent:
    """Hand over what is due on every channel that has a carrier, and take the reports of delivery."""
    tried = reported = 0
    for channel in MessageChannel:
        carrier = find(channel)
        if carrier is None:
            continue
        with carrier:
            is_due = queries.has_due(actor=actor, channel=channel, at=at)
            batch = _claim(actor=actor, channel=channel, at=at, limit=limit) if is_due else []
            for outgoing in batch:
                _record(actor=actor, outgoing=outgoing, answer=carrier.send(outgoing), at=at)
            tried += len(batch)
            waiting = queries.list_unreported(actor=actor, channel=channel, at=at, limit=limit)
            asked = [(one.carrier_key, one.sent_at, one.address) for one in waiting if one.sent_at]
            reports = carrier.ask_reports(asked, at=at) if asked else []
        if reports:
            reported += _report(actor=actor, channel=channel, reports=reports, at=at)
    return Sent(tried, reported)


@use_case(right="outbox.hold")
def _claim(*, actor: Actor, channel: MessageChannel, at: datetime, limit: int) -> list[Outgoing]:
    """Take what is due."""
    return operations.claim_due(actor=actor, channel=channel, at=at, limit=limit)


@use_case(right="outbox.hold")
def _record(*, actor: Actor, outgoing: Outgoing, answer: Answer, at: datetime) -> None:
    """Note the carrier's answer."""
    operations.record_answer(actor=actor, outgoing=outgoing, answer=answer, at=at)


@use_case(right="outbox.hold")
def _report(*, actor: Actor, channel: MessageChannel, reports: list[Report], at: datetime) -> int:
    """Note the carrier's reports."""
    return operations.record_reports(actor=actor, channel=channel, reports=reports, at=at)
