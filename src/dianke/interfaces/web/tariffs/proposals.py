"""What a page shows of a proposal: who, why, and what the reader may do about it."""

from typing import Any

from dianke.domain.tariffs.types import VersionFacts, VersionPage, VersionStatus
from dianke.interfaces.web.people import Names
from dianke.platform.identity.types import Actor


def find_base(sheet: VersionPage) -> int | None:
    """Return the approved version that a version follows, else the next, to compare it with."""
    others = [one for one in sheet.versions if one.id != sheet.version.id and one.is_approved]
    before = [one for one in others if one.start <= sheet.version.start]
    chosen = max(before, key=lambda one: one.start, default=None) or min(
        others, key=lambda one: one.start, default=None
    )
    return chosen.id if chosen else None


def describe_proposal(actor: Actor, version: VersionFacts) -> dict[str, Any]:
    """Return the words of a proposal and its decision, and which acts are open to the reader."""
    is_open = version.status is VersionStatus.PROPOSED
    names = Names([version.proposed_by, version.decided_by])
    is_own = version.proposed_by == actor.login
    return {
        "proposer": names.of(version.proposed_by),
        "decider": names.of(version.decided_by) if version.decided_by else "",
        "is_open": is_open,
        "is_own": is_own,
        "may_decide": is_open and not is_own and actor.may("tariffs.approve"),
        "may_take_back": is_open and is_own and actor.may("tariffs.propose"),
        "may_revise": actor.may("tariffs.propose"),
    }
