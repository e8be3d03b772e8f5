"""Whether the machine's memory has room for a database of tests, and where in it."""

import os
from pathlib import Path

# A place for files in memory that every Linux has; in a container it may be too small, which is seen below.
_SHARED = Path("/dev/shm")  # noqa: S108  (owner is checked before use)
_GROUP = Path("/sys/fs/cgroup")
# The databases of all lanes take half of this; the rest is for browsers and compilers.
NEEDED_BYTES = 8_000_000_000


def folder() -> Path:
    """Return the folder in memory that is this user's; it may not exist yet."""
    return _SHARED / f"dianke-{os.geteuid()}"


def has_room() -> bool:
    """Tell whether a database of tests fits into memory beside everything else."""
    try:
        room = os.statvfs(_SHARED)
        return min(room.f_bavail * room.f_frsize, _available_bytes(), _left_to_group_bytes()) >= NEEDED_BYTES
    except (OSError, ValueError, StopIteration):
        return False


def _available_bytes() -> int:
    lines = Path("/proc/meminfo").read_text("ascii").splitlines()
    return 1024 * next(int(line.split()[1]) for line in lines if line.startswith("MemAvailable:"))


def _left_to_group_bytes() -> int:
    """Return what a container's limit leaves; without a limit, everything."""
    for limit, used in (
        ("memory.max", "memory.current"),
        ("memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes"),
    ):
        if (_GROUP / limit).exists():
            text = (_GROUP / limit).read_text("ascii").strip()
            return 1 << 62 if text == "max" else int(text) - int((_GROUP / used).read_text("ascii"))
    return 1 << 62
