"""Measures against risk: proposed by a run, accepted or refused by another, done; and judged by what came."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from dianke.domain.collection.models import RiskMeasure, RiskRun
from dianke.domain.collection.types import RiskMeasureKind, RiskMeasureState, RiskOutcome, RiskThing
from dianke.kernel.errors import DomainError
from dianke.platform.database.bulk import insert_rows
from dianke.platform.identity.types import Actor

_SYSTEM = Actor.system("proposing measures against risk")
_LIVING = [RiskMeasureState.PROPOSED.value, RiskMeasureState.ACCEPTED.value]


class MeasureOutOfState(DomainError):
    """A measure is not where the act wants it."""

    code = "risk.measure_out_of_state"
    message = "measure {number} is {state}"


class NothingLedTo(DomainError):
    """A measure is called done, and nothing of what it was to lead to is there."""

    code = "risk.nothing_led_to"
    message = "measure {number} led to nothing yet: no agreement, guarantee or terms are in force"


class ReasonMissing(DomainError):
    """Nothing says why, or what was done."""

    code = "risk.reason_missing"
    message = "say why, or what was done"


@dataclass(frozen=True, slots=True)
class Proposal:
    """A measure that fits an account."""

    account_id: int
    unit_id: int
    kind: RiskMeasureKind
    grade: str
    probability_e6: int
    expected_loss_fen: int
    reasons: tuple[str, ...]


def propose(
    *, run: RiskRun, proposals: Sequence[Proposal], most: int, rest_days: int, login: str, at: datetime
) -> tuple[int, int]:
    """
    Write proposals, the largest expected loss first, and return how many were written and how many left out.

    Nothing is proposed for an account while a measure lives for it, or one was proposed within the days of rest; what
    goes beyond `most` is left out, for nobody would look at it this week.
    """
    since = run.as_of_date - timedelta(days=rest_days)
    known = RiskMeasure.objects.for_actor(_SYSTEM)
    taken = set(known.filter(state__in=_LIVING).values_list("account_id", flat=True))
    taken |= set(known.filter(as_of_date__gt=since).values_list("account_id", flat=True))
    fresh = [one for one in proposals if one.account_id not in taken]
    fresh.sort(key=lambda one: (-one.expected_loss_fen, one.account_id))
    rows = [
        RiskMeasure(
            unit_id=one.unit_id, account_id=one.account_id, run=run, kind=one.kind.value, as_of_date=run.as_of_date,
            grade=one.grade, probability_e6=one.probability_e6, expected_loss_fen=one.expected_loss_fen,
            reasons=list(one.reasons), proposed_by=login, proposed_at=at,
        )
        # The last number is the largest: lists show the newest first.
        for one in reversed(fresh[:most])
    ]  # fmt: skip
    insert_rows(rows)
    return len(rows), len(fresh) - len(rows)


def accept(*, measure: RiskMeasure, reason: str, login: str, at: datetime) -> RiskMeasure:
    """
    Accept a measure as work.

    :raises MeasureOutOfState: if it was decided
    """
    _require(measure, RiskMeasureState.PROPOSED)
    return _decide(measure, RiskMeasureState.ACCEPTED, reason, login, at)


def refuse(*, measure: RiskMeasure, reason: str, login: str, at: datetime) -> RiskMeasure:
    """
    Refuse a measure, or give up one that was accepted and cannot be carried out.

    :raises MeasureOutOfState: if it was refused, or is done
    :raises ReasonMissing: if nothing says why
    """
    if measure.state not in _LIVING:
        raise MeasureOutOfState(field="state", number=measure.number, state=measure.state)
    _require_words(reason)
    return _decide(measure, RiskMeasureState.REFUSED, reason, login, at)


def finish(
    *, measure: RiskMeasure, note: str, thing: tuple[RiskThing, int] | None, login: str, on: date
) -> RiskMeasure:
    """
    Record that an accepted measure was carried out, by what it led to; a reminder may be told in words alone.

    :param thing: what it led to, and its key
    :raises MeasureOutOfState: if nobody accepted it, or it is done
    :raises NothingLedTo: if it was to lead to something, and that is not there
    :raises ReasonMissing: if neither a thing nor words say what was done
    """
    _require(measure, RiskMeasureState.ACCEPTED)
    if thing is None:
        if measure.kind != RiskMeasureKind.EARLY_REMINDER.value:
            raise NothingLedTo(field="thing", number=measure.number)
        _require_words(note)
    measure.state, measure.done_by, measure.done_on = RiskMeasureState.DONE.value, login, on
    measure.done_note = note.strip()
    measure.thing_kind, measure.thing_key = (thing[0].value, thing[1]) if thing else ("", None)
    measure.save(update_fields=["state", "done_by", "done_on", "done_note", "thing_kind", "thing_key"])
    return measure


def judge(*, outcomes: Mapping[int, RiskOutcome], on: date) -> int:
    """Record what came of the accounts of measures, by the key of the measure, and return how many."""
    for outcome in RiskOutcome:
        keys = [key for key, found in outcomes.items() if found is outcome]
        rows = RiskMeasure.objects.for_actor(_SYSTEM).filter(pk__in=keys, outcome="")
        rows.update(outcome=outcome.value, judged_on=on)
    return len(outcomes)


def _decide(measure: RiskMeasure, state: RiskMeasureState, reason: str, login: str, at: datetime) -> RiskMeasure:
    measure.state, measure.decided_by, measure.decided_at = state.value, login, at
    measure.decision_reason = reason.strip()
    measure.save(update_fields=["state", "decided_by", "decided_at", "decision_reason"])
    return measure


def _require(measure: RiskMeasure, state: RiskMeasureState) -> None:
    if measure.state != state.value:
        raise MeasureOutOfState(field="state", number=measure.number, state=measure.state)


def _require_words(text: str) -> None:
    if not text.strip():
        raise ReasonMissing(field="reason")
