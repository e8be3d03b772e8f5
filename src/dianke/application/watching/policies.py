"""Thresholds of watch lists: one person proposes, another decides."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from dianke.domain.watching.models import WatchThresholds
from dianke.domain.watching.operations import policies as operations
from dianke.domain.watching.queries import policies as queries
from dianke.kernel.clock import to_shanghai
from dianke.kernel.errors import DomainError
from dianke.platform.audit.use_case import use_case
from dianke.platform.identity.separation import require_another_person
from dianke.platform.identity.types import Actor


class NotYourProposal(DomainError):
    """Only who proposed takes a proposal back."""

    code = "watching.not_your_proposal"
    message = "only {login} takes this proposal back"


@use_case(right="watching.manage")
def propose_thresholds(
    *, actor: Actor, figures: Mapping[str, Mapping[str, Any]], valid_from: date, reason: str, at: datetime
) -> WatchThresholds:
    """
    Propose thresholds from a day on.

    :raises UnableToSetThresholds: if figures, day or reason do not do
    """
    return operations.propose(figures=figures, valid_from=valid_from, reason=reason, login=actor.login, at=at)


@use_case(right="watching.approve")
def approve_thresholds(*, actor: Actor, key: int, at: datetime, reason: str = "") -> WatchThresholds:
    """
    Let thresholds hold that another person proposed.

    :raises SamePerson: if the actor proposed them, or stands in for who did
    """
    return operations.approve(row=_get_of_another(actor, key), login=actor.login, at=at, reason=reason)


@use_case(right="watching.approve")
def refuse_thresholds(*, actor: Actor, key: int, reason: str, at: datetime) -> WatchThresholds:
    """
    Refuse thresholds that another person proposed.

    :raises SamePerson: if the actor proposed them, or stands in for who did
    """
    return operations.refuse(row=_get_of_another(actor, key), login=actor.login, at=at, reason=reason)


@use_case(right="watching.manage")
def withdraw_thresholds(*, actor: Actor, key: int, at: datetime) -> WatchThresholds:
    """
    Take one's own proposal back.

    :raises NotYourProposal: if another person proposed it
    """
    row = queries.get_thresholds(actor=actor, key=key, lock=True)
    if row.proposed_by != actor.login:
        raise NotYourProposal(field="actor", login=row.proposed_by)
    return operations.withdraw(row=row, login=actor.login, at=at)


def _get_of_another(actor: Actor, key: int) -> WatchThresholds:
    row = queries.get_thresholds(actor=actor, key=key, lock=True)
    proposed_on = to_shanghai(row.proposed_at).date()
    require_another_person(actor=actor, operator_login=row.proposed_by, operated_on=proposed_on)
    return row
