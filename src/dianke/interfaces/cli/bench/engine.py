"""Accounts a second of the calculation engine on a mixed fleet, every line rounded to the fen."""

import resource
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

import numpy as np

from dianke.engine.chunks import WORKERS, calculate_in_chunks
from dianke.engine.types import Calculation, LineColumn
from dianke.interfaces.cli.bench.decimal_check import engine_amounts, price_account
from dianke.interfaces.cli.bench.engine_fleet import SEED, Group, build_groups

CHUNK_POINTS = 32_768
SAMPLE = 10_000


def measure(size: int) -> dict[str, Any]:
    """Return the measurement of a fleet of `size` accounts as the bench command prints it."""
    groups = build_groups(size)
    started, cpu_started = time.perf_counter(), time.process_time()
    results = {group.name: list(calculate_group(group)) for group in groups}
    seconds, cpu_seconds = time.perf_counter() - started, time.process_time() - cpu_started
    lines: Counter[str] = Counter()
    amounts: Counter[str] = Counter()
    total = 0
    for chunks in results.values():
        for chunk in chunks:
            total += int(chunk.total.sum())
            for line in chunk.lines:
                kind = _kind(line)
                lines[kind] += _count(line)
                amounts[kind] += int(line.amount.sum())
    checked, unequal = compare_sample(groups, results)
    return {
        "name": "engine",
        "size": size,
        "seconds": round(seconds, 3),
        "rate": round(size / seconds),
        "unit": "accounts",
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "detail": {
            "cpu_seconds": round(cpu_seconds, 3),
            "accounts": {group.name: group.fleet.size for group in groups},
            "lines": {**dict(sorted(lines.items())), "all": sum(lines.values())},
            "amounts": {kind: _yuan(fen) for kind, fen in sorted(amounts.items())},
            "total": _yuan(total),
            "faults": sum(int(chunk.is_faulty.sum()) for chunks in results.values() for chunk in chunks),
            "sample": {"checked": checked, "unequal": unequal, "against": "plain Decimal arithmetic"},
            "workers": WORKERS,
            "chunk_points": CHUNK_POINTS,
            "seed": SEED,
        },
    }


def calculate_group(group: Group) -> Iterator[Calculation]:
    """Return the calculations of a group, chunk by chunk."""
    return calculate_in_chunks(group.plan, group.fleet, points=CHUNK_POINTS)


def compare_sample(groups: list[Group], results: dict[str, list[Calculation]]) -> tuple[int, int]:
    """Compare evenly spread accounts of every group with slow arithmetic."""
    size = sum(group.fleet.size for group in groups)
    step = max(size // SAMPLE, 1)
    checked = unequal = 0
    for group in groups:
        for point in range(0, group.fleet.size, step):
            chunk = results[group.name][point // CHUNK_POINTS]
            row = point % CHUNK_POINTS
            checked += 1
            unequal += engine_amounts(chunk.lines, chunk.total, row) != price_account(group, point)
    return checked, unequal


def _kind(line: LineColumn) -> str:
    if line.code.startswith("energy."):
        return "tier" if line.code.startswith("energy.tier") else "energy"
    return line.code


def _count(line: LineColumn) -> int:
    """A tier is a line where energy falls into it and costs something."""
    if line.code.startswith("energy.tier"):
        return int(np.count_nonzero(line.quantity)) if line.price else 0
    return line.amount.size if line.present is None else int(line.present.sum())


def _yuan(fen: int) -> str:
    return f"{'-' if fen < 0 else ''}{abs(fen) // 100}.{abs(fen) % 100:02d}"
