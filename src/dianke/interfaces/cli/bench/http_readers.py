"""The product's web server beside a bench, and people who ask it over HTTP."""

import http.client
import re
import socket
import subprocess
import sys
import time
from urllib.parse import urlencode

from dianke.kernel.errors import DomainError

_START_S = 60


class ServerNotReady(DomainError):
    """The server did not come up, or refused the log-in."""

    code = "bench.server_not_ready"
    message = "the server is not ready: {reason}"


def find_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def start_server(port: int) -> subprocess.Popen[bytes]:
    """Start the web server of the product, without its job worker."""
    arguments = [sys.executable, "-W", "ignore", "-m", "dianke.interfaces.cli.main"]
    command = [*arguments, "serve", "--port", str(port), "--no-worker"]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def wait_for(port: int) -> None:
    """
    Return when the server answers.

    :raises ServerNotReady: if it does not within a minute
    """
    for _second in range(_START_S):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/healthz")
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(1)
    raise ServerNotReady(reason="it did not answer within a minute")


class Reader:
    """A person at a browser: one connection, one session."""

    def __init__(self, port: int, *, login: str, password: str) -> None:
        """
        Log in.

        :raises ServerNotReady: if the log-in is refused
        """
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._cookies: dict[str, str] = {}
        page = self.get("/login/")[1]
        fields = {"login": login, "password": password, "csrfmiddlewaretoken": find_token(page)}
        self.get("/login/", body=urlencode(fields))
        if "sessionid" not in self._cookies:
            raise ServerNotReady(reason="the log-in was refused")

    def get(self, address: str, body: str | None = None) -> tuple[int, bytes]:
        """Return status and body of a page; with a body the form is sent."""
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())}
        if address.startswith("/search/"):
            # The search box asks for its hits only, as people type.
            headers["HX-Request"] = "true"
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self._connection.request("GET" if body is None else "POST", address, body=body, headers=headers)
        answer = self._connection.getresponse()
        content = answer.read()
        for line in answer.headers.get_all("Set-Cookie") or []:
            name, _equals, value = line.split(";")[0].partition("=")
            self._cookies[name] = value
        return answer.status, content


def find_token(page: bytes) -> str:
    """Return the token that the forms of a page carry, nothing where it has none."""
    found = re.search(rb'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    return found[1].decode() if found else ""
