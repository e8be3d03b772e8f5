"""Issue a run: the decision is one transaction, each shard another, so that it can be resumed."""

from collections.abc import Callable
from datetime import datetime

from dianke.domain.billing.models import BillRun
from dianke.domain.billing.operations import finals, issue
from dianke.domain.billing.queries import runs as run_queries
from dianke.domain.receivables.operations import bills as books
from dianke.domain.receivables.operations.prepayments import lock_accounts_of_shard, use_prepayments_of_shard
from dianke.kernel.clock import to_shanghai
from dianke.platform.audit.use_case import use_case
from dianke.platform.database.durability import commit_without_waiting
from dianke.platform.identity.separation import require_another_person
from dianke.platform.identity.types import Actor

Progress = Callable[[int, int], None]


def issue_run(*, actor: Actor, number: str, at: datetime, progress: Progress | None = None) -> BillRun:
    """Issue every bill of a run as its second person; safe to call again after a crash."""
    run = begin_issue(actor=actor, number=number, at=at)
    waiting = run_queries.list_calculated_shards(actor=actor, run=run)
    for done, shard_number in enumerate(waiting):
        if progress:
            progress(done, len(waiting))
        issue_shard(actor=actor, number=number, shard_number=shard_number)
    if progress:
        progress(len(waiting), len(waiting))
    return close_issue(actor=actor, number=number)


@use_case(right="billing.issue")
def begin_issue(*, actor: Actor, number: str, at: datetime) -> BillRun:
    """
    Decide to issue a run, as somebody else than who ran it.

    :raises SamePerson: if the actor stood in for who ran it or let a suspicious bill stand, or the other way round
    """
    run = run_queries.get_run(actor=actor, number=number, lock=True)
    state = run_queries.get_state(actor=actor, run=run)
    issue.begin_issue(run=run, state=state, login=actor.login, at=at)
    require_another_person(actor=actor, operator_login=run.started_by, operated_on=to_shanghai(run.started_at).date())
    for login in sorted(state.exempted_by):
        require_another_person(actor=actor, operator_login=login)
    books.prepare_month(actor=actor, occurred_on=to_shanghai(run.issued_at or at).date())
    return run


@use_case(right="billing.issue")
def issue_shard(*, actor: Actor, number: str, shard_number: int) -> int:
    """Issue one shard, book it and use prepayments for it in the same transaction; return how many bills it has."""
    # The close of the issue waits for the disk, and with it for every shard.
    commit_without_waiting()
    run = run_queries.get_run(actor=actor, number=number)
    bills = issue.issue_shard(actor=actor, run=run, shard_number=shard_number)
    if bills:
        lock_accounts_of_shard(run=run, shard_number=shard_number)
        books.post_issued_shard(actor=actor, run=run, shard_number=shard_number)
        use_prepayments_of_shard(actor=actor, run=run, shard_number=shard_number)
    return bills


@use_case(right="billing.issue")
def close_issue(*, actor: Actor, number: str) -> BillRun:
    """Mark a run as issued when every shard is; an issued final bill closes its account or hands it over."""
    run = run_queries.get_run(actor=actor, number=number, lock=True)
    issue.close_issue(actor=actor, run=run)
    finals.carry_out(actor=actor, run=run)
    return run
