"""What a page shows of a proposal: who, why, and what the reader may do about it."""

from typing import Any

from dianke.application.tariffs import find_withdrawal
from dianke.application.tariffs.withdraw_version import Withdrawal
from dianke.application.trials import RIGHT as TRIAL
from dianke.domain.billing.queries import trials
from dianke.domain.tariffs.types import VersionFacts, VersionPage, VersionStatus
from dianke.interfaces.web.components.states import state_chip
from dianke.interfaces.web.people import Names
from dianke.kernel.clock import SystemClock, to_shanghai
from dianke.platform.identity.types import Actor

_TRIALS_SHOWN = 5


def find_base(sheet: VersionPage) -> int | None:
    """Return the approved version that a version follows, else the next, to compare it with."""
    others = [one for one in sheet.versions if one.id != sheet.version.id and one.is_approved]
    before = [one for one in others if one.start <= sheet.version.start]
    chosen = max(before, key=lambda one: one.start, default=None) or min(
        others, key=lambda one: one.start, default=None
    )
    return chosen.id if chosen else None


def describe_trials(actor: Actor, sheet: VersionPage) -> dict[str, Any]:
    """Return the trials of a version that the reader may see, and what its approval still wants."""
    version = sheet.version
    may_try = actor.may(TRIAL)
    rows = trials.filter_trials(actor=actor.within(TRIAL), version_id=version.id) if may_try else None
    shown = list(rows.order_by("-started_at", "-id")[:_TRIALS_SHOWN]) if rows is not None else []
    is_open = version.status is VersionStatus.PROPOSED
    today = to_shanghai(SystemClock().now()).date()
    coverage = trials.find_coverage(version_id=version.id, plan_id=sheet.plan.id, on=today) if is_open else None
    is_tried = coverage is not None and coverage.suffices
    return {
        "trials": [(trial, state_chip("bill_trial", trial.status, quiet=True)) for trial in shown],
        "may_try": may_try,
        "is_tried": is_tried,
        "coverage": coverage,
        "has_bills": is_open and not is_tried and trials.has_issued_bills(plan_id=sheet.plan.id),
    }


def describe_proposal(actor: Actor, version: VersionFacts) -> dict[str, Any]:
    """Return the words of a proposal and its decision, and which acts are open to the reader."""
    is_open = version.status is VersionStatus.PROPOSED
    withdrawal = _find_withdrawal(version)
    names = Names([version.proposed_by, version.decided_by, withdrawal.login if withdrawal else None])
    is_own = version.proposed_by == actor.login
    return {
        "proposer": names.of(version.proposed_by),
        "decider": names.of(version.decided_by) if version.decided_by else "",
        "withdrawal": withdrawal,
        "withdrawer": names.of(withdrawal.login) if withdrawal else "",
        "is_open": is_open,
        "is_own": is_own,
        "may_decide": is_open and not is_own and actor.may("tariffs.approve"),
        "may_take_back": is_open and is_own and actor.may("tariffs.propose"),
        "may_withdraw": _may_withdraw(actor, version),
        "may_revise": actor.may("tariffs.propose"),
    }


def _find_withdrawal(version: VersionFacts) -> Withdrawal | None:
    # What was taken back before its decision has no decider and raised no alarm of a price.
    was_approved = version.status is VersionStatus.WITHDRAWN and bool(version.decided_by)
    return find_withdrawal(version_id=version.id) if was_approved else None


def _may_withdraw(actor: Actor, version: VersionFacts) -> bool:
    """Tell whether the reader may withdraw what another person approved and what is not in force yet."""
    is_to_come = version.is_approved and version.start > SystemClock().now().date()
    is_decider = version.decided_by in {actor.login, *actor.deputises_for}
    return is_to_come and not is_decider and actor.may("tariffs.withdraw_version")
