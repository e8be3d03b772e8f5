"""Bench "review": known errors in a fleet of which everything is known, and what the review makes of them."""

import resource
import time
from typing import Any

from dianke.interfaces.cli.bench.scratch import scratch_database

SHARD_SIZE = 5_000


def measure(size: int) -> dict[str, Any]:
    """
    Return what the review found of seeded errors, and how many clean bills it stopped, on a real run.

    The fleet comes from a generator that shares no code with the rules; readings are frozen, calculated and
    reviewed as any other month, and the stored suspicions are held against the truth.
    """
    with scratch_database("review"):
        from dianke.interfaces.cli.bench import review_run

        started = time.perf_counter()
        fleet, number = review_run.prepare(size=size, shard_size=SHARD_SIZE)
        filled = time.perf_counter() - started
        started = time.perf_counter()
        bills = review_run.review(number)
        seconds = time.perf_counter() - started
        found = review_run.compare(fleet, number)
    return {
        "name": "review",
        "size": size,
        "seconds": round(seconds, 2),
        "rate": round(bills / seconds),
        "unit": "bills",
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "detail": {"bills": bills, "shard_size": SHARD_SIZE, "filled_s": round(filled, 1), **found},
    }
