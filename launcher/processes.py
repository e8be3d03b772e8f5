"""Run a program so that it ends with us, and pass signals on exactly once."""

import ctypes
import os
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, NoReturn

_ENDING = frozenset({signal.SIGINT, signal.SIGTERM, signal.SIGHUP})
_WAITED_FOR = frozenset({*_ENDING, signal.SIGCHLD})
_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True)
class Outcome:
    """How a program ended: its status (128 + n when signal n ended it) and whether we were told to end."""

    status: int
    interrupted: bool


def run(
    command: Sequence[str],
    *,
    env: Mapping[str, str],
    cwd: Path | None = None,
    output: IO[bytes] | int | None = None,
) -> Outcome:
    """Run a program to its end; signals meant for this process reach it too."""
    return wait(start(command, env=env, cwd=cwd, output=output))


def start(
    command: Sequence[str],
    *,
    env: Mapping[str, str],
    cwd: Path | None = None,
    output: IO[bytes] | int | None = None,
) -> subprocess.Popen[bytes]:
    """Start a program that does not outlive this process; `wait` for it, or end it."""
    prctl = ctypes.CDLL(None).prctl
    # A signal that comes before the child has its own mask would be lost in it.
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, _WAITED_FOR)

    def in_child() -> None:
        # The child must not outlive a launcher that was killed outright.
        prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)

    errors = None if output is None else subprocess.STDOUT
    try:
        return subprocess.Popen(command, env=env, cwd=cwd, stdout=output, stderr=errors, preexec_fn=in_child)  # noqa: PLW1509  (one thread)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)


def wait(child: subprocess.Popen[bytes]) -> Outcome:
    """Wait for the end of a program; signals meant for this process reach it too."""
    interrupted = False
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, _WAITED_FOR)
    try:
        while child.poll() is None:
            caught = signal.sigtimedwait(_WAITED_FOR, 1.0)
            if caught is None or caught.si_signo not in _ENDING:
                continue
            interrupted = True
            # A key press reaches the whole foreground group by itself; only what another process sent
            # to us alone (si_code <= 0) has to be passed on.
            if caught.si_code <= 0:
                child.send_signal(caught.si_signo)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
    status = child.returncode
    return Outcome(status=status if status >= 0 else 128 - status, interrupted=interrupted)


def replace_by(command: Sequence[str], *, env: Mapping[str, str]) -> NoReturn:
    """Become another program."""
    os.execve(command[0], list(command), dict(env))  # noqa: S606  (no shell is wanted)


@contextmanager
def shielded() -> Iterator[None]:
    """Let nobody interrupt what must be finished, such as stopping the server."""
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, _ENDING)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)


def end_on_signals() -> None:
    """Turn the signals that end a program into an exception, so that every `finally` runs."""

    def end(number: int, _frame: object) -> None:
        raise SystemExit(128 + number)

    for number in _ENDING:
        signal.signal(number, end)
