"""Bench "replay": an issued month computed again from its frozen blocks, every line beside the one that was issued."""

import resource
import time
from typing import Any

from dianke.interfaces.cli.bench.billing import SHARD_SIZE, in_processes
from dianke.interfaces.cli.bench.scratch import scratch_database


def measure(size: int) -> dict[str, Any]:
    """
    Return bills a second of a replay of a whole issued run, from the frozen blocks to the report.

    The month is filled, run and issued as the bench "billing" does; then one process, as the worker is, unpacks the
    blocks, computes every bill again and compares bills and lines with those in the append-only tables.
    """
    with scratch_database("replay"):
        from dianke.interfaces.cli.bench import billing_run

        number = billing_run.prepare(size=size, shard_size=SHARD_SIZE)
        in_processes(number, "calculate")
        billing_run.describe(number)
        in_processes(number, "issue")
        started = time.perf_counter()
        found = billing_run.replay(number)
        seconds = time.perf_counter() - started
    return {
        "name": "replay",
        "size": size,
        "seconds": round(seconds, 2),
        "rate": round(found["bills"] / seconds),
        "unit": "bills",
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "detail": {
            **found,
            "lines_per_s": round(found["lines"] / seconds),
            "rows_per_s": round((found["bills"] + found["lines"]) / seconds),
            "workers": 1,
            "shard_size": SHARD_SIZE,
        },
    }
