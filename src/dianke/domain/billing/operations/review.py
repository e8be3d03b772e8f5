"""Review a calculated shard, and decide what it found: exempt, ask for a correction, take the decision back."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
import pyarrow as pa
from django.db.models import QuerySet

from dianke.domain.billing.models import BillRun, BillRunShard, BillSuspicion, MeterTicket, ShareCheck
from dianke.domain.billing.queries import review_facts
from dianke.domain.billing.rules.review.causes import CAUSES
from dianke.domain.billing.rules.review.facts import ReviewFacts
from dianke.domain.billing.rules.review.figures import GroupFigures
from dianke.domain.billing.rules.review.find import (
    Suspicion,
    choose_rules,
    find_suspicious,
    list_suspicions,
)
from dianke.domain.billing.types import BEFORE_ISSUE, SuspicionState
from dianke.domain.metering.models import UsagePoint
from dianke.kernel.errors import DomainError
from dianke.platform.database.copying import copy_rows
from dianke.platform.org.scoping import Scope

_BATCH = 2_000
_TICKET_LENGTH = 40
_COLUMNS = (
    "run_id", "shard_number", "usage_point_id", "bill_id", "code", "severity", "evidence", "state", "reason",
    "decided_by", "decided_at",
)  # fmt: skip
_REWRITTEN = ("shard_number", "bill_id", "severity", "evidence", "state", "reason", "decided_by", "decided_at")


class UnableToDecideSuspicion(DomainError):
    """The suspicion cannot be decided so."""

    code = "billing.unable_to_decide_suspicion"
    message = "suspicions of run {run} cannot be decided: {reason}"


class UnableToRecordCheck(DomainError):
    """The check or the ticket cannot be entered."""

    code = "billing.unable_to_record_check"
    message = "nothing was entered for {point}: {reason}"


def review_calculated_shard(
    *,
    actor: Scope,
    run: BillRun,
    shard: BillRunShard,
    points: pa.Table,
    segments: pa.Table,
    capacities: pa.Table,
    groups: Sequence[GroupFigures],
) -> int:
    """
    Review the bills of a shard within the transaction that calculated them; return how many suspicions there are.

    The tables are those that the shard was read into (queries/inputs.py); `groups` is one `take_figures` for each
    calculation of the shard.
    """
    facts = review_facts.load_facts(
        shard=shard,
        run=run,
        points=points,
        segments=segments,
        capacities=capacities,
        groups=groups,
    )
    return review_shard(actor=actor, run=run, shard_number=shard.number, facts=facts)


def review_shard(*, actor: Scope, run: BillRun, shard_number: int, facts: ReviewFacts) -> int:
    """
    Store what the rules find in the facts of a shard and return how many suspicions that is.

    Reviewed again, a decision stays while the evidence is the same, and what is found no more is CORRECTED.
    """
    unit_ids = np.unique(facts.unit_ids).tolist()
    book = review_facts.load_book(unit_ids=unit_ids, on=facts.start)
    rules = choose_rules(is_interim=run.is_interim, is_part=run.has_own_period)
    suspicions = list(list_suspicions(facts, find_suspicious(facts, book, rules=rules)))
    earlier = {
        (row.usage_point_id, row.code): row
        for row in BillSuspicion.objects.for_actor(actor).filter(run=run, shard_number=shard_number).order_by("id")
    }
    if earlier:
        _rewrite(actor, earlier, suspicions)
    fresh = [one for one in suspicions if (one.point_id, one.code) not in earlier]
    copy_rows(
        table="billing_billsuspicion",
        columns=_COLUMNS,
        rows=(_row_of(run, shard_number, suspicion) for suspicion in fresh),
    )
    return len(suspicions)


def _row_of(run: BillRun, shard_number: int, one: Suspicion) -> tuple[Any, ...]:
    evidence = json.dumps(one.evidence, ensure_ascii=False, separators=(",", ":"))
    figures = (run.pk, shard_number, one.point_id, one.bill_id, one.code, one.severity.value, evidence)
    return (*figures, one.state.value, "", "", None)


def _rewrite(actor: Scope, earlier: dict[tuple[int, str], BillSuspicion], suspicions: Iterable[Suspicion]) -> None:
    found = {(one.point_id, one.code): one for one in suspicions}
    for key, row in earlier.items():
        again = found.get(key)
        if row.state == SuspicionState.HELD.value:
            # Its bill is held back, so that nothing was looked at.
            continue
        if again is None:
            row.state = SuspicionState.CORRECTED.value
            continue
        row.bill_id, row.severity = again.bill_id, again.severity.value
        is_same = row.evidence == again.evidence and row.state != SuspicionState.CORRECTED.value
        row.evidence = again.evidence
        if not is_same:
            row.state, row.reason, row.decided_by, row.decided_at = again.state.value, "", "", None
    BillSuspicion.objects.for_actor(actor).bulk_update(earlier.values(), _REWRITTEN, batch_size=_BATCH)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Which suspicions of a run are decided: some by key, or all of a cause (of a class of use)."""

    code: str = ""
    usage_class: str = ""
    ids: tuple[int, ...] = ()


