"""How the simulated gateway calls back: late, several times, in another order, until it is answered as taken."""

import http.client
import queue
import random
import secrets
import threading
import time
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from dianke.domain.channels.rules.gateway import signing
from dianke.domain.channels.rules.gateway.plain import (
    KEY_HEADER,
    NONCE_HEADER,
    SIGNATURE_HEADER,
    TIME_HEADER,
    write_call_back,
)
from dianke.domain.channels.rules.gateway.types import Notice

_TIMEOUT = 10
_TRIES, _BETWEEN = 5, 2.0


@dataclass
class Manner:
    """How it calls back from now on: by itself at once and once."""

    delay_seconds: float = 0.0
    times: int = 1
    is_shuffled: bool = False


@dataclass
class Sender:
    """Sends what happened to one address, in a thread of its own."""

    address: str
    key_id: str
    private_key: str
    manner: Manner = field(default_factory=Manner)

    def __post_init__(self) -> None:
        self._waiting: queue.Queue[Notice] = queue.Queue()
        threading.Thread(target=self._work, daemon=True).start()

    def send(self, notice: Notice) -> None:
        """Send a notice in the manner that is set."""
        self._waiting.put(notice)

    def _work(self) -> None:
        while True:
            batch = [self._waiting.get()]
            time.sleep(self.manner.delay_seconds)
            while not self._waiting.empty():
                batch.append(self._waiting.get())
            calls = batch * max(1, self.manner.times)
            if self.manner.is_shuffled:
                random.shuffle(calls)
            for notice in calls:
                self._insist(notice)

    def _insist(self, notice: Notice) -> None:
        for attempt in range(_TRIES):
            if self.call(notice):
                return
            time.sleep(_BETWEEN * attempt)

    def call(self, notice: Notice) -> bool:
        """Call back once and tell whether it was taken."""
        parts, body = urlsplit(self.address), write_call_back(notice)
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        connection = kind(parts.hostname or "", parts.port, timeout=_TIMEOUT)
        try:
            connection.request("POST", parts.path, body, self.sign(body))
            return connection.getresponse().status == http.HTTPStatus.OK
        except OSError:
            return False
        finally:
            connection.close()

    def sign(self, body: bytes) -> dict[str, str]:
        """Return the headers of a call."""
        timestamp, nonce = str(int(time.time())), secrets.token_hex(16)
        signature = signing.sign_call(private_pem=self.private_key, timestamp=timestamp, nonce=nonce, body=body)
        return {
            "Content-Type": "application/json",
            KEY_HEADER: self.key_id,
            TIME_HEADER: timestamp,
            NONCE_HEADER: nonce,
            SIGNATURE_HEADER: signature,
        }
