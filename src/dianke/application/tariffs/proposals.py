"""Four eyes on prices: propose, approve, reject, take back."""

from datetime import datetime

from dianke.domain.tariffs import operations
from dianke.domain.tariffs.models import TariffVersion
from dianke.domain.tariffs.rules.revisions import Revision
from dianke.domain.tariffs.types import LoadReport
from dianke.platform.audit.use_case import use_case
from dianke.platform.identity.types import Actor


@use_case(right="tariffs.propose")
def propose_file(*, actor: Actor, name: str, data: bytes, reason: str, at: datetime) -> LoadReport:
    """Propose the versions of a file of sheets, all or none."""
    return operations.propose_file(actor=actor, name=name, data=data, reason=reason, proposed_at=at)


@use_case(right="tariffs.propose")
def propose_revision(*, actor: Actor, version_id: int, revision: Revision, reason: str, at: datetime) -> TariffVersion:
    """Propose a copy of a version with other prices."""
    return operations.propose_revision(
        actor=actor, version_id=version_id, revision=revision, reason=reason, proposed_at=at
    )


@use_case(right="tariffs.propose")
def take_back_version(*, actor: Actor, version_id: int, reason: str, at: datetime) -> TariffVersion:
    """Take back one's own proposal while nobody has decided it."""
    return operations.take_back_version(actor=actor, version_id=version_id, reason=reason, at=at)


@use_case(right="tariffs.approve")
def approve_version(*, actor: Actor, version_id: int, reason: str, at: datetime) -> TariffVersion:
    """Approve what another person proposed."""
    return operations.approve_version(actor=actor, version_id=version_id, reason=reason, at=at)


@use_case(right="tariffs.approve")
def reject_version(*, actor: Actor, version_id: int, reason: str, at: datetime) -> TariffVersion:
    """Reject what another person proposed, with the reason."""
    return operations.reject_version(actor=actor, version_id=version_id, reason=reason, at=at)
