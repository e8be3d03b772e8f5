"""Bench "tags": a made-up fleet with facts of every source, all its tags computed twice, and segments asked of it."""

import resource
from typing import Any

from dianke.interfaces.cli.bench.scratch import scratch_database


def measure(size: int) -> dict[str, Any]:
    """Return how long all tags of so many customers take, and how long it takes to see whom a condition fits."""
    with scratch_database("tags"):
        from dianke.interfaces.cli.bench import tags_fleet

        found = tags_fleet.fill_and_run(size)
    return {
        "name": "tags",
        "size": size,
        "seconds": found["run_s"],
        "rate": round(size / found["run_s"]),
        "unit": "customers",
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "detail": found,
    }
