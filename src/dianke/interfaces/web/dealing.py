"""
Readers are dealt evenly to the web processes of one service.

A browser keeps its connection, and with it the process that took it: of eight readers five or six may wait in one
process while the other idles. So every process says how many requests it has in hand, in a file that all of them
map, and one that has clearly more than another ends a connection with its answer; the browser opens a new one, and
the other process may take it. Nothing is lost: the answer is whole, and HTTP says how to go on.
"""

import os
from collections.abc import Callable, Iterable
from fcntl import LOCK_EX, LOCK_UN, flock
from mmap import mmap
from pathlib import Path
from threading import Lock
from typing import Any

_SLOTS = 64
_ROW = 2  # a process's number, and its requests in hand
_CELL_BYTES = 8
# One more than the other is what chance deals.
_CLEARLY_MORE = 2

Start = Callable[..., Any]
Application = Callable[[dict[str, Any], Start], Iterable[bytes]]


def make_board(path: Path) -> Path:
    """Write the empty file that the processes of a service map, and return where it is."""
    path.write_bytes(bytes(_SLOTS * _ROW * _CELL_BYTES))
    return path


class Board:
    """What the processes of a service have in hand: one writes its own row and reads the others'."""

    def __init__(self, path: Path, *, process: int) -> None:
        """Take the first row that no living process has."""
        self._process = process
        with path.open("r+b") as file:
            self._cells = memoryview(mmap(file.fileno(), 0)).cast("q")
            # Two that start at once take two rows. Closing would not give the lock up: the map keeps the file open.
            flock(file, LOCK_EX)
            self._row = self._take_row()
            flock(file, LOCK_UN)

    def write(self, in_hand: int) -> None:
        """Say what this process has in hand."""
        self._cells[self._row + 1] = in_hand

    def find_least(self) -> int | None:
        """Return what the other living process with the least has in hand, None when there is no other."""
        others = [
            self._cells[row + 1]
            for row in range(0, _SLOTS * _ROW, _ROW)
            if self._cells[row] not in (0, self._process) and _lives(self._cells[row])
        ]
        return min(others, default=None)

    def _take_row(self) -> int:
        for row in range(0, _SLOTS * _ROW, _ROW):
            holder = self._cells[row]
            if holder in (0, self._process) or not _lives(holder):
                self._cells[row], self._cells[row + 1] = self._process, 0
                return row
        msg = f"more than {_SLOTS} web processes share one board"
        raise RuntimeError(msg)


class EvenDealing:
    """A WSGI application that ends a connection with its answer while its process has clearly more in hand."""

    def __init__(self, application: Application, board: Board) -> None:
        """Wrap an application; `board` is the one of this process."""
        self._application = application
        self._board = board
        self._lock = Lock()
        self._in_hand = 0

    def __call__(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        """Answer a request, counted while it is in hand."""
        self._count(1)
        try:
            return self._application(environ, self._ending(start))
        finally:
            self._count(-1)

    def _ending(self, start: Start) -> Start:
        def start_response(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            least = self._board.find_least() if self._in_hand >= _CLEARLY_MORE else None
            if least is not None and self._in_hand - least >= _CLEARLY_MORE:
                headers = [*headers, ("Connection", "close")]
            return start(status, headers, *rest)

        return start_response

    def _count(self, step: int) -> None:
        with self._lock:
            self._in_hand += step
            self._board.write(self._in_hand)


def deal_evenly(application: Application, *, board: Path | None) -> Application:
    """Return the application as one of the processes that share a board serves it; without one it stays as it is."""
    return EvenDealing(application, Board(board, process=os.getpid())) if board else application


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True
