"""Compute issued bills again from what they froze, and say whether every fen comes out as issued."""

from collections.abc import Callable
from datetime import date

from dianke.domain.billing.queries import bills as bill_queries
from dianke.domain.billing.queries import corrections as correction_queries
from dianke.domain.billing.queries import replay
from dianke.domain.billing.queries import runs as run_queries
from dianke.domain.billing.queries.replay import ReplayReport
from dianke.platform.audit.use_case import use_case
from dianke.platform.identity.types import Actor

Progress = Callable[[int, int], None]


@use_case(right="billing.view")
def replay_bill(*, actor: Actor, number: str) -> ReplayReport:
    """Compute the bill of a number again."""
    return replay.replay_bill(bill=bill_queries.get_bill_by_number(actor=actor, number=number))


@use_case(right="billing.review")
def replay_run(*, actor: Actor, number: str, progress: Progress | None = None) -> ReplayReport:
    """Compute every issued bill of a run again."""
    return replay.replay_run(actor=actor, run=run_queries.get_run(actor=actor, number=number), progress=progress)


@use_case(right="billing.review")
def replay_month(*, actor: Actor, month: date) -> dict[str, ReplayReport]:
    """Compute every issued bill of a month again, and return what was found by number of run or correction."""
    runs = replay.list_issued_runs(actor=actor, month=month)
    found = {run.number: replay.replay_run(actor=actor, run=run) for run in runs}
    corrections = replay.replay_corrections(actor=actor, month=month)
    numbers = correction_queries.list_numbers(actor=actor, keys=corrections)
    return found | {numbers[key]: report for key, report in corrections.items()}
