"""Bench "trial": a billed month under the residential sheet with one tier moved, over every issued bill of its plan."""

import resource
import time
from typing import Any

from dianke.interfaces.cli.bench.billing import SHARD_SIZE, in_processes
from dianke.interfaces.cli.bench.scratch import scratch_database


def measure(size: int) -> dict[str, Any]:
    """
    Return accounts a second of a trial over a whole issued month, from the frozen blocks to the kept report.

    The month is filled, run and issued as the bench "billing" does; then one process, as the worker is, carries the
    trial out. The rate counts every account of the month, of which those of other plans are only looked at.
    """
    with scratch_database("trial"):
        from dianke.interfaces.cli.bench import billing_run, trial_run

        number = billing_run.prepare(size=size, shard_size=SHARD_SIZE)
        in_processes(number, "calculate")
        billing_run.describe(number)
        in_processes(number, "issue")
        trial = trial_run.prepare(number)
        started = time.perf_counter()
        found = trial_run.carry_out(trial)
        seconds = time.perf_counter() - started
    return {
        "name": "trial",
        "size": size,
        "seconds": round(seconds, 2),
        "rate": round(size / seconds),
        "unit": "accounts",
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "detail": {**found, "tried_per_s": round(found["bills"] / seconds), "workers": 1, "shard_size": SHARD_SIZE},
    }
