"""Bench "feecontrol": a night of running balances, from readings to estimates stored and states taken."""

import resource
from typing import Any

from dianke.interfaces.cli.bench.scratch import scratch_database


def measure(size: int) -> dict[str, Any]:
    """
    Return accounts a second whose running balance is estimated, stored and watched: homes, shops and industry.

    Every account is under control and was read on the twentieth day of an unbilled month; every second one holds money.
    """
    with scratch_database("feecontrol"):
        from dianke.interfaces.cli.bench import feecontrol_run

        found = feecontrol_run.fill_and_estimate(size)
    return {
        "name": "feecontrol",
        "size": size,
        "seconds": found["estimate_s"],
        "rate": round(size / found["estimate_s"]),
        "unit": "accounts",
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "detail": found,
    }
