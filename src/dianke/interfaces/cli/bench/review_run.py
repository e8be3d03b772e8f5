"""The steps of the bench "review" that need Django: imported once it is ready."""

from typing import Any

from django.db import transaction

from dianke.domain.billing.models import BillRunFault, BillSuspicion
from dianke.domain.billing.operations import calculation, runs
from dianke.domain.billing.queries import runs as run_queries
from dianke.domain.billing.types import SuspicionState
from dianke.interfaces.cli.bench.review_report import report
from dianke.interfaces.cli.bench.seeded.errors import build_fleet
from dianke.interfaces.cli.bench.seeded.filling import fill_fleet
from dianke.interfaces.cli.bench.seeded.points import SeededFleet
from dianke.kernel.clock import SystemClock
from dianke.platform.identity.types import Actor

_SYSTEM = Actor.system("measuring the review")


def prepare(*, size: int, shard_size: int, owner: str = "owner") -> tuple[SeededFleet, str]:
    """Fill the database with a seeded fleet as its owner, start a run of its month, and return both."""
    fleet = build_fleet(size)
    month = fill_fleet(fleet, owner=owner)
    with transaction.atomic():
        run = runs.start_run(
            actor=_SYSTEM, cycle_month=month, started_by="bench", at=SystemClock().now(), shard_size=shard_size
        )
    return fleet, run.number


def review(number: str) -> int:
    """Calculate and review every shard of a run; return how many bills there are."""
    run = run_queries.get_run(actor=_SYSTEM, number=number)
    bills = 0
    for shard in run_queries.list_shards(actor=_SYSTEM, run=run):
        with transaction.atomic():
            bills += calculation.calculate_shard(actor=_SYSTEM, run=run, shard_number=shard.number)
    return bills


def compare(fleet: SeededFleet, number: str) -> dict[str, Any]:
    """Return what was found beside what was seeded; the key of a point is its serial."""
    run = run_queries.get_run(actor=_SYSTEM, number=number)
    suspicions = BillSuspicion.objects.for_actor(_SYSTEM).filter(run=run)
    faults = BillRunFault.objects.for_actor(_SYSTEM).filter(run=run)
    return report(
        fleet,
        found=[
            (point, code, state != SuspicionState.NOTED.value)
            for point, code, state in suspicions.values_list("usage_point_id", "code", "state")
        ],
        unbilled=dict(faults.values_list("usage_point_id", "code")),
    )
