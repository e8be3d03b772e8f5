"""Bench "postings": balanced postings a second, as payments write them: two a voucher, five thousand a commit."""

import resource
from typing import Any

from dianke.interfaces.cli.bench.scratch import scratch_database


def measure(size: int) -> dict[str, Any]:
    """Return postings a second, from Python to committed rows with their numbers, checked and summed by the trigger."""
    with scratch_database("postings"):
        from dianke.interfaces.cli.bench import books

        seconds = books.write_payments(size)
        proved = books.prove()
    return {
        "name": "postings",
        "size": size,
        "seconds": round(seconds, 2),
        "rate": round(proved["postings"] / seconds),
        "unit": "postings",
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "detail": {**proved, "vouchers_per_commit": books.BATCH, "workers": 1},
    }
