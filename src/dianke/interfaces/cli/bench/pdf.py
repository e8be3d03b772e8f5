"""Bench "pdf": issued bills written as PDF a second, from the frozen inputs to the files, in one process."""

import os
import resource
import time
from collections.abc import Iterator
from itertools import islice
from typing import Any

from dianke.application import bill_documents
from dianke.application.bill_documents.pdf import BATCH
from dianke.domain.billing.models import Bill
from dianke.kernel.errors import DomainError
from dianke.platform.identity.types import Actor


class NoBillToMeasure(DomainError):
    """There is nothing to write."""

    code = "bench.no_bill_to_measure"
    message = "no bill is issued; load some first, for example with ./dianke demo --once"


def measure(size: int) -> dict[str, Any]:
    """
    Write `size` issued bills of the database as a run's PDF does, in batches, and keep nothing.

    A database with fewer bills gives them again; each is opened and set anew.

    :raises NoBillToMeasure: if no bill is issued
    """
    actor = Actor.system("measuring PDF")
    # The fonts are loaded once a process, before the first batch.
    bill_documents.find_fonts()
    opened_s = set_s = 0.0
    written = bytes_written = files = 0
    bills = _repeat(actor, size)
    cpu_before = time.process_time()
    while batch := list(islice(bills, BATCH)):
        started = time.perf_counter()
        documents = list(bill_documents.write_structured_bills(actor=actor, bills=batch))
        opened = time.perf_counter()
        # The mark differs, so that typst takes no page out of its memory.
        content = bill_documents.write_pdf(documents, mark=f"bench {files}")
        opened_s, set_s = opened_s + opened - started, set_s + time.perf_counter() - opened
        written, bytes_written, files = written + len(batch), bytes_written + len(content), files + 1
    seconds, cpu_s = opened_s + set_s, time.process_time() - cpu_before
    return {
        "name": "pdf",
        "size": written,
        "seconds": round(seconds, 2),
        "rate": round(written / seconds, 1),
        "unit": "bills",
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "detail": {
            "files": files,
            "bytes": bytes_written,
            "opened_s": round(opened_s, 2),
            "set_s": round(set_s, 2),
            "cpu_s": round(cpu_s, 2),
            "load_average": round(os.getloadavg()[0], 1),
            "ms_a_bill_opened": round(1000 * opened_s / written, 1),
            "ms_a_bill_set": round(1000 * set_s / written, 1),
        },
    }


def _repeat(actor: Actor, size: int) -> Iterator[Bill]:
    """Yield bills by key, from the first again when they end."""
    rows = Bill.objects.for_actor(actor).select_related("unit").order_by("id")
    found = list(rows[:size])
    if not found:
        raise NoBillToMeasure(field="bills")
    for _round in range(-(-size // len(found))):
        yield from found[: size - _round * len(found)]
