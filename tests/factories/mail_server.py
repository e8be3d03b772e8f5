"""A mail server that speaks enough SMTP to take a mail, refuse it or put it off."""

from email import message_from_bytes
from email.message import Message
from socketserver import StreamRequestHandler, ThreadingTCPServer


class _Session(StreamRequestHandler):
    server: "MailServer"

    def handle(self) -> None:
        self._say("220 test")
        while line := self.rfile.readline():
            verb = line.decode().strip().upper()
            if verb.startswith("QUIT"):
                self._say("221 bye")
                return
            if verb.startswith("DATA"):
                self._take()
            else:
                self._say(_answer(verb))

    def _take(self) -> None:
        self._say("354 go on")
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            lines.append(line)
        self.server.received.append(message_from_bytes(b"".join(lines)))
        self._say("250 taken")

    def _say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


class MailServer(ThreadingTCPServer):
    """Takes every mail but to unknown@ (550) and busy@ (450)."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, address: tuple[str, int]) -> None:
        super().__init__(address, _Session)
        self.received: list[Message] = []


def _answer(verb: str) -> str:
    if verb.startswith("RCPT") and "UNKNOWN@" in verb:
        return "550 no such mailbox"
    return "450 busy" if verb.startswith("RCPT") and "BUSY@" in verb else "250 ok"
