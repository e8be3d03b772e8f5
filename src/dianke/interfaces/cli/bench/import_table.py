"""Bench "import": customers a second from CSV files into the archive, every check, index and history row included."""

import os
import resource
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dianke.interfaces.cli.bench.scratch import scratch_database

# A file holds at most half a million rows; smaller ones keep memory small.
ROWS_A_FILE = 250_000

_SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜"
_GIVEN = "伟芳娜敏静秀丽强磊洋艳勇军杰娟涛明超兰霞平刚桂文辉玲华建国红志海"
_TRADES = ("纺织", "机械", "食品", "印刷", "铸造", "建材", "电子", "运输")
_HEADER = "客户编号,客户名称,客户类型,行业代码,立户日期,单位编码"
_COMPANY_EVERY = 20


def measure(size: int) -> dict[str, Any]:
    """Return the measurement of loading `size` customers into a database of its own, as the command loads them."""
    with scratch_database("import") as folder:
        return _measure(size, folder)


def _measure(size: int, folder: Path) -> dict[str, Any]:
    from dianke.platform.org.operations import add_unit
    from dianke.platform.org.types import UnitKind

    add_unit(code="GS", name="测量供电公司", kind=UnitKind.UTILITY, parent=None)
    parts: list[dict[str, float]] = []
    stored = bytes_read = 0
    cpu_before = time.process_time()
    for number, content in enumerate(write_files(size), start=1):
        part, added = _load_file(content, f"customers-{number}.csv", folder)
        parts.append(part)
        stored += added
        bytes_read += len(content)
    seconds = sum(part["read_s"] + part["load_s"] for part in parts)
    return {
        "name": "import",
        "size": stored,
        "seconds": round(seconds, 1),
        "rate": round(stored / seconds),
        "unit": "customers",
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "detail": {
            "files": parts,
            "megabytes": round(bytes_read / 1024 / 1024, 1),
            # Of the last minute: how busy the machine was with this and everything else.
            "load_average": round(os.getloadavg()[0], 1),
            # Of this process alone: the database works beside it.
            "cpu_seconds": round(time.process_time() - cpu_before, 1),
        },
    }


def _load_file(content: bytes, name: str, folder: Path) -> tuple[dict[str, float], int]:
    from django.conf import settings

    from dianke.application.imports.files import Limits
    from dianke.application.imports.load_table import load_table
    from dianke.application.imports.reading import read_bytes
    from dianke.kernel.clock import SystemClock
    from dianke.platform.identity.types import Actor

    # Writing the file was not the import's work: the clock starts here.
    began = time.perf_counter()
    sheet = read_bytes(content, Limits(size=settings.FILE_UPLOAD_MAX_BYTES))
    read = time.perf_counter()
    report = load_table(
        actor=Actor.system("measuring an import"),
        table="customers",
        sheet=sheet,
        file_name=name,
        at=SystemClock().now(),
        data_dir=folder,
        content=content,
    )
    took = {"read_s": round(read - began, 2), "load_s": round(time.perf_counter() - read, 2)}
    return took, report.stored


def write_files(size: int) -> Iterator[bytes]:
    """Yield CSV files of customers, one in twenty a company."""
    for start in range(0, size, ROWS_A_FILE):
        rows = [_HEADER, *map(_row, range(start, min(start + ROWS_A_FILE, size)))]
        yield "\r\n".join(rows).encode()


def _row(serial: int) -> str:
    surname = _SURNAMES[serial % len(_SURNAMES)]
    first, second = serial // 7 % len(_GIVEN), serial // 211 % len(_GIVEN)
    since = f"20{serial % 25:02d}-{serial % 12 + 1:02d}-{serial % 28 + 1:02d}"
    if serial % _COMPANY_EVERY == 0:
        name = f"{surname}{_GIVEN[first]}{_TRADES[serial // 20 % len(_TRADES)]}{serial // 160 % 10_000}有限公司"
        return f"K{serial:08d},{name},企业,C17{serial % 90 + 10},{since},GS"
    given = _GIVEN[first] + (_GIVEN[second] if serial % 5 else "")
    return f"K{serial:08d},{surname}{given},个人,,{since},GS"
