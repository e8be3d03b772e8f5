"""The monthly run: every customer as of the last day of the month before, part by part, going on where it stopped."""

from datetime import date, datetime, timedelta

from dianke.domain.credit.models import CreditRun
from dianke.domain.credit.operations import scores as operations
from dianke.domain.credit.queries.gathering import OldDebts, find_next_range, list_old_debts, load_block
from dianke.domain.credit.queries.policies import get_policy
from dianke.domain.credit.rules.policy import Policy
from dianke.domain.credit.types import RunState
from dianke.kernel.clock import to_shanghai
from dianke.platform.audit.use_case import use_case
from dianke.platform.identity.types import Actor

_RIGHT = "credit.manage"
PART = 50_000
_KEPT_RUNS = 36


def run_month(*, actor: Actor, at: datetime, size: int = PART, most_parts: int | None = None) -> CreditRun:
    """
    Score every customer as of the last day of the month before, once; a run that was broken off goes on.

    :param most_parts: stops after so many parts; the next call goes on
    """
    as_of = to_shanghai(at).date().replace(day=1) - timedelta(days=1)
    return run_as_of(actor=actor, as_of=as_of, at=at, size=size, most_parts=most_parts)


def run_as_of(*, actor: Actor, as_of: date, at: datetime, size: int = PART, most_parts: int | None = None) -> CreditRun:
    """Score every customer as of the end of a day, once; a run that was broken off goes on where it stopped."""
    policy = get_policy(on=as_of)
    run = _begin(actor=actor, as_of=as_of, policy=policy, at=at)
    if run.state == RunState.DONE.value:
        return run
    old = list_old_debts(as_of=as_of, policy=policy)
    parts = 0
    while (last := find_next_range(after=run.done_until, size=size)) is not None:
        if parts == most_parts:
            return run
        _score(actor=actor, run=run, policy=policy, old=old, last=last, at=at)
        parts += 1
    return _end(actor=actor, run=run, at=at)


@use_case(right=_RIGHT)
def _begin(*, actor: Actor, as_of: date, policy: Policy, at: datetime) -> CreditRun:
    """Begin a run, or find it where it stopped."""
    return operations.begin_run(as_of=as_of, policy=policy, login=actor.login, at=at)


@use_case(right=_RIGHT)
def _score(*, actor: Actor, run: CreditRun, policy: Policy, old: OldDebts, last: int, at: datetime) -> int:
    """Score a part of the customers of a run."""
    block = load_block(after=run.done_until, last=last, as_of=run.as_of_date, policy=policy, old=old)
    return operations.score_part(run=run, block=block, policy=policy, done_until=last, at=at)


@use_case(right=_RIGHT)
def _end(*, actor: Actor, run: CreditRun, at: datetime) -> CreditRun:
    """End a run: grades that fell become notices, scores of runs long past are dropped."""
    operations.forget_old_scores(kept_runs=_KEPT_RUNS)
    return operations.end_run(run=run, at=at)
