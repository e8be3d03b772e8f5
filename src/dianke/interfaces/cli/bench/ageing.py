"""Bench "ageing": arrears of many accounts aged by unit and class, on the day after the open items were carried."""

import resource
from typing import Any

from dianke.interfaces.cli.bench.scratch import scratch_database


def measure(size: int) -> dict[str, Any]:
    """
    Return how long the ageing of so many accounts takes, every one of them with an open bill.

    A fifth of the accounts pay and a tenth are billed again after the carried day, so that figures are both carried
    and added up; the figure is the slowest of two tables, read three times each.
    """
    with scratch_database("ageing"):
        from dianke.interfaces.cli.bench import open_items

        found = open_items.fill_and_age(size)
    seconds = max(found["by_unit_s"], found["by_class_s"])
    return {
        "name": "ageing",
        "size": size,
        "seconds": seconds,
        "rate": round(size / seconds),
        "unit": "accounts",
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "detail": found,
    }
