"""
Frames of DL/T 645-2007: framing, checksum, and the control command that cuts and restores supply.

A frame is 68, six bytes of address (least digits first), 68, control code, length, data (each byte plus 33H), checksum
(sum of everything before it, low byte), 16; bytes FE before it wake the line. Framing and checksum are proved by frames
of real meters; the command (control code 1C) is from knowledge of the standard, not from its text [K]
(REG-DLT-645-2007).
"""

from dataclasses import dataclass
from datetime import datetime

from dianke.kernel.errors import DomainError

START, END, WAKE = 0x68, 0x16, 0xFE
OFFSET = 0x33
ADDRESS_BYTES = 6
HEAD_BYTES = 10
CONTROL, ANSWERED, REFUSED = 0x1C, 0x9C, 0xDC
CUT, RESTORE = 0x1A, 0x1C
_COMMAND_BYTES = 16
_PASSWORD_AT, _PASSWORD_BYTES = HEAD_BYTES, 4
_BLANK = "--" * _PASSWORD_BYTES
_CODE_BYTES = 4
_ADDRESS_DIGITS = 12
_ERRORS = {
    0x01: "other error", 0x02: "no such data", 0x04: "password wrong or no permission", 0x08: "speed cannot be changed",
    0x10: "too many zones of the year", 0x20: "too many slots of the day", 0x40: "too many rates",
}  # fmt: skip


class BrokenFrame(DomainError):
    """Bytes are no frame of DL/T 645."""

    code = "fee_control.broken_frame"
    message = "this is no frame: {reason}"


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame: the twelve digits of the address as people read them, control code, data without the offset."""

    address: str
    control: int
    data: bytes = b""


@dataclass(frozen=True, slots=True)
class Command:
    """What a meter is told: to cut or to restore, by whom, and until when the command may still be carried out."""

    act: int
    password: bytes
    operator_code: int
    valid_until: datetime


def find_address(asset_number: str) -> str:
    """Return the address of a meter: the last twelve digits of its asset number, zeros before; empty without any."""
    digits = "".join(one for one in asset_number if one.isascii() and one.isdigit())
    return digits[-_ADDRESS_DIGITS:].rjust(_ADDRESS_DIGITS, "0") if digits else ""


def build_frame(frame: Frame, *, wake_bytes: int = 0) -> bytes:
    """
    Return the bytes of a frame.

    :raises BrokenFrame: if the address is not twelve digits, or the data too long
    """
    if len(frame.address) != _ADDRESS_DIGITS or any(one not in "0123456789ABCDEFabcdef" for one in frame.address):
        raise BrokenFrame(field="address", reason="an address has twelve digits")
    if len(frame.data) > 0xFF:
        raise BrokenFrame(field="data", reason="the data is too long")
    body = bytes([START, *reversed(bytes.fromhex(frame.address)), START, frame.control, len(frame.data)])
    body += bytes((one + OFFSET) & 0xFF for one in frame.data)
    return bytes([WAKE]) * wake_bytes + body + bytes([sum(body) & 0xFF, END])


def parse_frame(content: bytes) -> Frame:
    """
    Return what a frame says.

    :raises BrokenFrame: if start, length, checksum or end are not those of a frame
    """
    body = content.lstrip(bytes([WAKE]))
    if len(body) < HEAD_BYTES + 2 or body[0] != START:
        raise BrokenFrame(field="start", reason="it does not begin with 68")
    if body[ADDRESS_BYTES + 1] != START:
        raise BrokenFrame(field="address", reason="no second 68 after the address")
    length = body[HEAD_BYTES - 1]
    end = HEAD_BYTES + length
    if len(body) != end + 2:
        raise BrokenFrame(field="length", reason="the length does not fit")
    if body[end + 1] != END:
        raise BrokenFrame(field="end", reason="it does not end with 16")
    if sum(body[:end]) & 0xFF != body[end]:
        raise BrokenFrame(field="checksum", reason="the checksum is wrong")
    return Frame(
        address=bytes(reversed(body[1 : ADDRESS_BYTES + 1])).hex(),
        control=body[HEAD_BYTES - 2],
        data=bytes((one - OFFSET) & 0xFF for one in body[HEAD_BYTES:end]),
    )


def build_command(*, address: str, command: Command) -> bytes:
    """
    Return the frame that cuts or restores: password with its level, operator code, act, and the end of validity.

    :raises BrokenFrame: if the address is not twelve digits, or the password not four bytes
    """
    if len(command.password) != _PASSWORD_BYTES:
        raise BrokenFrame(field="password", reason="a password has its level and three bytes")
    until = command.valid_until
    data = (
        command.password
        + command.operator_code.to_bytes(_CODE_BYTES, "little")
        + bytes([command.act, 0])
        + _write_bcd(until.second, until.minute, until.hour, until.day, until.month, until.year % 100)
    )
    return build_frame(Frame(address, CONTROL, data), wake_bytes=4)


def read_command(frame: Frame, *, century: int = 2000) -> Command:
    """
    Return the command that a frame carries; the moment is without a zone, as the meter's clock has it.

    :raises BrokenFrame: if it is none that cuts or restores
    """
    if frame.control != CONTROL or len(frame.data) != _COMMAND_BYTES:
        raise BrokenFrame(field="control", reason="it is no control command")
    act = frame.data[_PASSWORD_BYTES + _CODE_BYTES]
    if act not in {CUT, RESTORE}:
        raise BrokenFrame(field="act", reason="it neither cuts nor restores")
    try:
        second, minute, hour, day, month, year = (int(f"{one:02x}") for one in frame.data[-6:])
        until = datetime(century + year, month, day, hour, minute, second)  # noqa: DTZ001 - the meter's own clock
    except ValueError as fault:
        raise BrokenFrame(field="valid_until", reason="the end of validity is no moment") from fault
    code = int.from_bytes(frame.data[_PASSWORD_BYTES : _PASSWORD_BYTES + _CODE_BYTES], "little")
    return Command(act=act, password=frame.data[:_PASSWORD_BYTES], operator_code=code, valid_until=until)


def build_answer(*, address: str, error: int = 0) -> bytes:
    """Return the frame of a meter that did what it was told, or of one that refused with an error."""
    return build_frame(Frame(address, REFUSED, bytes([error])) if error else Frame(address, ANSWERED), wake_bytes=4)


def read_answer(content: bytes, *, address: str) -> str:
    """
    Return why a meter refused a command, or nothing if it carried it out.

    :raises BrokenFrame: if it is no answer to a control command, or of another meter
    """
    frame = parse_frame(content)
    if frame.address.upper() != address.upper():
        raise BrokenFrame(field="address", reason="another meter answered")
    if frame.control == ANSWERED and not frame.data:
        return ""
    if frame.control == REFUSED and len(frame.data) == 1:
        named = [text for bit, text in _ERRORS.items() if frame.data[0] & bit]
        return ", ".join(named) or f"error {frame.data[0]:02X}"
    raise BrokenFrame(field="control", reason="it is no answer to a control command")


def blank_password(content: bytes) -> str:
    """Return a command frame as hexadecimal digits with the password blanked out: it is kept, and read by people."""
    woken = len(content) - len(content.lstrip(bytes([WAKE])))
    at = (woken + _PASSWORD_AT) * 2
    digits = content.hex().upper()
    return digits[:at] + _BLANK + digits[at + len(_BLANK) :]


def _write_bcd(*figures: int) -> bytes:
    return bytes(int(f"{one:02d}", 16) for one in figures)
