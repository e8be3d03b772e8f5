"""Bench "billing": a city's month from PostgreSQL to committed bills, lines and frozen inputs, and to issue."""

import os
import resource
import subprocess
import sys
import time
from typing import Any

from dianke.interfaces.cli.bench.scratch import scratch_database

WORKERS = 2
_WORKER = "dianke.interfaces.cli.bench.billing_worker"
SHARD_SIZE = 50_000


def measure(size: int) -> dict[str, Any]:
    """
    Return accounts a second from the frozen month to committed drafts, by two processes on one run.

    A shard is read, calculated, checked against its stored lines and committed; what the database has then is
    counted, and the issue that copies it into the append-only tables is timed beside it.
    """
    with scratch_database("billing"):
        from dianke.interfaces.cli.bench import billing_run

        started = time.perf_counter()
        number = billing_run.prepare(size=size, shard_size=SHARD_SIZE)
        filled = time.perf_counter() - started
        seconds = _time(lambda: in_processes(number, "calculate"))
        peak_mb = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
        stored = billing_run.describe(number)
        issued = _time(lambda: in_processes(number, "issue"))
    return {
        "name": "billing",
        "size": size,
        "seconds": round(seconds, 2),
        "rate": round(stored["bills"] / seconds),
        "unit": "accounts",
        "peak_mb": peak_mb * WORKERS,
        "detail": {
            **stored,
            "lines_per_s": round(stored["lines"] / seconds),
            "workers": WORKERS,
            "shard_size": SHARD_SIZE,
            "filled_s": round(filled),
            "issue_s": round(issued, 2),
            "issue_per_s": round(stored["bills"] / issued),
        },
    }


def _time(work: Any) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def in_processes(number: str, act: str) -> None:
    """Let processes take the shards of a run in turn, as workers do; each connects for itself."""
    started = [
        subprocess.Popen([sys.executable, "-m", _WORKER, number, act, str(own), str(WORKERS)], env=os.environ)
        for own in range(WORKERS)
    ]
    for process in started:
        if process.wait():
            raise subprocess.CalledProcessError(process.returncode, act)
