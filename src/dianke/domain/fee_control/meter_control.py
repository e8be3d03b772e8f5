"""
Who hands commands to meters: a head-end that keeps to the interface.

The simulated head-end stands in where none is joined: behind it are meters that read the frame they are sent, by the
rules of DL/T 645, and answer in frames; what an address ends in says in which way it goes. It cuts nobody off.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from django.conf import settings

from dianke.domain.fee_control.rules import dlt645
from dianke.domain.fee_control.rules.dlt645 import CUT, RESTORE, BrokenFrame, Command
from dianke.domain.fee_control.types import Answer, OrderKind, Outcome
from dianke.kernel.clock import to_shanghai

_PASSWORD = bytes([2, 0, 0, 0])
_OPERATOR_CODE = 0x44_4B_00_01
_WRONG_PASSWORD = 0x04
_OTHER_ERROR = 0x01


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A command to be handed over, under the number that it is known by."""

    command_id: int
    address: str
    kind: OrderKind
    attempt: int
    valid_until: datetime


class MeterControl(Protocol):
    """What a head-end can do."""

    @property
    def name(self) -> str:
        """Return what it is called in the trail of an order."""
        ...

    def send(self, outgoing: Outgoing, *, at: datetime) -> Answer:
        """Hand a command to a meter and return what came back; one that was carried out is not carried out twice."""
        ...


class SimulatedHeadEnd:
    """
    A head-end that no meter is behind.

    A meter whose address ends in 0000 is never reached, 0001 only at the second try, 0002 refuses for its password,
    0003 answers with a broken frame; every other one does what it is told while the command is valid.
    """

    name = "simulated"

    def send(self, outgoing: Outgoing, *, at: datetime) -> Answer:
        """Answer by the end of the address."""
        act = CUT if outgoing.kind is OrderKind.DISCONNECTION else RESTORE
        until = to_shanghai(outgoing.valid_until).replace(tzinfo=None)
        command = Command(act=act, password=_PASSWORD, operator_code=_OPERATOR_CODE, valid_until=until)
        sent = dlt645.build_command(address=outgoing.address, command=command)
        came = self._let_meter_answer(sent, outgoing, at)
        frame_hex = dlt645.blank_password(sent)
        if came is None:
            return Answer(Outcome.UNREACHED, "no answer", frame_hex)
        answer_hex = came.hex().upper()
        try:
            refused = dlt645.read_answer(came, address=outgoing.address)
        except BrokenFrame as fault:
            return Answer(Outcome.UNREACHED, str(fault), frame_hex, answer_hex)
        return Answer(Outcome.REFUSED if refused else Outcome.DONE, refused or "carried out", frame_hex, answer_hex)

    def _let_meter_answer(self, sent: bytes, outgoing: Outgoing, at: datetime) -> bytes | None:
        frame = dlt645.parse_frame(sent)
        command = dlt645.read_command(frame)
        if frame.address.endswith("0000") or (frame.address.endswith("0001") and outgoing.attempt == 1):
            return None
        if frame.address.endswith("0002"):
            return dlt645.build_answer(address=frame.address, error=_WRONG_PASSWORD)
        if command.valid_until < to_shanghai(at).replace(tzinfo=None):
            return dlt645.build_answer(address=frame.address, error=_OTHER_ERROR)
        answer = dlt645.build_answer(address=frame.address)
        return answer[:-1] + b"\x00" if frame.address.endswith("0003") else answer


FindControl = Callable[[], MeterControl | None]


def find_meter_control() -> MeterControl | None:
    """Return the head-end that is joined here; None where orders are carried out by hand."""
    return SimulatedHeadEnd() if settings.SIMULATED_HEAD_END else None
