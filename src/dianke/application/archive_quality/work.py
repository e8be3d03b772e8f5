"""Clerks work on findings of the archive."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from dianke.domain.audits.models import QualityFinding
from dianke.domain.audits.operations import findings as operations
from dianke.domain.audits.queries import findings as queries
from dianke.platform.audit.use_case import use_case
from dianke.platform.identity.separation import require_another_person
from dianke.platform.identity.types import Actor

WORK = "quality.work"
EXEMPT = "quality.exempt"
# After that the rule asks again.
LONGEST_EXEMPTION = timedelta(days=366)


@use_case(right=WORK)
def take_findings(*, actor: Actor, ids: Sequence[int], at: datetime) -> int:
    """Take open findings; return how many were taken."""
    rows = operations.lock_findings(actor=actor, right=WORK, ids=ids)
    return operations.take_findings(rows=rows, actor=actor, at=at)


@use_case(right=WORK)
def release_findings(*, actor: Actor, ids: Sequence[int]) -> int:
    """Give back findings that the actor had taken; return how many."""
    rows = operations.lock_findings(actor=actor, right=WORK, ids=ids)
    return operations.release_findings(rows=rows, actor=actor)


@use_case(right=WORK)
def ask_exemption(*, actor: Actor, finding_id: int, reason: str, until: date, at: datetime) -> QualityFinding:
    """Hold a finding to be no fault, until a day a year away at most."""
    finding = queries.get_finding(actor=actor, finding_id=finding_id, right=WORK)
    latest = at.date() + LONGEST_EXEMPTION
    return operations.ask_exemption(finding=finding, actor=actor, reason=reason, until=min(until, latest))


@use_case(right=WORK)
def ask_exemptions(*, actor: Actor, ids: Sequence[int], reason: str, until: date, at: datetime) -> int:
    """Hold several findings to be no fault for one reason; return how many were open to it."""
    rows = operations.lock_findings(actor=actor, right=WORK, ids=ids)
    latest = at.date() + LONGEST_EXEMPTION
    return operations.ask_exemptions(rows=rows, actor=actor, reason=reason, until=min(until, latest))


@use_case(right=EXEMPT)
def grant_exemptions(*, actor: Actor, ids: Sequence[int], reason: str, at: datetime) -> int:
    """Agree that several findings are no fault; never whoever asked for one of them. Return how many waited."""
    rows = operations.lock_findings(actor=actor, right=EXEMPT, ids=ids)
    for login in operations.list_askers(rows=rows):
        require_another_person(actor=actor, operator_login=login)
    return operations.grant_exemptions(rows=rows, actor=actor, at=at)


@use_case(right=EXEMPT)
def decide_exemption(
    *, actor: Actor, finding_id: int, is_granted: bool, reason: str = "", at: datetime
) -> QualityFinding:
    """Agree or disagree that a finding is no fault; never whoever asked."""
    finding = queries.get_finding(actor=actor, finding_id=finding_id, right=EXEMPT)
    require_another_person(actor=actor, operator_login=finding.asked_by)
    return operations.decide_exemption(finding=finding, actor=actor, is_granted=is_granted, reason=reason, at=at)
