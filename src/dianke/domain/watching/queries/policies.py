"""Thresholds of watch lists: those in force, and proposals."""

from collections.abc import Sequence
from datetime import date

from django.db.models import QuerySet

from dianke.domain.watching.models import WatchThresholds
from dianke.domain.watching.rules.policy import WatchPolicy, find_policy
from dianke.domain.watching.types import PolicyState
from dianke.kernel.errors import DomainError
from dianke.platform.org.scoping import Scope


class ThresholdsUnknown(DomainError):
    """There is no such proposal."""

    code = "watching.thresholds_unknown"
    message = "there is no proposal of thresholds {key}"


def get_policy(*, actor: Scope, on: date) -> WatchPolicy:
    """Return what is in force on a day: what two persons set, else what the house brings."""
    rows = filter_thresholds(actor=actor).filter(state=PolicyState.APPROVED.value)
    return find_policy([WatchPolicy(row.valid_from_date, row.figures) for row in rows], on=on)


def filter_thresholds(*, actor: Scope) -> QuerySet[WatchThresholds]:
    """Return all proposals; no order."""
    rows: QuerySet[WatchThresholds] = WatchThresholds.objects.for_actor(actor)
    return rows


def list_thresholds(*, actor: Scope, limit: int = 50) -> Sequence[WatchThresholds]:
    """Return the proposals, the newest first."""
    return list(filter_thresholds(actor=actor).order_by("-proposed_at", "-id")[:limit])


def get_thresholds(*, actor: Scope, key: int, lock: bool = False) -> WatchThresholds:
    """
    Return a proposal.

    :raises ThresholdsUnknown: if there is none
    """
    rows = filter_thresholds(actor=actor)
    found = (rows.select_for_update() if lock else rows).filter(pk=key).first()
    if found is None:
        raise ThresholdsUnknown(field="key", key=key)
    return found
