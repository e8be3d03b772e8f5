"""dianke serve: the staff site (granian) and, beside it, the worker of long jobs."""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

# As `nice` counts: 0 is what everything else has, 19 the last.
BEHIND_PAGES = 10
# Of each web process: more than take their turn at once, for what waits in them is seen and dealt to the others.
_THREADS = min(8, 2 * (os.cpu_count() or 1) + 1)


def run(argv: list[str]) -> int:
    """Serve until a signal comes."""
    parser = argparse.ArgumentParser(prog="dianke serve", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: loopback only)")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--workers", type=int, default=2, help="web processes (default 2)")
    parser.add_argument("--no-worker", action="store_true", help="serve pages only")
    options = parser.parse_args(argv)
    return serve(host=options.host, port=options.port, workers=options.workers, with_worker=not options.no_worker)


def serve(*, host: str, port: int, workers: int, with_worker: bool) -> int:
    """Run granian in this process and the worker in a child that ends with it."""
    from django.conf import settings

    from dianke.kernel.clock import SystemClock
    from dianke.platform.database.known_keys import require_known_keys

    # WhiteNoise warns at every start while nothing was collected; what it then serves comes from the package.
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
    require_known_keys(at=SystemClock().now())

    worker = start_worker() if with_worker else None
    try:
        _serve_pages(host=host, port=port, workers=workers)
    finally:
        if worker:
            worker.terminate()
            worker.wait(timeout=30)
    return 0


def _serve_pages(*, host: str, port: int, workers: int) -> None:
    from granian.constants import Interfaces
    from granian.server import Server

    from dianke.interfaces.web.dealing import make_board

    with tempfile.TemporaryDirectory() as folder:
        os.environ["DIANKE_WEB_BOARD"] = str(make_board(Path(folder) / "web-processes"))
        Server(
            "dianke.config.wsgi:application",
            interface=Interfaces.WSGI,
            address=host,
            port=port,
            workers=workers,
            blocking_threads=_THREADS,
            log_enabled=True,
            log_access=False,
        ).serve()


def start_worker() -> subprocess.Popen[bytes]:
    """Start the worker of the job queue as a child process, behind the pages: people wait, a bill run can."""
    arguments = [sys.executable, "-m", "dianke.interfaces.cli.main", "manage", "procrastinate", "worker"]
    worker = subprocess.Popen(arguments)
    os.setpriority(os.PRIO_PROCESS, worker.pid, BEHIND_PAGES)
    return worker
