"""Records of what is no use case: somebody logged in, was refused, or looked at what is masked."""

from datetime import date, datetime
from typing import Any

from dianke.kernel.clock import SystemClock
from dianke.platform.audit.models import TrailProof, UseCaseRecord
from dianke.platform.identity.types import Actor


def leave_record(
    *,
    name: str,
    right: str,
    actor: Actor,
    facts: dict[str, str | int | bool | None],
    reason: str = "",
    context: Any = None,
) -> None:
    """
    Leave one record in the trail, inside the running transaction; a use case does so by itself.

    `name` is written like that of a use case (`log_in.refused`); facts hold no secrets and no personal data.
    """
    UseCaseRecord(
        at=SystemClock().now(),
        use_case=name[:80],
        right=right,
        actor_login=actor.login[:40],
        actor_name=actor.name[:80],
        deputy_for=actor.find_lender(right)[:40],
        actor_unit_path=actor.unit_path,
        origin=actor.origin,
        address=actor.address,
        reason=reason[:400],
        facts=facts,
        history_context=context,
    ).save()


def keep_proof(
    *,
    at: datetime,
    by: str,
    first_day: date,
    last_day: date,
    rows: int,
    duration_ms: int,
    last_hash: str,
    finding: dict[str, str],
) -> None:
    """Keep what a comparison of the trail with its chain found; no finding means that everything agrees."""
    TrailProof(
        at=at,
        by=by,
        first_day=first_day,
        last_day=last_day,
        rows=rows,
        duration_ms=duration_ms,
        intact=not finding,
        finding=finding,
        last_hash=last_hash,
    ).save()
