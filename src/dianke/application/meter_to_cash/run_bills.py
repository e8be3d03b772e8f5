"""Start and calculate a run; each shard is a transaction of its own, so that it can be killed anywhere."""

from collections.abc import Callable
from datetime import date, datetime

from dianke.domain.billing.models import BillRun
from dianke.domain.billing.operations import calculation, runs
from dianke.domain.billing.queries import runs as run_queries
from dianke.domain.billing.types import RunStatus
from dianke.kernel.clock import SystemClock
from dianke.platform.audit.use_case import use_case
from dianke.platform.database.durability import commit_without_waiting
from dianke.platform.identity.types import Actor

Progress = Callable[[int, int], None]


@use_case(right="billing.run")
def start_run(
    *,
    actor: Actor,
    cycle_code: str,
    month: date,
    at: datetime,
    shard_size: int = 5_000,
    stage: int | None = None,
) -> BillRun:
    """Start the run of a cycle's frozen month, or of one stage of it."""
    cycle_month = run_queries.get_cycle_month(actor=actor, cycle_code=cycle_code, month=month, stage=stage)
    return runs.start_run(actor=actor, cycle_month=cycle_month, started_by=actor.login, at=at, shard_size=shard_size)


def calculate_run(*, actor: Actor, number: str, progress: Progress | None = None) -> BillRun:
    """
    Calculate every pending shard and close the calculation; safe to call again after a crash.

    Several may do so at once, each taking the shards that no other is at. Once somebody pauses or cancels the run it
    is returned as it stands.
    """
    run = run_queries.get_run(actor=actor, number=number)
    pending = run_queries.list_pending_shards(actor=actor, run=run)
    for done, shard_number in enumerate(pending):
        if progress:
            progress(done, len(pending))
        try:
            calculate_shard(actor=actor, number=number, shard_number=shard_number)
        except calculation.UnableToCalculateShard:
            run = run_queries.get_run(actor=actor, number=number)
            if run.status not in {RunStatus.PAUSED.value, RunStatus.CANCELLED.value}:
                raise
            return run
    if progress:
        progress(len(pending), len(pending))
    return close_calculation(actor=actor, number=number, at=SystemClock().now())


@use_case(right="billing.run")
def calculate_shard(*, actor: Actor, number: str, shard_number: int) -> int:
    """Calculate one shard and return how many drafts it has."""
    # The close of the calculation waits for the disk, and with it for every shard.
    commit_without_waiting()
    run = run_queries.get_run(actor=actor, number=number)
    return calculation.calculate_shard(actor=actor, run=run, shard_number=shard_number)


@use_case(right="billing.run")
def close_calculation(*, actor: Actor, number: str, at: datetime) -> BillRun:
    """Mark a run as calculated when no shard is pending."""
    run = run_queries.get_run(actor=actor, number=number, lock=True)
    runs.close_calculation(actor=actor, run=run, at=at)
    return run


@use_case(right="billing.run")
def hold_back(*, actor: Actor, number: str) -> int:
    """Hold back the bills that corrections are asked for; who does so calls `calculate_run` then."""
    run = run_queries.get_run(actor=actor, number=number, lock=True)
    return runs.hold_back(actor=actor, run=run)


@use_case(right="billing.run")
def pause_run(*, actor: Actor, number: str) -> BillRun:
    """Let a run rest once the shards at work are done."""
    run = run_queries.get_run(actor=actor, number=number, lock=True)
    runs.pause_run(run=run)
    return run


@use_case(right="billing.run")
def resume_run(*, actor: Actor, number: str) -> BillRun:
    """Let a paused run go on; who resumes it calls `calculate_run` then."""
    run = run_queries.get_run(actor=actor, number=number, lock=True)
    runs.resume_run(run=run)
    return run


@use_case(right="billing.run")
def recalculate_run(*, actor: Actor, number: str) -> int:
    """Put the shards that hold faults back to pending, after their causes were mended."""
    run = run_queries.get_run(actor=actor, number=number, lock=True)
    return runs.recalculate_shards(actor=actor, run=run)


@use_case(right="billing.review")
def defer_faults(*, actor: Actor, number: str, code: str, reason: str) -> int:
    """Let the points of one cause wait for a later run."""
    run = run_queries.get_run(actor=actor, number=number, lock=True)
    return runs.defer_faults(actor=actor, run=run, code=code, decided_by=actor.login, reason=reason)


@use_case(right="billing.run")
def cancel_run(*, actor: Actor, number: str, reason: str) -> None:
    """Cancel a run before issue."""
    run = run_queries.get_run(actor=actor, number=number, lock=True)
    runs.cancel_run(actor=actor, run=run)
