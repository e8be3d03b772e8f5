"""Bench "run": bills calculated a second with everything stored, on the run that stands open in the database."""

import resource
import time
from typing import Any

from django.db import transaction

from dianke.domain.billing.models import BillDraftLine, BillRun, BillRunShard
from dianke.domain.billing.operations.calculation import calculate_shard
from dianke.domain.billing.operations.runs import reopen_shard
from dianke.domain.billing.types import LINES_PER_BILL, RunStatus
from dianke.kernel.errors import DomainError
from dianke.platform.identity.types import Actor


class NoRunToMeasure(DomainError):
    """There is nothing to calculate again."""

    code = "bench.no_run_to_measure"
    message = "no run stands open; load one first, for example with ./dianke demo --homes 20000"


def measure(size: int) -> dict[str, Any]:
    """
    Calculate the shards of the largest open run again, read to COPY, up to `size` bills, and keep nothing.

    Each shard's transaction is rolled back, so the bench may be run on any database; the commit itself is
    not in the figures.

    :raises NoRunToMeasure: if no run stands between calculation and issue
    """
    actor = Actor.system("measuring a bill run")
    runs = (
        BillRun.objects.for_actor(actor).filter(status=RunStatus.CALCULATED.value).select_related("cycle_month__cycle")
    )
    run = max(runs, key=lambda one: _count_points(actor, one), default=None)
    if run is None:
        raise NoRunToMeasure(field="run")
    bills = lines = 0
    started = time.perf_counter()
    for number in (
        BillRunShard.objects.for_actor(actor).filter(run=run).order_by("number").values_list("number", flat=True)
    ):
        made = _calculate_and_forget(actor, run, number)
        bills, lines = bills + made[0], lines + made[1]
        if bills >= size:
            break
    seconds = time.perf_counter() - started
    return {
        "name": "run",
        "size": bills,
        "seconds": round(seconds, 3),
        "rate": round(bills / seconds),
        "unit": "bills",
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "detail": {
            "run": run.number,
            "shard_size": run.shard_size,
            "lines": lines,
            "lines_per_s": round(lines / seconds),
        },
    }


def _count_points(actor: Actor, run: BillRun) -> int:
    shards = BillRunShard.objects.for_actor(actor).filter(run=run)
    return sum(shards.values_list("point_count", flat=True))


def _calculate_and_forget(actor: Actor, run: BillRun, number: int) -> tuple[int, int]:
    with transaction.atomic():
        reopen_shard(actor=actor, run=run, shard_number=number)
        bills = calculate_shard(actor=actor, run=run, shard_number=number)
        shard = BillRunShard.objects.for_actor(actor).get(run=run, number=number)
        keys = (shard.first_bill_id * LINES_PER_BILL, shard.end_bill_id * LINES_PER_BILL)
        lines = BillDraftLine.objects.for_actor(actor).filter(id__gte=keys[0], id__lt=keys[1]).count()
        transaction.set_rollback(True)
    return bills, lines
