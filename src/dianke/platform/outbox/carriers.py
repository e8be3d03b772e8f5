"""
Who carries messages: a mail server for e-mail, and for SMS and WeChat whatever keeps to the interface.

The simulated carrier stands in where no contract with a real one is: it takes, delays, rejects and reports by what an
address ends in, so that every way a message can go can be seen. What it was handed reaches nobody.
"""

import hashlib
import smtplib
from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any, Protocol, Self

from django.conf import settings
from django.core.mail import EmailMessage, get_connection

from dianke.platform.outbox.types import Answer, MessageChannel, Outcome, Outgoing, Report

_REPORTED_AFTER = timedelta(seconds=20)
_TEMPORARY = range(400, 500)


class Carrier(Protocol):
    """What a carrier of messages can do."""

    @property
    def name(self) -> str:
        """Return what it is called in the trail of a message."""
        ...

    def __enter__(self) -> Self:
        """Open the way to the carrier for a batch."""
        ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        ...

    def send(self, outgoing: Outgoing) -> Answer:
        """Hand a message over under its number; a number that the carrier has taken is not delivered twice."""
        ...

    def ask_reports(self, sent: Sequence[tuple[str, datetime, str]], *, at: datetime) -> list[Report]:
        """Return what became of messages, given by the carrier's key, when they were taken, and address."""
        ...


class SimulatedCarrier(AbstractContextManager["SimulatedCarrier"]):
    """
    A carrier that nobody is behind.

    An address ending in 0000 is rejected, 0001 delayed every time, 0002 taken and never reported, 0003 taken and
    reported as not delivered; every other one is taken and reported delivered.
    """

    name = "simulated"

    def __exit__(self, *_: object) -> None:
        """Close nothing."""

    def send(self, outgoing: Outgoing) -> Answer:
        """Answer by the end of the address."""
        if outgoing.address.endswith("0000"):
            return Answer(Outcome.REJECTED, "unknown number")
        if outgoing.address.endswith("0001"):
            return Answer(Outcome.DELAYED, "busy")
        # The same key for the same number: the second hand-over of a message is the first one.
        key = hashlib.sha256(outgoing.key.encode()).hexdigest()[:20]
        return Answer(Outcome.ACCEPTED, "accepted", f"sim-{key}")

    def ask_reports(self, sent: Sequence[tuple[str, datetime, str]], *, at: datetime) -> list[Report]:
        """Report what was taken some seconds ago."""
        due = [one for one in sent if one[1] + _REPORTED_AFTER <= at and not one[2].endswith("0002")]
        return [
            Report(key, not address.endswith("0003"), taken_at + _REPORTED_AFTER, "reported by the simulated carrier")
            for key, taken_at, address in due
        ]


class MailCarrier(AbstractContextManager["MailCarrier"]):
    """The mail server of the utility, by SMTP; it reports no delivery."""

    name = "smtp"

    def __init__(self) -> None:
        self._connection: Any = get_connection()

    def __exit__(self, *_: object) -> None:
        """Leave the server."""
        self._connection.close()

    def send(self, outgoing: Outgoing) -> Answer:
        """Hand a mail over; its Message-ID is the number of the message, so that a repeat is known as one."""
        domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].strip("> ") or "localhost"
        mail = EmailMessage(
            subject=outgoing.subject,
            body=outgoing.text,
            to=[outgoing.address],
            headers={"Message-ID": f"<{outgoing.key}@{domain}>"},
            connection=self._connection,
        )
        try:
            mail.send()
        except smtplib.SMTPRecipientsRefused as refusal:
            code, text = next(iter(refusal.recipients.values()))
            return Answer(Outcome.DELAYED if code in _TEMPORARY else Outcome.REJECTED, _write(code, text))
        except smtplib.SMTPResponseException as refusal:
            is_temporary = refusal.smtp_code in _TEMPORARY
            return Answer(
                Outcome.DELAYED if is_temporary else Outcome.REJECTED, _write(refusal.smtp_code, refusal.smtp_error)
            )
        except (smtplib.SMTPException, OSError) as fault:
            return Answer(Outcome.DELAYED, f"{type(fault).__name__}: {fault}"[:200])
        except ValueError as fault:
            # A line break within an address or a subject is no mail.
            return Answer(Outcome.REJECTED, str(fault)[:200])
        return Answer(Outcome.ACCEPTED, "accepted", outgoing.key)

    def ask_reports(self, sent: Sequence[tuple[str, datetime, str]], *, at: datetime) -> list[Report]:
        """Return nothing: mail servers tell of failures by mail."""
        return []


def find_carrier(channel: MessageChannel) -> Carrier | None:
    """Return who carries messages of a channel here; None where nobody does."""
    if channel is MessageChannel.EMAIL:
        return MailCarrier() if settings.EMAIL_HOST else None
    if channel in {MessageChannel.SMS, MessageChannel.WECHAT} and settings.SIMULATED_CARRIER:
        return SimulatedCarrier()
    # Letters are posted by people, who record it.
    return None


def _write(code: int, text: bytes | str) -> str:
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return f"{code} {words}"[:200]
