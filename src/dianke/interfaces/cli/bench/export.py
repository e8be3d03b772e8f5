"""Bench "export": the lists of accounts and bills as XLSX and CSV, as the pages give them out, to the last byte."""

import resource
import time
from typing import Any

from dianke.interfaces.cli.bench.scratch import scratch_database


def measure(size: int) -> dict[str, Any]:
    """
    Return rows a second of exports of `size` accounts and of `size` bills of one month, in both formats.

    Each is asked for as its page asks: rights, the book of exports, the trail, the count, the columns that show by
    themselves, words and mark. The rate is that of the slowest of the four.
    """
    with scratch_database("export"):
        from dianke.interfaces.cli.bench import export_run

        started = time.perf_counter()
        export_run.fill(size)
        filled = time.perf_counter() - started
        resting = _peak_mb()
        found = export_run.export_everything(size)
    rates = {name: round(size / one["seconds"]) for name, one in found.items()}
    slowest = min(rates, key=lambda name: rates[name])
    return {
        "name": "export",
        "size": size,
        "seconds": round(sum(one["seconds"] for one in found.values()), 2),
        "rate": rates[slowest],
        "unit": "rows",
        "peak_mb": _peak_mb(),
        "detail": {
            "slowest": slowest,
            "filled_s": round(filled),
            # What the process held at most before the first export: filling is not frugal.
            "peak_before_mb": resting,
            "exports": {name: {"rate": rates[name], **one} for name, one in found.items()},
        },
    }


def _peak_mb() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
