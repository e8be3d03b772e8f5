"""Thresholds of watch lists: one person proposes, another approves."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction

from dianke.domain.watching.models import WatchThresholds
from dianke.domain.watching.rules.policy import UnableToSetThresholds, check_figures
from dianke.domain.watching.types import PolicyState
from dianke.kernel.clock import to_shanghai
from dianke.kernel.errors import DomainError


class ThresholdsOutOfState(DomainError):
    """A proposal was decided already."""

    code = "watching.thresholds_out_of_state"
    message = "proposal {number} is {state}"


def propose(
    *, figures: Mapping[str, Mapping[str, Any]], valid_from: date, reason: str, login: str, at: datetime
) -> WatchThresholds:
    """
    Propose thresholds from a day on; those not given are the house's.

    :raises UnableToSetThresholds: if figures, day or reason do not do
    """
    made = check_figures(figures)
    if valid_from < to_shanghai(at).date():
        raise UnableToSetThresholds(field="valid_from", reason="they begin before today")
    if not reason.strip():
        raise UnableToSetThresholds(field="reason", reason="give a reason")
    row = WatchThresholds(
        valid_from_date=valid_from, figures=made, reason=reason.strip()[:300], proposed_by=login, proposed_at=at
    )
    row.save()
    return row


def approve(*, row: WatchThresholds, login: str, at: datetime, reason: str = "") -> WatchThresholds:
    """
    Let a proposal hold.

    :raises ThresholdsOutOfState: if it was decided
    :raises UnableToSetThresholds: if others hold from the same day, or the day is over
    """
    _require_proposed(row)
    if row.valid_from_date < to_shanghai(at).date():
        raise UnableToSetThresholds(field="valid_from", reason="they begin before today")
    try:
        with transaction.atomic():
            _decide(row, PolicyState.APPROVED, login, at, reason)
    except IntegrityError as fault:
        raise UnableToSetThresholds(field="valid_from", reason="others hold from the same day") from fault
    return row


def refuse(*, row: WatchThresholds, login: str, at: datetime, reason: str) -> WatchThresholds:
    """
    Refuse a proposal.

    :raises ThresholdsOutOfState: if it was decided
    :raises UnableToSetThresholds: without a reason
    """
    _require_proposed(row)
    if not reason.strip():
        raise UnableToSetThresholds(field="reason", reason="give a reason")
    _decide(row, PolicyState.REFUSED, login, at, reason)
    return row


def withdraw(*, row: WatchThresholds, login: str, at: datetime) -> WatchThresholds:
    """
    Take one's own proposal back.

    :raises ThresholdsOutOfState: if it was decided
    """
    _require_proposed(row)
    _decide(row, PolicyState.WITHDRAWN, login, at, "")
    return row


def _require_proposed(row: WatchThresholds) -> None:
    if row.state != PolicyState.PROPOSED.value:
        raise ThresholdsOutOfState(field="state", number=row.number, state=row.state)


def _decide(row: WatchThresholds, state: PolicyState, login: str, at: datetime, reason: str) -> None:
    row.state, row.decided_by, row.decided_at = state.value, login, at
    row.decision_reason = reason.strip()[:300]
    row.save(update_fields=["state", "decided_by", "decided_at", "decision_reason"])
