"""The steps of the bench "billing" that need Django: imported once it is ready."""

from datetime import datetime
from typing import Any

from django.db import connection, transaction

from dianke.application import meter_to_cash
from dianke.domain.billing.models import BillRun
from dianke.domain.billing.operations import calculation, issue, runs
from dianke.domain.billing.queries import replay as replay_queries
from dianke.domain.billing.queries import review
from dianke.domain.billing.queries import runs as run_queries
from dianke.domain.receivables.operations import bills as books
from dianke.interfaces.cli.bench.billing_filling import fill_month
from dianke.kernel.clock import SystemClock
from dianke.platform.identity.types import Actor

_SYSTEM = Actor.system("measuring a bill run")


def prepare(*, size: int, shard_size: int) -> str:
    """Fill the database, start a run and return its number."""
    month = fill_month(size)
    with transaction.atomic():
        run = runs.start_run(
            actor=_SYSTEM, cycle_month=month, started_by="bench", at=SystemClock().now(), shard_size=shard_size
        )
    return run.number


def work(number: str, act: str, own: int, workers: int) -> None:
    """Calculate the shards that no other process is at, or issue those whose turn is this one's."""
    run = run_queries.get_run(actor=_SYSTEM, number=number)
    if act == "calculate":
        for shard_number in run_queries.list_pending_shards(actor=_SYSTEM, run=run):
            with transaction.atomic():
                calculation.calculate_shard(actor=_SYSTEM, run=run, shard_number=shard_number)
        return
    for shard_number in run_queries.list_calculated_shards(actor=_SYSTEM, run=run):
        if shard_number % workers == own:
            with transaction.atomic():
                issue.issue_shard(actor=_SYSTEM, run=run, shard_number=shard_number)
                books.post_issued_shard(actor=_SYSTEM, run=run, shard_number=shard_number)


def replay(number: str) -> dict[str, int]:
    """Compute every issued bill of a run again and return what was compared."""
    run = run_queries.get_run(actor=_SYSTEM, number=number)
    report = replay_queries.replay_run(actor=_SYSTEM, run=run)
    return {
        "bills": report.bills,
        "lines": report.lines,
        "amount_fen": report.amount_fen,
        "differing_bills": report.differing_bills,
    }


def describe(number: str) -> dict[str, Any]:
    """Close the calculation, count what is stored, and open the issue as a second person."""
    now = SystemClock().now()
    run = run_queries.get_run(actor=_SYSTEM, number=number)
    with transaction.atomic():
        runs.close_calculation(actor=_SYSTEM, run=run, at=now)
    suspicions = _exempt(run, now)
    with transaction.atomic():
        state = run_queries.get_state(actor=_SYSTEM, run=run)
        issue.begin_issue(run=run, state=state, login="second", at=now)
        books.prepare_month(actor=_SYSTEM, occurred_on=now.date())
    return {**_count(run), "faults": state.faults_open, "differing": state.lines_differ, "suspicions": suspicions}


def _exempt(run: BillRun, at: datetime) -> dict[str, int]:
    """Let every suspicion stand, so that the run can be issued, and return how many there are by cause."""
    causes = review.list_causes(actor=_SYSTEM, run=run)
    for cause in causes:
        if cause.open:
            meter_to_cash.exempt_suspicions(
                actor=_SYSTEM, number=run.number, code=cause.code, reason="a measurement", at=at
            )
    return {cause.code: cause.count for cause in causes}


def _count(run: BillRun) -> dict[str, Any]:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            select (select count(*) from billing_billdraft), (select sum(amount_fen) from billing_billdraft),
                   (select count(*) from billing_billdraftline),
                   pg_total_relation_size('billing_billdraft'), pg_total_relation_size('billing_billdraftline'),
                   (select sum(length(content)) from billing_draftinputs), (select count(*) from billing_draftinputs)
            """
        )
        names = ("bills", "amount_fen", "lines", "bill_bytes", "line_bytes", "frozen_bytes", "frozen_blocks")
        return dict(zip(names, map(int, cursor.fetchone()), strict=True))
