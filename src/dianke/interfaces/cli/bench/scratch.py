"""A database of its own for measurements that fill one, made and dropped beside the utility's."""

import os
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from dianke.kernel.errors import DomainError


class NoServerToMeasure(DomainError):
    """There is no database server to make a scratch database on."""

    code = "bench.no_server_to_measure"
    message = "the bench needs DATABASE_OWNER_URL of a role that may create databases, and DATABASE_URL"


@contextmanager
def scratch_database(name: str) -> Iterator[Path]:
    """
    Make an empty database with every migration, let this process work in it and drop it; yields a data directory.

    :raises NoServerToMeasure: if the addresses of owner and service are not set
    """
    import psycopg
    from psycopg import sql

    urls = {key: os.environ.get(key, "") for key in ("DATABASE_URL", "DATABASE_OWNER_URL")}
    if not all(urls.values()):
        raise NoServerToMeasure(field="database")
    database = f"dianke_bench_{name}_{os.getpid()}"
    # Whoever ends the measurement early leaves no database behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with psycopg.connect(urls["DATABASE_OWNER_URL"], autocommit=True) as owner:
        owner.execute(sql.SQL("create database {}").format(sql.Identifier(database)))
        try:
            with tempfile.TemporaryDirectory(prefix="dianke-bench-") as folder:
                for key, url in urls.items():
                    os.environ[key] = urlunsplit(urlsplit(url)._replace(path=f"/{database}"))
                os.environ["DIANKE_DATA_DIR"] = folder
                _prepare()
                try:
                    yield Path(folder)
                finally:
                    _close()
        finally:
            # Not "with (force)": that stumbles over the database's own cleaner, which a plain drop sends away.
            owner.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where datname = %s and backend_type = 'client backend'",
                [database],
            )
            owner.execute(sql.SQL("drop database {}").format(sql.Identifier(database)))


def _prepare() -> None:
    from dianke.interfaces.cli.main import prepare_django

    prepare_django()
    from dianke.platform.database.migrating import migrate

    migrate(verbose=False)


def _close() -> None:
    from django.db import connections

    connections.close_all()
