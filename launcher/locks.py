"""File locks of the kernel: released by it however a process ends, so nothing stale can be left."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from launcher.errors import say
from launcher.paths import make_folder


def open_lock(path: Path) -> BinaryIO:
    """Open the file of a lock, made when missing and readable to nobody else."""
    make_folder(path.parent)
    handle = path.open("ab")
    path.chmod(0o600)
    return handle


def take_at_once(handle: BinaryIO) -> bool:
    """Take the lock for this process alone and tell whether that went without waiting."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def share(handle: BinaryIO) -> None:
    """Take the lock together with others."""
    fcntl.flock(handle, fcntl.LOCK_SH)


@contextmanager
def exclusive(path: Path, *, waiting_for: str = "") -> Iterator[None]:
    """Hold the lock alone, waiting for whoever has it."""
    with open_lock(path) as handle:
        if not take_at_once(handle):
            if waiting_for:
                say(f"waiting for another launcher: {waiting_for}")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
