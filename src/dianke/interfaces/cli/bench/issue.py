"""Bench "issue": a calculated month issued, bills, lines, frozen inputs and postings, a commit a shard."""

import resource
import time
from typing import Any

from dianke.interfaces.cli.bench.billing import SHARD_SIZE, WORKERS, in_processes
from dianke.interfaces.cli.bench.scratch import scratch_database


def measure(size: int) -> dict[str, Any]:
    """
    Return bills a second of the issue of a whole run by two processes, every bill booked as a receivable with it.

    The month is filled and calculated as the bench "billing" does; the books are proved when it is over.
    """
    with scratch_database("issue"):
        from dianke.interfaces.cli.bench import billing_run, books

        number = billing_run.prepare(size=size, shard_size=SHARD_SIZE)
        in_processes(number, "calculate")
        stored = billing_run.describe(number)
        started = time.perf_counter()
        in_processes(number, "issue")
        seconds = time.perf_counter() - started
        proof_started = time.perf_counter()
        proved = books.prove()
        proof_seconds = time.perf_counter() - proof_started
    return {
        "name": "issue",
        "size": size,
        "seconds": round(seconds, 2),
        "rate": round(stored["bills"] / seconds),
        "unit": "bills",
        "peak_mb": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024 * WORKERS,
        "detail": {
            "bills": stored["bills"],
            "amount_fen": stored["amount_fen"],
            "lines": stored["lines"],
            **proved,
            "proof_s": round(proof_seconds, 2),
            "workers": WORKERS,
            "shard_size": SHARD_SIZE,
        },
    }
