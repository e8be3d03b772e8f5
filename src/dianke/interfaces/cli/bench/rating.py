"""Bench "rating": customers rated again for a month, from bills, books and readings to ratings and class in force."""

import resource
from typing import Any

from dianke.interfaces.cli.bench.scratch import scratch_database


def measure(size: int) -> dict[str, Any]:
    """
    Return how long the monthly rating of so many customers takes: the month read, all of them rated and written.

    Two years of facts are kept; a first rating, which writes every customer's class, is timed beside it.
    """
    with scratch_database("rating"):
        from dianke.interfaces.cli.bench import rating_fleet

        found = rating_fleet.fill_and_rate(size)
    return {
        "name": "rating",
        "size": size,
        "seconds": found["again"]["seconds"],
        "rate": round(found["again"]["customers"] / found["again"]["seconds"]),
        "unit": "customers",
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "detail": found,
    }
