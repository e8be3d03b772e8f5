"""Bench "risk": a year and a half of made-up bills and payments in the books, trained on, judged and scored."""

import resource
from typing import Any

from dianke.interfaces.cli.bench.scratch import scratch_database


def measure(size: int) -> dict[str, Any]:
    """Return how long training and the scoring of so many accounts take, and how good the models are out of time."""
    with scratch_database("risk"):
        from dianke.interfaces.cli.bench import risk_books

        found = risk_books.fill_train_and_score(size)
    return {
        "name": "risk",
        "size": size,
        "seconds": found["score_s"],
        "rate": round(size / found["score_s"]),
        "unit": "accounts",
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "detail": found,
    }
