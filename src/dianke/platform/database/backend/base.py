"""Django's PostgreSQL backend, which asks the socket and not the server whether a connection still lives."""

from select import select

from django.db.backends.postgresql import base
from psycopg.pq import ConnStatus, TransactionStatus

# Of anything else a `SELECT 1` would fail too.
_TAKES_STATEMENTS = (TransactionStatus.IDLE, TransactionStatus.INTRANS)


class DatabaseWrapper(base.DatabaseWrapper):
    """Checks the health of a kept connection before a request without the round trip of a `SELECT 1`."""

    def is_usable(self) -> bool:
        """
        Return whether the connection lives and takes statements.

        An idle connection has nothing to be read. A server that went away, or ended this connection, leaves an end
        of file or a message there: then, and only then, the server is asked.
        """
        if self.connection is None or self.connection.pgconn.status != ConnStatus.OK:
            return False
        if self.connection.pgconn.transaction_status not in _TAKES_STATEMENTS:
            return False
        readable, _, _ = select([self.connection.pgconn.socket], [], [], 0)
        return not readable or super().is_usable()
