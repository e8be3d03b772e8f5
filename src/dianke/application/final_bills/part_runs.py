"""Start what follows: the first bill of who took an account over, and points that an issued run left."""

from datetime import datetime

from dianke.domain.billing.models import BillRun
from dianke.domain.billing.operations import part_runs
from dianke.domain.billing.queries import finals as queries
from dianke.domain.billing.queries import runs as run_queries
from dianke.platform.audit.use_case import use_case
from dianke.platform.identity.types import Actor


@use_case(right="billing.run")
def start_opening(*, actor: Actor, key: int, at: datetime) -> BillRun:
    """Start the run of the days from a hand-over to the end of its month."""
    final = queries.get_final(actor=actor, key=key, lock=True)
    return part_runs.start_opening(actor=actor, final=final, started_by=actor.login, at=at)


@use_case(right="billing.run")
def start_supplement(*, actor: Actor, number: str, at: datetime) -> BillRun:
    """Start a run of the points that an issued run put off or held back."""
    parent = run_queries.get_run(actor=actor, number=number)
    return part_runs.start_supplement(actor=actor, parent=parent, started_by=actor.login, at=at)
