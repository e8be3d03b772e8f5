"""Frames: against those of real meters, and the control command there and back."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dianke.domain.fee_control.rules import dlt645
from dianke.domain.fee_control.rules.dlt645 import CUT, RESTORE, BrokenFrame, Command, Frame

FRAMES = Path(__file__).parents[4] / "shared" / "data" / "dlt645_frames" / "frames.json"
ADDRESS = "140100318221"
# The clock of a meter knows no zone.
UNTIL = datetime.fromisoformat("2026-03-11T10:05:09")


def load_frames() -> list[dict[str, Any]]:
    return json.loads(FRAMES.read_text("utf-8")) if FRAMES.exists() else []


@pytest.mark.skipif(not FRAMES.exists(), reason="the public frames are not beside the work tree")
def test_frames_of_real_meters_are_read_and_written_again_byte_for_byte() -> None:
    found, broken = [], []
    for one in load_frames():
        try:
            content = bytes.fromhex(one["hex"])
            frame = dlt645.parse_frame(content)
        except (BrokenFrame, ValueError):
            broken.append(one["hex"])
            continue
        found.append(one)
        assert frame.address.upper() == one["address"].upper()
        assert f"{frame.control:02X}" == one["control"]
        assert dlt645.build_frame(frame, wake_bytes=one["preamble_fe"]) == content

    assert len(found) == 20
    assert set(broken) == {one["hex"] for one in load_frames() if not one["valid"]}


@given(
    act=st.sampled_from([CUT, RESTORE]),
    digits=st.integers(0, 10**12 - 1),
    password=st.binary(min_size=4, max_size=4),
    operator=st.integers(0, 2**32 - 1),
    until=st.datetimes(datetime.fromisoformat("2020-01-01"), datetime.fromisoformat("2099-12-31")),
)
def test_a_command_comes_back_as_it_was_given(
    act: int, digits: int, password: bytes, operator: int, until: datetime
) -> None:
    command = Command(act=act, password=password, operator_code=operator, valid_until=until.replace(microsecond=0))
    address = f"{digits:012d}"

    content = dlt645.build_command(address=address, command=command)
    frame = dlt645.parse_frame(content)

    assert (frame.address, frame.control, dlt645.read_command(frame)) == (address, 0x1C, command)


@given(place=st.integers(0, 27), bit=st.integers(0, 7))
def test_a_command_with_a_bit_turned_over_is_no_command_of_this_meter(place: int, bit: int) -> None:
    command = Command(act=CUT, password=bytes(4), operator_code=1, valid_until=UNTIL)
    content = bytearray(dlt645.build_command(address=ADDRESS, command=command)[4:])
    content[place] ^= 1 << bit

    with pytest.raises(BrokenFrame):
        dlt645.read_command(dlt645.parse_frame(bytes(content)))


def test_a_command_is_written_as_the_standard_has_it() -> None:
    command = Command(act=CUT, password=bytes([2, 1, 2, 3]), operator_code=0x0A, valid_until=UNTIL)

    content = dlt645.build_command(address=ADDRESS, command=command)

    # Each byte of data plus 33H: password, operator, 1A, reserved, 09 05 10 11 03 26.
    assert content.hex().upper() == (
        "FEFEFEFE68218231000114681C10353435363D3333334D333C3843443659" + content[-2:].hex().upper()
    )
    assert dlt645.blank_password(content)[28:36] == "--------"
    assert dlt645.blank_password(content).replace("--------", "35343536") == content.hex().upper()


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (dlt645.build_answer(address=ADDRESS), ""),
        (dlt645.build_answer(address=ADDRESS, error=0x04), "password wrong or no permission"),
        (dlt645.build_answer(address=ADDRESS, error=0x05), "other error, password wrong or no permission"),
    ],
)
def test_an_answer_says_why_a_meter_refused(answer: bytes, said: str) -> None:
    assert dlt645.read_answer(answer, address=ADDRESS) == said


@pytest.mark.parametrize(
    "content",
    [
        dlt645.build_answer(address="000000000001"),
        dlt645.build_frame(Frame(ADDRESS, 0x91, b"1234")),
        dlt645.build_answer(address=ADDRESS)[:-1] + b"\x00",
        b"",
    ],
)
def test_what_is_no_answer_of_the_meter_is_refused(content: bytes) -> None:
    with pytest.raises(BrokenFrame):
        dlt645.read_answer(content, address=ADDRESS)


@pytest.mark.parametrize(
    ("asset", "address"), [("3340001234567890123456", "567890123456"), ("M12", "000000000012"), ("METER", "")]
)
def test_an_address_is_the_end_of_the_asset_number(asset: str, address: str) -> None:
    assert dlt645.find_address(asset) == address
