"""Bench "payments": lines of a bank file taken in a second, settled, booked and explained, a batch a commit."""

import resource
from typing import Any

from dianke.interfaces.cli.bench.scratch import scratch_database


def measure(size: int) -> dict[str, Any]:
    """
    Return lines a second of a bank file with a line an account, each account with an open bill and settled ones.

    Most lines pay the bill, a tenth pays late and with a fee, a tenth too little, a tenth too much, one in fifty is
    for nobody known; then the whole file comes again and must do nothing, and the books are proved.
    """
    with scratch_database("payments"):
        from dianke.interfaces.cli.bench import payment_files

        found = payment_files.receive(size)
    return {
        "name": "payments",
        "size": size,
        "seconds": found["seconds"],
        "rate": round(size / found["seconds"]),
        "unit": "payments",
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "detail": found,
    }
