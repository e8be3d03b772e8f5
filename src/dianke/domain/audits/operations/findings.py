"""People work on findings: they take them, give them back, hold them to be no fault; another person agrees."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet

from dianke.domain.audits.models import QualityFinding
from dianke.domain.audits.types import FindingState
from dianke.kernel.errors import DomainError
from dianke.platform.identity.types import Actor

MAX_REASON_LENGTH = 200


class FindingNotChangeable(DomainError):
    """The finding stands otherwise than the act needs it."""

    code = "audits.finding_not_changeable"
    message = "the finding {number} cannot be changed so: {reason}"


class ExemptionReasonMissing(DomainError):
    """Somebody holds a finding to be no fault and does not say why."""

    code = "audits.exemption_reason_missing"
    message = "say why it is no fault"


def take_findings(*, rows: QuerySet[Any], actor: Actor, at: datetime) -> int:
    """Let the actor take open findings and return how many there were; those of others are left to them."""
    return rows.filter(state=FindingState.OPEN.value).update(
        state=FindingState.TAKEN.value, taken_by=actor.login, taken_at=at
    )


def release_findings(*, rows: QuerySet[Any], actor: Actor) -> int:
    """Give findings back that the actor had taken and return how many there were."""
    return rows.filter(state=FindingState.TAKEN.value, taken_by=actor.login).update(
        state=FindingState.OPEN.value, taken_by="", taken_at=None
    )


def ask_exemption(*, finding: QualityFinding, actor: Actor, reason: str, until: date) -> QualityFinding:
    """
    Hold a finding to be no fault until a day; somebody else decides.

    :raises FindingNotChangeable: if it is settled or decided already
    :raises ExemptionReasonMissing: if no reason is given
    """
    if finding.state not in {FindingState.OPEN.value, FindingState.TAKEN.value}:
        raise FindingNotChangeable(number=finding.subject_number, reason="it is settled, or an exemption was asked for")
    if len(reason.strip()) < 2:
        raise ExemptionReasonMissing(field="reason")
    finding.state = FindingState.EXEMPTION_ASKED.value
    finding.asked_by, finding.reason, finding.exempt_until_date = actor.login, reason[:MAX_REASON_LENGTH], until
    finding.save(update_fields=["state", "asked_by", "reason", "exempt_until_date"])
    return finding


def ask_exemptions(*, rows: QuerySet[Any], actor: Actor, reason: str, until: date) -> int:
    """
    Hold findings to be no fault until a day, and return how many; those settled or decided are left alone.

    :raises ExemptionReasonMissing: if no reason is given
    """
    if len(reason.strip()) < 2:
        raise ExemptionReasonMissing(field="reason")
    return rows.filter(state__in=[FindingState.OPEN.value, FindingState.TAKEN.value]).update(
        state=FindingState.EXEMPTION_ASKED.value,
        asked_by=actor.login,
        reason=reason.strip()[:MAX_REASON_LENGTH],
        exempt_until_date=until,
    )


def list_askers(*, rows: QuerySet[Any]) -> list[str]:
    """Return who asked for the exemptions that wait among findings."""
    waiting = rows.filter(state=FindingState.EXEMPTION_ASKED.value)
    return sorted(set(waiting.order_by().values_list("asked_by", flat=True)))


def grant_exemptions(*, rows: QuerySet[Any], actor: Actor, at: datetime) -> int:
    """Agree that findings whose exemption waits are no fault, and return how many."""
    return rows.filter(state=FindingState.EXEMPTION_ASKED.value).update(
        state=FindingState.EXEMPT.value, decided_by=actor.login, decided_at=at
    )


def decide_exemption(
    *, finding: QualityFinding, actor: Actor, is_granted: bool, reason: str, at: datetime
) -> QualityFinding:
    """
    Agree that a finding is no fault, or send it back to whoever has taken it.

    :raises FindingNotChangeable: if nobody asked
    """
    if finding.state != FindingState.EXEMPTION_ASKED.value:
        raise FindingNotChangeable(number=finding.subject_number, reason="no exemption was asked for")
    back = FindingState.TAKEN if finding.taken_by else FindingState.OPEN
    finding.state = (FindingState.EXEMPT if is_granted else back).value
    finding.decided_by, finding.decided_at = actor.login, at
    if not is_granted:
        finding.reason, finding.exempt_until_date = reason[:MAX_REASON_LENGTH], None
    finding.save(update_fields=["state", "decided_by", "decided_at", "reason", "exempt_until_date"])
    return finding


def lock_findings(*, actor: Actor, right: str, ids: Sequence[int]) -> QuerySet[Any]:
    """Return unsettled findings of keys within the units of a right, for whoever holds the transaction."""
    rows: QuerySet[Any] = QualityFinding.objects.for_actor(actor, right)
    return rows.filter(id__in=ids, resolved_at=None)
