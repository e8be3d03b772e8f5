"""Bench "postings": balanced postings a second, of bills and of what pays them: two a voucher, 5,000 a commit."""

import resource
from typing import Any

from dianke.interfaces.cli.bench.scratch import scratch_database


def measure(size: int) -> dict[str, Any]:
    """
    Return postings a second, from Python to committed rows with their numbers, checked and summed by the trigger.

    A quarter of the size are bills: each is booked, then paid in full by the way of a file of a bank; the books are
    proved when it is over.
    """
    with scratch_database("postings"):
        from dianke.interfaces.cli.bench import books

        took = books.book_and_pay(size)
        proved = books.prove()
    seconds = sum(took.values())
    return {
        "name": "postings",
        "size": size,
        "seconds": round(seconds, 2),
        "rate": round(proved["postings"] / seconds),
        "unit": "postings",
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "detail": {
            **proved,
            **{name: round(each, 2) for name, each in took.items()},
            "vouchers_per_commit": books.BATCH,
            "workers": 1,
        },
    }
