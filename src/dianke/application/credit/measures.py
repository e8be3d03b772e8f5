"""Tables of measures by grade: one person proposes, another approves."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from dianke.domain.credit.models import MeasureTable
from dianke.domain.credit.operations import measures as operations
from dianke.domain.credit.queries.measures import find_proposed_table
from dianke.kernel.clock import to_shanghai
from dianke.platform.audit.use_case import use_case
from dianke.platform.identity.separation import require_another_person
from dianke.platform.identity.types import Actor


@use_case(right="credit.manage")
def propose_measures(
    *, actor: Actor, valid_from: date, content: Mapping[str, Any], note: str, at: datetime
) -> MeasureTable:
    """Propose what each grade asks for from a day on."""
    return operations.propose_measures(
        valid_from=valid_from, content=content, note=note, login=actor.login, at=at, today=to_shanghai(at).date()
    )


@use_case(right="credit.approve_measures")
def decide_measures(*, actor: Actor, is_approved: bool, at: datetime, reason: str = "") -> MeasureTable:
    """
    Approve or refuse the table that somebody else proposed.

    :raises SamePerson: if the actor proposed it, or stands in for who did
    """
    table = find_proposed_table(actor=actor, lock=True)
    if table is not None:
        proposed_on = to_shanghai(table.proposed_at).date()
        require_another_person(actor=actor, operator_login=table.proposed_by, operated_on=proposed_on)
    return operations.decide_measures(table=table, is_approved=is_approved, reason=reason, login=actor.login, at=at)
