"""Four eyes on prices: propose, approve, reject, take back."""

import hashlib
from dataclasses import replace
from datetime import date, datetime

from dianke.application.tariffs.workbooks import is_workbook, read_typed_sheet
from dianke.domain.billing.queries import trials
from dianke.domain.tariffs import operations
from dianke.domain.tariffs.models import TariffVersion
from dianke.domain.tariffs.rules.revisions import Revision
from dianke.domain.tariffs.types import LoadReport
from dianke.kernel.clock import to_shanghai
from dianke.kernel.errors import DomainError
from dianke.platform.audit.use_case import use_case
from dianke.platform.identity.types import Actor


@use_case(right="tariffs.propose")
def propose_file(*, actor: Actor, name: str, data: bytes, reason: str, at: datetime) -> LoadReport:
    """
    Propose the versions of a file of sheets, YAML or XLSX, all or none; a fault of a workbook names its cell.

    :raises UnreadableWorkbook: if it is a workbook, but no price sheet
    """
    if not is_workbook(name):
        return operations.propose_file(actor=actor, name=name, data=data, reason=reason, proposed_at=at)
    typed = read_typed_sheet(data)
    report = operations.propose_document(
        actor=actor,
        name=name,
        document=typed.document,
        sha256=hashlib.sha256(data).hexdigest(),
        reason=reason,
        proposed_at=at,
    )
    return replace(report, refused=tuple(replace(fault, path=typed.find_place(fault.path)) for fault in report.refused))


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


class TrialMissing(DomainError):
    """Nobody has seen what the prices do to bills."""

    code = "tariffs.trial_missing"
    message = "sheet {sheet} is not approved: {reason}"


class TrialTooSmall(DomainError):
    """What was tried says too little of what the prices do to the whole fleet."""

    code = "tariffs.trial_too_small"
    message = (
        "sheet {sheet} is not approved: its trials went through {tried} of the {issued} bills of its plan in {month},"
        " {wanted} are wanted"
    )


@use_case(right="tariffs.approve")
def approve_version(
    *, actor: Actor, version_id: int, reason: str, at: datetime, has_nothing_to_try: bool = False
) -> TariffVersion:
    """
    Approve what another person proposed and what was tried on issued bills of its plan.

    Of one past month the trials must have gone through nearly all bills of the plan (data/trials.toml of billing). A
    plan that never had a bill has nothing to try; whoever approves then says so, and why.

    :raises TrialMissing: if there is no finished trial of the version, or nothing to try and no word of it
    :raises TrialTooSmall: if its trials left out more of every month than the rule allows
    """
    version = operations.approve_version(actor=actor, version_id=version_id, reason=reason, at=at)
    # Asked last, so that whoever may not decide at all hears that first; a refusal undoes the approval.
    _require_trial(version, on=to_shanghai(at).date(), has_nothing_to_try=has_nothing_to_try, reason=reason)
    return version


@use_case(right="tariffs.approve")
def reject_version(*, actor: Actor, version_id: int, reason: str, at: datetime) -> TariffVersion:
    """Reject what another person proposed, with the reason."""
    return operations.reject_version(actor=actor, version_id=version_id, reason=reason, at=at)


def _require_trial(version: TariffVersion, *, on: date, has_nothing_to_try: bool, reason: str) -> None:
    coverage = trials.find_coverage(version_id=version.pk, plan_id=version.plan_id, on=on)
    if coverage is not None and coverage.suffices:
        return
    if coverage is not None:
        raise TrialTooSmall(
            field="trial",
            sheet=version.sheet_id,
            month=f"{coverage.month:%Y-%m}",
            tried=coverage.tried_bills,
            issued=coverage.issued_bills,
            wanted=coverage.wanted_bills,
        )
    if trials.has_issued_bills(plan_id=version.plan_id):
        raise TrialMissing(
            field="trial",
            sheet=version.sheet_id,
            reason="no trial of it over a month with bills of its plan is finished",
        )
    if not has_nothing_to_try:
        raise TrialMissing(
            field="has_nothing_to_try",
            sheet=version.sheet_id,
            reason="its plan has no issued bill: say that there is nothing to try",
        )
    if not reason.strip():
        raise TrialMissing(
            field="reason", sheet=version.sheet_id, reason="its plan has no issued bill: say why it is approved untried"
        )
