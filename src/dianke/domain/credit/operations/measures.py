"""Tables of measures by grade: one person proposes, another approves; the past stays as it was."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction

from dianke.domain.credit.models import MeasureTable
from dianke.domain.credit.operations.facts import ReasonMissing
from dianke.domain.credit.rules.measures import read_measures
from dianke.domain.credit.types import MeasureTableState
from dianke.kernel.errors import DomainError


class UnableToProposeMeasures(DomainError):
    """The table cannot be proposed."""

    code = "credit.unable_to_propose_measures"
    message = "the table of measures cannot be proposed: {reason}"


class NoMeasuresProposed(DomainError):
    """No table waits for approval."""

    code = "credit.no_measures_proposed"
    message = "no table of measures waits for approval"


def propose_measures(
    *, valid_from: date, content: Mapping[str, Any], note: str, login: str, at: datetime, today: date
) -> MeasureTable:
    """
    Propose what each grade asks for from a day on.

    :raises MeasureTableUnreadable: if the table is not whole
    :raises UnableToProposeMeasures: if the day is past, or a table waits already
    """
    if valid_from < today:
        raise UnableToProposeMeasures(field="valid_from", reason="the day is past")
    measures = read_measures(valid_from=valid_from, content=content)
    row = MeasureTable(
        valid_from=valid_from, content=measures.as_content(), note=note.strip(), proposed_by=login, proposed_at=at
    )
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as taken:
        raise UnableToProposeMeasures(field="valid_from", reason="another table waits for approval") from taken
    return row


def decide_measures(
    *, table: MeasureTable | None, is_approved: bool, reason: str, login: str, at: datetime
) -> MeasureTable:
    """
    Approve or refuse the proposed table.

    :raises NoMeasuresProposed: if there is none
    :raises ReasonMissing: if it is refused and nothing says why
    """
    if table is None:
        raise NoMeasuresProposed
    if not is_approved and not reason.strip():
        raise ReasonMissing(field="reason")
    table.state = (MeasureTableState.APPROVED if is_approved else MeasureTableState.REFUSED).value
    table.decided_by, table.decided_at, table.decision_reason = login, at, reason.strip()
    table.save()
    return table