def choose(*, actor: Scope, run: BillRun, choice: Choice, states: Sequence[SuspicionState]) -> QuerySet[BillSuspicion]:
    """
    Return the suspicions of a choice that are in one of the states, for preview and for decision alike.

    :raises UnableToDecideSuspicion: if neither a cause nor a suspicion is named
    """
    if not choice.code and not choice.ids:
        raise UnableToDecideSuspicion(field="code", run=run.number, reason="no cause is named")
    rows: QuerySet[BillSuspicion] = BillSuspicion.objects.for_actor(actor).filter(
        run=run, state__in=[state.value for state in states]
    )
    if choice.code:
        rows = rows.filter(code=choice.code)
    if choice.ids:
        rows = rows.filter(id__in=choice.ids)
    if choice.usage_class:
        rows = rows.filter(usage_point__account__usage_class=choice.usage_class)
    return rows


def exempt(*, actor: Scope, run: BillRun, choice: Choice, reason: str, decided_by: str, at: datetime) -> int:
    """
    Let bills stand as they are, for a reason; return how many suspicions that settles.

    :raises UnableToDecideSuspicion: if no reason is given or the run is past deciding
    """
    states = (SuspicionState.OPEN, SuspicionState.CORRECTION_ASKED)
    rows = choose(actor=actor, run=run, choice=choice, states=states)
    return _decide(run, rows, SuspicionState.EXEMPT, reason=reason, decided_by=decided_by, at=at)


def ask_correction(*, actor: Scope, run: BillRun, choice: Choice, reason: str, decided_by: str, at: datetime) -> int:
    """
    Ask that something is mended before the bills are calculated again; return how many suspicions wait for it.

    :raises UnableToDecideSuspicion: if it is not said what to mend, or the run is past deciding
    """
    states = (SuspicionState.OPEN, SuspicionState.NOTED, SuspicionState.EXEMPT)
    rows = choose(actor=actor, run=run, choice=choice, states=states)
    return _decide(run, rows, SuspicionState.CORRECTION_ASKED, reason=reason, decided_by=decided_by, at=at)


def _decide(
    run: BillRun,
    rows: QuerySet[BillSuspicion],
    state: SuspicionState,
    *,
    reason: str,
    decided_by: str,
    at: datetime,
) -> int:
    if not reason.strip():
        raise UnableToDecideSuspicion(field="reason", run=run.number, reason="a reason is needed")
    _require_open(run)
    return int(rows.update(state=state.value, reason=reason.strip()[:200], decided_by=decided_by, decided_at=at))


def withdraw(*, actor: Scope, run: BillRun, choice: Choice, decided_at: datetime | None = None) -> int:
    """
    Take decisions back, all of the choice or those of one moment; return how many are open again.

    :raises UnableToDecideSuspicion: if the run is past deciding
    """
    _require_open(run)
    states = (SuspicionState.EXEMPT, SuspicionState.CORRECTION_ASKED)
    rows = choose(actor=actor, run=run, choice=choice, states=states)
    if decided_at is not None:
        rows = rows.filter(decided_at=decided_at)
    noted = [code for code, cause in CAUSES.items() if cause.severity == "LOW"]
    nothing = {"reason": "", "decided_by": "", "decided_at": None}
    # What is decided already is no longer matched by the second statement, for both states are left.
    informed = rows.filter(code__in=noted).update(state=SuspicionState.NOTED.value, **nothing)
    return int(informed + rows.update(state=SuspicionState.OPEN.value, **nothing))


def _require_open(run: BillRun) -> None:
    if run.status not in BEFORE_ISSUE:
        raise UnableToDecideSuspicion(field="run", run=run.number, reason="the run is being issued")


def record_share_check(
    *, actor: Scope, usage_point: UsagePoint, checked_date: date, note: str, recorded_by: str, at: datetime
) -> ShareCheck:
    """
    Enter that the shares of a point were verified on site.

    :raises UnableToRecordCheck: if the day has not come, or has a check already
    """
    if checked_date > at.date():
        raise UnableToRecordCheck(field="checked_date", point=usage_point.code, reason="the day has not come")
    if ShareCheck.objects.for_actor(actor).filter(usage_point=usage_point, checked_date=checked_date).exists():
        raise UnableToRecordCheck(field="checked_date", point=usage_point.code, reason="that day has a check already")
    row = ShareCheck(
        usage_point=usage_point, checked_date=checked_date, note=note[:200], recorded_by=recorded_by, recorded_at=at
    )
    row.save()
    return row


def record_meter_ticket(
    *, actor: Scope, usage_point: UsagePoint, number: str, done_date: date, recorded_by: str, at: datetime
) -> MeterTicket:
    """
    Enter the ticket of an exchange or of another ratio.

    :raises UnableToRecordCheck: if it has no number, the day has not come, or it is entered already
    """
    number = number.strip()
    if not number or len(number) > _TICKET_LENGTH:
        raise UnableToRecordCheck(field="number", point=usage_point.code, reason="a ticket has a number")
    if done_date > at.date():
        raise UnableToRecordCheck(field="done_date", point=usage_point.code, reason="the day has not come")
    if MeterTicket.objects.for_actor(actor).filter(usage_point=usage_point, number=number).exists():
        raise UnableToRecordCheck(field="number", point=usage_point.code, reason="the ticket is entered already")
    row = MeterTicket(
        usage_point=usage_point, number=number, done_date=done_date, recorded_by=recorded_by, recorded_at=at
    )
    row.save()
    return row
