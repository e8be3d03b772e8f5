"""Bench "bankfile": a bank's answer of so many lines, checked whole and booked, a part a commit."""

import resource
from typing import Any

from dianke.interfaces.cli.bench.scratch import scratch_database


def measure(size: int) -> dict[str, Any]:
    """
    Return lines a second of an answer, from its bytes to booked payments.

    An account with an open bill and an agreement a line; a tenth is refused, a tenth is paid in part. The batch is
    made and its file written before, which is told beside; then the answer is checked again and must be known.
    """
    with scratch_database("bankfile") as folder:
        from dianke.interfaces.cli.bench import bank_answers

        found = bank_answers.withhold(size, data_dir=folder)
    seconds = found["check_s"] + found["book_s"]
    return {
        "name": "bankfile",
        "size": size,
        "seconds": round(seconds, 2),
        "rate": round(size / seconds),
        "unit": "lines",
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "detail": found,
    }
