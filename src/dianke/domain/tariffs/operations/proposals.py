"""A proposed version is decided by another person or taken back; a revision copies one with new prices."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from dianke.domain.tariffs.models import TariffVersion
from dianke.domain.tariffs.operations.loading import wait_for_other_loads
from dianke.domain.tariffs.operations.rows import Stamp, end_version, list_lives, store_versions
from dianke.domain.tariffs.queries.hours import list_own_bands
from dianke.domain.tariffs.queries.plans import get_version
from dianke.domain.tariffs.queries.prices import get_tiers, list_rows, list_version_components, to_row_facts
from dianke.domain.tariffs.rules.prices import list_components
from dianke.domain.tariffs.rules.revisions import Revision, StoredVersion, revise
from dianke.domain.tariffs.rules.succession import Verdict, VersionLife, judge_period
from dianke.domain.tariffs.types import LoadFault, ReadFile, VersionStatus
from dianke.kernel.errors import DomainError
from dianke.kernel.period import DatePeriod
from dianke.platform.identity.separation import require_another_person
from dianke.platform.identity.types import Actor


class UnableToDecideVersion(DomainError):
    """A proposal cannot be approved, rejected or taken back."""

    code = "tariffs.unable_to_decide_version"
    message = "the proposal of sheet {sheet} stays as it is: {reason}"


class UnableToProposeVersion(DomainError):
    """A version cannot be proposed like this."""

    code = "tariffs.unable_to_propose_version"
    message = "sheet {sheet} is not proposed: {reason}; {remedy}"


def approve_version(*, actor: Actor, version_id: int, reason: str, at: datetime) -> TariffVersion:
    """
    Approve a proposal: from its first day on it prices its plan, and ends the version before it.

    :raises UnableToDecideVersion: if it is decided already, or an approved version holds its days
    :raises SamePerson: if the actor proposed it, or stands in for who did
    """
    wait_for_other_loads()
    version = _get_proposal(actor, version_id)
    require_another_person(
        actor=actor, operator_login=version.loaded_by, operated_on=timezone.localdate(version.loaded_at)
    )
    ends = _judge(actor, version, at)
    if ends is not None:
        end_version(ends, version.period.lower, actor)
    _decide(version, VersionStatus.ACTIVE, actor, reason, at)
    return version


def reject_version(*, actor: Actor, version_id: int, reason: str, at: datetime) -> TariffVersion:
    """
    Reject a proposal, saying why; it prices nothing and stays to be read.

    :raises UnableToDecideVersion: if it is decided already, or no reason is given
    :raises SamePerson: if the actor proposed it, or stands in for who did
    """
    wait_for_other_loads()
    version = _get_proposal(actor, version_id)
    require_another_person(
        actor=actor, operator_login=version.loaded_by, operated_on=timezone.localdate(version.loaded_at)
    )
    if not reason.strip():
        raise UnableToDecideVersion(field="reason", sheet=version.sheet_id, reason="a rejection says why")
    _decide(version, VersionStatus.REJECTED, actor, reason, at)
    return version


def take_back_version(*, actor: Actor, version_id: int, reason: str, at: datetime) -> TariffVersion:
    """
    Take back a proposal of one's own before anybody decides it.

    :raises UnableToDecideVersion: if it is decided already, or is somebody else's
    """
    wait_for_other_loads()
    version = _get_proposal(actor, version_id)
    if version.loaded_by != actor.login:
        raise UnableToDecideVersion(field="actor", sheet=version.sheet_id, reason="only who proposed it takes it back")
    # Nobody decided: the id of the sheet may be proposed again.
    version.status, version.decided_at = VersionStatus.WITHDRAWN.value, at
    version.decision_reason = reason.strip()
    version.save(update_fields=["status", "decided_at", "decision_reason"])
    return version


def propose_revision(
    *, actor: Actor, version_id: int, revision: Revision, reason: str, proposed_at: datetime
) -> TariffVersion:
    """
    Propose a copy of a version with other dates, prices and evidence; hours and tiers are copied as they stand.

    :raises PriceRefused: if a price is negative, in fen, or finer than sheets print
    :raises UnableToProposeVersion: if it changes nothing, or does not fit among the versions of its plan
    """
    base = get_version(actor=actor, version_id=version_id)
    draft = revise(base=_to_stored(actor, base), revision=revision)
    file = ReadFile(name=f"{base.sheet_id} + {revision.sheet_id}", sha256=draft.content_sha256)
    stamp = Stamp(actor=actor, loaded_at=proposed_at, reason=reason)
    with transaction.atomic():
        wait_for_other_loads()
        outcome = store_versions([(draft, file)], stamp)[0]
    if isinstance(outcome, LoadFault):
        raise UnableToProposeVersion(
            field="sheet_id", sheet=revision.sheet_id, reason=outcome.message, remedy=outcome.remedy
        )
    found: TariffVersion = (
        TariffVersion.objects.for_actor(actor)
        .select_related("plan")
        .get(plan=base.plan, sheet_id=revision.sheet_id, status=VersionStatus.PROPOSED.value)
    )
    return found


def _get_proposal(actor: Actor, version_id: int) -> TariffVersion:
    version = get_version(actor=actor, version_id=version_id)
    if version.status != VersionStatus.PROPOSED.value:
        raise UnableToDecideVersion(field="version", sheet=version.sheet_id, reason="it is decided already")
    return version


def _judge(actor: Actor, version: TariffVersion, at: datetime) -> VersionLife | None:
    """Return the version that the approval ends; a version is never shortened on days that have passed."""
    stored = list_lives([version.plan.code], actor)[version.plan.code]
    period = DatePeriod(version.period.lower, version.period.upper)
    judgement = judge_period(period, stored)
    if judgement.verdict is Verdict.REFUSE:
        raise UnableToDecideVersion(field="version", sheet=version.sheet_id, reason=judgement.message)
    if judgement.ends is not None and period.start < timezone.localdate(at):
        raise UnableToDecideVersion(
            field="version",
            sheet=version.sheet_id,
            reason=f"it would end {judgement.ends.sheet_id}, which is in force, on a day that has passed",
        )
    return judgement.ends


def _decide(version: TariffVersion, status: VersionStatus, actor: Actor, reason: str, at: datetime) -> None:
    version.status = status.value
    version.decided_by, version.decided_at, version.decision_reason = actor.login, at, reason.strip()
    version.save(update_fields=["status", "decided_by", "decided_at", "decision_reason"])


def _to_stored(actor: Actor, version: TariffVersion) -> StoredVersion:
    return StoredVersion(
        plan_code=version.plan.code,
        plan_name=version.plan.name,
        plan_kind=version.plan.kind,
        region=version.plan.region,
        area=version.plan.area,
        issuer=version.plan.issuer,
        usage_classes=tuple(version.plan.usage_classes),
        sheet_kind=version.sheet_kind,
        content_sha256=version.content_sha256,
        missing=tuple(version.missing),
        figures=dict(version.figures),
        regulations=tuple(version.regulations),
        rows=tuple(to_row_facts(row) for row in list_rows(actor=actor, version=version)),
        # In the order in which a page lists them, for a revision names a part by its place there.
        components=list_components(list_version_components(actor=actor, version=version), {}),
        tiers=get_tiers(actor=actor, version=version),
        bands=list_own_bands(actor=actor, version=version),
        bands_region=version.time_rules.region if version.time_rules else "",
    )
